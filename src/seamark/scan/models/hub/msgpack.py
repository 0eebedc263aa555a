"""MessagePack at wire level: one item after the other, payloads never copied.

Specification: https://github.com/msgpack/msgpack/blob/master/spec.md. A container is only its
header here; the caller reads as many items as it announces, and bounds how deep it goes.
"""

import re
import struct
from enum import IntEnum
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Malformed

_WINDOW = 1 << 16
_LONGEST_HEADER = 9


class Form(IntEnum):
    """What an item is."""

    INT = 0
    FLOAT = 1
    NIL = 2
    BOOL = 3
    TEXT = 4
    BINARY = 5
    EXTENSION = 6
    ARRAY = 7
    MAP = 8


class Item(NamedTuple):
    """One item. ``value`` is a number, or the entries of a container, or an extension's code.

    ``start`` and ``end`` bound the payload of texts, binaries and extensions.
    """

    form: Form
    value: int | float
    start: int
    end: int


_NUMBERS = {
    0xCA: (Form.FLOAT, struct.Struct(">f")),
    0xCB: (Form.FLOAT, struct.Struct(">d")),
    0xCC: (Form.INT, struct.Struct(">B")),
    0xCD: (Form.INT, struct.Struct(">H")),
    0xCE: (Form.INT, struct.Struct(">I")),
    0xCF: (Form.INT, struct.Struct(">Q")),
    0xD0: (Form.INT, struct.Struct(">b")),
    0xD1: (Form.INT, struct.Struct(">h")),
    0xD2: (Form.INT, struct.Struct(">i")),
    0xD3: (Form.INT, struct.Struct(">q")),
}
_SIZED = {
    0xC4: (Form.BINARY, 1), 0xC5: (Form.BINARY, 2), 0xC6: (Form.BINARY, 4),
    0xC7: (Form.EXTENSION, 1), 0xC8: (Form.EXTENSION, 2), 0xC9: (Form.EXTENSION, 4),
    0xD9: (Form.TEXT, 1), 0xDA: (Form.TEXT, 2), 0xDB: (Form.TEXT, 4),
    0xDC: (Form.ARRAY, 2), 0xDD: (Form.ARRAY, 4), 0xDE: (Form.MAP, 2), 0xDF: (Form.MAP, 4),
}  # fmt: skip
_SHORT = re.compile(rb"[\x00-\x7f\xc0\xc2\xc3\xe0-\xff]++")
"""Whole values of one byte: small numbers, nil, false, true."""
_RUNS = {
    mark: (1 + layout.size, re.compile(rb"(?:\x%02x.{%d})++" % (mark, layout.size), re.DOTALL))
    for mark, (_, layout) in _NUMBERS.items()
}
_new = tuple.__new__  # a third of what the constructor of a named tuple costs


class Items:
    """Reads items of ``[start, end)`` of a blob through one sliding window."""

    __slots__ = ("_base", "_blob", "_buffer", "end", "position")

    def __init__(self, blob: Blob, start: int = 0, end: int | None = None) -> None:
        self._blob = blob
        self._base = 0
        self._buffer = b""
        self.position = start
        self.end = blob.size if end is None else end

    def next(self) -> Item:
        """The next item; ``position`` is behind its payload, or behind a container's header.

        Raises ``Malformed`` where a header is cut off, not defined, or claims bytes that are
        not there.
        """
        at = self.position
        index, buffer = at - self._base, self._buffer
        if (
            index >= 0
            and index + _LONGEST_HEADER <= len(buffer)
            and at + _LONGEST_HEADER <= self.end
        ):
            first = buffer[index]
            if first in _SIZED:
                form, width = _SIZED[first]
                length = int.from_bytes(buffer[index + 1 : index + 1 + width], "big")
                return self._holding(form, length, at + 1 + width)
        else:
            first = self._bytes(at, 1)[0]
        if first < 0x80 or first >= 0xE0:
            self.position = at + 1
            return _new(Item, (Form.INT, first if first < 0x80 else first - 256, at, at + 1))
        if first < 0xA0:
            self.position = at + 1
            return _new(
                Item, (Form.MAP if first < 0x90 else Form.ARRAY, first & 15, at + 1, at + 1)
            )
        if first < 0xC0:
            return self._sized(Form.TEXT, first & 31, at + 1)
        if first in _SIZED:
            form, width = _SIZED[first]
            length = int.from_bytes(self._bytes(at + 1, width), "big")
            return self._holding(form, length, at + 1 + width)
        if first in _NUMBERS:
            form, layout = _NUMBERS[first]
            self.position = at + 1 + layout.size
            value = layout.unpack(self._bytes(at + 1, layout.size))[0]
            return Item(form, value, at + 1, self.position)
        if 0xD4 <= first <= 0xD8:
            return self._sized(Form.EXTENSION, 1 << (first - 0xD4), at + 1)
        if first == 0xC1:
            raise Malformed("the byte 0xc1 is not used in MessagePack", at)
        self.position = at + 1
        form = Form.NIL if first == 0xC0 else Form.BOOL
        return Item(form, int(first == 0xC3), at, at + 1)

    def skip_alike(self, most: int) -> int:
        """Step over up to ``most`` numbers that are written alike; how many it were, maybe none."""
        at = self.position
        index = at - self._base
        if index < 0 or index >= len(self._buffer):
            self._base, index = at, 0
            self._buffer = self._blob.read(at, _WINDOW)
        if index >= len(self._buffer):
            return 0
        width, run = _RUNS.get(self._buffer[index], (1, _SHORT))
        match = run.match(self._buffer, index, min(len(self._buffer), index + self.end - at))
        count = min((match.end() - index) // width, most) if match else 0
        self.position = at + count * width
        return count

    def within(self, item: Item) -> "Items":
        """The items that an item's payload is made of."""
        inner = Items(self._blob, item.start, item.end)
        inner._base, inner._buffer = self._base, self._buffer
        return inner

    def payload(self, item: Item, limit: int) -> bytes:
        """The first ``limit`` bytes of an item's payload."""
        index = item.start - self._base
        end = index + min(limit, item.end - item.start)
        if index >= 0 and end <= len(self._buffer):
            return self._buffer[index:end]
        return self._blob.read(item.start, min(limit, item.end - item.start))

    def _holding(self, form: Form, length: int, start: int) -> Item:
        if form is Form.ARRAY or form is Form.MAP:
            self.position = start
            return _new(Item, (form, length, start, start))
        return self._sized(form, length, start)

    def _sized(self, form: Form, length: int, start: int) -> Item:
        value = 0
        if form is Form.EXTENSION:
            value = int.from_bytes(self._bytes(start, 1), "big", signed=True)
            start += 1
        if start + length > self.end:
            raise Malformed(f"a value of {length} bytes reaches beyond the end", start)
        self.position = start + length
        return _new(Item, (form, value, start, start + length))

    def _bytes(self, position: int, count: int) -> bytes:
        if position + count > self.end:
            raise Malformed("a value is cut off", position)
        index = position - self._base
        if index < 0 or index + _LONGEST_HEADER > len(self._buffer):
            self._base = position
            self._buffer = self._blob.read(position, _WINDOW)
            index = 0
        data = self._buffer[index : index + count]
        if len(data) < count:
            raise Malformed("the file is shorter than its size", position)
        return data
