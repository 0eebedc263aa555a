"""Packages of all lists as entries: each once, with every place that names it."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Location
from seamark.govern.documents.bom.licensing import declared
from seamark.govern.documents.bom.model import Entry, Kind, Property
from seamark.govern.documents.bom.texts import clean, digest_parts, uri
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.listings import Listing

IMAGES = "oci"
"""The ecosystem of base images."""


@dataclass(slots=True)
class _Merged:
    """What all lists together say of one package."""

    first: Component
    said: list[tuple[Listing, Component]] = field(default_factory=list)
    asked: list[Component] = field(default_factory=list)
    requires: set[str] | None = None
    unlisted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Packages:
    """Entries, references of what the project itself asks for, and what is missing."""

    entries: tuple[Entry, ...]
    direct: tuple[str, ...]
    gaps: tuple[str, ...]


def packages_of(inventory: Inventory) -> Packages:
    """The packages of all lists.

    A range in a declaration (``torch>=2`` in pyproject.toml) is folded into the exact version
    that a list near it gives, where it admits that version; else it stays an entry without a
    version, and a gap says so: a bill of materials with open versions is not complete.
    """
    merged: dict[str, _Merged] = {}
    declared_only: list[tuple[Listing, Component]] = []
    for listing in inventory.listings:
        for component in listing.components:
            if component.version:
                _join(merged, listing, component)
            else:
                declared_only.append((listing, component))
    exact = _by_name(merged)
    gaps = list(_unread(inventory))
    for listing, component in declared_only:
        answers = [
            each
            for each in exact.get((component.ecosystem, component.name), ())
            if _near(listing, each) and _admits(component, each.first)
        ]
        for answer in answers:
            answer.asked.append(component)
        if not answers:
            _join(merged, listing, component)
    gaps += [_open(each) for each in merged.values() if not each.first.version]
    _connect(merged)
    entries = [_entry(ref, each) for ref, each in sorted(merged.items())]
    return Packages(tuple(entries), _direct(merged, entries), tuple(gaps))


def reference(component: Component) -> str:
    """How the document calls a package: by its package URL."""
    named = f"{component.ecosystem}:{component.name}@{component.version}"
    return clean(component.purl) or clean(named)


def _join(merged: dict[str, _Merged], listing: Listing, component: Component) -> None:
    known = merged.setdefault(reference(component), _Merged(component))
    known.said.append((listing, component))


def _by_name(merged: dict[str, _Merged]) -> dict[tuple[str, str], list[_Merged]]:
    found: dict[tuple[str, str], list[_Merged]] = {}
    for each in merged.values():
        found.setdefault((each.first.ecosystem, each.first.name), []).append(each)
    return found


def _near(listing: Listing, answer: _Merged) -> bool:
    """Whether one of the lists that give the version lies above or below this one."""
    here = posixpath.dirname(listing.path)
    return any(
        _within(here, there) or _within(there, here)
        for there in (posixpath.dirname(other.path) for other, _ in answer.said)
    )


def _within(directory: str, other: str) -> bool:
    return not other or directory == other or directory.startswith(f"{other}/")


def _admits(asked: Component, exact: Component) -> bool:
    """Whether the range admits the version; other ecosystems than PyPI's are believed."""
    if asked.ecosystem != "PyPI" or not asked.constraint:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(asked.constraint).contains(exact.version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _unread(inventory: Inventory) -> Iterator[str]:
    for listing in inventory.listings:
        for each in listing.unassessed:
            where, reason = clean(str(each.location)), clean(each.reason).rstrip(".")
            if each.whole:
                yield f"{where}: the list was not read, or not to its end: {reason}."
            else:
                yield f"{where}: {clean(each.name)} is missing: {reason}."


def _open(merged: _Merged) -> str:
    component = merged.first
    asked = f" ({clean(component.constraint)})" if component.constraint else ""
    where = clean(str(component.location))
    return f"{where}: the version of {clean(component.name)} is open{asked}."


def _connect(merged: dict[str, _Merged]) -> None:
    """Edges by name: within the list first, then to what any list of the ecosystem names."""
    local: dict[tuple[str, str, str], list[str]] = {}
    anywhere: dict[tuple[str, str], list[str]] = {}
    for ref, each in merged.items():
        anywhere.setdefault((each.first.ecosystem, each.first.name), []).append(ref)
        for listing, component in each.said:
            local.setdefault((listing.path, component.ecosystem, component.name), []).append(ref)
    for ref, each in merged.items():
        for listing, component in each.said:
            if component.requires is None:
                continue
            each.requires = each.requires or set()
            for name in component.requires:
                found = local.get((listing.path, component.ecosystem, name)) or anywhere.get(
                    (component.ecosystem, name), []
                )
                each.requires.update(other for other in found if other != ref)
                if not found:
                    each.unlisted.add(name)


def _direct(merged: dict[str, _Merged], entries: list[Entry]) -> tuple[str, ...]:
    """What the lists call direct; where one does not say, what nothing else in it needs."""
    needed = {ref for each in entries for ref in each.requires or ()}
    found = []
    for ref, each in merged.items():
        said = {component.direct for _, component in each.said}
        if each.asked or True in said or (None in said and ref not in needed):
            found.append(ref)
    return tuple(sorted(found))


def _entry(ref: str, merged: _Merged) -> Entry:
    first = merged.first
    components = [component for _, component in merged.said]
    license_, texts = declared(text for each in components for text in each.licenses)
    hashes, artifacts, odd = _hashes(each for one in components for each in one.hashes)
    urls = sorted({uri(each.origin.url) for each in components if each.origin and each.origin.url})
    return Entry(
        ref=ref,
        kind=Kind.IMAGE if first.ecosystem == IMAGES else Kind.PACKAGE,
        name=clean(first.name),
        version=clean(first.version),
        purl=clean(first.purl),
        ecosystem=first.ecosystem,
        url=urls[0] if urls else "",
        hashes=hashes,
        artifacts=artifacts,
        license=license_,
        license_texts=texts,
        occurrences=_places(each.location for each in [*components, *merged.asked]),
        requires=None if merged.requires is None else tuple(sorted(merged.requires)),
        optional=all(each.groups for each in components) and not _asked_plainly(merged),
        properties=tuple(sorted({*_properties(merged, urls), *odd})),
    )


def _asked_plainly(merged: _Merged) -> bool:
    return any(not each.groups for each in merged.asked)


def _hashes(found: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], set[Property]]:
    """Hashes of the thing itself (one an algorithm), of several archives, and odd ones."""
    unique = sorted(set(found))
    known = [each.lower() for each in unique if digest_parts(each)]
    odd = {("seamark:hash", clean(each)) for each in unique if not digest_parts(each)}
    algorithms = [each.partition(":")[0] for each in known]
    if len(set(algorithms)) == len(algorithms):
        return tuple(known), (), odd
    return (), tuple(known), odd


def _places(locations: Iterable[Location]) -> tuple[Location, ...]:
    unique = {(each.path, each.member, each.line or 0): each for each in locations}
    return tuple(unique[key] for key in sorted(unique))


def _properties(merged: _Merged, urls: list[str]) -> Iterator[Property]:
    yield "seamark:ecosystem", merged.first.ecosystem
    if len(urls) > 1:
        yield from (("seamark:origin", url) for url in urls)
    for name in merged.unlisted:
        yield "seamark:requires:unlisted", clean(name)
    for each in merged.asked:
        yield "seamark:asked-for", clean(f"{each.constraint or 'any version'} in {each.location}")
    for listing, each in merged.said:
        yield "seamark:list", listing.kind
        yield from (("seamark:group", clean(group)) for group in each.groups)
        if each.marker:
            yield "seamark:marker", clean(each.marker)
        if each.constraint:
            yield "seamark:constraint", clean(each.constraint)
        if each.yanked:
            yield "seamark:yanked", clean(each.yanked)
        if each.origin and each.origin.kind is OriginKind.VCS:
            yield "seamark:revision", clean(each.origin.revision or "not said")
        if each.title and each.title != each.name:
            yield "seamark:title", clean(each.title)
