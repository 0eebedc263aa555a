"""Fingerprints name a finding across runs; the order of verdicts and severities is fixed."""

import pytest

from seamark.core.findings import Finding, Location, fingerprint, with_fingerprints
from seamark.core.rules import Rule, Severity, index_rules
from seamark.core.verdicts import Verdict, worst

RULE = Rule(
    id="TST001",
    title="A test rule",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Because.",
    remedy="Stop it.",
)


def finding(anchor="os.system", *, path="a.pkl", member="", offset=None, line=None, message="m"):
    location = Location(path=path, member=member, offset=offset, line=line)
    return Finding(rule=RULE, message=message, location=location, anchor=anchor)


@pytest.mark.parametrize(
    "moved",
    [
        finding(offset=99),
        finding(line=7),
        finding(message="worded otherwise"),
    ],
)
def test_fingerprint_ignores_position_and_wording(moved):
    assert fingerprint(moved) == fingerprint(finding(offset=1))


@pytest.mark.parametrize(
    "other", [finding("os.popen"), finding(path="b.pkl"), finding(member="data.pkl")]
)
def test_fingerprint_tells_different_things_apart(other):
    assert fingerprint(other) != fingerprint(finding())


def test_equal_findings_are_numbered():
    first, second = with_fingerprints([finding(offset=1), finding(offset=2)])
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == with_fingerprints([finding(offset=50)])[0].fingerprint


def test_surrogates_in_a_path_do_not_break_a_fingerprint():
    assert len(fingerprint(finding(path="bad\udcff"))) == 32


def test_order_of_verdicts():
    assert worst([]) is Verdict.CLEAN
    assert worst([Verdict.CLEAN, Verdict.UNCLEAR]) is Verdict.UNCLEAR
    assert worst([Verdict.UNCLEAR, Verdict.REVIEW]) is Verdict.REVIEW
    assert worst([Verdict.HOSTILE, Verdict.REVIEW]) is Verdict.HOSTILE


def test_two_rules_may_not_share_an_id():
    other = Rule(
        id="TST001",
        title="Another",
        severity=Severity.LOW,
        verdict=Verdict.CLEAN,
        reason="r",
        remedy="r",
    )
    assert list(index_rules([RULE, RULE])) == ["TST001"]
    with pytest.raises(ValueError, match="TST001"):
        index_rules([RULE, other])
