"""OpenVEX and CycloneDX VEX are read; what the specifications call incomplete is told."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.vex.applying import Vex, open_vex
from seamark.scan.dependencies.vex.model import Statement, VexStatus

OLD, NEW = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00"

LATER = date(2100, 1, 1)


def openvex(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "ana",
        "timestamp": OLD, "version": 1, "statements": list(statements), **more,
    }  # fmt: skip


def said(status: str, **more: Any) -> dict[str, Any]:
    return {
        "vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1"]},
        "products": [{"@id": "pkg:pypi/a@1.0"}],
        "status": status,
        **more,
    }


def cyclonedx(state: str, affects: list[dict[str, Any]] | None = None, **analysis: Any) -> Any:
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": OLD},
        "components": [{"type": "library", "name": "a", "version": "1.0", "bom-ref": "ref-a",
                        "purl": "pkg:pypi/a@1.0"}],
        "vulnerabilities": [{"id": "CVE-1", "references": [{"id": "GHSA-1"}],
                             "analysis": {"state": state, **analysis},
                             "affects": affects or [{"ref": "ref-a"}]}],
    }  # fmt: skip


def read(folder: Path, *trees: Any) -> Vex:
    for number, tree in enumerate(trees):
        text = tree if isinstance(tree, str) else json.dumps(tree)
        (folder / f"{number}.json").write_text(text)
    return open_vex(str(folder), [f"{number}.json" for number in range(len(trees))], today=LATER)


def answer(
    vex: Vex, purl: str = "pkg:pypi/a@1.0", name: str = "CVE-1", *, known: tuple[str, ...] = ()
) -> Statement | None:
    return vex.answer(names=frozenset({name}), purl=purl, known=frozenset(known))


def status(vex: Vex, purl: str = "pkg:pypi/a@1.0", **more: Any) -> VexStatus | None:
    found = answer(vex, purl, **more)
    return found.status if found else None


def test_a_statement_is_found_by_name_and_alias(tmp_path: Path) -> None:
    vex = read(tmp_path, openvex(said("fixed")))
    assert status(vex) is VexStatus.FIXED
    assert status(vex, name="GHSA-1") is VexStatus.FIXED
    assert status(vex, name="CVE-2") is None


@pytest.mark.parametrize(
    ("product", "purl", "means"),
    [
        ("pkg:pypi/a", "pkg:pypi/a@1.0", True),
        ("pkg:pypi/A@1.0.0", "pkg:pypi/a@1.0", True),
        ("pkg:pypi/a@1.1", "pkg:pypi/a@1.0", False),
        ("pkg:pypi/b@1.0", "pkg:pypi/a@1.0", False),
        ("pkg:npm/a@1.0", "pkg:pypi/a@1.0", False),
        ("pkg:deb/debian/a@1?arch=arm64", "pkg:deb/debian/a@1?arch=amd64", False),
        ("pkg:deb/debian/a@1", "pkg:deb/debian/a@1?arch=amd64", True),
        ("a", "pkg:pypi/a@1.0", False),
    ],
)
def test_products(tmp_path: Path, product: str, purl: str, means: bool) -> None:
    vex = read(tmp_path, openvex(said("fixed", products=[{"@id": product}])))
    assert (status(vex, purl) is VexStatus.FIXED) is means
    named = {"@id": "urn:1", "identifiers": {"purl": product}}
    vex = read(tmp_path, openvex(said("fixed", products=[named])))
    assert (status(vex, purl) is VexStatus.FIXED) is means


def test_a_part_counts_where_its_product_is_here(tmp_path: Path) -> None:
    part = {"subcomponents": [{"@id": "pkg:pypi/a"}]}
    image = read(tmp_path, openvex(said("fixed", products=[{"@id": "pkg:oci/ours", **part}])))
    assert status(image) is VexStatus.FIXED
    assert status(image, "pkg:pypi/b@1") is None
    package = read(tmp_path, openvex(said("fixed", products=[{"@id": "pkg:pypi/app@1", **part}])))
    assert status(package) is None
    assert status(package, known=("pkg:pypi/app@1",)) is VexStatus.FIXED
    assert status(package, known=("pkg:pypi/app@2",)) is None


def test_the_later_statement_counts_whatever_the_order(tmp_path: Path) -> None:
    late, early = said("affected", timestamp=NEW, action_statement="x"), said("fixed")
    assert status(read(tmp_path, openvex(late, early))) is VexStatus.AFFECTED
    assert status(read(tmp_path, openvex(early), openvex(late))) is VexStatus.AFFECTED
    assert status(read(tmp_path, openvex(late), openvex(early))) is VexStatus.AFFECTED
    updated = said("fixed", timestamp=OLD, last_updated="2027-01-01T00:00:00Z")
    assert status(read(tmp_path, openvex(updated, late))) is VexStatus.FIXED


def test_at_the_same_time_the_one_that_does_not_clear_counts(tmp_path: Path) -> None:
    vex = read(tmp_path, openvex(said("under_investigation"), said("fixed")))
    assert status(vex) is VexStatus.UNDER_INVESTIGATION


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (said("not_affected"), "without justification"),
        (said("not_affected", justification="trust_me"), "none of VEX"),
        (said("fine"), "none of VEX"),
        (said("fixed", products=[]), "no product"),
        (said("fixed", vulnerability={}), "no vulnerability"),
        ("fixed", "no object"),
    ],
)
def test_an_incomplete_statement_is_ignored_and_told(
    tmp_path: Path, statement: Any, why: str
) -> None:
    vex = read(tmp_path, openvex(statement))
    assert answer(vex) is None
    assert why in vex.documents[0].ignored[0].reason


def test_a_statement_without_any_time_is_ignored(tmp_path: Path) -> None:
    vex = read(tmp_path, openvex(said("fixed"), timestamp="yesterday"))
    assert "no time" in vex.documents[0].ignored[0].reason


def test_the_form_before_0_2(tmp_path: Path) -> None:
    old = said("fixed", vulnerability="CVE-1", products=["pkg:pypi/a@1.0"])
    assert status(read(tmp_path, openvex(old))) is VexStatus.FIXED


@pytest.mark.parametrize(
    ("state", "more", "wanted"),
    [
        ("not_affected", {"justification": "code_not_reachable"}, VexStatus.NOT_AFFECTED),
        ("not_affected", {"detail": "unused"}, VexStatus.NOT_AFFECTED),
        ("not_affected", {}, None),
        ("false_positive", {"detail": "another package"}, VexStatus.NOT_AFFECTED),
        ("resolved", {}, VexStatus.FIXED),
        ("exploitable", {}, VexStatus.AFFECTED),
        ("in_triage", {}, VexStatus.UNDER_INVESTIGATION),
        ("odd", {}, None),
    ],
)
def test_cyclonedx_states(
    tmp_path: Path, state: str, more: dict[str, str], wanted: VexStatus | None
) -> None:
    vex = read(tmp_path, cyclonedx(state, **more))
    assert status(vex) is wanted
    assert bool(vex.documents[0].ignored) is (wanted is None)


@pytest.mark.parametrize(
    ("target", "means"),
    [
        ({"ref": "ref-a"}, True),
        ({"ref": "pkg:pypi/a@1.0"}, True),
        ({"ref": "urn:cdx:x/1#pkg%3Apypi%2Fa%401.0"}, True),
        ({"ref": "ref-b"}, False),
        ({"ref": "ref-a", "versions": [{"version": "1.0", "status": "unaffected"}]}, True),
        ({"ref": "ref-a", "versions": [{"version": "1.1"}]}, False),
        ({"ref": "ref-a", "versions": [{"version": "1.0", "status": "affected"}]}, False),
        ({"ref": "ref-a", "versions": [{"range": "vers:pypi/<2"}]}, False),
    ],
)
def test_cyclonedx_targets(tmp_path: Path, target: dict[str, Any], means: bool) -> None:
    vex = read(tmp_path, cyclonedx("resolved", [target]))
    assert (status(vex) is VexStatus.FIXED) is means


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"@context": "https://openvex.dev/ns"}',
     '{"bomFormat": "CycloneDX", "vulnerabilities": 1}', '{"a": 1, "a": 1}', "\ufeff", "[" * 9999],
)  # fmt: skip
def test_what_is_no_document_is_a_problem(tmp_path: Path, text: str) -> None:
    vex = read(tmp_path, text)
    assert vex.documents == ()
    assert vex.problems[0].what == "0.json"
    assert vex.problems[0].reason


def test_a_document_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert (
        open_vex(str(tmp_path), ["gone.json", "gone.json"], today=LATER).problems[0].what
        == "gone.json"
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["vulnerability", "products", "status", "timestamp", "justification", "id", "analysis",
     "affects", "references", "subcomponents", "identifiers", "last_updated"]
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.dictionaries(KEYS, VALUES, max_size=3), form=st.booleans())
def test_wrong_types_anywhere_are_told(tmp_path: Path, changes: dict[str, Any], form: bool) -> None:
    tree = openvex({**said("fixed"), **changes}) if form else cyclonedx("resolved")
    if not form:
        tree["vulnerabilities"][0] |= changes
    vex = read(tmp_path, tree)
    assert len(vex.documents) + len(vex.problems) == 1
    for document in vex.documents:
        if form:
            assert len(document.statements) + len(document.ignored) == 1
