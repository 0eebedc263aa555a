"""Flatbuffers without their schema: tables, vectors and texts, each bounded by the blob.

Format: https://flatbuffers.dev/internals/. Native readers skip the checks for speed, so an offset
that leads out of the buffer reads foreign memory. Offsets may point anywhere, so the same table can
be reached a thousand times: the reader counts what it reads, and remembers which bytes were used.
"""

import struct
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter

_TEXT_LIMIT = 1 << 20
_WINDOW = 1 << 16
_FORMS = {form: struct.Struct(form) for form in "<b <B <h <H <i <I <q <Q <f".split()}
_READS_FREE = 2_000_000
_MERGED = 100_000
_LAYOUTS = 10_000
_BEHIND = 1 << 14
_PADDING = 64
"""Writers align what follows; fewer bytes than these are no gap."""


_new = tuple.__new__  # a third of what the constructor of a named tuple costs


class Vector(NamedTuple):
    """A vector's first element and number of elements."""

    start: int
    length: int


class Table(NamedTuple):
    """A table: where it begins, and the offsets of its fields (0 where one is not set)."""

    start: int
    fields: tuple[int, ...]


class OutOfBounds(Malformed):
    """An offset or length leads out of the buffer. ``what`` is what the caller was after, and
    ``at`` the offset that is wrong, which may be negative.
    """

    def __init__(self, reason: str, at: int, what: str) -> None:
        super().__init__(reason, max(at, 0))
        self.at = at
        self.what = what


