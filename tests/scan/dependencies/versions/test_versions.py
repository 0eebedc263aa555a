"""Orders of versions, held to tables that the ecosystems' own programs wrote."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from seamark.scan.dependencies.versions import LONGEST, InvalidVersion, ordering

DATA = Path(__file__).parents[3] / "data/dependencies/versions"
ECOSYSTEMS = ("Debian", "npm", "conda", "Alpine")


def answer(ecosystem: str, left: str, right: str) -> int | None:
    """-1, 0, 1; None where one is no version."""
    order = ordering(ecosystem)
    assert order is not None
    try:
        a, b = order.key(left), order.key(right)
    except InvalidVersion:
        return None
    return (a > b) - (a < b)


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_equals_the_ecosystems_own_program(ecosystem: str) -> None:
    rows = json.loads((DATA / f"{ecosystem.lower()}.json").read_text())
    assert len(rows) >= 1500
    assert {row[2] for row in rows} == {-1, 0, 1, None}
    wrong = [row for row in rows if answer(ecosystem, row[0], row[1]) != row[2]]
    assert wrong == []


@pytest.mark.parametrize(
    ("ecosystem", "ascending"),
    [
        # PEP 440, "Summary of permitted suffixes and relative ordering".
        ("PyPI", "1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 "
                 "1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 "
                 "1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1!0"),
        # SemVer 2.0.0, section 11.
        ("npm", "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 "
                "1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1"),
        # deb-version(7).
        ("Debian:12", "1~~ 1~~a 1~ 1 1a 1+b1 1.0-1 1.0-1+deb12u1 1:0"),
        ("Alpine:v3.19", "1_alpha 1_rc1 1 1-r0 1-r1 1_p1 1a 1.0 1.01 1.1 1.10"),
        # conda's documentation of VersionOrder.
        ("conda", "0.4 0.4.1.rc 0.4.1 0.5a1 0.5b3 0.5C1 0.5 0.9.6 0.960923 1.0 1.1dev1 1.1_ 1.1a1 "
                  "1.1.0dev1 1.1.a1 1.1.0rc1 1.1.0 1.1.0post1 1.1.1post1 1996.07.12 1!0.4.1 "
                  "1!3.1.1.6 2!0.4.1"),
    ],
)  # fmt: skip
def test_orders_of_the_specifications(ecosystem: str, ascending: str) -> None:
    words = ascending.split()
    for before, after in pairwise(words):
        assert answer(ecosystem, before, after) == -1
        assert answer(ecosystem, after, before) == 1


@pytest.mark.parametrize(
    ("ecosystem", "left", "right"),
    [
        ("PyPI", "1.0", "1"),
        ("PyPI", "1.0-1", "1.0.post1"),
        ("npm", "1.0.0+a", "1.0.0+b"),
        ("Debian", "1.0", "0:1.0-0"),
        ("Alpine", "1.2", "1.2"),
        ("conda", "1.1", "1.1.0"),
        ("conda", "1.1RC", "1.1rc"),
    ],
)
def test_equal_versions_have_equal_keys(ecosystem: str, left: str, right: str) -> None:
    order = ordering(ecosystem)
    assert order is not None
    assert order.key(left) == order.key(right)


@given(st.text(max_size=30) | st.from_regex(r"[0-9a-z.!+_~:-]{0,30}", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_version_or_refused(text: str) -> None:
    for ecosystem in ("PyPI", *ECOSYSTEMS):
        order = ordering(ecosystem)
        assert order is not None
        try:
            key = order.key(text)
        except InvalidVersion:
            continue
        assert key == order.key(text)
        assert not key < order.key(text)


@given(st.lists(st.from_regex(r"[0-9][0-9a-z.]{0,6}(-[0-9])?", fullmatch=True), max_size=12))
@settings(max_examples=100, deadline=None)
def test_sorting_is_the_same_from_any_arrangement(texts: list[str]) -> None:
    for ecosystem in ECOSYSTEMS:
        valid = [text for text in texts if answer(ecosystem, text, text) == 0]
        order = ordering(ecosystem)
        assert order is not None
        ascending = sorted(order.key(text) for text in valid)
        backward = sorted(order.key(text) for text in reversed(valid))
        assert ascending == backward


def test_pypi_is_packagings_order() -> None:
    order = ordering("PyPI")
    assert order is not None
    assert order.key("1.0rc1+local") == Version("1.0rc1+local")


@pytest.mark.parametrize("ecosystem", ["PyPI", *ECOSYSTEMS])
def test_absurdly_long_versions_are_refused(ecosystem: str) -> None:
    assert answer(ecosystem, "1" * (LONGEST + 1), "1") is None


def test_unknown_ecosystems_have_no_order() -> None:
    assert ordering("Hex") is None
    assert ordering("") is None
