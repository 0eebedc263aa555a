"""JSON, also with comments and trailing commas as editors and agents write it, with positions."""

import json
import re
from typing import Any

from seamark.scan.config.documents.document import (
    MAX_DEPTH,
    MAX_VALUES,
    List,
    Map,
    Position,
    Unreadable,
)

MAX_CHARACTERS = 8 << 20
# Each alternative begins with characters of its own and none backtracks: linear.
_TOKEN = re.compile(
    r"(?P<space>[\s\ufeff]+|//[^\n]*|/\*)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*+")'
    r"|(?P<mark>[{}\[\],:])"
    r"|(?P<word>[^\s{}\[\],:\"/]++)"
)
_WORDS = {"true": True, "false": False, "null": None}


def read_json(text: str) -> Any:
    """The document. Raises :class:`Unreadable`."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"it is larger than {MAX_CHARACTERS >> 20} MiB, too much for a setting")
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._line_start = 1, 0
        self._stack: list[tuple[Any, str | None]] = []
        self._root: Any = None
        self._count = 0
        self._key: str | None = None
        self._key_at: Position = (1, 1)
        self._done = False

    def read(self) -> Any:
        at, text = 0, self._text
        need = "value"  # or "key", "colon", "after"
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._wrong("a character that means nothing")
            end, kind = match.end(), match.lastgroup
            if kind == "space":
                if match.group() == "/*":
                    close = text.find("*/", end)
                    if close < 0:
                        raise self._wrong("a comment without an end")
                    end = close + 2
                self._advance(at, end)
            else:
                place = (self._line, at - self._line_start + 1)
                need = self._token(need, kind or "", match.group(), place)
            at = end
        if not self._done or self._stack:
            raise self._wrong("the end came too early")
        return self._root

    def _token(self, need: str, kind: str, text: str, place: Position) -> str:
        if kind == "mark":
            return self._mark(need, text, place)
        if self._done:
            raise self._wrong("something behind the end")
        if need == "key" and kind == "text":
            self._key, self._key_at = self._string(text), place
            return "colon"
        if need != "value":
            raise self._wrong("a value where none belongs")
        self._put(self._string(text) if kind == "text" else self._word(text), place)
        return "after"

    def _mark(self, need: str, mark: str, place: Position) -> str:
        if mark in "{[" and need == "value" and not self._done:
            if len(self._stack) >= MAX_DEPTH:
                raise Unreadable("it is nested too deeply", self._line)
            value: Any = Map() if mark == "{" else List()
            self._put(value, place, opens=True)
            return "key" if mark == "{" else "value"
        if mark in "}]" and self._stack and need in ("after", "key" if mark == "}" else "value"):
            holder, _ = self._stack.pop()
            if isinstance(holder, Map) == (mark == "}"):
                self._done = not self._stack
                return "after"
        if mark == "," and need == "after" and self._stack:
            return "key" if isinstance(self._stack[-1][0], Map) else "value"
        if mark == ":" and need == "colon":
            return "value"
        raise self._wrong(f"{mark} where none belongs")

    def _put(self, value: Any, place: Position, *, opens: bool = False) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise Unreadable(f"it holds more than {MAX_VALUES} values", self._line)
        if not self._stack:
            self._root, self._done = value, not opens
        else:
            holder = self._stack[-1][0]
            if isinstance(holder, List):
                holder.append(value)
                holder.positions.append(place)
            elif self._key is not None:
                holder[self._key] = value
                holder.positions[self._key] = self._key_at
        if opens:
            self._stack.append((value, self._key))

    def _string(self, text: str) -> str:
        try:
            return str(json.loads(text, strict=False))
        except ValueError:
            raise self._wrong("a text that is written wrongly") from None

    def _word(self, text: str) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) < 19:
            return int(text)
        if digits[:1].isdigit():
            return text
        raise self._wrong("a word that is no value")

    def _advance(self, at: int, end: int) -> None:
        lines = self._text.count("\n", at, end)
        if lines:
            self._line += lines
            self._line_start = self._text.rfind("\n", at, end) + 1

    def _wrong(self, what: str) -> Unreadable:
        return Unreadable(f"it is no valid JSON ({what})", self._line)