class Spans:
    """The bytes that were used, kept small: what touches, or is padding away, is one span."""

    __slots__ = ("_kept", "_spans")

    def __init__(self, *, kept: bool = True) -> None:
        self._kept = kept
        self._spans: list[tuple[int, int]] = []

    def add(self, start: int, end: int) -> None:
        """Count ``[start, end)`` as used."""
        if not self._kept:
            return
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
    """Reads one flatbuffer. Every method raises ``OutOfBounds`` where an offset leads outside.

    ``what`` is a caller's word for what it reads, for the error. ``spans`` has the bytes that were
    used remembered.
    """

    __slots__ = ("_base", "_blob", "_buffer", "_layouts", "_meter", "_most", "_reads", "used")

    def __init__(self, blob: Blob, meter: Meter, *, spans: bool = True) -> None:
        self._blob = blob
        self._meter = meter
        self._base = 0
        self._buffer = b""
        self._reads = 0
        self._most = _READS_FREE + blob.size
        self._layouts: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.used = Spans(kept=spans)

    def root(self, what: str = "root") -> Table:
        """The table that the first four bytes lead to."""
        self.used.add(0, 8)
        return self.table_at(self._offset(0, what), what)

    def table_at(self, start: int, what: str = "") -> Table:
        """The table that begins at ``start``, with its list of fields."""
        vtable = start - self._number("<i", start, what)
        known = self._layouts.get(vtable)  # writers share the lists of equal tables
        size, fields = known or self._layout(vtable, what)
        if start + size > self._blob.size:
            raise OutOfBounds("a table's list of fields is damaged", vtable, what)
        self.used.add(start, start + size)
        return _new(Table, (start, fields))

    def _layout(self, vtable: int, what: str) -> tuple[int, tuple[int, ...]]:
        """Size and fields of the tables that have this list."""
        length = self._number("<H", vtable, what)
        size = self._number("<H", vtable + 2, what)
        if length < 4 or length % 2 or size < 4:
            raise OutOfBounds("a table's list of fields is damaged", vtable, what)
        raw = self._read(vtable + 4, length - 4, what)
        fields = struct.unpack(f"<{len(raw) // 2}H", raw)
        if fields and max(fields) >= size:
            raise OutOfBounds("a field lies outside its table", vtable, what)
        self.used.add(vtable, vtable + length)
        if len(self._layouts) < _LAYOUTS:
            self._layouts[vtable] = size, fields
        return size, fields

    def number(self, table: Table, field: int, form: str, default: int = 0, what: str = "") -> int:
        """The number in ``field``; ``form`` is one of ``struct``'s, as ``<i``."""
        at = self._place(table, field)
        return self._number(form, at, what) if at else default

    def table(self, table: Table, field: int, what: str = "") -> Table | None:
        """The table that ``field`` leads to."""
        at = self._place(table, field)
        return self.table_at(self._offset(at, what), what) if at else None

    def vector(self, table: Table, field: int, width: int, what: str = "") -> Vector | None:
        """The vector of ``width``-byte elements that ``field`` leads to."""
        at = self._place(table, field)
        return self.vector_at(self._offset(at, what), width, what) if at else None

    def vector_at(self, start: int, width: int, what: str = "") -> Vector:
        """The vector that begins at ``start``."""
        count = self._number("<I", start, what)
        end = start + 4 + count * width
        if end > self._blob.size:
            raise OutOfBounds("a vector reaches beyond the file", start, what)
        self.used.add(start, end)
        return _new(Vector, (start + 4, count))

    def raw(self, vector: Vector, width: int, what: str = "") -> bytes:
        """All elements of a vector as they lie there."""
        return self._read(vector.start, vector.length * width, what)

    def table_in(self, vector: Vector, index: int, what: str = "") -> Table:
        """The table that an element of a vector of offsets leads to."""
        return self.table_at(self._offset(vector.start + 4 * index, what), what)

    def text_in(self, vector: Vector, index: int, what: str = "") -> str:
        """The text that an element of a vector of offsets leads to, cut where it is very long."""
        held = self.vector_at(self._offset(vector.start + 4 * index, what), 1, what)
        data = self._read(held.start, min(held.length, _TEXT_LIMIT), what)
        return data.decode("utf-8", "backslashreplace")

    def tables(self, table: Table, field: int, limit: int) -> list[Table]:
        """The tables of the vector that ``field`` leads to, at most ``limit``."""
        vector = self.vector(table, field, 4)
        if vector is None:
            return []
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} tables (at most {limit})")
        offsets = struct.unpack(f"<{vector.length}I", self.raw(vector, 4))
        return [self.table_at(vector.start + 4 * i + at) for i, at in enumerate(offsets)]

    def numbers(self, table: Table, field: int, form: str, limit: int) -> tuple[int, ...]:
        """The numbers of the vector that ``field`` leads to, at most ``limit``."""
        width = _FORMS[form].size
        vector = self.vector(table, field, width)
        if vector is None:
            return ()
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} numbers (at most {limit})")
        return struct.unpack(f"<{vector.length}{form[1]}", self.raw(vector, width))

    def text(self, table: Table, field: int, what: str = "", *, longest: int = _TEXT_LIMIT) -> str:
        """The text that ``field`` leads to, empty where it is not set."""
        vector = self.vector(table, field, 1, what)
        if vector is None:
            return ""
        if vector.length > longest:
            raise LimitExceeded(f"has a text of {vector.length} bytes (at most {longest})")
        self.used.add(vector.start, vector.start + vector.length + 1)
        return self._read(vector.start, vector.length, what).decode("utf-8", "backslashreplace")

    def texts(self, table: Table, field: int, limit: int) -> list[str]:
        """The texts of the vector that ``field`` leads to, at most ``limit``."""
        vector = self.vector(table, field, 4)
        if vector is None:
            return []
        if vector.length > limit:
            raise LimitExceeded(f"has a vector of {vector.length} texts (at most {limit})")
        return [self.text_in(vector, each) for each in range(vector.length)]

    def _place(self, table: Table, field: int) -> int:
        at = table.fields[field] if field < len(table.fields) else 0
        return table.start + at if at else 0

    def _offset(self, at: int, what: str) -> int:
        return at + self._number("<I", at, what)

    def _number(self, form: str, at: int, what: str) -> int:
        packing = _FORMS[form]
        index = at - self._base
        if index < 0 or index + packing.size > len(self._buffer) or not self._reads & 4095:
            return int(packing.unpack(self._read(at, packing.size, what))[0])
        self._reads += 1
        value: int = packing.unpack_from(self._buffer, index)[0]
        return value

    def _read(self, at: int, length: int, what: str) -> bytes:
        self._reads += 1
        if self._reads & 4095 < 2:
            self._meter.check_time()
            if self._reads > self._most:
                raise LimitExceeded("leads to the same tables again and again")
        if at < 0 or at + length > self._blob.size:
            raise OutOfBounds("an offset leads outside the file", at, what)
        index = at - self._base
        if index < 0 or index + length > len(self._buffer):
            # Tables lie before what refers to them or behind it, as the writer likes.
            self._base = max(0, at - _BEHIND) if length <= _WINDOW // 2 else at
            self._buffer = self._blob.read(self._base, max(_WINDOW, length))
            index = at - self._base
        data = self._buffer[index : index + length]
        if len(data) != length:
            raise Malformed("the file is cut off", at)
        return data
