"""Where single packages come from: addresses, repositories, other registries (family SRC)."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.judges.indexes import CREDENTIALS, host_of, is_plaintext
from seamark.scan.dependencies.judges.lists import Lists, name_of
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.names import NPM, PYPI, pypi_name

PLAINTEXT = Rule(
    id="SRC010",
    title="Package is fetched without protection",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Without TLS, anyone on the way can exchange what is fetched, and it runs when it is "
    "installed.",
    remedy="Use an https:// or ssh:// address, and pin what is fetched by hash or commit.",
    references=(cwe(319), cwe(494)),
)
ELSEWHERE = Rule(
    id="SRC011",
    title="Lock takes a package from an unexpected place",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Locks are long and seldom read, and installers follow the addresses in them. A "
    "changed address installs other code under a trusted name (lockfile injection).",
    remedy="Write the lock again with its tool and compare. If the place is right, declare it: as "
    "the registry of the package's scope, or as the dependency's own address.",
    references=(cwe(829), cwe(494)),
)
ANOTHER_PACKAGE = Rule(
    id="SRC012",
    title="Address leads to another package",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="The entry's name and the file that is fetched for it are those of two packages. What "
    "is installed is the file.",
    remedy="Do not install from this list. Find out who changed the entry, and write it again.",
    references=(cwe(345), cwe(494)),
)
RULES = (PLAINTEXT, ELSEWHERE, ANOTHER_PACKAGE)

_USUAL: Final = "https://registry.npmjs.org"
_FILES: Final = "files.pythonhosted.org"
"""Where PyPI keeps its files: a lock may name one of them by its address."""
_PLACES: Final = (OriginKind.URL, OriginKind.VCS)
_DECLARING: Final = (Role.DECLARATION, Role.REQUIREMENTS)
_UNKNOWN_DECLARATIONS: Final = frozenset({"pixi-lock"})
"""Locks whose declarations no reader reads: what nothing declares cannot be told."""
_TARBALL: Final = re.compile(r"/((?:@[^/@]+/)?[^/@]+)/-/[^/]+\.tgz$")


def judge_origins(listing: Listing, lists: Lists) -> Iterator[Finding]:
    """Findings on where the entries of one list come from."""
    declared = _declared(listing, lists) if listing.role is Role.LOCK else set()
    usual = _registries(listing) if listing.role is Role.LOCK else {}
    for component in listing.components:
        origin = component.origin
        if origin is None:
            if component.ecosystem == NPM and usual.get(_scope(component.name), _USUAL) != _USUAL:
                yield _stray(component, _USUAL, usual[_scope(component.name)])
            continue
        if origin.kind is OriginKind.PATH:
            continue
        if origin.secret:
            text = f"The address of {component.title} ({origin.url}) is given with credentials."
            yield _finding(CREDENTIALS, component, text)
        if is_plaintext(origin.url):
            text = f"{component.title} is fetched from {origin.url} without TLS."
            yield _finding(PLAINTEXT, component, text)
        other = _other_package(component, origin)
        if other:
            text = f"{component.title} is fetched from the address of {other}: {origin.url}."
            yield _finding(ANOTHER_PACKAGE, component, text)
        elif origin.kind in _PLACES and _may_stray(listing):
            host = host_of(origin.url)
            if host != _FILES and (*name_of(component), host) not in declared:
                text = f"{component.title} is fetched from {origin.url}, which nothing declares."
                yield _finding(ELSEWHERE, component, text)
        elif origin.kind is OriginKind.INDEX and component.ecosystem == NPM:
            expected = usual.get(_scope(component.name), origin.url)
            if expected != origin.url:
                yield _stray(component, origin.url, expected)


def _may_stray(listing: Listing) -> bool:
    return listing.role is Role.LOCK and listing.kind not in _UNKNOWN_DECLARATIONS


def _declared(lock: Listing, lists: Lists) -> set[tuple[str, str, str]]:
    """Names that a list beside the lock, or one of a member of its workspace, gives an address,
    each with its host.
    """
    directory = os.path.dirname(lock.path)
    below = f"{directory}/" if directory else ""
    return {
        (*name_of(each), host_of(each.origin.url))
        for listing in lists.all
        if listing.role in _DECLARING and listing.path.startswith(below)
        for each in listing.components
        if each.origin and each.origin.kind in _PLACES
    }


def _registries(lock: Listing) -> dict[str, str]:
    """Where most packages of each scope come from; npm's settings bind scopes to registries."""
    counts: dict[str, Counter[str]] = {}
    for component in lock.components:
        if component.ecosystem != NPM:
            continue
        place = component.origin.url if component.origin else _USUAL
        if component.origin is None or component.origin.kind is OriginKind.INDEX:
            counts.setdefault(_scope(component.name), Counter())[place] += 1
    return {
        scope: max(sorted(found), key=lambda place: (found[place], place == _USUAL))
        for scope, found in counts.items()
    }


def _scope(name: str) -> str:
    return name.partition("/")[0] if name.startswith("@") else ""


def _stray(component: Component, place: str, expected: str) -> Finding:
    text = f"{component.title} is fetched from {place}, its neighbors from {expected}."
    return _finding(ELSEWHERE, component, text)


def _other_package(component: Component, origin: Origin) -> str:
    """The name of the package whose archive the address is, if it is another one's."""
    if origin.kind is not OriginKind.URL:
        return ""
    if component.ecosystem == NPM:
        found = _TARBALL.search(unquote(origin.url))
        return found[1] if found and found[1] != component.name else ""
    if component.ecosystem == PYPI and origin.url.endswith(".whl"):
        from seamark.scan.dependencies.readers.python.python_origins import (
            artifact_of,
            file_name_of,
        )

        artifact = artifact_of(file_name_of(origin.url))
        if artifact and pypi_name(artifact.name) != component.name:
            return artifact.name
    return ""


def _finding(rule: Rule, component: Component, message: str) -> Finding:
    url = component.origin.url if component.origin else _USUAL
    return Finding(
        rule=rule,
        message=message,
        location=component.location,
        anchor=component.name,
        evidence={"purl": component.purl, "from": url},
    )
