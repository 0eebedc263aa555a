"""The records of a zip archive as bytes say them, without judging.

Format: PKWARE APPNOTE 6.3.10, section 4.3 (records) and 4.5 (extra fields).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Meter

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
DESCRIPTOR = b"PK\x07\x08"
SIGNATURE = b"PK\x05\x05"

ENCRYPTED = 1 << 0
STREAMED = 1 << 3
PATCHED = 1 << 5
STRONG = 1 << 6
UTF8 = 1 << 11
MASKED = 1 << 13
HIDING = ENCRYPTED | PATCHED | STRONG | MASKED
"""Flags under which strict readers refuse a member; relaxed ones ignore them."""

STORED, DEFLATED = 0, 8
MAX16, MAX32 = 0xFFFF, 0xFFFFFFFF
_ZIP64, _UNICODE_PATH, _AES = 0x0001, 0x7075, 0x9901

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
END_SIZE, END64_SIZE, LOCATOR64_SIZE = _END.size, _END64.size, _LOCATOR64.size
LOCAL_SIZE = _LOCAL.size
_WINDOW = 4 << 20


class Entry(NamedTuple):
    """One record of the central directory.

    ``raw_name`` as stored, ``name`` decoded; ``alternative`` is the name in a Unicode path field
    where that says something else. ``packed`` and ``size`` are bytes before and after expansion,
    ``offset`` that of the local header as the archive counts, ``mode`` Unix mode bits or 0.
    """

    raw_name: bytes
    name: str
    alternative: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    aes: bool
    disk: int


class Local(NamedTuple):
    """One local header; ``data`` is the offset of the member's bytes in the blob."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    data: int


class End(NamedTuple):
    """An end-of-directory record, plain or zip64; ``at`` is its own offset in the blob."""

    at: int
    members: int
    size: int
    offset: int
    disk: int
    zip64: bool = False


def decode_name(raw: bytes, flags: int) -> str:
    """A member's name as text: UTF-8 where flagged or possible, else code page 437."""
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace") if flags & UTF8 else raw.decode("cp437")


def read_end(blob: Blob, at: int) -> End | None:
    """The plain end record at ``at``, or None."""
    data = blob.read(at, END_SIZE)
    if len(data) < END_SIZE or not data.startswith(END):
        return None
    _, disk, _, _, count, size, offset, _ = _END.unpack(data)
    return End(at, count, size, offset, disk)


def read_end64(blob: Blob, at: int) -> End | None:
    """The zip64 end record at ``at``, or None."""
    data = blob.read(at, END64_SIZE)
    if len(data) < END64_SIZE or not data.startswith(END64):
        return None
    fields = _END64.unpack(data)
    return End(at, fields[7], fields[8], fields[9], fields[4], zip64=True)


def read_locator64(blob: Blob, at: int) -> int | None:
    """Where the zip64 locator at ``at`` says that the zip64 end record is, or None."""
    data = blob.read(at, LOCATOR64_SIZE) if at >= 0 else b""
    if len(data) < LOCATOR64_SIZE or not data.startswith(LOCATOR64):
        return None
    offset: int = _LOCATOR64.unpack(data)[2]
    return offset


def read_local(blob: Blob, at: int, expected_name: int = 64) -> Local | None:
    """The local header at ``at``, or None where there is none.

    ``expected_name`` bytes are read with the header, so that the usual case costs one read.
    """
    data = blob.read(at, LOCAL_SIZE + expected_name)
    if len(data) < LOCAL_SIZE or not data.startswith(LOCAL):
        return None
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(
        data
    )
    name = data[LOCAL_SIZE : LOCAL_SIZE + name_length]
    if len(name) < name_length:
        name = blob.read(at + LOCAL_SIZE, name_length)
    if packed == MAX32 or size == MAX32:
        extra = blob.read(at + LOCAL_SIZE + name_length, extra_length)
        # In a local header both sizes are there, in this order (APPNOTE 4.5.3).
        wide = dict(_fields(extra)).get(_ZIP64, b"")
        if size == MAX32 and len(wide) >= 8:
            size, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        if packed == MAX32 and len(wide) >= 8:
            packed = int.from_bytes(wide[:8], "little")
    data_at = at + LOCAL_SIZE + name_length + extra_length
    return Local(name, flags, method, crc, packed, size, data_at)


def read_directory(
    blob: Blob, at: int, size: int, count: int, meter: Meter
) -> tuple[list[Entry], int]:
    """Records of the central directory at ``at`` and the offset behind the last.

    Readers stop at ``size`` bytes or after ``count`` records; this one goes on until both are
    reached, as long as records follow. Raises ``LimitExceeded`` beyond the limit of members.
    """
    entries: list[Entry] = []
    end = at + size
    base, window, position = at, b"", at
    while position < end or len(entries) < count:
        start = position - base
        complete = base + len(window) >= blob.size and window
        if start + _CENTRAL.size + 3 * MAX16 > len(window) and not complete:
            base, start = position, 0
            window = blob.read(base, _WINDOW)
        if window[start : start + 4] != CENTRAL or start + _CENTRAL.size > len(window):
            break
        entry, length = _read_entry(window, start)
        if start + length > len(window):
            break
        entries.append(entry)
        position += length
        if len(entries) > meter.limits.members:
            raise LimitExceeded(f"holds more than {meter.limits.members} members")
        if not len(entries) % 4096:
            meter.check_time()
    return entries, position


def _read_entry(window: bytes, start: int) -> tuple[Entry, int]:
    fields = _CENTRAL.unpack_from(window, start)
    (_, made_by, _, flags, method, _, _, crc, packed, size) = fields[:10]
    name_length, extra_length, comment_length, disk, _, attributes, offset = fields[10:]
    begin = start + _CENTRAL.size
    raw = window[begin : begin + name_length]
    name, alternative, aes = decode_name(raw, flags), "", False
    if extra_length:
        extra = window[begin + name_length : begin + name_length + extra_length]
        for tag, value in _fields(extra):
            if tag == _ZIP64:
                packed, size, offset = _widen(value, packed, size, offset)
            elif tag == _UNICODE_PATH and len(value) > 5:
                other = value[5:].decode("utf-8", "backslashreplace")
                alternative = other if other != name else ""
            elif tag == _AES:
                aes = True
    mode = attributes >> 16 if made_by >> 8 in (3, 19) else 0
    length = _CENTRAL.size + name_length + extra_length + comment_length
    entry = Entry(raw, name, alternative, flags, method, crc, packed, size, offset, mode, aes, disk)
    return entry, length


def _widen(value: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Replace what did not fit into 32 bits; a field holds only those, in this order."""
    wide = [int.from_bytes(value[at : at + 8], "little") for at in range(0, len(value) - 7, 8)]
    if size == MAX32 and wide:
        size = wide.pop(0)
    if packed == MAX32 and wide:
        packed = wide.pop(0)
    if offset == MAX32 and wide:
        offset = wide.pop(0)
    return packed, size, offset


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        yield tag, extra[at + 4 : at + 4 + length]
        at += 4 + length
