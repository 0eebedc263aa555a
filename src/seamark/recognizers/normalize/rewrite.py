"""A view out of a text and what some passages of it became."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from seamark.recognizers.normalize.mapping import OffsetMap, Pieces
from seamark.recognizers.normalize.view import SEPARATOR

# How much of the line around a changed passage is kept on each side: enough for the name that a
# value is given and for word boundaries, and a bound on what a line of 100 MB can cost.
AROUND = 240
_WORD = 4096  # how far a word may reach beyond
_BLANKS = (" ", "\n", "\t", '"', "'")


class Change(NamedTuple):
    """A passage ``[start, end)`` that reads ``text`` once decoded by ``steps``.

    ``stride``: how many characters of the passage make one of ``text``, 0 where that varies. Not
    ``whole``: it would read on, had the budget allowed it.
    """

    start: int
    end: int
    text: str
    steps: tuple[str, ...]
    stride: int = 0
    whole: bool = True


def rewrite(
    text: str,
    changes: Iterable[Change],
    *,
    mirrored: bool = False,
    around: int = AROUND,
) -> tuple[str, OffsetMap]:
    """The changed passages with their surroundings, and the way back.

    ``changes`` are in order and do not overlap; ``mirrored``: each stands for its passage from the
    end. Passages whose surroundings meet become one; ``around``: how far these reach in a line.
    """
    pieces = Pieces()
    done = -1  # the end of the last change; nothing yet
    for change in changes:
        start = change.start
        if start != done or not around:
            begin = _before(text, start, max(0, done), around)
            if done >= 0:
                after = _after(text, done, min(done + around, start), start)
                if after + 1 >= begin and around:
                    begin = done
                else:
                    pieces.put(text[done:after], done, after)
                    pieces.put(SEPARATOR, after, after, 0)
            pieces.put(text[begin:start], begin, start)
        pieces.put(change.text, start, change.end, change.stride)
        done = change.end
    if done >= 0:
        after = _after(text, done, min(done + around, len(text)), len(text))
        pieces.put(text[done:after], done, after)
    return pieces.finish(mirrored=mirrored)


def _before(text: str, at: int, floor: int, around: int) -> int:
    """Where the surroundings of a passage that begins at ``at`` begin: its line, or nearer.

    A line of one word may belong to a wrapped block, so that the lines before it are kept too. A
    word is not cut, unless it is very long.
    """
    low = max(floor, at - around)
    begin = text.rfind("\n", low, at) + 1
    if begin and text.find(" ", begin, at) >= 0:
        return begin
    far = max(floor, low - _WORD) if around else low
    return max(far, *(text.rfind(blank, far, low) + 1 for blank in _BLANKS))


def _after(text: str, at: int, high: int, limit: int) -> int:
    """Where the surroundings of a passage that ends at ``at`` end: its line, or near ``high``."""
    end = text.find("\n", at, high)
    if end >= 0 and text.find(" ", at, end) >= 0:
        return end
    far = min(limit, high + _WORD) if high > at else high
    ends = (text.find(blank, high, far) for blank in _BLANKS)
    return min((end for end in ends if end >= 0), default=far)


def by_steps(changes: Iterable[Change]) -> Iterator[tuple[tuple[str, ...], list[Change]]]:
    """The changes of one decoder, those of the same steps together, in the order of the text."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(change.steps, []).append(change)
    yield from groups.items()
