"""Findings that a statement clears become remarks; all others stand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from scan.dependencies.vex.test_documents import OLD, openvex, read, said

from seamark.core.checks import Remark
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.vex.applying import Vex, apply, open_vex

VULNERABLE = Rule(
    id="VUL001", title="t", severity=Severity.HIGH, verdict=Verdict.REVIEW, reason="r.", remedy="r."
)
OTHER = Rule(
    id="PIN001", title="t", severity=Severity.HIGH, verdict=Verdict.REVIEW, reason="r.", remedy="r."
)


def finding(rule: Rule = VULNERABLE, **evidence: Any) -> Finding:
    values = {"id": "PYSEC-1", "aliases": ["CVE-1"], "purl": "pkg:pypi/a@1.0", **evidence}
    return Finding(
        rule=rule, message="m.", location=Location(path="r.txt", line=3), evidence=values
    )


def applied(vex: Vex, *results: Finding | Remark) -> tuple[list[Finding], list[Remark]]:
    made = list(apply(results, vex))
    return (
        [each for each in made if isinstance(each, Finding)],
        [each for each in made if isinstance(each, Remark)],
    )


def test_what_is_cleared_is_counted_with_source_and_reason(tmp_path: Path) -> None:
    cleared = said("not_affected", justification="component_not_present", impact_statement="gone")
    findings, remarks = applied(read(tmp_path, openvex(cleared)), finding())
    assert findings == []
    assert remarks == [
        Remark(
            "vex",
            {
                "rule": "VUL001",
                "id": "PYSEC-1",
                "purl": "pkg:pypi/a@1.0",
                "location": "r.txt:3",
                "status": "not_affected",
                "reason": "component_not_present: gone",
                "source": "0.json!statements[0]",
                "time": "2025-01-01T00:00:00+00:00",
            },
        )
    ]
    assert OLD.startswith("2025-01-01")


def test_affected_and_under_investigation_suppress_nothing(tmp_path: Path) -> None:
    for status in ("affected", "under_investigation"):
        findings, remarks = applied(read(tmp_path, openvex(said(status))), finding())
        assert [each.rule.id for each in findings] == ["VUL001"]
        assert remarks == []


def test_other_families_malware_and_findings_without_a_package_stand(tmp_path: Path) -> None:
    vex = read(tmp_path, openvex(said("fixed")))
    rest = [
        finding(OTHER),
        finding(malicious=True),
        finding(purl=None),
        finding(id="X", aliases=[]),
    ]
    findings, remarks = applied(vex, *rest)
    assert findings[: len(rest)] == rest
    assert remarks == []


def test_remarks_pass(tmp_path: Path) -> None:
    vex = read(tmp_path, openvex(said("fixed")))
    assert applied(vex, Remark("x", 1), finding())[1][0] == Remark("x", 1)


def test_a_document_that_cannot_be_read_is_unclear(tmp_path: Path) -> None:
    findings, _ = applied(read(tmp_path, "{"), finding())
    assert [(each.rule.id, each.rule.verdict) for each in findings] == [
        ("VUL001", Verdict.REVIEW), ("VUL091", Verdict.UNCLEAR),
    ]  # fmt: skip


def test_a_statement_that_is_not_believed_is_told_and_suppresses_nothing(tmp_path: Path) -> None:
    findings, remarks = applied(read(tmp_path, openvex(said("not_affected"))), finding())
    assert [each.rule.id for each in findings] == ["VUL001", "VUL092"]
    assert "without justification" in findings[1].message
    assert remarks == []


def test_a_statement_that_nothing_needs_is_told(tmp_path: Path) -> None:
    findings, _ = applied(read(tmp_path, openvex(said("fixed"))))
    assert [each.rule.id for each in findings] == ["VUL093"]


def test_a_statement_of_the_future_is_not_believed(tmp_path: Path) -> None:
    cleared = said("not_affected", justification="component_not_present", impact_statement="gone")
    (tmp_path / "v.json").write_text(json.dumps(openvex(cleared)))
    for today, rules in ((date(2024, 12, 30), ["VUL001", "VUL092"]), (date(2024, 12, 31), [])):
        vex = open_vex(str(tmp_path), ["v.json"], today=today)
        findings, _ = applied(vex, finding())
        assert [each.rule.id for each in findings] == rules
