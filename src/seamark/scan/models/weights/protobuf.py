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
        while position < end:
            tag, after = self._varint(position, end)
            number, wire = tag >> 3, tag & 7
            if not 0 < number < 1 << 29:
                raise Malformed(f"field number {number} is not possible", position)
            if wire == Wire.BYTES:
                length, begin = self._varint(after, end)
                stop = begin + length
                value = 0
            elif wire == Wire.VARINT:
                begin = after
                value, stop = self._varint(after, end)
            elif wire in (Wire.FIXED64, Wire.FIXED32):
                begin, stop = after, after + (8 if wire == Wire.FIXED64 else 4)
                value = int.from_bytes(self._blob.read(begin, stop - begin), "little")
            else:
                raise Malformed(f"wire type {wire} is not used", position)
            if stop > end:
                raise Malformed("a field reaches beyond its message", position)
            self.bytes_seen += begin - position
            yield Field(number, wire, value, begin, stop)
            position = stop

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
