"""Zip archives byte by byte, so that each of their headers can lie on its own."""

import struct
import zlib
from dataclasses import dataclass, field

PAYLOAD = b"cos\nsystem\n(S'echo seamark'\ntR."
"""A hostile pickle that is never loaded."""

HARMLESS = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."
NOTE = b"a line of text\n"


@dataclass
class Part:
    """One member; ``local`` and ``central`` replace header fields by name."""

    name: bytes | str
    data: bytes = NOTE
    method: int = 0
    flags: int = 0
    mode: int = 0
    gap: bytes = b""
    hidden: bool = False
    descriptor: bytes | None = None
    local_extra: bytes = b""
    central_extra: bytes = b""
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)

    def packed(self) -> bytes:
        if self.method == 8:
            worker = zlib.compressobj(9, zlib.DEFLATED, -15)
            return worker.compress(self.data) + worker.flush()
        return self.data

    def fields(self) -> dict:
        name = self.name.encode() if isinstance(self.name, str) else self.name
        return {
            "name": name,
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(self.packed()),
            "size": len(self.data),
        }


def local_header(part: Part) -> bytes:
    f = part.fields() | part.local
    return (
        struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, f["flags"], f["method"], 0, 0x21, f["crc"],
            f["packed"], f["size"], len(f["name"]), len(part.local_extra),
        )
        + f["name"]
        + part.local_extra
    )  # fmt: skip


def central_header(part: Part, offset: int) -> bytes:
    f = part.fields() | {"offset": offset, "disk": 0} | part.central
    return (
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 3 << 8 | 20, 20, f["flags"], f["method"], 0, 0x21,
            f["crc"], f["packed"], f["size"], len(f["name"]), len(part.central_extra), 0,
            f["disk"], 0, part.mode << 16, f["offset"],
        )
        + f["name"]
        + part.central_extra
    )  # fmt: skip


def end_record(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    return (
        struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, offset, len(comment))
        + comment
    )


def end64(count: int, size: int, offset: int, at: int) -> bytes:
    """A zip64 end record and its locator, for an archive whose end record comes next at once."""
    return struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset
    ) + struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)


def body(parts: list[Part], at: int = 0) -> tuple[bytes, bytes, int]:
    """Members, their directory, and how many it lists; ``at`` is where the members will begin."""
    data, directory, count = b"", b"", 0
    for part in parts:
        data += part.gap
        offset = at + len(data)
        data += local_header(part) + part.packed() + (part.descriptor or b"")
        if not part.hidden:
            directory += central_header(part, offset)
            count += 1
    return data, directory, count


def build(
    *parts: Part,
    prefix: bytes = b"",
    relative: bool = False,
    before_directory: bytes = b"",
    before_end: bytes = b"",
    comment: bytes = b"",
    after: bytes = b"",
    count: int | None = None,
) -> bytes:
    """An archive; ``relative``: offsets count from behind the prefix."""
    data, directory, found = body(list(parts), 0 if relative else len(prefix))
    data += before_directory
    offset = len(data) + (0 if relative else len(prefix))
    end = end_record(found if count is None else count, len(directory), offset, comment)
    return prefix + data + directory + before_end + end + after
