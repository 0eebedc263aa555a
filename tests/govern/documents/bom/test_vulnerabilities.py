"""Statuses are what somebody said; OpenVEX out, and read again by our own reader."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from govern.documents.bom.conftest import inventory, listing, package
from govern.documents.bom.test_compare import Book, packages
from govern.documents.bom.test_cyclonedx import require_valid

from seamark.core.errors import UsageError
from seamark.core.waivers import Waiver
from seamark.govern.documents.bom import cyclonedx, openvex
from seamark.govern.documents.bom.model import Bom, Status
from seamark.govern.documents.bom.vulnerabilities import with_vulnerabilities
from seamark.scan.dependencies.vex.applying import Vex, open_vex

LATER = date(2100, 1, 1)
TIME = "2026-01-02T03:04:05Z"
NOTHING = Vex(())


def waiver(reason: str) -> Waiver:
    return Waiver(rule="VUL*", path="**", owner="Ana", reason=reason, expires=date(2027, 1, 1))


def informed(make: Callable[..., Bom], **more: Any) -> Bom:
    values: dict[str, Any] = {
        "book": Book("a", "1"), "vex": NOTHING, "accepted": lambda *_: None, **more,
    }  # fmt: skip
    return with_vulnerabilities(packages(make, package("a", "1"), package("b", "1")), **values)


def test_without_a_statement_it_is_under_investigation(make: Callable[..., Bom]) -> None:
    bom = informed(make)
    (found,) = bom.vulnerabilities
    assert (found.id, found.status, found.affects) == (
        "CVE-1", Status.UNDER_INVESTIGATION, ("pkg:pypi/a@1",),
    )  # fmt: skip
    assert found.fixed == ("9",)
    require_valid(bom, "1.6")


def test_a_waiver_accepts_and_does_not_deny(make: Callable[..., Bom]) -> None:
    (found,) = informed(make, accepted=lambda *_: waiver("internal only")).vulnerabilities
    assert found.status is Status.AFFECTED
    assert found.action == "Accepted by Ana until 2027-01-01: internal only"


def test_a_waiver_with_a_justification_denies(make: Callable[..., Bom]) -> None:
    reason = "vulnerable_code_not_in_execute_path: no XML is read"
    (found,) = informed(make, accepted=lambda *_: waiver(reason)).vulnerabilities
    assert found.status is Status.NOT_AFFECTED
    assert found.justification == "vulnerable_code_not_in_execute_path"
    assert found.impact == "no XML is read (stated by Ana)"


def test_without_a_database_nothing_is_said_and_that_is_a_gap(make: Callable[..., Bom]) -> None:
    bom = informed(make, book=None, book_problem="it is damaged")
    assert bom.vulnerabilities == ()
    assert "Nothing is said of vulnerabilities: it is damaged." in bom.gaps


def vex_of(folder: Path, **statement: Any) -> Vex:
    tree = {
        "@context": openvex.CONTEXT, "@id": "urn:x", "author": "a", "timestamp": TIME, "version": 1,
        "statements": [{"vulnerability": {"name": "GHSA-1"},
                        "products": [{"@id": "pkg:pypi/a@1"}], **statement}],
    }  # fmt: skip
    (folder / "vex.json").write_text(json.dumps(tree))
    return open_vex(str(folder), ["vex.json"], today=LATER)


def test_a_statement_goes_before_a_waiver(make: Callable[..., Bom], tmp_path: Path) -> None:
    vex = vex_of(tmp_path, status="not_affected", justification="component_not_present")
    (found,) = informed(make, vex=vex, accepted=lambda *_: waiver("x")).vulnerabilities
    assert (found.status, found.justification) == (Status.NOT_AFFECTED, "component_not_present")


def test_a_statement_without_justification_is_a_gap(
    make: Callable[..., Bom], tmp_path: Path
) -> None:
    bom = informed(make, vex=vex_of(tmp_path, status="not_affected"))
    assert bom.vulnerabilities[0].status is Status.UNDER_INVESTIGATION
    assert any("without justification" in each for each in bom.gaps)


def test_openvex_keeps_the_rules_of_its_schema(bom: Bom) -> None:
    tree = json.loads(openvex.as_json(bom, timestamp=TIME))
    assert {"@context", "@id", "author", "timestamp", "version", "statements"} <= set(tree)
    for statement in tree["statements"]:
        both = {"justification", "impact_statement"} & set(statement)
        assert len(both) == (1 if statement["status"] == "not_affected" else 0)
        assert ("action_statement" in statement) is (statement["status"] == "affected")
        assert statement["products"]
    assert openvex.as_json(bom, timestamp=TIME) == openvex.as_json(bom, timestamp=TIME)


def test_our_reader_reads_what_we_write(bom: Bom, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(openvex.as_json(bom, timestamp=TIME))
    vex_only = cyclonedx.as_json(bom, timestamp=TIME)
    (tmp_path / "b.json").write_text(vex_only)
    for name in ("a.json", "b.json"):
        vex = open_vex(str(tmp_path), [name], today=LATER)
        assert vex.problems == ()
        assert [each.ignored for each in vex.documents] == [()]
        answers = {
            identifier: vex.answer(
                names=frozenset({identifier}), purl="pkg:pypi/base@2.0", known=frozenset()
            )
            for identifier in ("GHSA-aaaa-bbbb-cccc", "CVE-2024-2", "CVE-2024-3")
        }
        assert {key: each and each.status.value for key, each in answers.items()} == {
            "GHSA-aaaa-bbbb-cccc": "under_investigation",
            "CVE-2024-2": "not_affected",
            "CVE-2024-3": "affected",
        }


def test_a_document_without_time_or_statements_is_refused(bom: Bom) -> None:
    with pytest.raises(UsageError, match="need a time"):
        openvex.as_json(bom, timestamp="")
    with pytest.raises(UsageError, match="nothing to state"):
        openvex.as_json(replace(bom, vulnerabilities=()), timestamp=TIME)


def test_one_vulnerability_of_two_packages_is_one_entry(make: Callable[..., Bom]) -> None:
    class Both(Book):
        def affecting(self, component: Any) -> Any:
            return Book(component.name, component.version).affecting(component)

    bom = informed(make, book=Both("", ""))
    assert [each.affects for each in bom.vulnerabilities] == [("pkg:pypi/a@1", "pkg:pypi/b@1")]
    assert inventory(listing()).components == ()
