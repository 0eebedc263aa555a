"""The bar that a report must pass: threshold, gates, waivers and baseline, and the exit code."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from seamark.core.baseline import Baseline
from seamark.core.errors import UsageError
from seamark.core.findings import Finding
from seamark.core.reports import CheckStatus, FileReport, Report
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import ExitCode, Verdict
from seamark.core.waivers import Waiver, find_waiver

__all__ = [
    "Assessed",
    "FailOn",
    "Gate",
    "GatePolicy",
    "GateResult",
    "Judgment",
    "Standing",
    "Waiver",
    "judge",
]


OWN_FILES = frozenset({"seamark.yaml", "seamark.baseline.json", ".gitignore"})
"""What ``seamark init`` and ``seamark baseline`` write: a project of these alone holds nothing."""


class Standing(StrEnum):
    """How a finding stands: only ``new`` and ``reopened`` ones count against the gates."""

    NEW = "new"
    BASELINE = "baseline"
    WAIVED = "waived"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A finding and how it stands.

    ``owner``, ``reason`` and ``expires`` are the waiver's, ``owner`` and ``since`` the baseline
    entry's. Days are ISO 8601.
    """

    finding: Finding
    standing: Standing
    owner: str = ""
    since: str = ""
    reason: str = ""
    expires: str = ""

    @property
    def open(self) -> bool:
        """Whether it counts against the gates."""
        return self.standing in (Standing.NEW, Standing.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What became of one gate. ``evaluated`` is false where the report lacks what it asks for."""

    name: str
    passed: bool
    reason: str
    evaluated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What the gate policy makes of a report.

    ``assessed`` holds every finding in the order of ``Report.all_findings``; ``exit_reason``
    is one whole sentence or more, also where the exit code is 0.
    """

    exit_code: ExitCode
    exit_reason: str
    gates: tuple[GateResult, ...] = ()
    assessed: tuple[Assessed, ...] = ()


@dataclass(frozen=True, slots=True)
class FailOn:
    """The threshold from which an open finding fails: a verdict or a severity."""

    threshold: Verdict | Severity = Verdict.REVIEW

    @classmethod
    def parse(cls, text: str) -> "FailOn":
        """From ``hostile``, ``review``, ``unclear``, ``critical``, ``high``, ``medium``, ``low``.

        Raises ``UsageError`` for anything else.
        """
        word = text.strip().lower()
        if word in set(Verdict) - {Verdict.CLEAN}:
            return cls(Verdict(word))
        if word in set(Severity) - {Severity.INFO}:
            return cls(Severity(word))
        raise UsageError(
            f"'{text}' is not a threshold.",
            hint="Use hostile, review, unclear, critical, high, medium or low.",
        )

    def reached_by(self, finding: Finding) -> bool:
        """Whether this finding is at or above the threshold."""
        rule = finding.rule
        if isinstance(self.threshold, Verdict):
            return rule.verdict.rank >= self.threshold.rank
        return rule.severity.rank >= self.threshold.rank

    def __str__(self) -> str:
        return str(self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition: ``require`` (an expression over the report's facts) or ``fail_on``."""

    name: str
    require: str = ""
    fail_on: FailOn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """The threshold that always applies, and the gates beside it."""

    fail_on: FailOn = field(default_factory=FailOn)
    gates: tuple[Gate, ...] = ()


def judge(
    report: Report,
    policy: GatePolicy = GatePolicy(),
    *,
    waivers: Sequence[Waiver] = (),
    baseline: Baseline = Baseline(),
    today: date,
    allow_incomplete: bool = False,
    allow_empty: bool = False,
) -> Judgment:
    """Judge a report. Pure: the same input gives the same judgment.

    ``today`` decides which waivers have expired. ``allow_incomplete`` turns exit code 3 into 0
    and still says what is missing; ``allow_empty`` says that having nothing to examine is an
    answer (no file changed), not a gap. Raises ``ExpressionError`` for a gate that does not parse.
    """
    assessed = tuple(_assess(report, waivers, baseline, today))
    gates = [_threshold("fail-on", policy.fail_on, assessed)]
    gaps = list(_gaps(report, assessed, allow_empty=allow_empty))
    gates += _evaluate(policy.gates, report, assessed, bool(gaps))
    gaps += [f"Gate '{gate.name}': {gate.reason}" for gate in gates if not gate.evaluated]
    code, reason = _exit(report, gates, gaps, assessed, allow_incomplete)
    return Judgment(exit_code=code, exit_reason=reason, gates=tuple(gates), assessed=assessed)


def _assess(
    report: Report, waivers: Sequence[Waiver], baseline: Baseline, today: date
) -> Iterator[Assessed]:
    for file in report.files:
        for finding in file.findings:
            yield _stand(finding, file.digest, waivers, baseline, today)
    for finding in report.findings:
        yield _stand(finding, None, waivers, baseline, today)


def _stand(
    finding: Finding,
    digest: str | None,
    waivers: Sequence[Waiver],
    baseline: Baseline,
    today: date,
) -> Assessed:
    waiver = find_waiver(finding, waivers, today) if waivers else None
    if waiver is not None:
        expired = waiver.expired(today)
        return Assessed(
            finding=finding,
            # An expired waiver reopens the finding even where a baseline would hold it.
            standing=Standing.REOPENED if expired else Standing.WAIVED,
            owner=waiver.owner,
            reason=waiver.reason,
            expires=waiver.expires.isoformat(),
        )
    entry = baseline.find(finding, digest)
    if entry is not None:
        since = entry.first_seen.isoformat()
        return Assessed(finding=finding, standing=Standing.BASELINE, owner=entry.owner, since=since)
    return Assessed(finding=finding, standing=Standing.NEW)


def _threshold(name: str, fail_on: FailOn, assessed: Sequence[Assessed]) -> GateResult:
    failing = [each for each in assessed if each.open and fail_on.reached_by(each.finding)]
    if not failing:
        return GateResult(name=name, passed=True, reason=f"No open finding is {fail_on} or worse.")
    noun = "finding is" if len(failing) == 1 else "findings are"
    reopened = sum(1 for each in failing if each.standing is Standing.REOPENED)
    after = f", {reopened} of them reopened by an expired waiver" if reopened else ""
    reason = f"{len(failing)} open {noun} {fail_on} or worse{after}."
    return GateResult(name=name, passed=False, reason=reason)


def _evaluate(
    gates: Sequence[Gate], report: Report, assessed: Sequence[Assessed], incomplete: bool
) -> Iterator[GateResult]:
    if not gates:
        return
    from seamark.core.expression import UnknownValueError, compile_condition
    from seamark.core.facts import REPORT_FACTS, report_facts

    facts = report_facts(report, assessed, incomplete=incomplete)
    for gate in gates:
        if gate.fail_on is not None:
            yield _threshold(gate.name, gate.fail_on, assessed)
        if not gate.require:
            continue
        try:
            passed = compile_condition(gate.require, REPORT_FACTS).holds(facts)
        except UnknownValueError as error:
            yield GateResult(name=gate.name, passed=False, reason=f"{error.what}", evaluated=False)
            continue
        word = "holds" if passed else "does not hold"
        yield GateResult(name=gate.name, passed=passed, reason=f"'{gate.require}' {word}.")


def _gaps(report: Report, assessed: Sequence[Assessed], *, allow_empty: bool) -> Iterator[str]:
    """What should have been evaluated and was not, in whole sentences."""
    yield from report.incomplete
    for check in report.checks:
        told = any(check.check in sentence for sentence in report.incomplete)
        if check.status is CheckStatus.NOT_RUN and check.required and not told:
            reason = check.reason.rstrip(".") or "no reason given"
            yield f"The check {check.check} did not run: {reason}."
    held = {id(each.finding) for each in assessed if not each.open}
    unclear = sum(1 for file in report.files if _not_examined(file, held))
    if unclear:
        yield f"{unclear} {'file' if unclear == 1 else 'files'} could not be examined."
    yield from _doubts(each for each in report.findings if id(each) not in held)
    if not allow_empty and _empty(report):
        yield "Nothing was found to examine."


def _doubts(findings: Iterable[Finding]) -> Iterator[str]:
    """What stayed unclear: a sentence a rule, that of the finding where there is only one."""
    doubts: dict[Rule, list[Finding]] = {}
    for finding in findings:
        if finding.rule.verdict is Verdict.UNCLEAR:
            doubts.setdefault(finding.rule, []).append(finding)
    for rule, found in doubts.items():
        few = len(found) == 1
        yield found[0].message if few else f"{rule.title}, {len(found):,} times ({rule.id})."


def _empty(report: Report) -> bool:
    """Whether there was nothing to examine but what Seamark itself keeps in a project."""
    own = sum(1 for file in report.files if file.path.rpartition("/")[2] in OWN_FILES)
    return len(report.files) <= own and sum(check.count for check in report.checks) <= own


def _not_examined(file: FileReport, held: Set[int]) -> bool:
    """Whether something of the file is unexamined and nobody has accepted that."""
    doubts = [each for each in file.findings if each.rule.verdict is Verdict.UNCLEAR]
    if file.coverage.skipped or any(id(finding) not in held for finding in doubts):
        return True
    return file.verdict is Verdict.UNCLEAR and not doubts


def _exit(
    report: Report,
    gates: Sequence[GateResult],
    gaps: Sequence[str],
    assessed: Sequence[Assessed],
    allow_incomplete: bool,
) -> tuple[ExitCode, str]:
    failed = [gate for gate in gates if gate.evaluated and not gate.passed]
    parts = [
        gate.reason if gate.name == "fail-on" else f"Gate '{gate.name}': {gate.reason}"
        for gate in failed
    ]
    if report.interrupted:
        return ExitCode.INTERRUPTED, " ".join(["Interrupted; the report is partial.", *parts])
    if failed:
        return ExitCode.FAILED, " ".join([*parts, *_shortened(gaps)])
    if gaps and not allow_incomplete:
        return ExitCode.INCOMPLETE, " ".join(_shortened(gaps))
    if gaps:
        parts = ["Passed, but incomplete as --allow-incomplete accepts:", *_shortened(gaps)]
        return ExitCode.PASSED, " ".join(parts)
    known = sum(1 for each in assessed if not each.open)
    after = (
        f" {known} known {'finding is' if known == 1 else 'findings are'} held." if known else ""
    )
    return ExitCode.PASSED, f"{gates[0].reason}{after}"


def _shortened(sentences: Sequence[str], limit: int = 5) -> list[str]:
    if len(sentences) <= limit:
        return list(sentences)
    left = len(sentences) - limit
    return [*sentences[:limit], f"And {left} more {'gap' if left == 1 else 'gaps'}."]
