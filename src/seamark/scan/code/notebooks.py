"""Jupyter notebooks: code cells with the place of each character in the JSON file.

Formats 3 and 4 (nbformat.readthedocs.io). Outputs and attachments are passed over unread.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from json import decoder
from typing import Final

from seamark.scan.code.snippets import Line, Place, split_lines

_MAX_DEPTH: Final = 64
_MAX_CELLS: Final = 20_000
_TOKEN: Final = re.compile(r'[ \t\r\n]*(?:([\[\]{},:"])|([-+.0-9A-Za-z]+))')
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL
)

_SCAN: Final[Callable[[str, int, bool], tuple[str, int]]] = decoder.scanstring  # type: ignore[attr-defined]
"""Reads a JSON string from behind its quote, in C: ``(value, end)``; the stubs do not know it."""

Path = tuple[str | int, ...]


class NotebookError(Exception):
    """The file is no notebook, or one beyond bounds; the message is a clause."""


@dataclass(slots=True)
class Piece:
    """A JSON string: where its content begins and ends in the file's bytes."""

    start: int
    end: int


@dataclass(slots=True)
class NotebookCell:
    """A cell as found; ``pieces`` are the strings of its source."""

    kind: str = ""
    language: str = ""
    pieces: list[Piece] = field(default_factory=list)


class Notebook:
    """The code cells of one notebook."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts: list[int] | None = None
        self.language = "python"
        self._cells: dict[Path, NotebookCell] = {}
        try:
            for path, start, end in _strings(data):
                self._take(path, start, end)
        except (ValueError, RecursionError) as error:
            raise NotebookError(
                f"it is no valid JSON ({' '.join(str(error).split())[:80]})"
            ) from None

    def _take(self, path: Path, start: int, end: int) -> None:
        if path in (("metadata", "kernelspec", "language"), ("metadata", "language_info", "name")):
            self.language = self._data[start:end].decode("utf-8", "replace").lower()
        cell, key = _cell_of(path)
        if cell is None:
            return
        found = self._cells.get(cell)
        if found is None:
            if len(self._cells) >= _MAX_CELLS:
                raise NotebookError(f"it has more than {_MAX_CELLS:,} cells")
            found = self._cells[cell] = NotebookCell()
        if key == "cell_type":
            found.kind = self._data[start:end].decode("utf-8", "replace")
        elif key == "language":
            found.language = self._data[start:end].decode("utf-8", "replace")
        else:
            found.pieces.append(Piece(start, end))

    def code_cells(self) -> Iterator[list[Line]]:
        """The lines of each code cell, in their order."""
        for number, cell in enumerate(self._cells.values(), 1):
            if cell.kind == "code" and (cell.language or self.language).startswith(
                ("python", "ipython", "xpython")
            ):
                yield list(self._lines(cell, f"cell {number}"))

    def _lines(self, cell: NotebookCell, member: str) -> Iterator[Line]:
        """Lines may be spread over pieces, and one piece may hold many lines."""
        text = ""
        parts: list[tuple[int, Piece, int]] = []
        for piece in cell.pieces:
            for line_start, line_text, ended in self._split(piece):
                parts.append((len(text), piece, line_start))
                text += line_text
                if ended:
                    yield Line(text, _JsonPlace(self, tuple(parts)), member)
                    text, parts = "", []
        if parts:
            yield Line(text, _JsonPlace(self, tuple(parts)), member)

    def _split(self, piece: Piece) -> Iterator[tuple[int, str, bool]]:
        raw = self._data[piece.start : piece.end]
        try:
            text = json.loads(b'"' + raw + b'"', strict=False)
        except ValueError as error:  # bytes that are no UTF-8
            raise NotebookError("its text is no valid UTF-8") from error
        at = 0
        lines = split_lines(text)
        for index, line in enumerate(lines):
            last = index == len(lines) - 1
            if line or not last or len(lines) == 1:
                yield at, line, not last
            at += len(line) + 1

    def offset_of(self, piece: Piece, characters: int) -> int:
        """The byte of the file at which a piece's character of this index begins."""
        raw = self._data[piece.start : piece.end]
        at = index = 0
        for escape in _ESCAPE.finditer(raw):
            plain = len(raw[at : escape.start()].decode("utf-8", "replace"))
            if index + plain >= characters:
                break
            index += plain + 1
            at = escape.end()
            if index >= characters:
                return piece.start + at
        text = raw[at : at + 4 * (characters - index)].decode("utf-8", "replace")
        return piece.start + at + len(text[: characters - index].encode("utf-8"))

    def place_of(self, offset: int) -> Place:
        """Line and column (in characters) of a byte of the file."""
        if self._starts is None:
            self._starts = [0] + [m.end() for m in re.finditer(rb"\n", self._data)]
        line = bisect_right(self._starts, offset)
        before = self._data[self._starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1


@dataclass(frozen=True, slots=True)
class _JsonPlace:
    """Places of one line; ``parts`` say from which column on it lies where in which string."""

    notebook: Notebook
    parts: tuple[tuple[int, Piece, int], ...]

    def __call__(self, column: int) -> Place:
        begins, piece, start = next(each for each in reversed(self.parts) if each[0] <= column)
        offset = self.notebook.offset_of(piece, start + column - begins)
        return self.notebook.place_of(offset)


def _cell_of(path: Path) -> tuple[Path | None, str]:
    """The cell that a string belongs to and what it is there; None for all the rest."""
    if len(path) >= 3 and path[0] == "cells":
        cell, rest = path[:2], path[2:]
    elif len(path) >= 5 and path[0] == "worksheets" and path[2] == "cells":
        cell, rest = path[:4], path[4:]
    else:
        return None, ""
    key = str(rest[0])
    wanted = (key in ("cell_type", "language") and len(rest) == 1) or (
        key in ("source", "input") and len(rest) <= 2
    )
    return (cell, key) if wanted else (None, "")


def _strings(data: bytes) -> Iterator[tuple[Path, int, int]]:
    """Every string value with its path and the bounds of its content. Raises ``ValueError``.

    The bytes are read as Latin-1, so that an index into the text is one into the file.
    """
    text = data.decode("latin-1")
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    stack: list[str | int] = []  # the key or index of each open container
    kinds: list[str] = []
    expects_key = began = False
    while True:
        token = _TOKEN.match(text, position)
        if token is None:
            break
        position = token.end()
        sign = token.group(1)
        if not kinds and (began or sign != "{"):
            raise ValueError("it is no single object")
        began = True
        if sign == '"':
            start = position
            value, position = _SCAN(text, position, False)
            if expects_key:
                stack[-1] = value
            else:
                yield tuple(stack), start, position - 1
        elif sign in ("{", "["):
            if len(kinds) >= _MAX_DEPTH:
                raise ValueError("nested too deep")
            kinds.append(sign)
            stack.append("" if sign == "{" else 0)
            expects_key = sign == "{"
        elif sign in ("}", "]"):
            if not kinds or (kinds.pop() == "{") != (sign == "}"):
                raise ValueError("a bracket does not match")
            stack.pop()
            expects_key = False
        elif sign == ":":
            expects_key = False
        elif sign == "," and kinds:
            expects_key = kinds[-1] == "{"
            last = stack[-1]
            if isinstance(last, int):
                stack[-1] = last + 1
    if kinds or not began or text[position:].strip():
        raise ValueError(f"it ends, or has an odd sign, at byte {position}")
