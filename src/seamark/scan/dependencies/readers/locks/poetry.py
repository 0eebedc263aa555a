"""``poetry.lock``, of Poetry 0.12 to 2.x.

Files stand with their package since 1.3 (lock 2.0), in ``metadata.files`` before, as bare digests
in ``metadata.hashes`` in the oldest. Groups are told since 2.0 (lock 2.1); before, ``category``
was, and for optional packages only the project's extras tell what they are for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_toml_list
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks import python_lock as lock
from seamark.scan.dependencies.readers.python.python_origins import clean_url, origin_of, vcs_origin
from seamark.scan.dependencies.readers.python.python_requirements import Context, component
from seamark.scan.dependencies.source import Source

_MAIN = "main"
MAX_EXTRAS = 64


@dataclass(frozen=True, slots=True)
class _Document:
    """What the lock says beside its packages."""

    files: dict[str, Any]
    hashes: dict[str, Any]
    extras: dict[str, tuple[str, ...]]
    names: frozenset[str]
    indexes: lock.Indexes


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``poetry.lock``."""
    text = source.text()
    document = parse_toml_list(text, "package")
    packages = of.entries_of(document, "package", required=True)
    lines = of.lines_that(text, "[[package]]", len(packages))
    del text
    metadata, problems = _tables(document, packages)
    for about, reason in problems:
        yield of.unassessed(about, reason, source.at())
    version = _metadata(document).get("lock-version", "0")
    yield from of.unknown_version(source, version, ("0", "1", "2"), "the lock")

    def read_package(package: dict[str, Any], where: Location) -> Component | Unassessed:
        return _read(package, where, metadata)

    yield from of.read_entries(source, packages, lines, read_package)
    yield from metadata.indexes


def _metadata(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _tables(
    document: dict[str, Any], packages: list[Any]
) -> tuple[_Document, list[tuple[str, str]]]:
    """The tables beside the packages, and which of them cannot be read and why."""
    problems: list[tuple[str, str]] = []

    def table(parent: dict[str, Any], key: str) -> dict[str, Any]:
        try:
            return of.table_of(parent, key)
        except Broken as problem:
            problems.append((key, str(problem)))
            return {}

    metadata = table(document, "metadata")
    files, hashes = table(metadata, "files"), table(metadata, "hashes")
    edges: dict[str, set[str]] = {}
    for package in packages:
        if isinstance(package, dict) and isinstance(package.get("name"), str):
            needs = package.get("dependencies")
            found = edges.setdefault(pypi_name(package["name"]), set())
            found.update(pypi_name(each) for each in (needs if isinstance(needs, dict) else ()))
    extras: dict[str, tuple[str, ...]] = {}
    named = table(document, "extras")
    if len(named) > MAX_EXTRAS:
        problems.append(("extras", f"they are more than {MAX_EXTRAS}"))
        named = {}
    for extra in sorted(named):
        try:
            start = {pypi_name(lock.required_name(each)) for each in of.texts_of(named, extra)}
        except Broken as problem:
            problems.append((f"extra {extra}", str(problem)))
            continue
        for name in _reached(start, edges):
            extras[name] = (*extras.get(name, ()), f"extra:{extra}")
    every = frozenset(edges)
    return _Document(_by_name(files), _by_name(hashes), extras, every, lock.Indexes()), problems


def _by_name(table: dict[str, Any]) -> dict[str, Any]:
    return {pypi_name(name): value for name, value in table.items()}


def _reached(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        new = edges.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def _read(package: dict[str, Any], where: Location, document: _Document) -> Component | Unassessed:
    title, version = of.text_of(package, "name"), of.version_of(package)
    name = pypi_name(title)
    lock.check_files(title, version, [of.table_of(package, "source")])
    context = Context(
        location=where,
        groups=_groups(package, document.extras.get(name, ())),
        hashes=_hashes(package, name, version, document),
        marker=_marker(package),
        origin=_origin(package, where, document),
    )
    requires = tuple(_requires(package, document.names))
    return component(title, context, version=version, requires=requires)


def _groups(package: dict[str, Any], extras: tuple[str, ...]) -> tuple[str, ...]:
    category = of.text_of(package, "category")
    groups = of.texts_of(package, "groups") or ([category] if category else [_MAIN])
    if not of.flag_of(package, "optional"):
        return lock.in_main(groups, _MAIN)
    wanted = extras or ("optional",)
    return tuple(sorted({*(each for each in groups if each != _MAIN), *wanted}))


def _hashes(
    package: dict[str, Any], name: str, version: str, document: _Document
) -> tuple[str, ...]:
    if "files" in package:
        files = of.tables_of(package, "files")
    elif name in document.files:
        files = of.tables_of({"files": document.files[name]}, "files")
    else:
        digests = of.texts_of({"hashes": document.hashes.get(name)}, "hashes")
        return lock.all_or_none(lock.checked_hash("sha256", each) for each in digests)
    lock.check_files(name, version, files)
    return lock.all_or_none(
        lock.hash_of(file["hash"]) if file.get("hash") is not None else "" for file in files
    )


def _marker(package: dict[str, Any]) -> str:
    """The marker: one text, or one a group (joined, where they differ)."""
    if "marker" in package:
        return of.text_of(package, "marker")
    if not isinstance(package.get("markers"), dict):
        return of.text_of(package, "markers")
    markers = of.table_of(package, "markers")
    groups = of.texts_of(package, "groups")
    found = {of.text_of(markers, group) for group in markers}
    if "" in found or any(group not in markers for group in groups):
        return ""  # in one of its groups it is there always
    return found.pop() if len(found) == 1 else " or ".join(f"({each})" for each in sorted(found))


def _requires(package: dict[str, Any], locked: frozenset[str]) -> Iterator[str]:
    """The edges; optional ones where what they need is in the lock."""
    for name, wanted in of.table_of(package, "dependencies").items():
        lock.required_name(name)
        options = wanted if isinstance(wanted, list) else [wanted]
        if not options or not all(isinstance(each, str | dict) for each in options):
            raise Broken("one of its dependencies is neither a text nor a table")
        optional = [isinstance(each, dict) and of.flag_of(each, "optional") for each in options]
        if not all(optional) or pypi_name(name) in locked:
            yield name


def _origin(package: dict[str, Any], where: Location, document: _Document) -> Origin | None:
    place = of.table_of(package, "source")
    if not place:
        return None
    kind, url = of.text_of(place, "type"), of.text_of(place, "url")
    reference = of.text_of(place, "reference")
    if not url:
        raise Broken("its source has no URL")
    if kind == "legacy":
        document.indexes.add(url, where, reference)
        return lock.index_origin(url)
    if kind in ("git", "hg", "svn"):
        revision = of.text_of(place, "resolved_reference") or reference
        return vcs_origin(url, revision, of.text_of(place, "subdirectory"), tool=kind)
    if kind == "url":
        return origin_of(url)
    if kind in ("file", "directory"):
        return Origin(kind=OriginKind.PATH, url=clean_url(url)[0])
    raise Broken("its source is of a type that is not known")
