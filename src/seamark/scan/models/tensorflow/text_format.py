"""Protocol Buffers as text, turned into the wire form that the readers know.

Language: https://protobuf.dev/reference/protobuf/textformat-spec/. Only fields of a schema are
taken; the names of others are returned, so that nothing is passed over in silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from seamark.scan.models.limits import LimitExceeded, Malformed, Meter

_TOKEN = re.compile(
    rb"\s+|#[^\n]*|(?P<word>[A-Za-z_][\w.]*)|(?P<number>[-+]?[0-9.][\w.+-]*)|(?P<minus>-)"
    rb'|(?P<text>"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')|(?P<mark>[{}<>:;,\[\]/])',
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_DEPTH = 64
_TOKENS = 8_000_000
_WORDS = {b"true": 1, b"false": 0, b"t": 1, b"f": 0, b"True": 1, b"False": 0}
_CLOSES = {b"{": b"}", b"<": b">"}

Schema = Mapping[str, Mapping[str, tuple[int, str]]]
"""Messages by name: fields by name, each with its number and what it is: ``text``, ``number``,
``float``, ``enum``, ``ignored``, or the name of a message."""


def encode(text: bytes, schema: Schema, root: str, enum: Mapping[str, int], meter: Meter) -> "Wire":
    """The message ``root`` in ``text`` as on the wire.

    Raises ``Malformed`` where it is not the language, ``LimitExceeded`` where it nests too deep.
    """
    parser = _Parser(text, schema, enum, meter)
    data = parser.message(root, b"", 0)
    return Wire(data, parser.unknown)


@dataclass(frozen=True, slots=True)
class Wire:
    """A message on the wire, and the fields that the schema does not have."""

    data: bytes
    unknown: set[str] = field(default_factory=set)


def varint(value: int) -> bytes:
    """``value`` as a protobuf number; negative ones take ten bytes."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


class _Parser:
    __slots__ = ("_at", "_count", "_enum", "_meter", "_schema", "_text", "unknown")

    def __init__(self, text: bytes, schema: Schema, enum: Mapping[str, int], meter: Meter) -> None:
        self._text = text
        self._schema = schema
        self._enum = enum
        self._meter = meter
        self._at = 0
        self._count = 0
        self.unknown: set[str] = set()

    def _next(self) -> tuple[str, bytes]:
        """Kind and bytes of the next token; two empty ones at the end."""
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                raise Malformed("this is no protobuf text", self._at)
            self._at = match.end()
            self._count += 1
            if not self._count & 0xFFFF:
                self._meter.check_time()
                if self._count > _TOKENS:
                    raise LimitExceeded(f"has more than {_TOKENS} words")
            if match.lastgroup:
                return match.lastgroup, match[0]
        return "", b""

    def _peek(self) -> tuple[str, bytes]:
        at = self._at
        token = self._next()
        self._at = at
        return token

    def message(self, name: str, close: bytes, depth: int) -> bytes:
        """Fields up to ``close``, or to the end of the text where that is empty."""
        if depth > _DEPTH:
            raise LimitExceeded(f"nests deeper than {_DEPTH} messages")
        fields = self._schema.get(name, {})
        out = bytearray()
        while True:
            kind, token = self._next()
            if token == close:
                return bytes(out)
            if token in (b",", b";"):
                continue
            if token == b"[":  # an extension, or what is packed into Any
                key, number, what = self._bracketed(), 0, "ignored"
            elif kind == "word":
                key = token.decode("ascii", "replace")
                number, what = fields.get(key, (0, "ignored"))
            else:
                raise Malformed("a field's name is missing", self._at)
            if not number and name:
                self.unknown.add(f"{name}.{key}"[:100])
            inner = what if number and what in self._schema else ""
            for value in self._values(inner, what, depth):
                if number and what not in ("ignored", "float"):
                    out += _field(number, what, value)

    def _bracketed(self) -> str:
        parts = b""
        while True:
            kind, token = self._next()
            if token == b"]" or not kind:
                return f"[{parts.decode('ascii', 'replace')}]"
            parts += token

    def _values(self, inner: str, what: str, depth: int) -> list[bytes]:
        """The value, or values in brackets, after a field's name."""
        _, token = self._peek()
        if token == b":":
            self._next()
            _, token = self._peek()
        if token != b"[":
            return [self._value(inner, what, depth)]
        self._next()
        values: list[bytes] = []
        while True:
            _, token = self._peek()
            if token == b"]":
                self._next()
                return values
            if token == b",":
                self._next()
            else:
                values.append(self._value(inner, what, depth))

    def _value(self, inner: str, what: str, depth: int) -> bytes:
        kind, token = self._next()
        if token in _CLOSES:
            return self.message(inner, _CLOSES[token], depth + 1)
        if kind == "text":
            parts = [_unescaped(token)]
            while self._peek()[0] == "text":
                parts.append(_unescaped(self._next()[1]))
            return b"".join(parts)
        if kind == "minus":
            kind, token = self._next()
            token = b"-" + token
        if kind == "word":
            return varint(_WORDS.get(token, self._enum.get(token.decode("ascii", "replace"), 0)))
        if kind == "number":
            return varint(_number(token)) if what != "float" else b""
        raise Malformed("a field's value is missing", self._at)


def _number(token: bytes) -> int:
    try:
        return int(token, 0)
    except ValueError:
        return 0  # octal numbers and floats: nothing that a verdict rests on


def _unescaped(token: bytes) -> bytes:
    return _ESCAPE.sub(_one, token[1:-1]) if b"\\" in token else token[1:-1]


def _one(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 255])
    if match[2]:
        return bytes([int(match[2], 16)])
    return _PLAIN.get(match[3], match[3])


def _field(number: int, what: str, value: bytes) -> bytes:
    if what in ("number", "enum"):
        return varint(number << 3) + value
    return varint(number << 3 | 2) + varint(len(value)) + value
