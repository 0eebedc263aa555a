"""FlatBuffers with every offset checked: tables, vectors and texts inside given bounds.

Layout: https://flatbuffers.dev/internals/. Native readers skip these checks for speed, so an
offset that leads out of the buffer reads foreign memory.
"""

import struct
from dataclasses import dataclass

from seamark.scan.models.blobs import Blob

_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_U16 = struct.Struct("<H")
_LONGEST_TEXT = 16 << 20


class OutOfBounds(Exception):  # noqa: N818 - a signal to the reader, which makes a finding of it
    """An offset or length leads out of the buffer."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset


class Buffer:
    """The bytes ``[start, start + size)`` of a blob, of which offsets may not lead out."""

    __slots__ = ("_base", "_data", "blob", "size", "start")

    def __init__(self, blob: Blob, start: int, size: int) -> None:
        self.blob = blob
        self.start = start
        self.size = size
        self._base = 0
        self._data = b""

    def read(self, at: int, length: int, what: str) -> bytes:
        """``length`` bytes at ``at`` of the buffer. Raises :class:`OutOfBounds`."""
        if at < 0 or length < 0 or at + length > self.size:
            raise OutOfBounds(what, at)
        inside = at - self._base
        if not 0 <= inside <= len(self._data) - length:
            if length > 1 << 16:
                return self._whole(at, length, what)
            # Tables are written before what refers to them, so look behind as well as ahead.
            self._base = max(0, at - (1 << 15))
            size = min(1 << 17, self.size - self._base)
            self._data = self.blob.read(self.start + self._base, size)
            inside = at - self._base
        data = self._data[inside : inside + length]
        if len(data) < length:
            raise OutOfBounds(what, at)
        return data

    def _whole(self, at: int, length: int, what: str) -> bytes:
        data = self.blob.read(self.start + at, length)
        if len(data) < length:
            raise OutOfBounds(what, at)
        return data

    def u32(self, at: int, what: str) -> int:
        """An unsigned number of four bytes."""
        value: int = _U32.unpack(self.read(at, 4, what))[0]
        return value

    def root(self) -> "Table":
        """The table that the buffer begins with."""
        return self.table(self.u32(0, "root"), "root")

    def table(self, at: int, what: str) -> "Table":
        """The table at ``at``. Raises :class:`OutOfBounds` unless it and its layout fit."""
        (back,) = _I32.unpack(self.read(at, 4, what))
        layout = at - back
        (length,) = _U16.unpack(self.read(layout, 2, what))
        (extent,) = _U16.unpack(self.read(layout + 2, 2, what))
        if length < 4 or length % 2 or extent < 4 or at + extent > self.size:
            raise OutOfBounds(what, at)
        raw = self.read(layout, length, what)
        fields = struct.unpack(f"<{(length - 4) // 2}H", raw[4:])
        if any(field >= extent for field in fields):
            raise OutOfBounds(what, layout)
        return Table(self, at, fields)


@dataclass(frozen=True, slots=True)
class Vector:
    """``count`` elements from ``at`` of ``buffer``; ``width`` bytes each."""

    buffer: Buffer
    at: int
    count: int
    width: int
    what: str

    def raw(self) -> bytes:
        """All elements as they lie there."""
        return self.buffer.read(self.at, self.count * self.width, self.what)

    def table(self, index: int) -> "Table":
        """The table that an element of a vector of offsets leads to."""
        at = self.at + 4 * index
        return self.buffer.table(at + self.buffer.u32(at, self.what), self.what)

    def text(self, index: int) -> str:
        """The text that an element of a vector of offsets leads to."""
        return text_at(self.buffer, self.at + 4 * index, self.what)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ``buffer`` at ``at``; ``fields`` are offsets into it, 0 for what is absent."""

    buffer: Buffer
    at: int
    fields: tuple[int, ...]

    def place(self, number: int) -> int | None:
        """Where field ``number`` lies in the buffer, None where it is absent."""
        inside = self.fields[number] if number < len(self.fields) else 0
        return self.at + inside if inside else None

    def integer(self, number: int, what: str, default: int = 0) -> int:
        """A signed field of four bytes."""
        at = self.place(number)
        if at is None:
            return default
        value: int = _I32.unpack(self.buffer.read(at, 4, what))[0]
        return value

    def text(self, number: int, what: str) -> str | None:
        """A text, None where it is absent."""
        at = self.place(number)
        return None if at is None else text_at(self.buffer, at, what)

    def table(self, number: int, what: str) -> "Table | None":
        """A table, None where it is absent."""
        at = self.place(number)
        return None if at is None else self.buffer.table(at + self.buffer.u32(at, what), what)

    def vector(self, number: int, width: int, what: str) -> Vector | None:
        """A vector of elements of ``width`` bytes, None where it is absent."""
        at = self.place(number)
        if at is None:
            return None
        start = at + self.buffer.u32(at, what)
        count = self.buffer.u32(start, what)
        if count * width > self.buffer.size - start - 4:
            raise OutOfBounds(what, start)
        return Vector(self.buffer, start + 4, count, width, what)


def text_at(buffer: Buffer, at: int, what: str) -> str:
    """The text that the offset at ``at`` leads to; bytes that are not UTF-8 are replaced."""
    start = at + buffer.u32(at, what)
    length = buffer.u32(start, what)
    if length > _LONGEST_TEXT:
        raise OutOfBounds(what, start)
    return buffer.read(start + 4, length, what).decode("utf-8", "replace")
