"""The report as a GitLab code-quality artifact: open findings beside the merge request's lines.

Format: the table of fields in GitLab's documentation, "Code Quality report format". GitLab shows
what is in the branch's artifact and not in the target's, so held findings are left out.
"""

import hashlib
from typing import Any

from seamark.core.findings import Finding
from seamark.core.policy import Judgment
from seamark.core.reports import FileReport, Report
from seamark.core.rules import Severity
from seamark.render.view import View
from seamark.render.visible import visible
from seamark.render.wellformed import encode

_SEVERITY = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:  # noqa: ARG001
    """A JSON array with one issue a finding, and one for each part that was not examined."""
    issues = [_issue(each.finding) for each in judgment.assessed if each.open]
    issues += [_gap(file, reason) for file in report.files for reason in file.coverage.skipped]
    lines = ",\n".join(encode(issue) for issue in issues)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def _issue(finding: Finding) -> dict[str, Any]:
    where = finding.location
    inside = f" (in {visible(where.member)})" if where.member else ""
    line = where.line if where.line is not None and not where.member else 1
    return {
        "description": f"{finding.rule.id}: {visible(finding.message)}{inside}",
        "check_name": finding.rule.id,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITY[finding.rule.severity],
        "location": {"path": where.path.removeprefix("./"), "lines": {"begin": max(line, 1)}},
    }


def _gap(file: FileReport, reason: str) -> dict[str, Any]:
    name = f"not-examined\0{file.path}\0{reason}".encode("utf-8", "surrogatepass")
    return {
        "description": f"Not examined: {visible(reason)}",
        "check_name": "not-examined",
        "fingerprint": hashlib.sha256(name).hexdigest()[:32],
        "severity": _SEVERITY[Severity.MEDIUM],
        "location": {"path": file.path.removeprefix("./"), "lines": {"begin": 1}},
    }
