"""``pyproject.toml``: what a project asks for, in the standard tables and in those of tools.

Standards: the ``[project]`` table (PEP 621), ``[dependency-groups]`` (PEP 735) and
``[build-system]`` (PEP 518). Tables of tools are in ``pyproject_poetry`` and ``pyproject_tools``.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from seamark.core.components import Component
from seamark.scan.dependencies.documents import parse_toml
from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers.python.pyproject_dynamic import read_dynamic
from seamark.scan.dependencies.readers.python.pyproject_place import Place
from seamark.scan.dependencies.readers.python.pyproject_poetry import read_poetry
from seamark.scan.dependencies.readers.python.pyproject_tools import (
    read_flit,
    read_hatch,
    read_pdm,
    read_uv,
    uv_sources,
)
from seamark.scan.dependencies.source import Source


def read(source: Source) -> Iterator[Item]:
    """Every requirement and index of the document. Raises :class:`Unreadable`."""
    text = source.text()
    document = parse_toml(text)
    top = Place(document, source, text)
    sources = uv_sources(top)
    for item in chain(_declared(top), _of_tools(top.inside("tool"))):
        yield from sources.applied(item) if isinstance(item, Component) else (item,)
    yield from sources.problems
    yield from top.problems()


def _of_tools(tool: Place) -> Iterator[Item]:
    for name, read_tool in _TOOLS.items():
        if name in tool.table:
            yield from read_tool(tool.inside(name))


_TOOLS = {
    "poetry": read_poetry,
    "pdm": read_pdm,
    "uv": read_uv,
    "flit": read_flit,
    "hatch": read_hatch,
}


def _declared(top: Place) -> Iterator[Item]:
    yield from top.inside("build-system").requirements("requires", groups=("build",))
    project = top.inside("project")
    yield from project.requirements("dependencies")
    optional = project.inside("optional-dependencies")
    for extra in optional.table:
        yield from optional.requirements(extra, groups=(f"extra:{extra}",))
    yield from read_dynamic(top)
    yield from _groups(top.inside("dependency-groups"))


def _groups(place: Place) -> Iterator[Item]:
    """The dependency groups: an entry is in its own group and in all that include that one."""
    including: dict[str, set[str]] = {}
    names = {pypi_name(name): name for name in place.table}
    for name, entries in place.table.items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
                including.setdefault(pypi_name(entry["include-group"]), set()).add(pypi_name(name))
    for name, entries in place.table.items():
        groups = tuple(sorted(names[each] for each in _closure(pypi_name(name), including)))
        if not isinstance(entries, list):
            yield place.unassessed(name, "it is no list of requirements")
            continue
        for entry in entries:
            if isinstance(entry, str):
                yield place.requirement(entry, groups=groups)
            elif not _includes(entry):
                yield place.unassessed(name, "an entry of this group is none that is known")
            elif pypi_name(entry["include-group"]) not in names:
                yield place.unassessed(entry["include-group"], "there is no group of this name")
        if pypi_name(name) in _above(pypi_name(name), including):
            yield place.unassessed(name, "this group includes itself")


def _includes(entry: Any) -> bool:
    return (
        isinstance(entry, Mapping)
        and list(entry) == ["include-group"]
        and isinstance(entry["include-group"], str)
    )


def _closure(name: str, including: Mapping[str, set[str]]) -> set[str]:
    return {name} | _above(name, including)


def _above(name: str, including: Mapping[str, set[str]]) -> set[str]:
    """The groups that include this one, over any number of steps."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for each in including.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found
