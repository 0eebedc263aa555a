"""A zip writer that says what it is told to, in local and central headers apart."""

import struct
import zlib
from dataclasses import dataclass

STORED, DEFLATED = 0, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member. ``local_*`` is what the local header says, by default the same."""

    name: bytes
    data: bytes
    method: int = STORED
    flags: int = 0
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    crc: int | None = None
    size: int | None = None
    attributes: int = 0o644 << 16
    extra: bytes = b""
    central: bool = True
    local_offset: int | None = None
    gap: bytes = b""

    @property
    def stored(self) -> bytes:
        """The bytes as they lie in the archive."""
        if self.method != DEFLATED:
            return self.data
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.data) + packer.flush()


def _either(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def local(entry: Entry) -> bytes:
    """The local header and the data."""
    name = entry.name if entry.local_name is None else entry.local_name
    stored = entry.stored
    crc = _either(entry.crc, zlib.crc32(entry.data))
    head = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, _either(entry.local_flags, entry.flags),
        _either(entry.local_method, entry.method), 0, 33, crc, len(stored),
        _either(entry.local_size, _either(entry.size, len(entry.data))), len(name), 0,
    )  # fmt: skip
    return entry.gap + head + name + stored


def central(entry: Entry, offset: int) -> bytes:
    """The central directory's record."""
    head = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 0x0314, 20, entry.flags, entry.method, 0, 33,
        _either(entry.crc, zlib.crc32(entry.data)), len(entry.stored),
        _either(entry.size, len(entry.data)), len(entry.name), len(entry.extra), 0, 0, 0,
        entry.attributes, offset,
    )  # fmt: skip
    return head + entry.name + entry.extra


def end(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """The end of central directory record."""
    head = struct.pack(
        "<4sHHHHIIH",
        b"PK\x05\x06",
        0,
        0,
        count & 0xFFFF,
        count & 0xFFFF,
        size,
        offset,
        len(comment),
    )
    return head + comment


def archive(
    *entries: Entry, prefix: bytes = b"", suffix: bytes = b"", comment: bytes = b"",
    shifted: bool = True, zip64: bool = False, directory: bool = True,
) -> bytes:  # fmt: skip
    """A whole archive. ``shifted`` offsets count ``prefix``; ``zip64`` adds its end records."""
    body = bytearray(prefix)
    base = 0 if shifted else len(prefix)
    records = bytearray()
    for entry in entries:
        offset = _either(entry.local_offset, len(body) + len(entry.gap) - base)
        body += local(entry)
        if entry.central:
            records += central(entry, offset)
    if not directory:
        return bytes(body) + suffix
    start, count = len(body) - base, sum(entry.central for entry in entries)
    tail = b""
    if zip64:
        tail = struct.pack(
            "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(records), start
        ) + struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(records), 1)
        return bytes(body) + records + tail + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, comment) + suffix
    return bytes(body) + records + tail + end(count, len(records), start, comment) + suffix


def plain(members: dict[str, bytes], method: int = STORED) -> bytes:
    """An honest archive of ``members``."""
    return archive(*(Entry(name=n.encode(), data=d, method=method) for n, d in members.items()))
