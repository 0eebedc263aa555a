"""The graph in a ``uv.lock``: its roots, what they ask for themselves, and which group needs what.

An edge names a package, and its version and source where the lock holds several of that name.
Walks count their steps: a lock can be made whose groups are too many to follow, which is said.
"""

from collections.abc import Iterator
from typing import Any

from seamark.scan.dependencies.names import pypi_name

MAX_STEPS = 5_000_000
_FOLDERS = ("editable", "virtual", "directory")
_MAIN = ""

Node = tuple[int, str]
"""A package by its number, and one of its extras (or none)."""


class Graph:
    """Packages and edges, read leniently: what is broken in an entry is told by its own reader."""

    def __init__(self, document: dict[str, Any], packages: list[Any]) -> None:
        self.packages = [each if isinstance(each, dict) else {} for each in packages]
        self.problems: list[str] = []
        self._steps = 0
        self._by_name: dict[str, list[int]] = {}
        for number, package in enumerate(self.packages):
            name = package.get("name")
            if isinstance(name, str):
                self._by_name.setdefault(pypi_name(name), []).append(number)
        self._manifest = self._table(document, "manifest")
        self.roots = self._roots()

    def _table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.problems.append(f"its {key!r} is no table")
            return {}
        return value

    def _roots(self) -> frozenset[int]:
        """The project and the members of its workspace: folders that the lock itself claims."""
        members = self._manifest.get("members", [])
        if not isinstance(members, list):
            self.problems.append("its list of members is no list")
            members = []
        names = {pypi_name(each) for each in members if isinstance(each, str)}
        found = set()
        for number, package in enumerate(self.packages):
            place, name = package.get("source"), package.get("name")
            if not isinstance(place, dict) or not isinstance(name, str):
                continue
            folder = next((place[key] for key in _FOLDERS if key in place), None)
            if folder == "." or (isinstance(folder, str) and pypi_name(name) in names):
                found.add(number)
        return frozenset(found)

    def _targets(self, edge: Any) -> Iterator[Node]:
        """The packages that an edge names, by themselves and with each extra that it asks for."""
        name = edge.get("name") if isinstance(edge, dict) else None
        if not isinstance(name, str):
            return
        extras = _list(edge.get("extra"))
        candidates = self._by_name.get(pypi_name(name), ())
        self._steps += 1 + len(candidates) + len(extras)
        if self._steps > MAX_STEPS:
            raise _TooLong
        for number in candidates:
            package = self.packages[number]
            if any(key in edge and edge[key] != package.get(key) for key in ("version", "source")):
                continue
            yield number, ""
            for extra in extras:
                if isinstance(extra, str):
                    yield number, extra

    def _edges(self, node: Node) -> list[Any]:
        number, extra = node
        package = self.packages[number]
        if not extra:
            return _list(package.get("dependencies"))
        return _list(_dict(package.get("optional-dependencies")).get(extra))

    def _sets(self) -> dict[str, list[Any]]:
        """What each set of the roots asks for itself: main, ``extra:NAME``, groups."""
        sets: dict[str, list[Any]] = {_MAIN: list(_list(self._manifest.get("requirements")))}
        for group, edges in _dict(self._manifest.get("dependency-groups")).items():
            sets.setdefault(group, []).extend(_list(edges))
        for number in sorted(self.roots):
            package = self.packages[number]
            sets[_MAIN].extend(_list(package.get("dependencies")))
            for extra, edges in _dict(package.get("optional-dependencies")).items():
                sets.setdefault(f"extra:{extra}", []).extend(_list(edges))
            for group, edges in _dict(package.get("dev-dependencies")).items():
                sets.setdefault(group, []).extend(_list(edges))
        return sets

    def reach(self) -> "Reach":
        """Which set reaches which package."""
        direct: set[int] = set()
        groups: dict[int, list[str]] = {}
        main: set[int] = set()
        try:
            for name, edges in self._sets().items():
                start = [node for edge in edges for node in self._targets(edge)]
                direct.update(number for number, _ in start)
                reached = {number for number, _ in self._walk(start)}
                if name == _MAIN:
                    main = reached
                for number in reached - main:
                    groups.setdefault(number, []).append(name)
        except _TooLong:
            self.problems.append("its groups are too many to follow")
            return Reach(self.packages, self.roots, None, {})
        return Reach(self.packages, self.roots, direct, groups)

    def _walk(self, start: list[Node]) -> set[Node]:
        seen, waiting = set(start), list(start)
        while waiting:
            for edge in self._edges(waiting.pop()):
                for node in self._targets(edge):
                    if node not in seen:
                        seen.add(node)
                        waiting.append(node)
        return seen


class _TooLong(Exception):  # noqa: N818 - a signal inside of this module
    """The walks took more steps than any honest lock needs."""


class Reach:
    """What the graph says of each package."""

    def __init__(
        self, packages: list[dict[str, Any]], roots: frozenset[int],
        direct: set[int] | None, groups: dict[int, list[str]],
    ) -> None:  # fmt: skip
        self._numbers = {id(package): number for number, package in enumerate(packages)}
        self.roots = roots
        self._direct = direct
        self._groups = groups

    def number_of(self, package: dict[str, Any]) -> int:
        """The package's place in the lock."""
        return self._numbers[id(package)]

    def is_direct(self, number: int) -> bool | None:
        """Whether a root asks for it itself; None where the lock names no root."""
        if self._direct is None or not (self.roots or self._direct):
            return None
        return number in self._direct

    def groups(self, number: int) -> tuple[str, ...]:
        """The sets that need it, sorted; empty where the main one does."""
        return tuple(sorted(set(self._groups.get(number, ()))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
