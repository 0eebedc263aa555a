"""What a refused load raises: the scanner's findings, and what to do next."""

from seamark.core.errors import SeamarkError
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.reports import FileReport
from seamark.core.rules import Rule
from seamark.core.verdicts import Verdict

_SHOWN = 3


class UnsafeModel(SeamarkError):  # noqa: N818  what the file is, as users catch it
    """A load was refused. ``report`` is the scanner's, with every finding."""

    def __init__(self, report: FileReport, *, findings: tuple[Finding, ...] | None = None) -> None:
        self.report = report
        self.findings = report.findings if findings is None else findings
        super().__init__(_what(report, self.findings), hint=_hint(report, self.findings))

    def __reduce__(self) -> tuple[type["UnsafeModel"], tuple[FileReport]]:
        """Errors travel between processes; this one with its report."""
        return type(self), (self.report,)


class UnsafeModelWarning(UserWarning):
    """What ``on_refuse="warn"`` says instead of refusing."""


def _what(report: FileReport, findings: tuple[Finding, ...]) -> str:
    """One line for the file, one for each of the first findings, the worst ahead."""
    lines = [f"Refused to load {report.path}: {report.verdict.value}."]
    ordered = sorted(findings, key=lambda f: -f.rule.verdict.rank)
    lines += [f"  {f.rule.id} {f.message} ({f.location})" for f in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        lines.append(f"  and {len(ordered) - _SHOWN} more findings")
    lines += [f"  not examined: {reason}" for reason in report.coverage.skipped[:_SHOWN]]
    return "\n".join(lines)


def _hint(report: FileReport, findings: tuple[Finding, ...]) -> str:
    worst = max(findings, key=lambda f: f.rule.verdict.rank, default=None)
    if worst is None:
        return "Unclear is never clean: safe_load(allow_unclear=True) loads it at your own risk."
    if report.verdict is Verdict.UNCLEAR:
        return f"{worst.rule.remedy} safe_load(allow_unclear=True) accepts what is unclear."
    return worst.rule.remedy


def report_of(rule: Rule, path: str, message: str, *, anchor: str = "") -> FileReport:
    """A report with one finding, for what no scan of a file could have said."""
    finding = Finding(rule=rule, message=message, location=Location(path=path), anchor=anchor)
    return FileReport(
        path=path,
        digest=None,
        size=0,
        format="",
        verdict=rule.verdict,
        findings=with_fingerprints([finding]),
    )
