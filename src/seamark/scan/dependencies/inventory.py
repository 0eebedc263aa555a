"""All lists of a project, read once; the judges look at them together."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module

from seamark.core.components import Component
from seamark.scan.dependencies.kinds import KINDS, Kind, kind_of
from seamark.scan.dependencies.listings import Index, Item, Listing, Unassessed
from seamark.scan.dependencies.source import Source, Unreadable

MAX_ITEMS = 500_000
"""Entries of one list; more are not read, and said so."""
_QUOTED = 1000
"""Characters of a list that are quoted about what could not be read."""


@dataclass(frozen=True)
class Inventory:
    """The listings in the order of their paths."""

    root: str
    listings: tuple[Listing, ...]

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Every component of every listing, in order."""
        return tuple(each for listing in self.listings for each in listing.components)


def take_inventory(sources: Iterable[tuple[Source, Kind]], *, root: str) -> Inventory:
    """Read each source, and what it includes (``-r``), once."""
    listings: dict[str, Listing] = {}
    waiting = list(sources)
    known = {os.path.realpath(source.path) for source, _ in waiting}
    for source, kind in waiting:  # grows while it runs: included files join at the end
        listings.setdefault(source.shown, read_listing(source, kind))
        for beside in _included(source):
            if (real := os.path.realpath(beside.path)) not in known:
                known.add(real)
                waiting.append((beside, kind_of(beside.shown) or kind))
    ordered = sorted(listings.values(), key=lambda listing: listing.path)
    return Inventory(root=root, listings=tuple(ordered))


def read_listing(source: Source, kind: Kind) -> Listing:
    """One file as a listing. Never raises for what the file holds."""
    found: list[Item] = []
    try:
        found.extend(_items(source, kind))
    except Unreadable as problem:
        where = source.at(problem.line)
        found += [Unassessed(name=source.shown, reason=problem.reason, location=where, whole=True)]
    except Exception as defect:  # a defect of ours must not look like an empty list
        reason = f"its reader failed ({type(defect).__name__}: {defect})"
        found += [Unassessed(name=source.shown, reason=reason, location=source.at(), whole=True)]
    return Listing(
        path=source.shown,
        kind=kind.name,
        role=kind.role,
        ecosystem=kind.ecosystem,
        digest=source.digest,
        components=tuple(each for each in found if isinstance(each, Component)),
        indexes=tuple(each for each in found if isinstance(each, Index)),
        unassessed=tuple(_shown(each) for each in found if isinstance(each, Unassessed)),
        includes=tuple(each.shown for each in _included(source)),
    )


def _shown(unassessed: Unassessed) -> Unassessed:
    """Without credentials, whichever reader quoted the list: what cannot be read may be a URL."""
    from seamark.scan.dependencies.readers.python.python_origins import redact

    name, reason = redact(unassessed.name, _QUOTED), redact(unassessed.reason, _QUOTED)
    if (name, reason) == (unassessed.name, unassessed.reason):
        return unassessed
    return replace(unassessed, name=name, reason=reason)


def _included(source: Source) -> list[Source]:
    """The files that a reader noted in ``source.included``, by their real paths."""
    directory = os.path.dirname(source.path)
    found = (source.beside(os.path.relpath(name, directory or ".")) for name in source.included)
    return [each for each in found if each is not None]


def _items(source: Source, kind: Kind) -> Iterator[Item]:
    if source.problem:
        raise Unreadable(source.problem)
    if not kind.place:
        raise Unreadable(f"Seamark has no reader for lists of this kind ({kind.name})")
    module, _, function = kind.place.partition(":")
    read = getattr(import_module(module), function)
    for number, item in enumerate(read(source)):
        if number >= MAX_ITEMS:
            raise Unreadable(f"it has more than {MAX_ITEMS} entries")
        yield item


def named_kind(name: str) -> Kind:
    """The kind of this name. Raises ``KeyError``."""
    return {kind.name: kind for kind in KINDS}[name]
