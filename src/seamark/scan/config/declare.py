"""How rules of this check are written down: short, and all alike."""

from seamark.core.rules import Reference, Rule, Severity
from seamark.core.verdicts import Verdict

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


def declare(
    id: str,  # noqa: A002 - what Rule calls it
    severity: Severity,
    title: str,
    reason: str,
    remedy: str,
    *references: Reference,
    verdict: Verdict = Verdict.REVIEW,
) -> Rule:
    """A rule about a setting; one with the verdict ``clean`` is advice."""
    return Rule(
        id=id,
        title=title,
        severity=severity,
        verdict=verdict,
        reason=reason,
        remedy=remedy,
        references=references,
    )
