"""What limits the versions of a package: ranges of declarations, and needs that locks record."""

import os
from collections.abc import Iterator
from typing import Any

from seamark.scan.dependencies.documents import read_json, read_toml
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.names import NPM, PYPI, pypi_name
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.upgrade.model import Constraint

Name = tuple[str, str]
"""Ecosystem and normalized name."""


class Constraints:
    """All constraints of an inventory, by the list that they are in."""

    def __init__(self, inventory: Inventory) -> None:
        self._by_list: dict[str, dict[Name, list[Constraint]]] = {}
        self._listings = {listing.path: listing for listing in inventory.listings}
        for listing in inventory.listings:
            found = self._by_list.setdefault(listing.path, {})
            for name, constraint in (
                *_declared(listing),
                *_recorded(listing, inventory.root),
            ):
                found.setdefault(name, []).append(constraint)

    def on(self, name: Name, path: str) -> tuple[Constraint, ...]:
        """What limits the package in the list at ``path``.

        That is what the list itself says, what it includes, and declarations in its folder or
        above: not those of other projects beside it.
        """
        found: dict[Constraint, None] = {}
        for other, constraints in self._by_list.items():
            if other == path or self._concerns(other, path):
                found.update(dict.fromkeys(constraints.get(name, ())))
        return tuple(sorted(found, key=lambda each: (each.by, each.wanted)))

    def _concerns(self, other: str, path: str) -> bool:
        listing = self._listings[path]
        if other in listing.includes or path in self._listings[other].includes:
            return True
        if self._listings[other].kind in _RECORDS:
            return False  # what a lock records holds within it
        folder, upper = os.path.dirname(path), os.path.dirname(other)
        return not upper or folder == upper or folder.startswith(f"{upper}/")


def _declared(listing: Listing) -> Iterator[tuple[Name, Constraint]]:
    for component in listing.components:
        if component.constraint and component.origin is None:
            where = component.location
            place = f"{where.path}:{where.line}" if where.line else where.path
            name = component.ecosystem, component.name
            yield name, Constraint(by=place, wanted=component.constraint)


def _recorded(listing: Listing, root: str) -> Iterator[tuple[Name, Constraint]]:
    """What the packages of a lock ask of each other, as the lock has it."""
    read = _RECORDS.get(listing.kind)
    if read is None:
        return
    path = os.path.join(root, listing.path)
    source = Source(path=path, shown=listing.path, root=root)
    try:
        document = read_json(source) if listing.kind == "npm-lock" else read_toml(source)
    except Unreadable:
        return  # the list's own reader has told that
    if isinstance(document, dict):
        yield from read(document, listing.path)


def _constraint(package: str, version: str, path: str, wanted: str, name: str) -> Constraint:
    return Constraint(by=f"{package} {version} ({path})".strip(), wanted=wanted, package=name)


def _poetry(document: dict[str, Any], path: str) -> Iterator[tuple[Name, Constraint]]:
    for package in _tables(document.get("package")):
        title, version = str(package.get("name", "")), str(package.get("version", ""))
        needs = package.get("dependencies")
        for name, value in needs.items() if isinstance(needs, dict) else ():
            for each in value if isinstance(value, list) else [value]:
                wanted = each.get("version") if isinstance(each, dict) else each
                if isinstance(wanted, str) and wanted != "*":
                    found = _constraint(title, version, path, wanted, pypi_name(title))
                    yield (PYPI, pypi_name(name)), found


def _pdm(document: dict[str, Any], path: str) -> Iterator[tuple[Name, Constraint]]:
    from packaging.requirements import InvalidRequirement, Requirement

    for package in _tables(document.get("package")):
        title, version = str(package.get("name", "")), str(package.get("version", ""))
        needs = package.get("dependencies")
        for text in needs if isinstance(needs, list) else ():
            try:
                requirement = Requirement(str(text)[:1000])
            except InvalidRequirement:
                continue  # the reader of the lock has told that
            if wanted := str(requirement.specifier):
                found = _constraint(title, version, path, wanted, pypi_name(title))
                yield (PYPI, pypi_name(requirement.name)), found


def _uv(document: dict[str, Any], path: str) -> Iterator[tuple[Name, Constraint]]:
    """What uv records: ranges of the project's own packages only."""
    for package in _tables(document.get("package")):
        metadata = package.get("metadata")
        title = str(package.get("name", ""))
        for need in _tables(metadata.get("requires-dist") if isinstance(metadata, dict) else None):
            name, wanted = need.get("name"), need.get("specifier")
            if isinstance(name, str) and isinstance(wanted, str) and wanted:
                yield (PYPI, pypi_name(name)), _constraint(title, "", path, wanted, "")


def _npm(document: dict[str, Any], path: str) -> Iterator[tuple[Name, Constraint]]:
    packages = document.get("packages")
    for place, package in packages.items() if isinstance(packages, dict) else ():
        if not isinstance(package, dict):
            continue
        title = place.rpartition("node_modules/")[2]
        version = str(package.get("version", "")) if title else ""
        for key in ("dependencies", "optionalDependencies"):
            needs = package.get(key)
            for name, wanted in needs.items() if isinstance(needs, dict) else ():
                if isinstance(wanted, str) and wanted not in ("*", ""):
                    by = title or "the project"
                    yield (NPM, name), _constraint(by, version, path, wanted, title)


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


_RECORDS = {"poetry-lock": _poetry, "pdm-lock": _pdm, "uv-lock": _uv, "npm-lock": _npm}
