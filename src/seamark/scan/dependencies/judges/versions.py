"""Versions that a list to install from leaves open (family PIN).

What has no exact version can be matched against no advisory, and is another thing tomorrow.
"""

import os
import re
from collections.abc import Iterator

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.lists import (
    INSTALLABLE,
    Lists,
    Pins,
    at_most,
    is_commit,
    is_constraints,
    name_of,
)
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.versions import InvalidVersion, ordering

OPEN = Rule(
    id="PIN010",
    title="Version is left open",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What is installed is decided anew each time, by whoever publishes the newest version. "
    "Without a version, no advisory can be matched.",
    remedy="Pin the exact version (==), or install from a lock or constraints that do.",
    references=(cwe(1357), cwe(829)),
)
MOVABLE = Rule(
    id="PIN011",
    title="Repository is not pinned to a commit",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Branches and tags can be moved to other code at any time, and what they mean today "
    "cannot be matched against advisories.",
    remedy="Name the full commit (40 or 64 hexadecimal digits) in place of the branch or tag.",
    references=(cwe(494), cwe(829)),
)
UNCHECKED_ARCHIVE = Rule(
    id="PIN012",
    title="Archive from an address is not pinned by a hash",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Whoever controls the address decides what is installed, and can change it unnoticed.",
    remedy="Add the archive's SHA-256 (#sha256=… or --hash), or take the package from an index.",
    references=(cwe(494),),
)
UNVERSIONED = Rule(
    id="PIN013",
    title="Version cannot be told",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The list says exactly what to fetch, but not which version of the package that is, so "
    "advisories could not be matched.",
    remedy="Take the package from an index by its version, or lock it with a tool that records "
    "the version beside the commit or address.",
)
MOVABLE_IMAGE = Rule(
    id="PIN014",
    title="Base image is not pinned by its digest",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="A tag can be moved to another image at any time; what is in the image is not known "
    "from its tag.",
    remedy="Name the image by digest (name:tag@sha256:…).",
    references=(cwe(494), cwe(829)),
)
LOCAL = Rule(
    id="PIN015",
    title="List installs folders or files of the project itself",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="No index or advisory knows these packages; they are as good as the project's code.",
    remedy="Nothing, if they are yours. Code copied from elsewhere should come from an index.",
)
NO_VERSION = Rule(
    id="PIN016",
    title="Version is none by the rules of its ecosystem",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Advisories name ranges of versions, and nobody can tell whether this one lies in them.",
    remedy="Pin a version that the ecosystem's tools can order (PEP 440, Semantic Versioning …).",
)
RULES = (NO_VERSION, OPEN, MOVABLE, UNCHECKED_ARCHIVE, UNVERSIONED, MOVABLE_IMAGE, LOCAL)

_SHOWN = 5
_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")
"""What every ecosystem can order, and most versions are."""


def judge(case: Case) -> Iterator[Finding]:
    """Findings on every entry of which the list does not say what it is."""
    lists = Lists(case.inventory)
    for listing in lists.all:
        yield from at_most(_disordered(listing))
        if listing.role is Role.INSTALLED:
            continue
        yield from at_most(_judge(listing, lists))
        yield from _local(listing)


def _disordered(listing: Listing) -> Iterator[Finding]:
    for component in listing.components:
        if not component.version or _PLAIN.fullmatch(component.version):
            continue
        order = ordering(component.ecosystem)
        try:
            if order is not None:
                order.key(component.version)
        except InvalidVersion as error:
            text = f"The version of {component.title} cannot be compared: {error}."
            yield _finding(NO_VERSION, component, text)


