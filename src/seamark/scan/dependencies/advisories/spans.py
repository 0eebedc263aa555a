"""Which versions a record affects, as spans on the line of one package's versions.

The line has a place for each version that records name and one for each gap between: version
number ``i`` (in order, from 0) is at ``2 * i + 1``, what lies between it and its neighbors at
``2 * i`` and ``2 * i + 2``. A span ``(low, high)`` holds places from ``low`` up to, without,
``high``. So all versions are compared once, when the database is built; a match compares a
version with the few that bound spans. Source: the OSV schema, "Evaluation".
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from seamark.scan.dependencies.versions import InvalidVersion

if TYPE_CHECKING:  # the readers of records are not needed to answer
    from seamark.scan.dependencies.advisories.osv import Event

END = 1 << 40
"""Above every place."""

Span = tuple[int, int]
Key = Callable[[str], Any]


class Line:
    """The versions of one package in order. ``odd`` are texts that are no versions."""

    def __init__(self, texts: Iterable[str], key: Key) -> None:
        keys: dict[Any, str] = {}
        self.odd: set[str] = set()
        self._key = key
        for text in sorted(set(texts), key=lambda each: (len(each), each)):
            try:
                keys.setdefault(key(text), text)  # the shortest spelling stands for all
            except InvalidVersion:
                self.odd.add(text)
        ordered = sorted(keys)
        self.versions = [keys[each] for each in ordered]
        self._numbers = {each: number for number, each in enumerate(ordered)}

    def number(self, text: str) -> int:
        """The number of a version that is on the line."""
        return self._numbers[self._key(text)]


def affected_spans(
    ranges: "Sequence[Sequence[Event]]", versions: Iterable[str], line: Line
) -> list[Span]:
    """What the ranges and the list of versions hold together, in order, joined where they meet.

    Every version must be on the line.
    """
    found = [span for events in ranges for span in _of_range(events, line)]
    found += [(2 * (i := line.number(text)) + 1, 2 * i + 2) for text in versions]
    return _joined(found)


def _of_range(events: "Sequence[Event]", line: Line) -> list[Span]:
    """The specification's loop, at each place where its answer can change."""
    steps: list[tuple[int, int, bool]] = []
    limits: list[int] = []
    for kind, version in events:
        if kind == "introduced" and version == "0":
            steps.append((-1, 0, True))  # before every version
        elif kind == "limit":
            limits.append(END if version == "*" else 2 * line.number(version) + 1)
        else:
            number = line.number(version)
            after = kind == "last_affected"
            steps.append((number, 2 * number + (2 if after else 1), kind == "introduced"))
    steps.sort(key=lambda step: step[0])  # stable: events at one version stay in file order
    places = sorted({place for _, place, _ in steps})
    limit = max(limits, default=END)
    found: list[Span] = []
    for place, following in pairwise([*places, END]):
        state = False
        for _, begins, value in steps:
            if place >= begins:
                state = value
        if state and place < limit:
            found.append((place, min(following, limit)))
    return found


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def place_of(text: str, versions: Sequence[str], key: Key) -> int:
    """Where a version is on the line of ``versions`` (in order). Raises ``InvalidVersion``."""
    wanted = key(text)
    number = bisect_left(versions, wanted, key=key)
    there = number < len(versions) and key(versions[number]) == wanted
    return 2 * number + (1 if there else 0)


def contains(spans: Sequence[int], place: int) -> bool:
    """Whether a place is in one of the spans, given flat: ``[low, high, low, high …]``.

    A negative ``high`` is a span without end.
    """
    bounds = zip(spans[::2], spans[1::2], strict=True)
    return any(low <= place and (place < high or high < 0) for low, high in bounds)
