"""Snappy blocks and masked CRC-32C sums, as LevelDB tables use them.

Formats: https://github.com/google/snappy/blob/main/format_description.txt and RFC 3720, B.4.
"""

from functools import cache

from seamark.scan.models.limits import LimitExceeded, Malformed

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


@cache
def _sums() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


def crc32c_masked(data: bytes) -> int:
    """CRC-32C of ``data``, rotated and shifted so that sums of sums stay strong."""
    table, value = _sums(), 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + _MASK) & 0xFFFFFFFF


def decompress(data: bytes, limit: int) -> bytes:
    """What the snappy block ``data`` expands to. Raises ``Malformed``, ``LimitExceeded``."""
    size, at = _size(data)
    if size > limit:
        raise LimitExceeded(f"has a block that expands to {size} bytes (at most {limit})")
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            if length > 60:
                width = length - 60
                length = int.from_bytes(data[at : at + width], "little") + 1
                at += width
            if at + length > len(data):
                raise Malformed("a snappy block is cut off")
            out += data[at : at + length]
            at += length
        else:
            if kind == 1:
                length = (tag >> 2 & 7) + 4
                offset = (tag >> 5) << 8 | int.from_bytes(data[at : at + 1], "little")
                at += 1
            else:
                width = 2 if kind == 2 else 4
                offset = int.from_bytes(data[at : at + width], "little")
                at += width
            if not 0 < offset <= len(out) or at > len(data):
                raise Malformed("a snappy block refers to what is not there")
            _copy(out, offset, length)
        if len(out) > size:
            break
    if len(out) != size:
        raise Malformed("a snappy block has another length than it says")
    return bytes(out)


def _size(data: bytes) -> tuple[int, int]:
    value = shift = 0
    for at, byte in enumerate(data[:5]):
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + 1
        shift += 7
    raise Malformed("a snappy block has no length")


def _copy(out: bytearray, offset: int, length: int) -> None:
    start = len(out) - offset
    if offset >= length:
        out += out[start : start + length]
    else:  # the copy reads what it writes
        piece = bytes(out[start:])
        out += (piece * (length // offset + 1))[:length]
