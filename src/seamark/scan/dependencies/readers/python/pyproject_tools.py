"""Tables of uv, PDM, Flit and Hatch in ``pyproject.toml``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from seamark.core.components import Component
from seamark.scan.dependencies.listings import IndexUse, Item, Unassessed
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.pyproject_place import Place
from seamark.scan.dependencies.readers.python.pyproject_poetry import read_local
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    read_place,
    unassessed,
    with_marker,
)


@dataclass(slots=True)
class Sources:
    """``[tool.uv.sources]``: where packages come from that are named elsewhere in the file."""

    entries: dict[str, list[Mapping[str, Any]]]
    indexes: Mapping[str, str]
    place: Place
    problems: list[Unassessed] = field(default_factory=list)

    def applied(self, item: Component) -> Iterator[Component | Unassessed]:
        """The component with its origin: several where markers choose between origins."""
        entries = self.entries.get(item.name)
        if not entries or item.groups == ("build",):
            yield item
            return
        for entry in entries:
            yield self._apply(item, entry)

    def _apply(self, item: Component, entry: Mapping[str, Any]) -> Component | Unassessed:
        texts = {key: value for key, value in entry.items() if isinstance(value, str)}
        where = Context(
            location=item.location, groups=item.groups, direct=item.direct, marker=item.marker
        )
        try:
            where = with_marker(where, texts.get("marker", ""))
        except ValueError:
            return unassessed(item.title, "the marker of its source cannot be read", where)
        if "git" in texts:
            revision = next((texts[key] for key in ("rev", "tag", "branch") if key in texts), "")
            folder = texts.get("subdirectory", "")
            where = replace(where, origin=origins.vcs_origin(texts["git"], revision, folder))
            return component(item.title, where)
        if "url" in texts:
            return read_place(texts["url"], where, name=item.title)
        if "path" in texts:
            return read_local(item.title, texts["path"], where)
        if entry.get("workspace") is True:
            return read_local(item.title, ".", where)
        if "index" in texts and texts["index"] in self.indexes:
            origin = origins.index_origin(self.indexes[texts["index"]])
            return replace(item, marker=where.marker, origin=origin)
        return unassessed(item.title, "its source in tool.uv.sources cannot be told", where)


def uv_sources(top: Place) -> Sources:
    """The sources of uv; none where the file has no such table."""
    uv = top.inside("tool").inside("uv")
    indexes = {each.word("name"): each.word("url") for each in uv.tables("index")}
    place = uv.inside("sources")
    found = Sources({}, indexes, place)
    for title, value in place.table.items():
        entries = value if isinstance(value, list) else [value]
        if entries and all(isinstance(each, Mapping) for each in entries):
            found.entries[pypi_name(title)] = entries
        else:
            found.problems.append(place.unassessed(title, "its source is no table"))
    return found


def read_uv(place: Place) -> Iterator[Item]:
    """What uv is asked for beside the standard tables, and where it looks."""
    yield from place.requirements("dev-dependencies", groups=("dev",))
    for key in ("constraint", "override", "build-constraint"):
        yield from place.requirements(f"{key}-dependencies", groups=(f"uv:{key}",), direct=False)
    for table in (place, place.inside("pip")):
        # Unless told otherwise, uv takes a package from the first index that has it, those of the
        # file before the usual one: then a stranger's higher version elsewhere never wins.
        first = not table.word("index-strategy").startswith("unsafe")
        beside = IndexUse.EXPLICIT if first else IndexUse.EXTRA
        for each in table.tables("index"):
            use = IndexUse.MAIN if each.table.get("default") is True else beside
            if each.table.get("explicit") is True:
                use = IndexUse.EXPLICIT
            yield from _addressed(each, "url", use, each.word("name"))
        for key, use in (
            ("index-url", IndexUse.MAIN),
            ("extra-index-url", beside),
            ("find-links", IndexUse.LINKS),
            ("allow-insecure-host", IndexUse.TRUSTED),
            ("trusted-host", IndexUse.TRUSTED),
        ):
            for url in table.words(key):
                yield from table.index(url, use)


def _addressed(place: Place, key: str, use: IndexUse, name: str) -> Iterator[Item]:
    url = place.word(key)
    if url:
        yield from place.index(url, use, name)
    else:
        yield place.unassessed(name or place.name, "this index has no address")


def read_pdm(place: Place) -> Iterator[Item]:
    """What PDM is asked for beside the standard tables, and where it looks."""
    development = place.inside("dev-dependencies")
    for group in development.table:
        for text in development.words(group):
            bare = text.removeprefix("-e ").strip()
            yield development.requirement(bare, groups=(group,))
    overrides = place.inside("resolution").inside("overrides")
    for title in overrides.table:
        text = overrides.word(title)
        pinned = f"{title}=={text}" if text[:1].isdigit() else f"{title}{text}"
        yield overrides.requirement(pinned, groups=("pdm:override",), direct=False)
    for source in place.tables("source"):
        use = IndexUse.MAIN if source.word("name") == "pypi" else IndexUse.EXTRA
        if source.word("type") == "find_links":
            use = IndexUse.LINKS
        elif "include_packages" in source.table:
            use = IndexUse.EXPLICIT
        yield from _addressed(source, "url", use, source.word("name"))
        if source.table.get("verify_ssl") is False and source.word("url"):
            yield from source.index(source.word("url"), IndexUse.TRUSTED, source.word("name"))


def read_flit(place: Place) -> Iterator[Item]:
    """The old tables of Flit."""
    metadata = place.inside("metadata")
    yield from metadata.requirements("requires")
    yield from metadata.requirements("dev-requires", groups=("dev",))
    extras = metadata.inside("requires-extra")
    for extra in extras.table:
        yield from extras.requirements(extra, groups=(f"extra:{extra}",))


def read_hatch(place: Place) -> Iterator[Item]:
    """What Hatch installs into its environments, and for building."""
    environments = place.inside("envs")
    for name in environments.table:
        environment = environments.inside(name)
        for key in ("dependencies", "extra-dependencies"):
            yield from environment.requirements(key, groups=(f"hatch:{name}",))
    build = place.inside("build")
    yield from build.requirements("dependencies", groups=("build",))
    for section in ("targets", "hooks"):
        tables = build.inside(section)
        for name in tables.table:
            if isinstance(tables.table[name], dict):
                yield from tables.inside(name).requirements("dependencies", groups=("build",))
