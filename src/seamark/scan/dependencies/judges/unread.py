"""What the readers could not read (family PIN): never silence."""

import os
from collections.abc import Iterator

from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.lists import INSTALLABLE, at_most
from seamark.scan.dependencies.listings import Listing, Role, Unassessed

LIST_NOT_READ = Rule(
    id="PIN001",
    title="List of dependencies could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What the list names was not looked up, so nothing is known of it. That no "
    "vulnerability was found in it says nothing.",
    remedy="Repair the list, or write it with a tool whose format is read; exclude it if nobody "
    "installs from it.",
)
ENTRY_NOT_READ = Rule(
    id="PIN002",
    title="Entry of a list could not be assessed",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The entry was left out of everything else: no vulnerability, license or origin of it "
    "was examined.",
    remedy="Write the entry so that name and exact version can be read from it.",
)
NOTHING_LISTED = Rule(
    id="PIN003",
    title="The project's lists name nothing",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="A list to install from is there, no list names a package, and no declaration says "
    "that none is needed. A list that was cut off or written in vain looks the same.",
    remedy="Write the list again; remove it if the project needs nothing.",
)
RULES = (LIST_NOT_READ, ENTRY_NOT_READ, NOTHING_LISTED)


def judge(case: Case) -> Iterator[Finding]:
    """A finding for each thing that a reader gave as unassessed."""
    for listing in case.inventory.listings:
        yield from at_most(_finding(each, listing) for each in listing.unassessed)
    yield from _nothing(case)


def _finding(unread: Unassessed, listing: Listing) -> Finding:
    if not unread.whole:
        quote = '"' if "'" in unread.name else "'"
        return Finding(
            rule=ENTRY_NOT_READ,
            message=f"{quote}{unread.name}{quote} was not assessed: {unread.reason}.",
            location=unread.location,
            anchor=unread.name,
        )
    read = len(listing.components)
    name = os.path.basename(listing.path)
    what = f"The rest of {name}" if read else name
    return Finding(
        rule=LIST_NOT_READ,
        message=f"{what} was not read: {unread.reason}.",
        location=unread.location,
        anchor=listing.kind,
        evidence={"kind": listing.kind, "read": read},
    )


def _nothing(case: Case) -> Iterator[Finding]:
    listings = case.inventory.listings
    if any(listing.components or listing.unassessed for listing in listings):
        return
    if any(listing.role is Role.DECLARATION for listing in listings):
        return
    for listing in listings:
        if listing.role in INSTALLABLE:
            yield Finding(
                rule=NOTHING_LISTED,
                message="This list names no package, and no other list does.",
                location=Location(path=listing.path),
                anchor=listing.kind,
            )
