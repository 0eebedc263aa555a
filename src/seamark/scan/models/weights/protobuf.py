"""Protocol Buffers at wire level: fields of a message without its schema.

Encoding: https://protobuf.dev/programming-guides/encoding/. Payloads are never copied; a field of
several gigabytes costs one seek. The caller decides which fields are messages and bounds how deep
it follows them.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed

_WINDOW = 1 << 16
_LONGEST_PREFIX = 20  # a tag and a length, ten bytes each at most
_TEXT_LIMIT = 1 << 20


class Wire(IntEnum):
    """Wire types that may occur. Groups (3 and 4) are not read."""

    VARINT = 0
    FIXED64 = 1
    BYTES = 2
    FIXED32 = 5


class Field(NamedTuple):
    """One field: its ``number``, wire type, and ``value`` (integers) or place in the blob.

    ``start`` and ``end`` bound the payload; for integers they bound the encoded number.
    """

    number: int
    wire: int
    value: int
    start: int
    end: int


def packed(data: bytes) -> Iterator[int]:
    """The numbers of a packed repeated field. Raises ``Malformed`` where one is cut off."""
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        if byte < 128:
            yield value & 0xFFFFFFFFFFFFFFFF
            value = shift = 0
        elif (shift := shift + 7) > 63:
            raise Malformed("a number is longer than 64 bits")
    if shift:
        raise Malformed("a number is cut off")


def plain_fields(data: bytes) -> list[tuple[int, int, int]] | None:
    """Tag, begin and end of each field of a small message, without the objects of `Wires`.

    A tag is a field's number times eight, and its wire type. None where something is damaged or
    uncommon: the careful way then says what.
    """
    found = []
    at, size = 0, len(data)
    try:
        while at < size:
            tag, begin = data[at], at + 1
            if tag > 127:
                if data[begin] > 127:
                    return None
                tag, begin = tag & 127 | data[begin] << 7, begin + 1
            wire = tag & 7
            if wire == 2:
                length = data[begin]
                begin += 1
                if length > 127:
                    if data[begin] > 127:
                        return None
                    length, begin = length & 127 | data[begin] << 7, begin + 1
                at = begin + length
            elif wire == 0:
                at = begin + 1
                while data[at - 1] > 127:
                    at += 1
                if at - begin > 9:
                    return None
            elif wire == 5:
                at = begin + 4
            else:
                return None
            if tag < 8:
                return None
            found.append((tag, begin, at))
    except IndexError:
        return None
    return found if at == size else None


class Wires:
    """Reads fields from a blob through one sliding window."""

    __slots__ = ("_base", "_blob", "_buffer", "bytes_seen")

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._base = 0
        self._buffer = b""
        self.bytes_seen = 0

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """Fields of the message in ``[start, end)``.

        Raises ``Malformed`` where a tag, number or length is not valid or leaves the message.
        """
        position = start
        new = tuple.__new__  # a third of what the constructor of a named tuple costs
        while position < end:
            # Another message may have moved the window since the last field.
            buffer, index = self._buffer, position - self._base
            if index < 0 or index + _LONGEST_PREFIX > len(buffer) or position + 3 > end:
                field = self._field(position, end)
            else:
                tag, first = buffer[index], buffer[index + 1]
                wire = tag & 7
                if tag > 127 or tag < 8:
                    field = self._field(position, end)
                elif wire == 2 and first < 128:
                    begin = position + 2
                    field = new(Field, (tag >> 3, 2, 0, begin, begin + first))
                elif wire == 2 and buffer[index + 2] < 128:
                    begin = position + 3
                    length = first & 127 | buffer[index + 2] << 7
                    field = new(Field, (tag >> 3, 2, 0, begin, begin + length))
                elif wire == 0 and first < 128:
                    field = new(Field, (tag >> 3, 0, first, position + 1, position + 2))
                else:
                    field = self._field(position, end)
            stop = field[4]
            if stop > end:
                raise Malformed("a field reaches beyond its message", position)
            self.bytes_seen += field[3] - position
            yield field
            position = stop

    def _field(self, position: int, end: int) -> Field:
        """The field at ``position``, whatever it is."""
        tag, after = self._varint(position, end)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise Malformed(f"field number {number} is not possible", position)
        if wire == Wire.BYTES:
            length, begin = self._varint(after, end)
            return Field(number, wire, 0, begin, begin + length)
        if wire == Wire.VARINT:
            value, stop = self._varint(after, end)
            return Field(number, wire, value, after, stop)
        if wire in (Wire.FIXED64, Wire.FIXED32):
            width = 8 if wire == Wire.FIXED64 else 4
            value = int.from_bytes(self._blob.read(after, width), "little")
            return Field(number, wire, value, after, after + width)
        raise Malformed(f"wire type {wire} is not used", position)

    def bytes(self, field: Field, limit: int = _TEXT_LIMIT) -> bytes:
        """The payload of ``field``. Raises ``LimitExceeded`` where it is longer than ``limit``."""
        length = field.end - field.start
        if length > limit:
            raise LimitExceeded(f"has a text of {length} bytes (at most {limit})")
        begin = field.start - self._base
        if begin >= 0 and begin + length <= len(self._buffer):
            return self._buffer[begin : begin + length]
        return self._blob.read(field.start, length)

    def text(self, field: Field, limit: int = _TEXT_LIMIT) -> str:
        """The payload of ``field`` as text; bytes that are not UTF-8 are kept as escapes."""
        return self.bytes(field, limit).decode("utf-8", "backslashreplace")

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        """The number at ``position`` and the offset behind it."""
        index = position - self._base
        held = len(self._buffer)
        if index < 0 or (index + _LONGEST_PREFIX > held and self._base + held < self._blob.size):
            self._base = position
            self._buffer = self._blob.read(position, _WINDOW)
            index = 0
        buffer = self._buffer
        if position < end and index < len(buffer) and buffer[index] < 128:  # nearly all
            return buffer[index], position + 1
        value = shift = 0
        stop = min(end - self._base, len(buffer))
        while index < stop:
            byte = buffer[index]
            index += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF, self._base + index
            shift += 7
            if shift > 63:
                raise Malformed("a number is longer than 64 bits", position)
        raise Malformed("a number is cut off", position)
