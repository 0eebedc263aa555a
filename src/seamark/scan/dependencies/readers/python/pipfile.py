"""``Pipfile`` and ``Pipfile.lock`` of Pipenv."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from seamark.core.components import Component
from seamark.scan.dependencies.documents import parse_json, parse_toml
from seamark.scan.dependencies.listings import IndexUse, Item, Unassessed
from seamark.scan.dependencies.names import is_pypi_name
from seamark.scan.dependencies.readers.entries import Broken, text_of, texts_of
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.pyproject_place import Place
from seamark.scan.dependencies.readers.python.pyproject_poetry import read_local
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    read_place,
    read_requirement,
    unassessed,
    with_marker,
)
from seamark.scan.dependencies.source import Source, Unreadable

_SETTINGS = frozenset(("source", "requires", "scripts", "pipenv", "_meta"))
_MARKERS = (
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation",
    "platform_release", "platform_system", "platform_version", "python_version",
    "python_full_version", "implementation_name", "implementation_version",
)  # fmt: skip
"""Keys of an entry that are markers themselves: ``sys_platform = "== 'win32'"``."""
_REPOSITORIES = ("git", "hg", "svn", "bzr")


def read(source: Source) -> Iterator[Item]:
    """What ``[packages]`` and every other category ask for. Raises :class:`Unreadable`."""
    text = source.text()
    place = Place(parse_toml(text), source, text)
    names = {"packages": (), "dev-packages": ("dev",)}
    everywhere = place.inside("pipenv").table.get("install_search_all_sources") is True
    beside = IndexUse.EXTRA if everywhere else IndexUse.EXPLICIT
    indexes = list(place.tables("source"))
    yield from _packages(place, names, indexes, direct=True)
    yield from _indexes(indexes, beside)
    yield from place.problems()


def read_lock(source: Source) -> Iterator[Item]:
    """Every locked package. Raises :class:`Unreadable`."""
    text = source.text()
    document = parse_json(text)
    if not isinstance(document, dict) or not isinstance(document.get("_meta"), dict):
        raise Unreadable("it is no lock of Pipenv (it has no table _meta)")
    place = Place(document, source, text)
    indexes = list(place.inside("_meta").tables("sources"))
    names = {"default": (), "develop": ("dev",)}
    yield from _packages(place, names, indexes, direct=None)
    yield from _indexes(indexes, IndexUse.EXPLICIT)
    yield from place.problems()


def _indexes(indexes: list[Place], beside: IndexUse) -> Iterator[Item]:
    """The first index is the usual one; others are asked only by packages that name them."""
    for number, index in enumerate(indexes):
        name, url = index.word("name"), index.word("url")
        if not url:
            yield index.unassessed(name or index.name, "this index has no address")
            continue
        yield from index.index(url, beside if number else IndexUse.MAIN, name)
        if index.table.get("verify_ssl") is False:
            yield from index.index(url, IndexUse.TRUSTED, name)


def _packages(
    place: Place, names: Mapping[str, tuple[str, ...]], indexes: list[Place], *, direct: bool | None
) -> Iterator[Item]:
    urls = {index.word("name"): index.word("url") for index in indexes}
    for category in place.table:
        if category in _SETTINGS:
            continue
        table = place.inside(category)
        for title, value in table.table.items():
            where = table.context(title, key=True, groups=names.get(category, (category,)))
            where = replace(where, direct=direct)
            if isinstance(value, str):
                yield _versioned(title, value, where)
            elif isinstance(value, dict):
                yield _entry(title, value, where, urls)
            else:
                yield unassessed(title, "it is neither a version nor a table", where)


def _versioned(title: str, text: str, where: Context) -> Component | Unassessed:
    if text.strip() in ("", "*"):
        return component(title, where)
    if not is_pypi_name(title):  # or it would be read as a part of the requirement
        return component(title, where)
    pinned = text if text.lstrip()[:1] in "<>=!~" else f"=={text}"
    return read_requirement(f"{title}{pinned}", where)


def _entry(
    title: str, entry: Mapping[str, Any], where: Context, urls: Mapping[str, str]
) -> Component | Unassessed:
    try:
        where = replace(where, hashes=_hashes(entry))
        where = _marked(entry, where)
        texts = {key: text_of(entry, key) for key in _TEXTS if entry.get(key) is not None}
    except (Broken, ValueError) as problem:
        return unassessed(title, str(problem), where)
    for tool in _REPOSITORIES:
        if tool in texts:
            folder = texts.get("subdirectory", "")
            origin = origins.vcs_origin(texts[tool], texts.get("ref", ""), folder, tool=tool)
            return component(title, replace(where, origin=origin))
    for key in ("url", "file", "path"):
        if key in texts:
            if origins.is_url(texts[key]):
                return read_place(texts[key], where, name=title)
            return read_local(title, texts[key], where)
    if "index" in texts:
        if not urls.get(texts["index"]):
            return unassessed(title, "it names an index that the file does not declare", where)
        where = replace(where, origin=origins.index_origin(urls[texts["index"]]))
    return _versioned(title, texts.get("version", "*"), where)


_TEXTS = ("version", "ref", "subdirectory", "url", "file", "path", "index", *_REPOSITORIES)


def _hashes(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found = texts_of(entry, "hashes")
    for text in found:
        if not origins.is_hash(*text.partition(":")[::2]):
            raise Broken("one of its hashes is none")
    return tuple(text.lower() for text in found)


def _marked(entry: Mapping[str, Any], where: Context) -> Context:
    """The place with the entry's markers. Raises ``ValueError``."""
    try:
        where = with_marker(where, text_of(entry, "markers"))
        for name in _MARKERS:
            if name in entry:
                where = with_marker(where, f"{name} {text_of(entry, name)}")
    except ValueError as error:
        raise ValueError("its marker cannot be read") from error
    return where
