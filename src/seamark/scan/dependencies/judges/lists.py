"""How the lists of a project belong together: who includes whom, and what pins what.

One list alone says little: a range in ``pyproject.toml`` is right where a lock beside it pins the
name, and a name without a version in ``requirements.txt`` where ``-c constraints.txt`` gives one.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.judges.markers import EVERYWHERE, Markers
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.versions.ranges import allows

INSTALLABLE = (Role.REQUIREMENTS, Role.LOCK)
"""Roles of lists from which somebody installs."""

MOST = 100
"""Findings of one rule in one list; the rest is counted in one more."""

_MANY = 50
"""Pins of one package that are asked where they apply; forks of a resolution are fewer."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_WEAK = ("md5:", "sha1:")
_BUILD = frozenset({"build", "build-system", "build-requires", "setup_requires", "setup-requires"})

Kept = TypeVar("Kept")
Name = tuple[str, str]
"""Ecosystem and normalized name."""


def name_of(component: Component) -> Name:
    """What a component is called, wherever else it is."""
    return component.ecosystem, component.name


def is_constraints(listing: Listing) -> bool:
    """Whether it only limits versions of what others ask for (pip's ``-c``)."""
    return listing.kind == "requirements" and "constraint" in os.path.basename(listing.path)


def for_building(component: Component) -> bool:
    """Whether it is needed to build the project only: no lock of any tool holds these."""
    return bool(component.groups) and set(component.groups) <= _BUILD


def is_commit(component: Component) -> bool:
    """Whether a component from a repository names what nobody can move: a full commit."""
    origin = component.origin
    if origin is None or origin.kind is not OriginKind.VCS:
        return False
    if origin.url.startswith("svn"):
        return origin.revision.isdigit()
    return _COMMIT.fullmatch(origin.revision) is not None


def is_pinned(component: Component) -> bool:
    """Whether the list says exactly what is to be installed."""
    kind = component.origin.kind if component.origin else OriginKind.INDEX
    if kind is OriginKind.VCS:
        return is_commit(component)
    if kind is OriginKind.URL:
        return bool(component.hashes)
    if component.ecosystem == "oci":
        return bool(component.hashes)
    return kind is OriginKind.PATH or bool(component.version)


def is_weak(component: Component) -> bool:
    """Whether all hashes of a component are MD5 or SHA-1."""
    return all(each.startswith(_WEAK) for each in component.hashes)


def is_hashed(component: Component) -> bool:
    """Whether a component is pinned by version and by a hash that cannot be forged."""
    return bool(component.hashes and component.version) and not is_weak(component)


class Pins:
    """What some lists pin. A pin counts only for an entry that it could be installed for."""

    def __init__(
        self, parts: Iterable[Mapping[Name, list[Component]]] = (), markers: Markers | None = None
    ) -> None:
        self._parts = tuple(parts)
        self._markers = markers or Markers()

    def __contains__(self, name: object) -> bool:
        return any(name in part for part in self._parts)

    def cover(self, component: Component, *, wholly: bool = False) -> bool:
        """Whether what is installed for this open entry is pinned: in a version that it allows,
        somewhere where it applies (``wholly``: everywhere). Locks leave out of their markers what
        the project excludes anyway, so of them only the former can be asked.
        """
        name = name_of(component)
        found = [pin for part in self._parts for pin in part.get(name, ()) if _fits(component, pin)]
        if any(not pin.marker or pin.marker == component.marker for pin in found):
            return True
        places = [self._markers.where(pin.marker) for pin in found[:_MANY]]
        held = frozenset().union(*(each for each in places if each is not None))
        wanted = self._markers.where(component.marker)
        if wholly:
            wanted = EVERYWHERE if wanted is None else wanted
            return bool(wanted) and wanted <= held
        return bool(found) and (None in (wanted, *places) or bool((wanted or EVERYWHERE) & held))


def _fits(component: Component, pin: Component) -> bool:
    """Whether the entry allows the pinned version; true where none can tell."""
    if not pin.version or not component.constraint:
        return True
    return allows(component.ecosystem, component.constraint, pin.version) is not False


