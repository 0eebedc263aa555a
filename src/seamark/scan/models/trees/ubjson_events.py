"""UBJSON as events: big-endian, one mark before each value, counted arrays of one type.

Format: https://ubjson.org, draft 12. Arrays of one number type are not read unless asked for.
"""

import array
import struct
import sys
from dataclasses import dataclass

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.trees.events import DEPTH_LIMIT, Event, Events, Kind

_WINDOW = 1 << 20
_LONGEST_TEXT = 16 << 20
_BATCH = 1 << 17
_SCALARS = {
    b"i": struct.Struct(">b"), b"U": struct.Struct(">B"), b"I": struct.Struct(">h"),
    b"l": struct.Struct(">i"), b"L": struct.Struct(">q"), b"d": struct.Struct(">f"),
    b"D": struct.Struct(">d"),
}  # fmt: skip
_ARRAYS = {b"i": "b", b"U": "B", b"I": "h", b"l": "i", b"L": "q"}
_PLAIN: dict[bytes, object] = {b"Z": None, b"T": True, b"F": False}


@dataclass(slots=True)
class _Packed:
    """Numbers of one type; in the file until somebody asks, or at hand as ``raw``."""

    blob: Blob
    offset: int
    mark: bytes
    count: int
    raw: bytes = b""

    def integers(self) -> "array.array[int]":
        """See :class:`~seamark.scan.models.trees.events.Numbers`."""
        code = _ARRAYS.get(self.mark)
        if code is None:
            raise Malformed("a list of whole numbers holds something else", self.offset)
        values = array.array(code)
        values.frombytes(self.raw or self.blob.read(self.offset, self.count * values.itemsize))
        if sys.byteorder == "little":
            values.byteswap()
        return values if code == "q" else array.array("q", values)


class _Cursor:
    """Reads marks, numbers and texts in order through one window."""

    __slots__ = ("_at", "_base", "_data", "blob", "meter")

    def __init__(self, blob: Blob, meter: Meter) -> None:
        self.blob = blob
        self.meter = meter
        self._base = self._at = 0
        self._data = blob.read(0, _WINDOW)

    @property
    def offset(self) -> int:
        return self._base + self._at

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._data):
            self.meter.check_time()
            self._base, self._at, end = self.offset, 0, length
            self._data = self.blob.read(self._base, max(_WINDOW, length))
            if len(self._data) < length:
                raise Malformed("the file ends inside a value", self.blob.size)
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def mark(self) -> bytes:
        found = self.take(1)
        while found == b"N":  # no operation
            found = self.take(1)
        return found

    def number(self, mark: bytes) -> int | float:
        at = self.offset
        kind = _SCALARS.get(mark)
        if kind is None:
            raise Malformed(f"there is no number type {mark!r}", at)
        value: int | float = kind.unpack(self.take(kind.size))[0]
        return value

    def length(self) -> int:
        at = self.offset
        value = self.number(self.mark())
        if not isinstance(value, int) or value < 0:
            raise Malformed("a length is not a whole number from 0", at)
        return value

    def text(self) -> str:
        at = self.offset
        length = self.length()
        if length > self.blob.size - self.offset:
            raise Malformed(f"a text of {length} bytes does not fit into the file", at)
        if length > _LONGEST_TEXT:
            raise LimitExceeded(f"holds a text of more than {_LONGEST_TEXT} bytes")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("a text is not valid", at) from None

    def whole_list(self) -> _Packed | None:
        """The array that begins here, if its numbers are of one type and lie in the window."""
        head = self._data[self._at : self._at + 13]
        kind = _SCALARS.get(head[2:3])
        if head[:2] != b"[$" or head[3:5] != b"#L" or kind is None or len(head) < 13:
            return None
        count = int.from_bytes(head[5:], "big")
        start = self._at + 13
        end = start + count * kind.size
        if end > len(self._data):
            return None
        self._at = end
        return _Packed(self.blob, self._base + start, head[2:3], count, self._data[start:end])

    def skip(self, length: int) -> None:
        self._at += length
        if self.offset > self.blob.size:
            raise Malformed("the file ends inside an array", self.blob.size)


@dataclass(slots=True)
class _Open:
    """A container that is being read: ``left`` values to come, None until its closing mark."""

    is_object: bool
    left: int | None
    type: bytes = b""


