"""Judging: every row of the exit-code table, waivers, baseline, gates."""

from datetime import date, timedelta

import pytest

from seamark.core.actors import Actor
from seamark.core.baseline import Baseline, BaselineEntry, prune_baseline, update_baseline
from seamark.core.errors import ConfigurationError, ExpressionError, UsageError
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.metrics import Metric
from seamark.core.policy import FailOn, Gate, GatePolicy, Judgment, Standing, judge
from seamark.core.reports import CheckRun, CheckStatus, Coverage, FileReport, Report
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import ExitCode, Verdict, worst
from seamark.core.waivers import Waiver, with_waiver_findings

TODAY = date(2026, 11, 23)
DIGEST = "sha256:" + "a" * 64


def rule(verdict: Verdict, severity: Severity = Severity.MEDIUM, number: int = 1) -> Rule:
    return Rule(
        id=f"{verdict.value[:3].upper()}{number:03}",
        title="Title",
        severity=severity,
        verdict=verdict,
        reason="Reason.",
        remedy="Remedy.",
    )


HOSTILE = rule(Verdict.HOSTILE, Severity.CRITICAL)
REVIEW = rule(Verdict.REVIEW)
UNCLEAR = rule(Verdict.UNCLEAR)
REMARK = rule(Verdict.CLEAN, Severity.INFO)


def file(*rules: Rule, path: str = "models/a.pkl", digest: str | None = DIGEST) -> FileReport:
    found = [Finding(rule=r, message="It is.", location=Location(path=path)) for r in rules]
    return FileReport(
        path=path,
        digest=digest,
        size=1,
        format="pickle",
        verdict=worst(r.verdict for r in rules),
        findings=with_fingerprints(found),
    )


def report(*files: FileReport, **more: object) -> Report:
    values = {
        "target": "t",
        "tool_version": "0",
        "ruleset": "r",
        "started": "2026-11-23T00:00:00Z",
        "finished": "2026-11-23T00:00:00Z",
        "actor": Actor("os:ana"),
        "files": files,
        **more,
    }
    return Report(**values)  # type: ignore[arg-type]


def waiver(**more: object) -> Waiver:
    values = {
        "rule": "*",
        "path": "models/**",
        "owner": "ana",
        "reason": "Ours.",
        "expires": TODAY,
        **more,
    }
    return Waiver(**values)  # type: ignore[arg-type]


def run(subject: Report, policy: GatePolicy = GatePolicy(), **more: object) -> Judgment:
    return judge(subject, policy, today=TODAY, **more)  # type: ignore[arg-type]


NOT_RUN = CheckRun(check="deps", status=CheckStatus.NOT_RUN, reason="no lock file")


@pytest.mark.parametrize(
    ("subject", "code", "said"),
    [
        (report(file()), 0, "No open finding is review or worse."),
        (report(file(REMARK)), 0, ""),
        (report(file(REVIEW)), 1, "1 open finding is review or worse"),
        (report(file(HOSTILE, REVIEW)), 1, "2 open findings are"),
        (report(file(UNCLEAR)), 3, "1 file could not be examined"),
        (report(file(HOSTILE), file(UNCLEAR, path="b")), 1, "1 file could not be examined"),
        (report(), 3, "Nothing was found to examine"),
        (report(file(), checks=(NOT_RUN,)), 3, "deps did not run: no lock file"),
        (report(file(), incomplete=("Half was skipped.",)), 3, "Half was skipped."),
        (report(file(), interrupted=True), 130, "Interrupted"),
        (report(file(HOSTILE), interrupted=True), 130, "1 open finding"),
    ],
)
def test_exit_codes(subject: Report, code: int, said: str) -> None:
    judgment = run(subject)
    assert judgment.exit_code == code
    assert said in judgment.exit_reason


def test_a_skipped_part_is_incomplete_even_without_a_finding() -> None:
    part = FileReport(
        path="a",
        digest=DIGEST,
        size=1,
        format="zip",
        verdict=Verdict.UNCLEAR,
        coverage=Coverage(skipped=("b.zst: too large",)),
    )
    assert run(report(part)).exit_code is ExitCode.INCOMPLETE


def test_a_check_that_is_not_required_may_be_missing() -> None:
    off = CheckRun(check="deps", status=CheckStatus.NOT_RUN, reason="off", required=False)
    assert run(report(file(), checks=(off,))).exit_code is ExitCode.PASSED


