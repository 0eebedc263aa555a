"""One document of a configuration file: plain values that know where they stand.

Mappings and lists keep the positions of what they hold beside it, so that a value can be judged
as plain data and still be pointed at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from seamark.core.findings import Location

Place = tuple[str | int, ...]
"""The way from a document to one of its values: keys and indexes."""

Position = tuple[int, int]
"""Line and column, both from 1."""

MAX_DEPTH = 100
MAX_VALUES = 200_000
"""Values of one file, those counted again that an alias repeats."""


class Unreadable(Exception):  # noqa: N818 - a signal between reader and check, not an error
    """The text is none of its format, or beyond a limit.

    The message is a clause without a full stop ("it is no valid YAML (…)").
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Map(dict[str, Any]):
    """A mapping; ``positions`` holds where each key stands."""

    __slots__ = ("positions",)

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[str, Position] = {}


class List(list[Any]):
    """A list; ``positions`` holds where each item begins."""

    __slots__ = ("positions",)

    def __init__(self) -> None:
        super().__init__()
        self.positions: list[Position] = []


@dataclass(frozen=True, slots=True)
class Document:
    """What one file, or one document of a YAML stream, says.

    ``path`` is as reports show it, ``kind`` the technology (``kinds.KINDS``). ``data`` is a
    :class:`Map`, a :class:`List` or a scalar (text, whole number, bool, None; other numbers stay
    text). ``text`` is the whole file's. ``start`` is where the document begins. ``where`` is the
    file's path on disk, for rules that look at neighbors; empty for none.
    """

    path: str
    kind: str
    data: Any
    text: str = field(default="", repr=False)
    start: Position = (1, 1)
    where: str = ""

    def get(self, *place: str | int, default: Any = None) -> Any:
        """The value at ``place``, or ``default`` where there is none."""
        return value_at(self.data, place, default)

    def position_of(self, place: Place = ()) -> Position:
        """Where the value stands: of a missing one, where its nearest holder does."""
        position, value = self.start, self.data
        for step in place:
            if isinstance(value, Map) and isinstance(step, str) and step in value:
                position, value = value.positions.get(step, position), value[step]
            elif isinstance(value, List) and isinstance(step, int) and step < len(value):
                position, value = value.positions[step], value[step]
            else:
                break
        return position

    def line_of(self, place: Place = ()) -> int:
        """The line of the value, from 1."""
        return self.position_of(place)[0]

    def at(self, place: Place = ()) -> Location:
        """The location of the value, for a finding."""
        line, column = self.position_of(place)
        return Location(path=self.path, line=line, column=column)

    def at_line(self, line: int, column: int | None = None) -> Location:
        """A location in this file by line."""
        return Location(path=self.path, line=line, column=column)


def value_at(value: Any, place: Place, default: Any = None) -> Any:
    """The value at ``place`` below ``value``, or ``default`` where there is none."""
    for step in place:
        keyed = isinstance(value, dict) and isinstance(step, str) and step in value
        counted = isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)
        if not keyed and not counted:
            return default
        value = value[step]
    return value


def mappings(value: Any, place: Place = ()) -> Iterator[tuple[Place, Map]]:
    """Every mapping in ``value`` with its place, outer ones first. Bounded by the readers."""
    waiting: list[tuple[Place, Any]] = [(place, value)]
    while waiting:
        where, each = waiting.pop()
        if isinstance(each, Map):
            yield where, each
            waiting.extend((*reversed([((*where, k), v) for k, v in each.items()]),))
        elif isinstance(each, List):
            waiting.extend((*reversed([((*where, n), v) for n, v in enumerate(each)]),))


def items_of(value: Any) -> list[Any]:
    """The items of a list; nothing for anything else."""
    return value if isinstance(value, list) else []


def map_of(value: Any) -> dict[str, Any]:
    """A mapping as it is; an empty one for anything else."""
    return value if isinstance(value, dict) else {}