def ubjson_events(blob: Blob, meter: Meter, *, may_list: bool = False) -> Events:
    """Events of the one value that ``blob`` begins with; see ``json_events``."""
    cursor = _Cursor(blob, meter)
    stack: list[_Open] = []
    count = 0
    while True:
        count += 1
        if not count % 4096:
            meter.check_time()
        at = cursor.offset
        inside = stack[-1] if stack else None
        mark = b""
        if inside is not None:
            if inside.left is None:
                mark = cursor.mark()
            if inside.left == 0 or mark == (b"}" if inside.is_object else b"]"):
                stack.pop()
                yield Event(Kind.END_OBJECT if inside.is_object else Kind.END_ARRAY, None, at)
                if not stack:
                    break
                continue
            if inside.left is not None:
                inside.left -= 1
            if inside.is_object:
                name = _key(cursor, mark)
                held = cursor.whole_list() if may_list and not inside.type else None
                if held is not None:
                    yield Event(Kind.LISTS, [(name, held, at)], at)
                    continue
                yield Event(Kind.KEY, name, at)
                mark = b""
            mark = inside.type or mark
        mark = mark or cursor.mark()
        if mark in (b"{", b"["):
            if len(stack) >= DEPTH_LIMIT:
                raise LimitExceeded(f"nests deeper than {DEPTH_LIMIT} levels")
            yield Event(Kind.OBJECT if mark == b"{" else Kind.ARRAY, None, at)
            opened = _open(cursor, mark == b"{")
            stack.append(opened)
            if not opened.is_object and opened.type in _SCALARS:
                yield from _packed(cursor, opened)
            continue
        yield _value(cursor, mark, at)
        if not stack:
            break
    yield Event(Kind.END, None, cursor.offset)


def _key(cursor: _Cursor, mark: bytes) -> str:
    """A name; ``mark`` is that of its length where it was read already."""
    if not mark:
        return cursor.text()
    at = cursor.offset
    length = cursor.number(mark)
    if not isinstance(length, int) or not 0 <= length <= min(_LONGEST_TEXT, cursor.blob.size - at):
        raise Malformed("the length of a name is not valid", at)
    try:
        return cursor.take(length).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a name is not valid", at) from None


def _open(cursor: _Cursor, is_object: bool) -> _Open:
    """What stands behind an opening mark: a type, a count, or neither."""
    head = cursor.blob.read(cursor.offset, 1)
    kind = b""
    if head == b"$":
        cursor.take(1)
        kind = cursor.mark()
        head = cursor.blob.read(cursor.offset, 1)
        if head != b"#":
            raise Malformed("an array of one type has no length", cursor.offset)
    if head != b"#":
        return _Open(is_object, None)
    cursor.take(1)
    at = cursor.offset
    count = cursor.length()
    least = _SCALARS[kind].size if kind in _SCALARS else 0 if kind in _PLAIN else 1
    if count * (least + is_object) > cursor.blob.size - cursor.offset or count > 1 << 40:
        raise Malformed(f"an array of {count} values does not fit into the file", at)
    if not least and count > _BATCH:
        raise LimitExceeded(f"holds an array of {count} values without content")
    return _Open(is_object, count, kind)


def _packed(cursor: _Cursor, opened: _Open) -> Events:
    width = _SCALARS[opened.type].size
    left, opened.left = opened.left or 0, 0
    while left:
        count = min(left, _BATCH)
        at = cursor.offset
        yield Event(Kind.NUMBERS, _Packed(cursor.blob, at, opened.type, count), at)
        cursor.skip(count * width)
        left -= count
        cursor.meter.check_time()


def _value(cursor: _Cursor, mark: bytes, at: int) -> Event:
    if mark == b"S":
        return Event(Kind.TEXT, cursor.text(), at)
    if mark == b"C":
        return Event(Kind.TEXT, cursor.take(1).decode("latin-1"), at)
    if mark == b"H":
        return Event(Kind.TEXT, cursor.text(), at)
    if mark in _PLAIN:
        return Event(Kind.VALUE, _PLAIN[mark], at)
    return Event(Kind.VALUE, cursor.number(mark), at)
