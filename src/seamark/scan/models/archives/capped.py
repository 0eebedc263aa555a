"""At most so many findings of one rule: a hostile archive must not bury the report."""

from collections.abc import Iterable, Iterator

from seamark.core.findings import Finding
from seamark.scan.models.scope import Scope

MOST = 25


def capped(findings: Iterable[Finding], scope: Scope) -> Iterator[Finding]:
    """The first ``MOST`` findings of each rule about the archive itself, then one that counts.

    Findings inside members are about other things and pass unchanged.
    """
    counts: dict[str, int] = {}
    last: dict[str, Finding] = {}
    for finding in findings:
        if finding.location.member != scope.member:
            yield finding
            continue
        rule = finding.rule.id
        counts[rule] = counts.get(rule, 0) + 1
        if counts[rule] <= MOST:
            yield finding
        last[rule] = finding
    for rule, count in counts.items():
        if count > MOST:
            yield scope.finding(
                last[rule].rule,
                f"The same holds for {count - MOST} further places of this archive.",
                anchor="further places",
                evidence={"count": count - MOST},
            )
