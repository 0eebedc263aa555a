"""Flatbuffers without their schema: tables, vectors and texts, each bounded by the blob.

Format: https://flatbuffers.dev/internals/. Offsets may point anywhere, so the same table can be
reached a thousand times: the reader counts what it reads, and remembers which bytes were used.
"""

import struct
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter

_TEXT_LIMIT = 1 << 20
_WINDOW = 1 << 16
_SIZES = {"<b": 1, "<B": 1, "<h": 2, "<H": 2, "<i": 4, "<I": 4, "<q": 8, "<Q": 8, "<f": 4}
_READS_FREE = 2_000_000
_MERGED = 100_000
_PADDING = 64
"""Writers align what follows; fewer bytes than these are no gap."""


class Vector(NamedTuple):
    """A vector's first element and number of elements."""

    start: int
    length: int


class Table(NamedTuple):
    """A table: where it begins, and the offsets of its fields (0 where one is not set)."""

    start: int
    fields: tuple[int, ...]


class Spans:
    """The bytes that were used, kept small: what touches, or is padding away, is one span."""

    __slots__ = ("_spans",)

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, start: int, end: int) -> None:
        """Count ``[start, end)`` as used."""
        self._spans.append((start, end))
        if len(self._spans) >= _MERGED:
            self._spans = self._joined()
            if len(self._spans) >= _MERGED // 2:
                raise LimitExceeded("is scattered over too many places")

    def gaps(self, end: int) -> list[tuple[int, int]]:
        """What of ``[0, end)`` lies in no span, in order; padding is left out."""
        found = []
        reach = 0
        for start, stop in [*self._joined(), (end, end)]:
            if min(start, end) > reach + _PADDING:
                found.append((reach, min(start, end)))
            reach = max(reach, stop)
        return found

    def reach(self) -> int:
        """The end of the last span."""
        return max((end for _, end in self._spans), default=0)

    def _joined(self) -> list[tuple[int, int]]:
        joined: list[tuple[int, int]] = []
        for start, end in sorted(self._spans):
            if joined and start <= joined[-1][1] + _PADDING:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((start, end))
        return joined


class Flatbuffer:
    """Reads one flatbuffer. Every method raises ``Malformed`` where an offset leads outside."""

    __slots__ = ("_base", "_blob", "_buffer", "_meter", "_most", "_reads", "used")

    def __init__(self, blob: Blob, meter: Meter) -> None:
        self._blob = blob
        self._meter = meter
        self._base = 0
        self._buffer = b""
        self._reads = 0
        self._most = _READS_FREE + blob.size
        self.used = Spans()

    def root(self) -> Table:
        """The table that the first four bytes lead to."""
        self.used.add(0, 8)
        return self.table_at(self._offset(0))

    def table_at(self, start: int) -> Table:
        """The table that begins at ``start``, with its list of fields."""
        vtable = start - self._number("<i", start)
        length = self._number("<H", vtable)
        size = self._number("<H", vtable + 2)
        if length < 4 or length % 2 or size < 4 or start + size > self._blob.size:
            raise Malformed("a table's list of fields is damaged", vtable)
        raw = self._read(vtable + 4, length - 4)
        fields = struct.unpack(f"<{len(raw) // 2}H", raw)
        if any(at >= size for at in fields):
            raise Malformed("a field lies outside its table", vtable)
        self.used.add(vtable, vtable + length)
        self.used.add(start, start + size)
        return Table(start, fields)

    def number(self, table: Table, field: int, form: str, default: int = 0) -> int:
        """The number in ``field``; ``form`` is one of ``struct``'s, as ``<i``."""
        at = self._place(table, field)
        return self._number(form, at) if at else default

    def table(self, table: Table, field: int) -> Table | None:
        """The table that ``field`` leads to."""
        at = self._place(table, field)
        return self.table_at(self._offset(at)) if at else None

    def vector(self, table: Table, field: int, width: int) -> Vector | None:
        """The vector of ``width``-byte elements that ``field`` leads to."""
        at = self._place(table, field)
        return self.vector_at(self._offset(at), width) if at else None

    def vector_at(self, start: int, width: int) -> Vector:
        """The vector that begins at ``start``."""
        count = self._number("<I", start)
        end = start + 4 + count * width
        if end > self._blob.size:
            raise Malformed("a vector reaches beyond the file", start)
        self.used.add(start, end)
        return Vector(start + 4, count)

    def tables(self, table: Table, field: int, limit: int) -> list[Table]:
        """The tables of the vector that ``field`` leads to, at most ``limit``."""
        vector = self.vector(table, field, 4)
        if vector is None:
            return []
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} tables (at most {limit})")
        places = (vector.start + 4 * each for each in range(vector.length))
        return [self.table_at(self._offset(at)) for at in places]

    def numbers(self, table: Table, field: int, form: str, limit: int) -> tuple[int, ...]:
        """The numbers of the vector that ``field`` leads to, at most ``limit``."""
        vector = self.vector(table, field, _SIZES[form])
        if vector is None:
            return ()
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} numbers (at most {limit})")
        data = self._read(vector.start, vector.length * _SIZES[form])
        return struct.unpack(f"<{vector.length}{form[1]}", data)

    def text(self, table: Table, field: int) -> str:
        """The text that ``field`` leads to, empty where it is not set."""
        vector = self.vector(table, field, 1)
        if vector is None:
            return ""
        if vector.length > _TEXT_LIMIT:
            raise LimitExceeded(f"has a text of {vector.length} bytes (at most {_TEXT_LIMIT})")
        self.used.add(vector.start, vector.start + vector.length + 1)
        return self._read(vector.start, vector.length).decode("utf-8", "backslashreplace")

    def texts(self, table: Table, field: int, limit: int) -> list[str]:
        """The texts of the vector that ``field`` leads to, at most ``limit``."""
        vector = self.vector(table, field, 4)
        if vector is None:
            return []
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} texts (at most {limit})")
        found = []
        for each in range(vector.length):
            held = self.vector_at(self._offset(vector.start + 4 * each), 1)
            data = self._read(held.start, min(held.length, _TEXT_LIMIT))
            found.append(data.decode("utf-8", "backslashreplace"))
        return found

    def _place(self, table: Table, field: int) -> int:
        at = table.fields[field] if field < len(table.fields) else 0
        return table.start + at if at else 0

    def _offset(self, at: int) -> int:
        return at + self._number("<I", at)

    def _number(self, form: str, at: int) -> int:
        return int(struct.unpack(form, self._read(at, _SIZES[form]))[0])

    def _read(self, at: int, length: int) -> bytes:
        self._reads += 1
        if not self._reads & 4095:
            self._meter.check_time()
            if self._reads > self._most:
                raise LimitExceeded("leads to the same tables again and again")
        if at < 0 or at + length > self._blob.size:
            raise Malformed("an offset leads outside the file", max(at, 0))
        index = at - self._base
        if index < 0 or index + length > len(self._buffer):
            self._base = max(0, at - 256) if length <= _WINDOW // 2 else at
            self._buffer = self._blob.read(self._base, max(_WINDOW, length))
            index = at - self._base
        data = self._buffer[index : index + length]
        if len(data) != length:
            raise Malformed("the file is cut off", at)
        return data
