"""A waiver: one person accepts findings for a stated reason until a stated day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from seamark.core.errors import ConfigurationError
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.globs import like, matches_path
from seamark.core.reports import Report
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict

WAIVER_EXPIRED = Rule(
    id="GAT001",
    title="Waiver has expired",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="The time for which somebody accepted these findings is over; they count again.",
    remedy="Repair what was waived, or renew the waiver with a new reason and day.",
)
WAIVER_UNUSED = Rule(
    id="GAT002",
    title="Waiver matches nothing",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="A waiver that nothing needs would silently accept a finding that comes later.",
    remedy="Remove the waiver, or correct its rule and path.",
)
RULES = (WAIVER_EXPIRED, WAIVER_UNUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Accepts the findings that match ``rule`` (id or glob), ``path`` (glob) and ``fingerprint``.

    An empty ``fingerprint`` matches all. The waiver holds up to and including the day
    ``expires``. Raises ``ConfigurationError`` where a field that must say something is empty.
    """

    rule: str
    path: str
    owner: str
    reason: str
    expires: date
    fingerprint: str = ""

    def __post_init__(self) -> None:
        for name in ("rule", "path", "owner", "reason"):
            if not getattr(self, name).strip():
                raise ConfigurationError(
                    f"The waiver for {self.rule or 'a rule'} has no {name}.",
                    hint="A waiver needs a rule, a path, an owner, a reason and a day of expiry.",
                )

    def matches(self, finding: Finding) -> bool:
        """Whether the waiver speaks of this finding, expired or not."""
        if self.fingerprint and self.fingerprint != finding.fingerprint:
            return False
        return like(finding.rule.id, self.rule) and matches_path(finding.location.path, self.path)

    def expired(self, today: date) -> bool:
        """Whether the last day on which it holds is over."""
        return today > self.expires


def find_waiver(finding: Finding, waivers: Sequence[Waiver], today: date) -> Waiver | None:
    """The waiver that holds this finding; failing that, an expired one that did; else None."""
    matching = [waiver for waiver in waivers if waiver.matches(finding)]
    return max(
        matching, key=lambda waiver: (not waiver.expired(today), waiver.expires), default=None
    )


def waiver_findings(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: date, *, source: str
) -> tuple[Finding, ...]:
    """What is to be said of the waivers themselves; ``source`` is the file they come from."""
    found = list(findings)
    remarks: list[Finding] = []
    for waiver in waivers:
        count = sum(1 for finding in found if waiver.matches(finding))
        what = f"The waiver of {waiver.owner} for {waiver.rule} in {waiver.path}"
        if not count:
            remarks.append(_remark(WAIVER_UNUSED, f"{what} matches no finding.", waiver, source))
        elif waiver.expired(today):
            noun = "finding" if count == 1 else "findings"
            message = f"{what} expired on {waiver.expires}; {count} {noun} reopened."
            remarks.append(_remark(WAIVER_EXPIRED, message, waiver, source))
    return with_fingerprints(remarks)


def with_waiver_findings(
    report: Report, waivers: Sequence[Waiver], today: date, *, source: str = "seamark.yaml"
) -> Report:
    """The report with findings GAT001 and GAT002 about these waivers added."""
    remarks = waiver_findings(report.all_findings(), waivers, today, source=source)
    return replace(report, findings=(*report.findings, *remarks)) if remarks else report


def _remark(rule: Rule, message: str, waiver: Waiver, source: str) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        location=Location(path=source),
        anchor=f"{waiver.rule} {waiver.path} {waiver.fingerprint}".rstrip(),
        evidence={
            "rule": waiver.rule,
            "path": waiver.path,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        },
    )
