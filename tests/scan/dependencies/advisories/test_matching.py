"""OSV semantics: events in order, lists, last_affected, limits, local versions, contradictions."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from seamark.scan.dependencies.advisories.spans import Line, affected_spans, contains, place_of
from seamark.scan.dependencies.versions import ordering

Ids = Callable[..., list[str]]


def record(*events: dict[str, Any], versions: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """One record about the package ``demo``."""
    entry: dict[str, Any] = {
        "package": {"ecosystem": more.pop("ecosystem", "PyPI"), "name": more.pop("name", "demo")}
    }
    if events:
        entry["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    if versions:
        entry["versions"] = list(versions)
    return {"id": "X-1", "modified": "2024-01-01T00:00:00Z", "affected": [entry], **more}


FIXED = record({"introduced": "0"}, {"fixed": "2.0"})
LAST = record({"introduced": "1.0"}, {"last_affected": "2.1"})


@pytest.mark.parametrize(
    ("version", "one", "affected"),
    [
        ("1.9", FIXED, True),
        ("2.0", FIXED, False),
        ("2.0.0", FIXED, False),
        ("2.0rc1", FIXED, True),
        ("2.0.dev3", FIXED, True),
        ("0.0.0.dev0", FIXED, True),
        ("2.0.post1", FIXED, False),
        ("1!0.1", FIXED, False),
        ("2.1", LAST, True),
        ("2.1+cu118", LAST, True),
        ("2.1.post1", LAST, False),
        ("2.0+cpu", FIXED, False),
        ("1.9+cpu", FIXED, True),
        ("0.9", LAST, False),
        ("3.0", record({"introduced": "0"}), True),
        ("1.0", record({"introduced": "0"}, {"limit": "1.0"}), False),
        ("0.9", record({"introduced": "0"}, {"limit": "1.0"}), True),
        ("9", record({"introduced": "0"}, {"limit": "*"}), True),
        ("0.5", record(versions=("0.5", "0.7")), True),
        ("0.5.0", record(versions=("0.5",)), True),
        ("0.5+cpu", record(versions=("0.5",)), True),
        ("0.6", record(versions=("0.5", "0.7")), False),
        ("7", record({"introduced": "1"}, {"fixed": "2"}, versions=("7",)), True),
        # Events in any order of the file are evaluated in the order of versions.
        ("1.5", record({"fixed": "2"}, {"introduced": "3"}, {"introduced": "1"}), True),
        ("2.5", record({"fixed": "2"}, {"introduced": "3"}, {"introduced": "1"}), False),
        ("3.5", record({"fixed": "2"}, {"introduced": "3"}, {"introduced": "1"}), True),
        # At one version, events stay in the order of the file.
        ("2", record({"introduced": "0"}, {"fixed": "2"}, {"introduced": "2"}), True),
        ("2", record({"introduced": "0"}, {"introduced": "2"}, {"fixed": "2"}), False),
    ],
)
def test_versions_of_pypi(ids: Ids, version: str, one: dict[str, Any], affected: bool) -> None:
    assert ids(version, one) == (["X-1"] if affected else [])


def test_names_are_compared_as_pypi_does(ids: Ids) -> None:
    assert ids("1", {**record({"introduced": "0"}, name="De__Mo.x")}, name="de-mo-x") == ["X-1"]


def test_a_version_that_is_none_is_in_doubt(ids: Ids) -> None:
    assert ids("banana", FIXED) == ["X-1?"]
    assert ids("banana", record(versions=("banana", "1.0"))) == ["X-1"]
    assert ids("banana", record(versions=("1.0",))) == []


def test_local_versions_that_a_record_tells_apart(ids: Ids) -> None:
    vendor = record({"introduced": "0"}, {"fixed": "2.1+fix.1"})
    assert ids("2.1+fix.2", vendor) == ["X-1?"]
    assert ids("2.1", vendor) == ["X-1"]
    assert ids("2.2", vendor) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"events": [{"introduced": "0", "fixed": "1"}], "type": "ECOSYSTEM"},
        {"events": [{"fixed": "1"}], "type": "ECOSYSTEM"},
        {"events": [], "type": "ECOSYSTEM"},
        {"events": [{"introduced": 0}], "type": "ECOSYSTEM"},
        {"events": [{"introduced": "0"}, {"fixed": "not a version"}], "type": "ECOSYSTEM"},
        {"events": [{"introduced": "0"}], "type": "NEW"},
        "text",
    ],
)
def test_a_record_that_breaks_the_format_leaves_its_package_in_doubt(
    ids: Ids, broken: object
) -> None:
    one = record(versions=("0.1",))
    one["affected"][0]["ranges"] = [broken]
    assert ids("1.5", one) == ["X-1?"]
    assert ids("0.1", one) == ["X-1"]


def test_git_ranges_are_left_out(ids: Ids) -> None:
    one = record(versions=("0.1",))
    one["affected"][0]["ranges"] = [{"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]}]
    assert ids("9", one) == []


@pytest.mark.parametrize("ranges", [None, [], [{"type": "GIT", "repo": "r", "events": []}]])
def test_a_record_without_versions_leaves_its_package_in_doubt(ids: Ids, ranges: object) -> None:
    one = record(versions=("0.1",))
    one["affected"][0] |= {"ranges": ranges, "versions": []}
    assert ids("9", one) == ["X-1?"]


@pytest.mark.parametrize("ecosystem", ["pypi", "PYPI"])
def test_ecosystems_in_careless_spelling(ids: Ids, ecosystem: str) -> None:
    assert ids("1", record({"introduced": "0"}, ecosystem=ecosystem)) == ["X-1"]


@pytest.mark.parametrize("said", ["", "no", True, 1, {}])
def test_only_a_time_withdraws_a_record(ids: Ids, said: object) -> None:
    assert ids("1", {**record({"introduced": "0"}), "withdrawn": said}) == ["X-1"]


def test_withdrawn_records_do_not_count(ids: Ids) -> None:
    assert ids("1", {**FIXED, "withdrawn": "2024-02-02T00:00:00Z"}, record(versions=("2",))) == []


def test_distributions_match_by_source_and_release(
    database_of: Callable[..., Any], make_component: Callable[..., Any]
) -> None:
    book = database_of(
        record({"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}, ecosystem="Debian:12",
               name="openssl")
    )  # fmt: skip
    purl = "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?upstream=openssl"
    found = book.affecting(make_component("libssl3", "3.0.11-1~deb12u1", "Debian:12", purl))
    assert [match.fixed for match in found] == [("3.0.11-1~deb12u2",)]
    assert book.affecting(make_component("libssl3", "3.0.11-1~deb12u2", "Debian:12", purl)) == ()
    assert book.affecting(make_component("openssl", "3.0.11-1~deb12u1", "Debian:11")) == ()
    assert [book.covers(each) for each in ("Debian:12", "Debian:11", "Debian")] == [
        True,
        False,
        False,
    ]


def test_npm_orders_by_semver(ids: Ids) -> None:
    one = record({"introduced": "1.0.0"}, {"fixed": "1.10.0"}, ecosystem="npm")
    one["affected"][0]["ranges"][0]["type"] = "SEMVER"
    assert ids("1.9.0", one, ecosystem="npm") == ["X-1"]
    assert ids("1.10.0-rc.1", one, ecosystem="npm") == ["X-1"]
    assert ids("1.10.0", one, ecosystem="npm") == []


def test_fixed_versions_above_the_asked_one_lowest_first(
    database_of: Callable[..., Any], make_component: Callable[..., Any]
) -> None:
    one = record({"introduced": "0"}, {"fixed": "1.10"}, {"introduced": "2"}, {"fixed": "2.3"})
    (match,) = database_of(one).affecting(make_component("demo", "1.9"))
    assert match.fixed == ("1.10", "2.3")
    assert match.evidence == ("X-1",)


_KINDS = st.sampled_from(["introduced", "fixed", "last_affected", "limit"])
_VERSIONS = st.sampled_from(
    ["0", "0.1", "1", "1.0", "1.0.dev1", "1.0a1", "1.0rc1", "1.0.post1", "1.1", "2", "2.0.1", "1!0"]
)
_EVENTS = st.lists(st.tuples(_KINDS, _VERSIONS), min_size=1, max_size=6)


def _naive(text: str, events: list[tuple[str, str]]) -> bool:
    """The schema's pseudo code, word by word."""
    version = Version(text)
    limits = [Version(each) for kind, each in events if kind == "limit"]
    if limits and not any(version < each for each in limits):
        return False
    vulnerable = False
    for kind, each in sorted(
        events, key=lambda event: (event != ("introduced", "0"), Version(event[1]))
    ):
        if kind == "introduced" and (each == "0" or version >= Version(each)):
            vulnerable = True
        if kind == "fixed" and version >= Version(each):
            vulnerable = False
        if kind == "last_affected" and version > Version(each):
            vulnerable = False
    return vulnerable


@settings(max_examples=200, deadline=None)
@given(st.lists(_EVENTS, max_size=3), st.lists(_VERSIONS, max_size=3), _VERSIONS)
def test_spans_equal_the_pseudo_code(
    ranges: list[list[tuple[str, str]]], listed: list[str], asked: str
) -> None:
    order = ordering("PyPI")
    assert order is not None
    texts = [version for events in ranges for _, version in events] + listed
    line = Line(texts, order.key)
    spans = [place for span in affected_spans(ranges, listed, line) for place in span]
    expected = any(_naive(asked, events) for events in ranges)
    expected = expected or any(Version(asked) == Version(each) for each in listed)
    assert contains(spans, place_of(asked, line.versions, order.key)) is expected
