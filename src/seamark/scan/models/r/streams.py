"""The three encodings of R's serialization: big-endian, little-endian, text.

Described in "R Internals", section 1.8, https://cran.r-project.org/doc/manuals/R-ints.html.
"""

import re
import struct
from typing import Protocol

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter

_WINDOW = 1 << 20
LONGEST_TEXT = 16 << 20
_WORD = re.compile(rb"\s*+([^\s]++)")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {
    b"n": b"\n", b"t": b"\t", b"v": b"\v", b"b": b"\b", b"r": b"\r", b"f": b"\f", b"a": b"\a",
}  # fmt: skip
_SCALARS = {
    order: re.compile(
        b"(?P<double>(?:%b%b.{8})++)|(?:(?:%b|%b)%b.{4})++"
        % tuple(re.escape(struct.pack(order + "i", word)) for word in (14, 1, 10, 13, 1)),
        re.DOTALL,
    )
    for order in "<>"
}
"""Vectors of one number without attributes: flags, length 1, the number."""


class Stream(Protocol):
    """Numbers and texts in order. All raise ``Malformed`` where the file ends."""

    @property
    def offset(self) -> int:
        """Where the next value begins."""
        ...

    def integer(self) -> int:
        """A signed number of 32 bits."""
        ...

    def text(self, length: int) -> bytes:
        """A text of ``length`` bytes."""
        ...

    def skip_texts(self, count: int) -> None:
        """Step over ``count`` texts with their flags and lengths."""
        ...

    def skip_scalars(self, most: int) -> int:
        """Step over up to ``most`` vectors of one number; how many it were, maybe none."""
        ...

    def skip(self, count: int, width: int) -> None:
        """Step over ``count`` numbers (for a width of 1: raw bytes) of ``width`` bytes each."""
        ...


class Binary:
    """XDR (big-endian) or the native little-endian form."""

    __slots__ = ("_at", "_base", "_blob", "_data", "_integer", "_meter", "_scalars")

    def __init__(self, blob: Blob, start: int, meter: Meter, *, order: str) -> None:
        self._blob = blob
        self._meter = meter
        self._integer = struct.Struct(order + "i")
        self._scalars = _SCALARS[order]
        self._base, self._at = start, 0
        self._data = blob.read(start, _WINDOW)

    @property
    def offset(self) -> int:
        """See :class:`Stream`."""
        return self._base + self._at

    def integer(self) -> int:
        """See :class:`Stream`."""
        at = self._at
        if at + 4 > len(self._data):
            self._refill(4)
            at = 0
        self._at = at + 4
        value: int = self._integer.unpack_from(self._data, at)[0]
        return value

    def text(self, length: int) -> bytes:
        """See :class:`Stream`."""
        if length > LONGEST_TEXT:
            if length > self._blob.size - self.offset:
                raise Malformed(f"a text of {length} bytes does not fit into the file", self.offset)
            raise LimitExceeded(f"holds a text of more than {LONGEST_TEXT} bytes")
        if self._at + length > len(self._data):
            self._refill(length)
        data = self._data[self._at : self._at + length]
        self._at += length
        return data

    def skip_texts(self, count: int) -> None:
        """See :class:`Stream`. The loop is flat: tables hold millions of texts."""
        pair = struct.Struct(self._integer.format + "i").unpack_from
        data, at = self._data, self._at
        for _ in range(count):
            if at + 8 > len(data):
                self._at = at
                self._refill(8)
                data, at = self._data, 0
            flags, length = pair(data, at)
            if flags & 0xFF != 9:
                raise Malformed("a text is of another type", self._base + at)
            at += 8 + (length if length > 0 else 0)
        self._at = at
        self.skip(0, 1)

    def skip_scalars(self, most: int) -> int:
        """See :class:`Stream`. Only those in a row that are written alike, in the window."""
        match = self._scalars.match(self._data, self._at)
        if match is None:
            return 0
        width = 16 if match.lastgroup == "double" else 12
        count = min((match.end() - self._at) // width, most)
        self._at += count * width
        return count

    def skip(self, count: int, width: int) -> None:
        """See :class:`Stream`."""
        if count * width > self._blob.size - self.offset:
            raise Malformed(f"a vector of {count} values does not fit into the file", self.offset)
        self._at += count * width

    def _refill(self, length: int) -> None:
        self._meter.check_time()
        self._base, self._at = self.offset, 0
        self._data = self._blob.read(self._base, max(_WINDOW, length))
        if len(self._data) < length:
            raise Malformed("the file ends inside a value", self._blob.size)


class Ascii:
    """One value a line; texts with escapes instead of white space."""

    __slots__ = ("_at", "_base", "_blob", "_data", "_meter")

    def __init__(self, blob: Blob, start: int, meter: Meter) -> None:
        self._blob = blob
        self._meter = meter
        self._base, self._at = start, 0
        self._data = blob.read(start, _WINDOW)

    @property
    def offset(self) -> int:
        """See :class:`Stream`."""
        return self._base + self._at

    def integer(self) -> int:
        """See :class:`Stream`."""
        at = self.offset
        word = self._word()
        if word == b"NA":
            return -(1 << 31)
        try:
            return int(word) if len(word) < 24 else 1 << 40
        except ValueError:
            raise Malformed("a number is not valid", at) from None

    def text(self, length: int) -> bytes:
        """See :class:`Stream`."""
        if not length:
            return b""
        at = self.offset
        if length > LONGEST_TEXT:
            raise LimitExceeded(f"holds a text of more than {LONGEST_TEXT} bytes")
        data = _ESCAPE.sub(_unescape, self._word(4 * length + 64))
        if len(data) != length:
            raise Malformed(f"a text has {len(data)} bytes instead of {length}", at)
        return data

    def skip_texts(self, count: int) -> None:
        """See :class:`Stream`."""
        for _ in range(count):
            if self.integer() & 0xFF != 9:
                raise Malformed("a text is of another type", self.offset)
            self.text(max(0, self.integer()))

    def skip_scalars(self, _most: int) -> int:
        """See :class:`Stream`; in text each is read."""
        return 0

    def skip(self, count: int, width: int) -> None:
        """See :class:`Stream`."""
        words = 2 * count if width == 16 else count  # a complex number is two
        if words > self._blob.size - self.offset:
            raise Malformed(f"a vector of {count} values does not fit into the file", self.offset)
        for _ in range(words):
            self._word()

    def _word(self, longest: int = 64) -> bytes:
        while True:
            match = _WORD.match(self._data, self._at)
            is_last = self._base + len(self._data) >= self._blob.size
            if match and (match.end() < len(self._data) or is_last):
                self._at = match.end()
                return match[1]
            if is_last:
                raise Malformed("the file ends inside a value", self._blob.size)
            self._meter.check_time()
            begin = match.start(1) if match else len(self._data)
            if len(self._data) - begin > longest:
                raise Malformed("a word is longer than its length says", self.offset)
            self._base += begin
            self._at = 0
            self._data = self._blob.read(self._base, max(_WINDOW, 2 * longest))


def _unescape(match: "re.Match[bytes]") -> bytes:
    code = match[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPED.get(code, code)


def open_stream(blob: Blob, start: int, meter: Meter) -> Stream:
    """The stream behind the encoding mark at ``start`` (``X``, ``B`` or ``A`` and a newline)."""
    mark = blob.read(start, 2)
    if mark == b"A\n":
        return Ascii(blob, start + 2, meter)
    if mark not in (b"X\n", b"B\n"):
        raise Malformed("the encoding is none that R writes", start)
    return Binary(blob, start + 2, meter, order=">" if mark == b"X\n" else "<")
