"""Lines and columns, as editors and SARIF count them: from one, in characters."""

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass

_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; ``line`` and ``column`` count from 1, columns in characters."""

    line: int
    column: int


class Lines:
    r"""Where the lines of one text begin; found at the first question, once.

    Lines end at ``\n``, ``\r\n`` or a lone ``\r``, and nowhere else.
    """

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: array[int] | None = None

    def _begin(self) -> "array[int]":
        if self._starts is None:
            self._starts = array("q", [0])
            self._starts.extend(match.end() for match in _BREAK.finditer(self._text))
        return self._starts

    def __len__(self) -> int:
        return len(self._begin())

    def position(self, offset: int) -> Position:
        """Line and column of a character offset; the end of the text is a position too.

        Raises: IndexError, when the offset lies outside the text.
        """
        if not 0 <= offset <= len(self._text):
            raise IndexError(f"no offset {offset} in a text of {len(self._text)} characters")
        starts = self._begin()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """The character offset of a position; a column past the line's end is its end.

        Raises: IndexError, when the text has no such line.
        """
        start, end = self.span(position.line)
        return min(max(start, start + position.column - 1), end)

    def span(self, line: int) -> tuple[int, int]:
        """First offset of a line and the one after its last character, its line break left out.

        Raises: IndexError, when the text has no such line.
        """
        starts = self._begin()
        if not 1 <= line <= len(starts):
            raise IndexError(f"no line {line} in a text of {len(starts)} lines")
        start = starts[line - 1]
        if line == len(starts):
            return start, len(self._text)
        end = starts[line] - 1
        if end > start and self._text[end - 1 : end + 1] == "\r\n":
            end -= 1
        return start, end
