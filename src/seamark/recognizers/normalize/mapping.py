"""Where each span of a rewritten text came from: segments and a bisection."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Segments of an output text, in order, each with the span of the input that produced it.

    Segment ``i`` begins at ``out[i]``, ends where the next begins, and came from
    ``[start[i], end[i])``: each of its characters from ``stride[i]`` characters of it, in order
    (``mirrored``: from its end), or, where the stride is 0, all of it from all of that.
    """

    out: "array[int]"
    start: "array[int]"
    end: "array[int]"
    stride: "array[int]"
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
        start, end, stride = self.start[index], self.end[index], self.stride[index]
        if not stride:
            return start, end
        way = (offset - self.out[index]) * stride
        return (
            (end - way - stride, end - way)
            if self.mirrored
            else (start + way, start + way + stride)
        )


class Pieces:
    """Builds an output text and its map, from left to right."""

    __slots__ = ("_end", "_out", "_start", "_stride", "_text", "length")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._out = array("q")
        self._start = array("q")
        self._end = array("q")
        self._stride = array("b")
        self.length = 0

    def put(self, text: str, start: int, end: int, stride: int = 1) -> None:
        """Append what the input's ``[start, end)`` became; nothing is stored for an empty text.

        ``stride``: input characters for each output character; 0 where there is no such number.
        """
        if not text:
            return
        self._text.append(text)
        self._out.append(self.length)
        self._start.append(start)
        self._end.append(end)
        self._stride.append(stride)
        self.length += len(text)

    def finish(self, *, mirrored: bool = False) -> tuple[str, OffsetMap]:
        """The text and its map."""
        offsets = OffsetMap(self._out, self._start, self._end, self._stride, self.length, mirrored)
        return "".join(self._text), offsets
