"""A parser for the Python literals in array headers: no ``eval``, bounded depth, linear time."""

import re

from seamark.scan.models.limits import Malformed

Literal = str | int | bool | None | tuple["Literal", ...] | list["Literal"] | dict[str, "Literal"]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<number>-?\d{1,20})L?\b|(?P<word>True|False|None)\b|(?P<mark>[\[\](){},:]))",
    re.DOTALL,
)
_WORDS = {"True": True, "False": False, "None": None}
_DEPTH = 16


def parse_literal(text: str) -> Literal:
    """The value of ``text``: strings, integers, booleans, None, tuples, lists, dictionaries.

    Dictionary keys are strings. Escapes in strings stay as written. Raises ``Malformed`` for
    anything else, for nesting deeper than 16, for a key given twice and for text behind the value.
    """
    parser = _Parser(text)
    value = parser.value(0)
    if text[parser.position :].strip():
        raise Malformed("text follows the literal", parser.position)
    return value


class _Parser:
    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise Malformed("this is not a literal", self.position)
        self.position = match.end()
        return match

    def _peek(self) -> str | None:
        match = _TOKEN.match(self.text, self.position)
        return match["mark"] if match else None

    def value(self, depth: int) -> Literal:
        if depth > _DEPTH:
            raise Malformed("the literal nests too deep", self.position)
        token = self._next()
        if token["text"] is not None:
            return token["text"][1:-1]
        if token["number"] is not None:
            return int(token["number"])
        if token["word"] is not None:
            return _WORDS[token["word"]]
        if token["mark"] == "[":
            return self._items("]", depth)[0]
        if token["mark"] == "(":
            items, comma = self._items(")", depth)
            return items[0] if len(items) == 1 and not comma else tuple(items)
        if token["mark"] == "{":
            return self._pairs(depth)
        raise Malformed("this is not a literal", self.position)

    def _items(self, close: str, depth: int) -> tuple[list[Literal], bool]:
        items: list[Literal] = []
        comma = False
        while self._peek() != close:
            if items and not comma:
                raise Malformed("a comma is missing", self.position)
            items.append(self.value(depth + 1))
            comma = self._peek() == ","
            if comma:
                self._next()
        self._next()
        return items, comma

    def _pairs(self, depth: int) -> dict[str, Literal]:
        pairs: dict[str, Literal] = {}
        comma = True
        while self._peek() != "}":
            key = self.value(_DEPTH) if comma else None
            if not isinstance(key, str) or key in pairs or self._next()["mark"] != ":":
                raise Malformed("the dictionary is not well formed", self.position)
            pairs[key] = self.value(depth + 1)
            comma = self._peek() == ","
            if comma:
                self._next()
        self._next()
        return pairs
