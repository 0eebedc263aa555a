"""Do the lists say exactly what is installed (family PIN)? And what was read, list by list."""

from collections.abc import Iterator

from seamark.core.checks import Remark
from seamark.core.findings import Finding, Json
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges import conflicts, declared, hashes, unread, versions
from seamark.scan.dependencies.judges.lists import at_most, is_pinned
from seamark.scan.dependencies.listings import Listing

YANKED = Rule(
    id="PIN040",
    title="Version was withdrawn by its publisher",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A yanked version is broken or unsafe in its publisher's own opinion. It is installed "
    "only because the list pins it.",
    remedy="Pin a version that was not yanked.",
)
RULES = (YANKED,)

_PARTS = (unread.judge, versions.judge, declared.judge, conflicts.judge, hashes.judge)


def judge(case: Case) -> Iterator[Finding | Remark]:
    """A remark ``lists`` for each list, then all findings on how they pin."""
    for listing in case.inventory.listings:
        yield Remark("lists", _summary(listing))
    for part in _PARTS:
        yield from part(case)
    for listing in case.inventory.listings:
        yield from at_most(_yanked(listing))


def _summary(listing: Listing) -> dict[str, Json]:
    return {
        "path": listing.path,
        "kind": listing.kind,
        "role": listing.role.value,
        "ecosystem": listing.ecosystem,
        "components": len(listing.components),
        "pinned": sum(map(is_pinned, listing.components)),
        "hashed": sum(bool(each.hashes) for each in listing.components),
        "unassessed": len(listing.unassessed),
        "read": not any(each.whole for each in listing.unassessed),
    }


def _yanked(listing: Listing) -> Iterator[Finding]:
    for component in listing.components:
        if component.yanked:
            why = "" if component.yanked == "yes" else f": {component.yanked[:200].rstrip('.')}"
            yield Finding(
                rule=YANKED,
                message=f"{component.title} {component.version} was yanked{why}.",
                location=component.location,
                anchor=component.name,
                evidence={"purl": component.purl},
            )