def test_incomplete_can_be_accepted_and_is_still_said() -> None:
    judgment = run(report(file(UNCLEAR)), allow_incomplete=True)
    assert judgment.exit_code is ExitCode.PASSED
    assert "1 file could not be examined" in judgment.exit_reason
    assert run(report(file(HOSTILE)), allow_incomplete=True).exit_code is ExitCode.FAILED


def test_nothing_changed_is_an_answer() -> None:
    assert run(report(), allow_empty=True).exit_code is ExitCode.PASSED


@pytest.mark.parametrize(
    ("level", "found", "code"),
    [
        ("hostile", REVIEW, 0),
        ("hostile", HOSTILE, 1),
        ("unclear", UNCLEAR, 1),
        ("high", HOSTILE, 1),
        ("high", REVIEW, 0),
        ("medium", REVIEW, 1),
        ("critical", HOSTILE, 1),
    ],
)
def test_thresholds(level: str, found: Rule, code: int) -> None:
    assert run(report(file(found)), GatePolicy(fail_on=FailOn.parse(level))).exit_code == code


@pytest.mark.parametrize("word", ["", "clean", "info", "everything", "1"])
def test_a_threshold_that_would_fail_nothing_or_all_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        FailOn.parse(word)


def test_a_waiver_holds_until_its_last_day_and_then_reopens() -> None:
    subject = report(file(HOSTILE))
    held = run(subject, waivers=[waiver()])
    assert held.exit_code is ExitCode.PASSED
    assert held.assessed[0].standing is Standing.WAIVED
    late = waiver(expires=TODAY - timedelta(days=1))
    judgment = run(subject, waivers=[late])
    assert judgment.exit_code is ExitCode.FAILED
    assert judgment.assessed[0].standing is Standing.REOPENED
    assert "reopened by an expired waiver" in judgment.exit_reason
    told = with_waiver_findings(subject, [late], TODAY)
    assert [f.rule.id for f in told.findings] == ["GAT001"]
    assert run(told, waivers=[late]).exit_code is ExitCode.FAILED


def test_a_later_waiver_holds_what_an_expired_one_does_not() -> None:
    pair = [waiver(expires=TODAY - timedelta(days=1), owner="bo"), waiver()]
    assert run(report(file(HOSTILE)), waivers=pair).assessed[0].owner == "ana"


def test_an_expired_waiver_reopens_what_the_baseline_would_hold() -> None:
    subject = report(file(REVIEW))
    known = update_baseline(Baseline(), subject, today=TODAY)
    late = waiver(expires=TODAY - timedelta(days=1))
    judgment = run(subject, waivers=[late], baseline=known)
    assert judgment.assessed[0].standing is Standing.REOPENED


def test_a_waiver_that_matches_nothing_is_a_remark() -> None:
    told = with_waiver_findings(report(file()), [waiver()], TODAY)
    assert [f.rule.id for f in told.findings] == ["GAT002"]
    assert run(told).exit_code is ExitCode.PASSED


@pytest.mark.parametrize("name", ["rule", "path", "owner", "reason"])
def test_a_waiver_must_say_everything(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        waiver(**{name: " "})


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({"rule": "HOS*"}, True),
        ({"rule": "REV001"}, False),
        ({"path": "*.pkl"}, True),
        ({"path": "other/**"}, False),
        ({"fingerprint": "0" * 32}, False),
    ],
)
def test_what_a_waiver_matches(change: dict[str, str], held: bool) -> None:
    judgment = run(report(file(HOSTILE)), waivers=[waiver(**change)])
    assert (judgment.exit_code is ExitCode.PASSED) is held


def test_a_waived_unclear_finding_is_no_gap_but_the_file_stays_unclear() -> None:
    subject = report(file(UNCLEAR))
    judgment = run(subject, waivers=[waiver()])
    assert judgment.exit_code is ExitCode.PASSED
    assert subject.files[0].verdict is Verdict.UNCLEAR


def test_the_baseline_holds_known_findings_and_new_ones_fail() -> None:
    old = report(file(REVIEW))
    known = update_baseline(Baseline(), old, today=TODAY, owner="ana")
    judgment = run(old, baseline=known)
    assert judgment.exit_code is ExitCode.PASSED
    assert (judgment.assessed[0].owner, judgment.assessed[0].since) == ("ana", "2026-11-23")
    assert run(report(file(REVIEW, HOSTILE)), baseline=known).exit_code is ExitCode.FAILED


