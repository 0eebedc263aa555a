"""The table ``[tool.poetry]``: dependencies, groups, extras and sources."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from seamark.core.components import Component, Origin, OriginKind
from seamark.scan.dependencies.listings import IndexUse, Item, Unassessed
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers.locks.poetry_constraints import split_constraint
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.pyproject_place import Place
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    read_place,
    unassessed,
    with_marker,
)

PYPI_URL = "https://pypi.org/simple"


def read_poetry(place: Place) -> Iterator[Item]:
    """What Poetry is asked for, and where it looks."""
    indexes = {each.word("name").lower(): each.word("url") for each in place.tables("source")}
    extras = _extras(place.inside("extras"))
    groups = place.inside("group")
    reading: list[tuple[Place, tuple[str, ...]]] = [
        (place.inside("dependencies"), ()),
        (place.inside("dev-dependencies"), ("dev",)),
        *((groups.inside(each).inside("dependencies"), (each,)) for each in groups.table),
    ]
    for table, names in reading:
        for title, value in table.table.items():
            if pypi_name(title) != "python":  # the interpreter, no package
                more = extras.get(pypi_name(title), ()) if not names else ()
                where = table.context(title, key=True, groups=(*names, *more))
                yield from _entries(title, value, where, indexes)
    yield from _sources(place)


def _extras(place: Place) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for extra in place.table:
        for text in place.words(extra):
            name = pypi_name(text)
            found[name] = (*found.get(name, ()), f"extra:{extra}")
    return found


def _entries(
    title: str, value: Any, where: Context, indexes: Mapping[str, str]
) -> Iterator[Component | Unassessed]:
    """One entry, or several with different markers for one package."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield _versioned(title, each, where)
        elif isinstance(each, Mapping):
            yield _table(title, each, where, indexes)
        else:
            yield unassessed(title, "it is neither a version nor a table", where)
    if value == []:
        yield unassessed(title, "it is an empty list", where)


def _versioned(title: str, text: str, where: Context) -> Component | Unassessed:
    try:
        version, constraint = split_constraint(text)
    except ValueError as problem:
        return unassessed(title, str(problem), where)
    return component(title, where, version=version, constraint=constraint)


def _table(
    title: str, table: Mapping[str, Any], where: Context, indexes: Mapping[str, str]
) -> Component | Unassessed:
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    for key in _TEXTS:
        if key in table and key not in texts:
            return unassessed(title, f"its {key} is no text", where)
    try:
        where = with_marker(where, texts.get("markers", ""))
        where = with_marker(where, _python(texts.get("python", "")))
        if "platform" in texts:
            where = with_marker(where, f"sys_platform == {texts['platform']!r}")
    except ValueError:
        return unassessed(title, "its marker cannot be read", where)
    if "git" in texts:
        revision = next((texts[key] for key in ("rev", "tag", "branch") if key in texts), "")
        origin = origins.vcs_origin(texts["git"], revision, texts.get("subdirectory", ""))
        return component(title, replace(where, origin=origin))
    if "url" in texts:
        return read_place(texts["url"], where, name=title)
    if "path" in texts or "file" in texts:
        return read_local(title, texts.get("path") or texts.get("file", ""), where)
    if "source" in texts and texts["source"].lower() != "pypi":
        url = indexes.get(texts["source"].lower())
        if not url:
            return unassessed(title, "it names an index that the file does not declare", where)
        where = replace(where, origin=origins.index_origin(url))
    return _versioned(title, texts.get("version", "*"), where)


_TEXTS = (
    "version", "git", "rev", "tag", "branch", "subdirectory", "url", "path", "file", "source",
    "markers", "python", "platform",
)  # fmt: skip


def read_local(title: str, path: str, where: Context) -> Component | Unassessed:
    """A package in a folder or archive of this machine, called by its name."""
    if origins.is_archive(path):
        return read_place(path, where, name=title)
    return component(
        title, replace(where, origin=Origin(kind=OriginKind.PATH, url=origins.redact(path, 1000)))
    )


def _python(text: str) -> str:
    """A constraint on the interpreter as a marker; empty where it leaves everything open."""
    version, constraint = split_constraint(text)
    if version:
        return f"python_version == {version!r}"
    if "|" in constraint or not constraint:
        return ""
    parts = []
    for clause in constraint.split(","):
        sign = clause[: len(clause) - len(clause.lstrip("<>=!~"))]
        parts.append(f"python_version {sign} {clause[len(sign) :]!r}")
    return " and ".join(parts)


def _sources(place: Place) -> Iterator[Item]:
    main = False
    for source in place.tables("source"):
        name, url = source.word("name"), source.word("url")
        use = _use(source)
        if use is IndexUse.MAIN:
            use, main = (IndexUse.EXTRA if main else IndexUse.MAIN), True
        if not url and name.lower() == "pypi":
            url = PYPI_URL
        if url:
            yield from source.index(url, use, name)
        else:
            yield source.unassessed(name or "tool.poetry.source", "this index has no address")


def _use(source: Place) -> IndexUse:
    priority = source.word("priority")
    if priority == "explicit":
        return IndexUse.EXPLICIT
    if priority in ("supplemental", "secondary") or source.table.get("secondary") is True:
        return IndexUse.EXTRA
    return IndexUse.MAIN
