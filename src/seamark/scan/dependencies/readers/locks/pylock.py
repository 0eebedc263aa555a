"""``pylock.toml``: the standard's own lock (PEP 751, packaging.python.org specifications)."""

import re
from collections.abc import Iterator
from typing import Any

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_toml_list
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks import python_lock as lock
from seamark.scan.dependencies.readers.python.python_origins import (
    artifact_of,
    clean_url,
    file_name_of,
    origin_of,
    vcs_origin,
)
from seamark.scan.dependencies.readers.python.python_requirements import Context, component
from seamark.scan.dependencies.source import Source

_WHOLE = ("vcs", "directory", "archive")
_MEMBER = re.compile(r"""["']([^"']+)["']\s+in\s+(extras|dependency_groups)\b""")
_MAX_NESTING = 50
_EITHER = re.compile(r"\( *M *\)|M or M")


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``pylock.toml``."""
    text = source.text()
    document = parse_toml_list(text, "packages")
    packages = of.entries_of(document, "packages", required=True)
    lines = of.lines_that(text, "[[packages]]", len(packages))
    del text
    yield from of.unknown_version(source, document.get("lock-version"), ("1",), "the lock")
    try:
        default = frozenset(of.texts_of(document, "default-groups"))
    except Broken as problem:
        default = frozenset()
        yield of.unassessed("default-groups", str(problem), source.at())
    indexes = lock.Indexes()

    def read_package(package: dict[str, Any], where: Location) -> Component | Unassessed:
        return _read(package, where, default, indexes)

    yield from of.read_entries(source, packages, lines, read_package)
    yield from indexes


def _read(
    package: dict[str, Any], where: Location, default: frozenset[str], indexes: lock.Indexes
) -> Component | Unassessed:
    title, version = of.text_of(package, "name"), of.version_of(package)
    marker = of.text_of(package, "marker")
    whole = lock.one_of(package, _WHOLE, "source")
    files = of.tables_of(package, "wheels")
    sdist = of.table_of(package, "sdist")
    files = [sdist, *files] if sdist else files
    if whole and files:
        raise Broken(f"its source is said in several ways ({whole}, wheels or sdist)")
    if whole == "archive":
        files = [of.table_of(package, "archive")]
    lock.check_files(title, version, files)
    hashes = lock.all_or_none(each for file in files for each in _hashes(file))
    index = of.text_of(package, "index")
    if index:
        indexes.add(index, where)
    origin = _origin(package, whole) if whole else _index_origin(index, files)
    if whole == "archive" and not version:
        named = artifact_of(
            file_name_of(of.text_of(files[0], "url") or of.text_of(files[0], "path"))
        )
        version = named.version if named else ""
    requires = None
    if "dependencies" in package:
        edges = of.tables_of(package, "dependencies")
        requires = tuple(lock.required_name(of.text_of(edge, "name")) for edge in edges)
    context = Context(
        location=where, groups=_groups(marker, default), hashes=hashes, marker=marker, origin=origin
    )
    return component(title, context, version=version, requires=requires)


def _hashes(file: dict[str, Any]) -> list[str]:
    """The file's hashes; one empty text where it has none, which the standard does not allow."""
    table = of.table_of(file, "hashes")
    found = [lock.checked_hash(name, of.text_of(table, name)) for name in table]
    return found or [""]


def _index_origin(index: str, files: list[dict[str, Any]]) -> Origin | None:
    if index and not lock.is_usual_index(index):
        return lock.index_origin(index)
    stray = lock.stray_origin(of.text_of(file, "url") for file in files)
    path = next((of.text_of(file, "path") for file in files if "path" in file), "")
    if stray is None and path and not any("url" in file for file in files):
        return Origin(kind=OriginKind.PATH, url=clean_url(path)[0])
    return stray


def _origin(package: dict[str, Any], kind: str) -> Origin:
    table = of.table_of(package, kind)
    url, path = of.text_of(table, "url"), of.text_of(table, "path")
    folder = of.text_of(table, "subdirectory")
    if not url and not path:
        raise Broken(f"its {kind} says neither a URL nor a path")
    if kind == "vcs":
        revision = of.text_of(table, "commit-id") or of.text_of(table, "requested-revision")
        tool = of.text_of(table, "type")
        if tool not in ("git", "hg", "svn", "bzr"):
            raise Broken("its repository is of a type that is not known")
        return vcs_origin(url or f"file:{path}", revision, folder, tool=tool)
    if kind == "archive" and url:
        return origin_of(url)
    return Origin(kind=OriginKind.PATH, url=clean_url(path or url)[0])


def _groups(marker: str, default: frozenset[str]) -> tuple[str, ...]:
    """The extras and groups without which the marker keeps a package out.

    Empty where a default group lets it in, or a condition that asks for no group at all.
    """
    members = _MEMBER.findall(marker)
    if not members or default & {name for name, kind in members if kind == "dependency_groups"}:
        return ()
    rest = _MEMBER.sub("M", marker)
    for _ in range(_MAX_NESTING):
        rest, before = _EITHER.sub("M", rest), rest
        if rest == before:
            break
    if " or " in rest or "not" in rest.split():
        return ()
    return tuple(sorted({f"extra:{name}" if kind == "extras" else name for name, kind in members}))
