"""What a gate's expression may ask of a report.

All counts but ``findings.total`` are of open findings: those that neither a waiver nor the
baseline holds.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seamark.core.expression import (
    NUMBER,
    TEXT,
    TRUTH,
    Facts,
    Signature,
    Vocabulary,
    choice,
    list_of,
)
from seamark.core.reports import Report
from seamark.core.rules import Severity
from seamark.core.verdicts import Verdict, worst

if TYPE_CHECKING:
    from seamark.core.policy import Assessed

FACTS = {
    "verdict": (choice(*Verdict), "worst verdict of the open findings; unclear where incomplete"),
    "incomplete": (TRUTH, "something that should have been evaluated was not"),
    "interrupted": (TRUTH, "the run was interrupted"),
    "findings.total": (NUMBER, "all findings, also those that a waiver or the baseline holds"),
    "findings.new": (NUMBER, "open findings, of whatever verdict"),
    "findings.reopened": (NUMBER, "open findings whose waiver has expired"),
    "findings.waived": (NUMBER, "findings that a waiver holds"),
    "findings.baseline": (NUMBER, "findings that the baseline holds"),
    **{
        f"findings.{verdict}": (NUMBER, f"open findings that are {verdict}")
        for verdict in Verdict
        if verdict is not Verdict.CLEAN
    },
    **{
        f"findings.{severity}": (NUMBER, f"open findings of severity {severity}")
        for severity in Severity
    },
    "findings.rules": (list_of(TEXT), "ids of the rules of open findings"),
    "files.total": (NUMBER, "files examined"),
    "files.formats": (list_of(TEXT), "formats of the files examined"),
    **{f"files.{verdict}": (NUMBER, f"files with verdict {verdict}") for verdict in Verdict},
}
"""Kind and meaning of every fact; the documentation is made from it."""

REPORT_FACTS = Vocabulary(
    names={name: kind for name, (kind, _) in FACTS.items()},
    functions={"metric": Signature((TEXT,), NUMBER)},
)


def report_facts(report: Report, assessed: "Sequence[Assessed]", *, incomplete: bool) -> Facts:
    """The facts of one report. ``metric(name)`` is unknown where the report has no such metric."""
    standing = Counter(each.standing.value for each in assessed)
    found = [each.finding.rule for each in assessed if each.open]
    verdicts = Counter(rule.verdict for rule in found)
    severities = Counter(rule.severity for rule in found)
    files = Counter(file.verdict for file in report.files)
    metrics = {metric.name: metric.value for metric in report.metrics}
    verdict = worst(verdicts)
    return {
        "verdict": worst([verdict, Verdict.UNCLEAR]).value if incomplete else verdict.value,
        "incomplete": incomplete,
        "interrupted": report.interrupted,
        "findings.total": len(assessed),
        "findings.new": len(found),
        "findings.reopened": standing["reopened"],
        "findings.waived": standing["waived"],
        "findings.baseline": standing["baseline"],
        **{f"findings.{each}": verdicts[each] for each in Verdict if each is not Verdict.CLEAN},
        **{f"findings.{each}": severities[each] for each in Severity},
        "findings.rules": tuple(sorted({rule.id for rule in found})),
        "files.total": len(report.files),
        "files.formats": tuple(sorted({file.format for file in report.files})),
        **{f"files.{each}": files[each] for each in Verdict},
        "metric": metrics.get,
    }
