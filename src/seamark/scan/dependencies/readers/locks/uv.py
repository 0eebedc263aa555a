"""``uv.lock``: what uv resolved for a project, a workspace or a script, for all platforms at once.

The project and the members of its workspace stand in it too; they are its roots, not its
dependencies. Format: version 1 (docs.astral.sh/uv/concepts/projects/layout/#the-lockfile).
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_toml_list
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks import python_lock as lock
from seamark.scan.dependencies.readers.locks.uv_graph import Graph, Reach
from seamark.scan.dependencies.readers.python.python_origins import clean_url, origin_of, vcs_origin
from seamark.scan.dependencies.readers.python.python_requirements import Context, component
from seamark.scan.dependencies.source import Source

_FOLDERS = ("editable", "virtual", "directory")
_SOURCES = ("registry", "git", "url", "path", *_FOLDERS)
_VARIANT = re.compile(r"extra == '(?:extra|group)-[^']*'")


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``uv.lock``, or of the lock of a script (``run.py.lock``)."""
    text = source.text()
    document = parse_toml_list(text, "package")
    packages = of.entries_of(document, "package", required=False)
    # The first locks of uv said [[distribution]]; it reads those still.
    packages = [*packages, *of.entries_of(document, "distribution", required=False)]
    lines = of.lines_that(text, "[[package]]", len(packages))
    del text
    yield from of.unknown_version(source, document.get("version"), ("1",), "the lock")
    graph = Graph(document, packages)
    reader = _Reader(graph.reach())
    for reason in graph.problems:
        yield of.unassessed("the project", reason, source.at())
    yield from of.read_entries(source, packages, lines, reader.read)
    yield from reader.indexes


class _Reader:
    """Reads one package after the other; knows what the graph says of each."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.indexes = lock.Indexes()

    def read(self, package: dict[str, Any], where: Location) -> Component | Unassessed | None:
        """One ``[[package]]``; None for the project itself."""
        number = self._reach.number_of(package)
        place = of.table_of(package, "source")
        title, version = of.text_of(package, "name"), of.version_of(package)
        requires = _requires(package)
        if number in self._reach.roots:
            _edges_of(package, "dev-dependencies")
            return None
        files = of.tables_of(package, "wheels")
        sdist = of.table_of(package, "sdist")
        if sdist:
            files = [sdist, *files]
        lock.check_files(title, version, [*files, {"url": place.get("url")}])
        context = Context(
            location=where,
            groups=self._reach.groups(number),
            direct=self._reach.is_direct(number),
            hashes=lock.all_or_none(_hash(file) for file in files),
            marker=_marker(of.texts_of(package, "resolution-markers")),
            origin=self._origin(place, files, where),
        )
        return component(title, context, version=version, requires=requires)

    def _origin(
        self, place: dict[str, Any], files: list[dict[str, Any]], where: Location
    ) -> Origin | None:
        kind = lock.one_of(place, _SOURCES, "source")
        value = of.text_of(place, kind) if kind else ""
        if not value:
            raise Broken("it has no source that is known here")
        if kind == "registry":
            self.indexes.add(value, where)
            urls = [of.text_of(file, "url") for file in files]
            return lock.index_origin(value) or lock.stray_origin(urls)
        if kind == "git":
            return _git(value)
        if kind == "url":
            return origin_of(value)
        return Origin(kind=OriginKind.PATH, url=clean_url(value)[0])


def _hash(file: dict[str, Any]) -> str:
    """The file's hash; empty where it has none (archives of an index without hashes)."""
    return lock.hash_of(file["hash"]) if file.get("hash") is not None else ""


def _marker(forks: list[str]) -> str:
    """Where any of these forks of the resolution applies.

    Forks between conflicting extras are told by extras that uv makes up: no marker then.
    """
    if any(_VARIANT.search(each) for each in forks):
        return ""
    return forks[0] if len(forks) == 1 else " or ".join(f"({each})" for each in forks)


def _git(url: str) -> Origin:
    """``https://host/x?tag=v1&subdirectory=y#commit``: the commit is what is installed."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError as error:
        raise Broken("its source is no URL") from error
    asked = next((query[key][0] for key in ("rev", "tag", "branch") if key in query), "")
    folder = query.get("subdirectory", [""])[0]
    return vcs_origin(url.partition("?")[0].partition("#")[0], parts.fragment or asked, folder)


def _requires(package: dict[str, Any]) -> tuple[str, ...]:
    """The edges, those of the extras that something in the lock asks for among them."""
    found = {_edge_name(edge) for edge in of.tables_of(package, "dependencies")}
    return tuple(found | _edges_of(package, "optional-dependencies"))


def _edges_of(package: dict[str, Any], key: str) -> set[str]:
    sets = of.table_of(package, key)
    return {_edge_name(edge) for name in sets for edge in of.tables_of(sets, name)}


def _edge_name(edge: dict[str, Any]) -> str:
    name = of.text_of(edge, "name")
    if not name:
        raise Broken("one of its dependencies has no name")
    return name