def _judge(listing: Listing, lists: Lists) -> Iterator[Finding]:
    installable = listing.role in INSTALLABLE
    if not installable or listing.kind == "conda-environment":
        covered = lists.pinned_for(listing) if not installable else lists.locked_for(listing)
    else:
        covered = Pins()
    if listing.kind == "requirements":
        covered = lists.pinned_together(listing)
    told: set[tuple[Rule, str]] = set()
    for component in listing.components:
        finding = _examine(component, installable=installable)
        if finding is None or _excused(component, finding.rule, listing, covered):
            continue
        # A lock names the same source once for each platform; a line of its own is another entry.
        what = (finding.rule, finding.message)
        if listing.role is not Role.LOCK or what not in told:
            told.add(what)
            yield finding


def _excused(component: Component, rule: Rule, listing: Listing, covered: Pins) -> bool:
    if rule is OPEN and is_constraints(listing):
        return True  # it limits what another list asks for, and that list is judged
    if listing.role is Role.DECLARATION:
        return name_of(component) in covered
    return rule is OPEN and covered.cover(component, wholly=listing.kind == "requirements")


def _examine(component: Component, *, installable: bool) -> Finding | None:
    kind = component.origin.kind if component.origin else OriginKind.INDEX
    origin = component.origin
    if origin and kind is OriginKind.VCS:
        return _repository(component, origin)
    if origin and kind is OriginKind.URL:
        return _archive(component, origin)
    if origin and kind is OriginKind.PATH:
        return _path(component, origin)
    if component.ecosystem == "oci":
        return _image(component)
    if component.version or not installable:
        return None
    asked = f"asks for {component.constraint}" if component.constraint else "names no version"
    return _finding(
        OPEN, component, f"The version of {component.title} is left open: the list {asked}."
    )


def _repository(component: Component, origin: Origin) -> Finding | None:
    if not is_commit(component):
        asked = f"'{origin.revision}'" if origin.revision else "the newest commit"
        text = f"{component.title} is {asked} of {origin.url}, which can change."
        return _finding(MOVABLE, component, text)
    if component.version:
        return None
    text = f"Which version of {component.title} commit {origin.revision[:12]} is cannot be told."
    return _finding(UNVERSIONED, component, text)


def _archive(component: Component, origin: Origin) -> Finding | None:
    if not component.hashes:
        text = f"{component.title} is fetched from {origin.url} without a hash."
        return _finding(UNCHECKED_ARCHIVE, component, text)
    if component.version:
        return None
    text = f"Which version of {component.title} is at {origin.url} cannot be told."
    return _finding(UNVERSIONED, component, text)


def _path(component: Component, origin: Origin) -> Finding | None:
    if component.version or is_inside(component, origin):
        return None
    text = f"{component.title} is a path outside of the project ({origin.url}), and has no version."
    return _finding(UNVERSIONED, component, text)


def is_inside(component: Component, origin: Origin) -> bool:
    """Whether a path that a list installs lies in the project."""
    path = origin.url.removeprefix("file:").removeprefix("//")
    if os.path.isabs(path):
        return False
    beside = os.path.normpath(os.path.join(os.path.dirname(component.location.path), path))
    return not os.path.isabs(beside) and beside.split("/")[0] != ".."


def _image(component: Component) -> Finding | None:
    if component.hashes:
        return None
    text = f"The image {component.title} is named by a tag, not by its digest."
    return _finding(MOVABLE_IMAGE, component, text)


def _local(listing: Listing) -> Iterator[Finding]:
    local = [
        each
        for each in listing.components
        if each.origin and each.origin.kind is OriginKind.PATH and is_inside(each, each.origin)
    ]
    if local and listing.role in INSTALLABLE:
        names = ", ".join(sorted({each.title for each in local})[:_SHOWN])
        several = f"{len(local)} entries are" if len(local) > 1 else "One entry is"
        yield Finding(
            rule=LOCAL,
            message=f"{several} part of the project itself: {names}.",
            location=Location(path=listing.path),
            anchor="local",
        )


def _finding(rule: Rule, component: Component, message: str) -> Finding:
    evidence = {"purl": component.purl, "constraint": component.constraint}
    return Finding(
        rule=rule,
        message=message,
        location=component.location,
        anchor=component.name,
        evidence={key: value for key, value in evidence.items() if value},
    )
