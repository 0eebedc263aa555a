"""What a report says was not examined, in one list, so that no format can forget a part."""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.reports import CheckRun, CheckStatus, Report
from seamark.core.verdicts import Verdict

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing not examined; ``path`` where it is a part of a file.

    ``required`` is false where nobody asked for it: it is said, and changes nothing.
    """

    text: str
    path: str = ""
    required: bool = True


def notifications(report: Report) -> Iterator[Gap]:
    """Every gap: the run's, then the checks', then those inside files."""
    if report.interrupted:
        yield Gap("The run was interrupted, so this report is partial.")
    for sentence in report.incomplete:
        yield Gap(sentence)
    for check in report.checks:
        told = any(check.check in sentence for sentence in report.incomplete)
        if check.status is not CheckStatus.RUN and not told:
            missing = check.status is CheckStatus.NOT_RUN and check.required
            yield Gap(check_sentence(check), required=missing)
    yield from _left_out(report)
    for file in report.files:
        for reason in file.coverage.skipped:
            yield Gap(f"Not examined: {reason}", path=file.path)
        for finding in file.findings:
            if finding.rule.verdict is Verdict.UNCLEAR:
                yield Gap(finding.message, path=file.path)


def _left_out(report: Report) -> Iterator[Gap]:
    excluded = report.attributes.get("excluded")
    if isinstance(excluded, list | tuple) and excluded:
        names = ", ".join(str(name) for name in excluded[:_NAMED])
        more = f" and {len(excluded) - _NAMED:,} more" if len(excluded) > _NAMED else ""
        yield Gap(f"Excluded and not examined: {names}{more}.", required=False)


def check_sentence(check: CheckRun) -> str:
    """What became of a check: ``Check deps was not run: no lock file``."""
    done = {
        CheckStatus.RUN: f"was run on {check.count:,}",
        CheckStatus.SAMPLED: f"looked at a sample of {check.count:,}",
        CheckStatus.NOT_RUN: "was not run",
    }[check.status]
    return f"Check {check.check} {done}{': ' + check.reason if check.reason else ''}"