def test_the_baseline_holds_unclear_only_for_the_same_bytes() -> None:
    subject = report(file(UNCLEAR))
    known = update_baseline(Baseline(), subject, today=TODAY)
    assert run(subject, baseline=known).exit_code is ExitCode.PASSED
    other = report(file(UNCLEAR, digest="sha256:" + "b" * 64))
    assert run(other, baseline=known).exit_code is ExitCode.INCOMPLETE
    assert not update_baseline(Baseline(), report(file(UNCLEAR, digest=None)), today=TODAY).entries


def test_the_baseline_ages_keeps_owners_and_forgets_what_is_gone() -> None:
    first = update_baseline(Baseline(), report(file(REVIEW)), today=TODAY, owner="ana")
    later = TODAY + timedelta(days=40)
    both = report(file(REVIEW, HOSTILE))
    second = update_baseline(first, both, today=later, owner="bo")
    entries = {entry.rule: entry for entry in second.entries.values()}
    assert entries["REV001"].age(later) == 40
    assert (entries["REV001"].owner, entries["HOS001"].owner) == ("ana", "bo")
    assert entries["HOS001"].age(later) == 0
    third = update_baseline(second, report(file(HOSTILE)), today=later)
    assert {entry.rule for entry in third.entries.values()} == {"HOS001"}
    kept, gone = prune_baseline(second, report(file(HOSTILE)))
    assert set(kept.entries) == set(third.entries)
    assert [entry.rule for entry in gone] == ["REV001"]


def test_a_baseline_entry_of_another_rule_holds_nothing() -> None:
    subject = report(file(HOSTILE))
    mark = subject.files[0].findings[0].fingerprint
    forged = BaselineEntry(
        fingerprint=mark, rule="REV001", path="models/a.pkl", message="", first_seen=TODAY
    )
    assert run(subject, baseline=Baseline({mark: forged})).exit_code is ExitCode.FAILED


@pytest.mark.parametrize(
    ("require", "code"),
    [
        ("findings.new == 0", 1),
        ("findings.total < 5 and files.total == 1", 0),
        ("verdict <= 'review'", 0),
        ("verdict == 'clean'", 1),
        ("metric('coverage') >= 0.5", 0),
        ("metric('absent') >= 0.5", 3),
        ("not incomplete", 0),
        ("'REV001' in findings.rules", 0),
    ],
)
def test_gates(require: str, code: int) -> None:
    policy = GatePolicy(fail_on=FailOn.parse("hostile"), gates=(Gate(name="g", require=require),))
    subject = report(file(REVIEW), metrics=(Metric(name="coverage", value=0.75),))
    judgment = run(subject, policy)
    assert judgment.exit_code == code, judgment.exit_reason
    assert judgment.gates[-1].name == "g"


def test_a_gate_sees_only_open_findings() -> None:
    gates = (Gate(name="g", require="findings.hostile == 0 and verdict == 'clean'"),)
    judgment = run(report(file(HOSTILE)), GatePolicy(gates=gates), waivers=[waiver()])
    assert judgment.exit_code is ExitCode.PASSED


def test_a_gate_that_does_not_parse_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ExpressionError):
        run(report(file()), GatePolicy(gates=(Gate(name="g", require="verdikt == 1"),)))


def test_every_finding_is_assessed_in_order() -> None:
    subject = report(file(HOSTILE, REVIEW), file(UNCLEAR, path="b"))
    assert [a.finding for a in run(subject).assessed] == list(subject.all_findings())


def test_doubts_of_no_file_are_counted_by_rule() -> None:
    doubts = (rule(Verdict.UNCLEAR, number=1), rule(Verdict.UNCLEAR, number=2))
    findings = [
        Finding(rule=each, message=f"Entry {number}.", location=Location(path="a.txt"), anchor="x")
        for number, each in enumerate((doubts[0], doubts[1], doubts[1]))
    ]
    reason = run(report(findings=tuple(with_fingerprints(findings)))).exit_reason
    assert "Entry 0." in reason
    assert f"{doubts[1].title}, 2 times ({doubts[1].id})." in reason
    assert "Entry 1." not in reason


@pytest.mark.parametrize(("rules", "end"), [(6, "And 1 more gap."), (8, "And 3 more gaps.")])
def test_many_doubts_end_in_a_count(rules: int, end: str) -> None:
    findings = [
        Finding(
            rule=rule(Verdict.UNCLEAR, number=number),
            message=f"Entry {number}.",
            location=Location(path="a.txt"),
        )
        for number in range(rules)
    ]
    judged = run(report(findings=tuple(findings)), allow_empty=True)
    assert judged.exit_reason.endswith(end)