def _noted(pins: dict[Name, list[Component]], components: Iterable[Component]) -> None:
    for each in components:
        pins.setdefault(name_of(each), []).append(each)


class Lists:
    """The listings of one inventory, and how they belong together."""

    def __init__(self, inventory: Inventory) -> None:
        self.all = inventory.listings
        self.markers = Markers()
        self._groups = _joined(inventory.listings)
        self._pins: dict[str, dict[Name, list[Component]]] = {}
        self._locked: dict[str, dict[Name, list[Component]]] = {}
        self._hashed: dict[str, set[Name]] = {}
        for listing in inventory.listings:
            pinned = [each for each in listing.components if is_pinned(each)]
            hashed = {name_of(each) for each in listing.components if is_hashed(each)}
            for directory in _directories(listing):
                if listing.role in INSTALLABLE:
                    _noted(self._pins.setdefault(directory, {}), pinned)
                    self._hashed.setdefault(directory, set()).update(hashed)
                if listing.role is Role.LOCK:
                    _noted(self._locked.setdefault(directory, {}), pinned)

    def together(self, listing: Listing) -> tuple[Listing, ...]:
        """The list and all that are installed with it (``-r``, ``-c``), in any direction."""
        return self._groups.get(listing.path, (listing,))

    def pinned_together(self, listing: Listing) -> Pins:
        """What is pinned by the list or one that is installed with it."""
        found: dict[Name, list[Component]] = {}
        for each in self.together(listing):
            _noted(found, (component for component in each.components if is_pinned(component)))
        return Pins([found], self.markers)

    def pinned_for(self, listing: Listing) -> Pins:
        """What is pinned by some list of the same project: in its directory or one above."""
        return Pins(_from_above(self._pins, listing), self.markers)

    def locked_for(self, listing: Listing) -> Pins:
        """The same of locks only."""
        return Pins(_from_above(self._locked, listing), self.markers)

    def hashed_for(self, listing: Listing) -> set[Name]:
        """What is pinned by a strong hash, too, by some list of the same project."""
        return set().union(*_from_above(self._hashed, listing))


def _from_above(pins: "Mapping[str, Kept]", listing: Listing) -> "Iterator[Kept]":
    for directory in _upwards(os.path.dirname(listing.path)):
        if directory in pins:
            yield pins[directory]


def _upwards(directory: str) -> Iterator[str]:
    yield directory
    while directory and (above := os.path.dirname(directory)) != directory:
        directory = above
        yield directory


def _directories(listing: Listing) -> list[str]:
    """Where the list counts: its directory, for ``requirements/base.txt`` also the one above."""
    directory = os.path.dirname(listing.path)
    above, name = os.path.split(directory)
    return [directory, above] if name.startswith("requirements") else [directory]


def _joined(listings: tuple[Listing, ...]) -> dict[str, tuple[Listing, ...]]:
    by_path = {listing.path: listing for listing in listings}
    leader = {path: path for path in by_path}

    def find(path: str) -> str:
        while leader[path] != path:
            leader[path] = leader[leader[path]]
            path = leader[path]
        return path

    for listing in listings:
        if listing.role is Role.DECLARATION:
            continue
        for path in listing.includes:
            if path in by_path and by_path[path].role is not Role.DECLARATION:
                leader[find(path)] = find(listing.path)
    groups: dict[str, list[Listing]] = {}
    for listing in listings:
        groups.setdefault(find(listing.path), []).append(listing)
    return {listing.path: tuple(group) for group in groups.values() for listing in group}


def at_most(findings: Iterable[Finding], *, most: int = MOST) -> Iterator[Finding]:
    """The findings of one list, the first of each rule; how many more there are is told too."""
    counts: dict[Rule, int] = {}
    last: dict[Rule, Finding] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
        last[finding.rule] = finding
        if counts[finding.rule] <= most:
            yield finding
    for rule, count in counts.items():
        if count > most:
            yield Finding(
                rule=rule,
                message=f"The same is true of {count - most:,} more entries of this list.",
                location=Location(path=last[rule].location.path),
                anchor="more",
                evidence={"count": count - most},
            )
