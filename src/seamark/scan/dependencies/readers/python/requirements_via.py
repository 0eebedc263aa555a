"""The comments that pip-compile and ``uv pip compile`` leave: which package asked for which.

idna==3.10
    # via
    #   -r requirements.in
    #   requests
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from seamark.core.components import Component
from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers.python.requirements_lines import Line

_VIA = re.compile(r"via(?:\s+|$)")
_PARENT = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?")


@dataclass(slots=True)
class Annotations:
    """Who asked for each item, by its position, as the comments after it say."""

    asked: dict[int, list[str]] = field(default_factory=dict)
    _current: Sequence[int] = ()
    _open: bool = False

    def entries(self, positions: Sequence[int], items: Sequence[Item]) -> None:
        """The line at hand gave these items; comments from here on are about its components."""
        self._current = [at for at in positions if isinstance(items[at], Component)]
        self._open = False

    def comment(self, line: Line) -> None:
        """Take the comment of a line, which may belong to the entry before it."""
        text = line.comment.strip()
        if not line.text and not text:
            self._current, self._open = (), False
            return
        begin = _VIA.match(text)
        if begin:
            self._open = True
            text = text[begin.end() :]
        if not self._open:
            return
        names = [each.strip() for each in text.split(",") if each.strip()]
        for at in self._current:
            self.asked.setdefault(at, []).extend(names)

    def applied(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items, with their edges if every component says who asked for it."""
        components = [at for at, item in enumerate(items) if isinstance(item, Component)]
        if not self.asked or any(at not in self.asked for at in components):
            yield from items
            return
        edges: dict[str, set[str]] = {}
        direct: set[int] = set()
        for at, parents in self.asked.items():
            child = items[at]
            assert isinstance(child, Component)
            for parent in parents:
                match = _PARENT.fullmatch(parent)
                if match:
                    edges.setdefault(pypi_name(match[1]), set()).add(child.name)
                elif not parent.startswith(("-c ", "--constraint", "--override")):
                    direct.add(at)  # "-r requirements.in", "project (pyproject.toml)"
        for at, item in enumerate(items):
            if isinstance(item, Component):
                requires = tuple(sorted(edges.get(item.name, ())))
                yield replace(item, requires=requires, direct=at in direct)
            else:
                yield item
