"""Where each span of a rewritten text came from: segments and a bisection."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Segments of an output text, in order, each with the span of the input that produced it.

    Segment ``i`` begins at ``out[i]`` and ends where the next begins. Where ``end[i]`` is not
    negative, it came from ``[start[i], end[i])`` character by character; else it came as a whole
    from ``[start[i], ~end[i])``. A ``mirrored`` map counts each segment's input from its end.
    """

    out: "array[int]"
    start: "array[int]"
    end: "array[int]"
    length: int
    mirrored: bool = False

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the input behind the output's ``[start, end)``.

        Raises: IndexError, when the span is not one of the output.
        """
        if not 0 <= start <= end <= self.length:
            raise IndexError(f"no span {start}..{end} in a text of {self.length} characters")
        if not self.length:
            return 0, 0
        if start == end:
            first = self._piece(min(start, self.length - 1))
            at = first[0] if start < self.length else first[1]
            return at, at
        first, last = self._piece(start), self._piece(end - 1)
        return min(first[0], last[0]), max(first[1], last[1])

    def _piece(self, offset: int) -> tuple[int, int]:
        """The input span behind one output character."""
        index = bisect_right(self.out, offset) - 1
        began, start, end = self.out[index], self.start[index], self.end[index]
        if end < 0:
            return start, ~end
        at = end - 1 - (offset - began) if self.mirrored else start + offset - began
        return at, at + 1


class Pieces:
    """Builds an output text and its map, from left to right."""

    __slots__ = ("_end", "_out", "_start", "_text", "length")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._out = array("q")
        self._start = array("q")
        self._end = array("q")
        self.length = 0

    def put(self, text: str, start: int, end: int, *, exact: bool = False) -> None:
        """Append what the input's ``[start, end)`` became; nothing is stored for an empty text.

        ``exact``: character by character, so that both are equally long.
        """
        if not text:
            return
        self._text.append(text)
        self._out.append(self.length)
        self._start.append(start)
        self._end.append(end if exact else ~end)
        self.length += len(text)

    def finish(self, *, mirrored: bool = False) -> tuple[str, OffsetMap]:
        """The text and its map."""
        offsets = OffsetMap(self._out, self._start, self._end, self.length, mirrored)
        return "".join(self._text), offsets
