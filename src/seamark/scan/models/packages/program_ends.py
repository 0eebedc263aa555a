"""Where a native program ends, by its own headers; what follows is no part of it."""

import struct

from seamark.scan.models.blobs import Blob

_MOST_PARTS = 4096
_SECTION = struct.Struct("<8s6I2HI")
_SIZES = {1: 32, 2: 64}


def end_of_program(blob: Blob) -> int | None:
    """Offset behind the last part of an ELF or PE file; None where the headers do not tell."""
    head = blob.read(0, 64)
    if len(head) < 64:
        return None
    try:
        if head.startswith(b"\x7fELF"):
            return _end_of_elf(blob, head)
        if head.startswith(b"MZ"):
            return _end_of_pe(blob, head)
    except struct.error:  # cut off inside a header
        return None
    return None


def _end_of_elf(blob: Blob, head: bytes) -> int | None:
    order = {1: "<", 2: ">"}.get(head[5])
    if order is None or head[4] not in _SIZES:
        return None
    wide = head[4] == 2
    layout = f"{order}{'QQQ' if wide else 'III'}I6H"
    _entry, program_at, section_at, _flags, size, part, parts, unit, units, _names = (
        struct.unpack_from(layout, head, 24)
    )
    end: int = max(size, program_at + part * parts, section_at + unit * units)
    for index in range(min(parts, _MOST_PARTS)):
        raw = blob.read(program_at + index * part, part)
        if wide:
            offset, length = (
                struct.unpack_from(f"{order}Q", raw, 8)[0],
                struct.unpack_from(f"{order}Q", raw, 32)[0],
            )
        else:
            offset, length = (
                struct.unpack_from(f"{order}I", raw, 4)[0],
                struct.unpack_from(f"{order}I", raw, 16)[0],
            )
        end = max(end, offset + length)
    return end


def _end_of_pe(blob: Blob, head: bytes) -> int | None:
    start = int.from_bytes(head[60:64], "little")
    header = blob.read(start, 24)
    if header[:4] != b"PE\0\0":
        return None
    count, optional = (
        struct.unpack_from("<H", header, 6)[0],
        struct.unpack_from("<H", header, 20)[0],
    )
    table: int = start + 24 + optional
    end = table
    for index in range(min(count, _MOST_PARTS)):
        fields = _SECTION.unpack(blob.read(table + index * _SECTION.size, _SECTION.size))
        if fields[3]:
            end = max(end, fields[4] + fields[3])
    return end
