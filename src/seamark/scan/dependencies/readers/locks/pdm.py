"""``pdm.lock``, of all formats since 2.0: files once stood in a table of their own.

Entries of one package that differ in their extras alone are one component.
"""

from collections.abc import Iterator
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
from seamark.scan.dependencies.source import Source, Unreadable

_MAIN = "default"


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``pdm.lock``."""
    text = source.text()
    document = parse_toml_list(text, "package")
    packages = of.entries_of(document, "package", required=False)
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        raise Unreadable("it has no table 'metadata'")
    lines = of.lines_that(text, "[[package]]", len(packages))
    del text
    version = metadata.get("lock_version")
    yield from of.unknown_version(source, version, ("2", "3", "4"), "the lock")
    try:
        files = of.table_of(metadata, "files")
    except Broken as problem:
        files = {}
        yield of.unassessed("metadata.files", str(problem), source.at())
    groups, extras = _variants(packages)

    def read_package(package: dict[str, Any], where: Location) -> Component | Unassessed | None:
        return _read(package, where, files, groups, extras)

    yield from of.read_entries(source, packages, lines, read_package)


_Key = tuple[object, ...]


def _key(package: dict[str, Any]) -> _Key:
    """What makes two entries the same package, if they differ in extras only."""
    name = package.get("name")
    fields = ("version", "git", "revision", "url", "path", "marker", "files")
    return (pypi_name(name) if isinstance(name, str) else "", *map(str, map(package.get, fields)))


def _variants(packages: list[Any]) -> tuple[dict[_Key, list[Any]], dict[_Key, list[Any]]]:
    """Groups and requirements of entries with extras, by the entry without that they belong to."""
    plain = {_key(each) for each in packages if isinstance(each, dict) and not each.get("extras")}
    groups: dict[_Key, list[Any]] = {}
    requires: dict[_Key, list[Any]] = {}
    for package in packages:
        if not isinstance(package, dict) or not package.get("extras"):
            continue
        key = _key(package)
        if key in plain:
            for found, field in ((groups, "groups"), (requires, "dependencies")):
                value = package.get(field)
                found.setdefault(key, []).extend(value if isinstance(value, list) else ())
    return groups, requires


def _read(
    package: dict[str, Any], where: Location, files: dict[str, Any],
    groups: dict[_Key, list[Any]], extras: dict[_Key, list[Any]],
) -> Component | Unassessed | None:  # fmt: skip
    title, version = of.text_of(package, "name"), of.version_of(package)
    key = _key(package)
    own = [*of.texts_of(package, "groups"), *of.texts_of(package, "sections")]
    requires = _required(package)
    listed = _files(package, files, title, version)
    lock.check_files(title, version, [*listed, {"url": package.get("url")}])
    hashes = lock.all_or_none(_hash(file) for file in listed)
    origin = _origin(package, listed)
    marker = of.text_of(package, "marker")
    if of.texts_of(package, "extras"):
        if key in extras:
            return None  # checked as any other, told with the entry that has no extras
    elif key in extras:
        more = {"dependencies": extras[key], "groups": groups[key]}
        requires |= _required(more)
        own += of.texts_of(more, "groups")
    context = Context(
        location=where,
        groups=lock.in_main(own, _MAIN),
        hashes=hashes,
        marker=marker,
        origin=origin,
    )
    edges = tuple(each for each in requires if pypi_name(each) != pypi_name(title))
    return component(title, context, version=version, requires=edges)


def _required(package: dict[str, Any]) -> set[str]:
    """Names that it needs: a list of requirements, or in the oldest locks a table."""
    if isinstance(package.get("dependencies"), dict):
        return {lock.required_name(name) for name in package["dependencies"]}
    return {lock.required_name(each) for each in of.texts_of(package, "dependencies")}


def _files(
    package: dict[str, Any], files: dict[str, Any], title: str, version: str
) -> list[dict[str, Any]]:
    if "files" in package:
        return of.tables_of(package, "files")
    return of.tables_of(files, f"{title} {version}")


def _hash(file: dict[str, Any]) -> str:
    return lock.hash_of(file["hash"]) if file.get("hash") is not None else ""


def _origin(package: dict[str, Any], files: list[dict[str, Any]]) -> Origin | None:
    kind = lock.one_of(package, ("git", "hg", "svn", "bzr", "url", "path"), "source")
    value = of.text_of(package, kind) if kind else ""
    if not kind:
        return lock.stray_origin(of.text_of(file, "url") for file in files)
    if not value:
        raise Broken("its source is empty")
    if kind == "url":
        return origin_of(value)
    if kind == "path":
        return Origin(kind=OriginKind.PATH, url=clean_url(value)[0])
    revision = of.text_of(package, "revision") or of.text_of(package, "ref")
    return vcs_origin(value, revision, of.text_of(package, "subdirectory"), tool=kind)
