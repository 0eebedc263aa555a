"""Members of archives, within limits: zip (wheels, checkpoints), tar, and one compressed file.

The standard library's readers do the work; what they would do without limits (a directory of
gigabytes, a stream that expands a thousandfold) is stopped before.
"""

import bz2
import gzip
import io
import lzma
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.paths import printable
from seamark.scan.models.archives.tar_walk import Walk
from seamark.scan.models.blobs import Blob, BytesBlob, FileBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Malformed, Meter

MOST_MEMBERS = 20_000
MOST_EXPANDED = 512 << 20
MOST_MEMBER = 32 << 20
MOST_DIRECTORY = 32 << 20
DEPTH = 2
_CHUNK = 1 << 20
_FILES = (b"\0", b"0", b"7")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError, UnicodeError, IndexError, KeyError, OverflowError,
)  # fmt: skip


@dataclass(slots=True)
class Allowance:
    """What one file may still expand to, all its members together."""

    expanded: int = MOST_EXPANDED
    members: int = MOST_MEMBERS

    def take(self, count: int) -> None:
        """Count bytes. Raises :class:`LimitExceeded`."""
        self.expanded -= count
        if self.expanded < 0:
            raise LimitExceeded(f"it expands to more than {MOST_EXPANDED >> 20} MiB")

    def member(self) -> None:
        """Count a member. Raises :class:`LimitExceeded`."""
        self.members -= 1
        if self.members < 0:
            raise LimitExceeded(f"it has more than {MOST_MEMBERS} members")


@dataclass(frozen=True, slots=True)
class Inside:
    """A member: its name, and its bytes or why there are none."""

    name: str
    blob: Blob | None
    problem: str = ""


def kind_of(head: bytes) -> str:
    """``zip``, ``tar``, ``gzip``, ``bzip2``, ``xz`` by the first 512 bytes; '' for the rest."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if head.startswith(b"BZh"):
        return "bzip2"
    return "xz" if head.startswith(b"\xfd7zXZ\0") else ""


def members(blob: Blob, kind: str, allowance: Allowance) -> Iterator[Inside]:
    """The members of an archive; the last one may be a problem without a name."""
    try:
        if kind == "zip":
            yield from _zip(blob, allowance)
        elif kind == "tar":
            yield from _tar(blob, allowance)
        else:
            yield from _compressed(blob, kind, allowance)
    except LimitExceeded as error:
        yield Inside("", None, str(error))
    except Malformed as error:
        yield Inside("", None, error.reason)
    except _BROKEN as error:
        yield Inside("", None, f"it cannot be unpacked ({type(error).__name__})")


class _Raw(io.RawIOBase):
    """A blob as the file object that ``zipfile`` wants."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._blob.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        data = self._blob.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _zip(blob: Blob, allowance: Allowance) -> Iterator[Inside]:
    tail = blob.read(max(0, blob.size - 66_000), 66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        raise Malformed("it has no directory")
    listed = int.from_bytes(tail[end + 12 : end + 16], "little")
    large = tail.rfind(b"PK\x06\x06", 0, end)
    if large >= 0:
        listed = int.from_bytes(tail[large + 40 : large + 48], "little")
    if listed > MOST_DIRECTORY:
        raise LimitExceeded(f"its directory is larger than {MOST_DIRECTORY >> 20} MiB")
    with zipfile.ZipFile(io.BufferedReader(_Raw(blob), 64 << 10)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            allowance.member()
            name = printable(info.filename)
            if info.flag_bits & 1:
                yield Inside(name, None, "it is encrypted")
                continue
            try:
                with archive.open(info) as file:
                    data = file.read(MOST_MEMBER)
            except _BROKEN as error:
                yield Inside(name, None, f"it cannot be unpacked ({type(error).__name__})")
                continue
            allowance.take(len(data))
            yield Inside(name, BytesBlob(data), _cut(data, info.file_size))


def _cut(data: bytes, size: int) -> str:
    """Why a member was not read to its end, if it matters: of text everything counts."""
    if len(data) < MOST_MEMBER or size <= MOST_MEMBER or b"\0" in data[:8192]:
        return ""
    return f"only its first {MOST_MEMBER >> 20} MiB were read"


def _tar(blob: Blob, allowance: Allowance) -> Iterator[Inside]:
    walk = Walk(blob, Meter(Limits(members=MOST_MEMBERS * 4)))
    for member in walk:
        if member.header.kind not in _FILES:
            continue
        allowance.member()
        yield Inside(printable(member.name), blob.slice(member.data, member.size))
    if walk.problem and walk.problem != "the archive has no end mark":
        raise Malformed(walk.problem)


def _compressed(blob: Blob, kind: str, allowance: Allowance) -> Iterator[Inside]:
    raw = io.BufferedReader(_Raw(blob), 256 << 10)
    stream: io.BufferedIOBase
    if kind == "gzip":
        stream = gzip.GzipFile(fileobj=raw)
    elif kind == "bzip2":
        stream = bz2.BZ2File(raw)
    else:
        stream = _Xz(raw)
    with stream, tempfile.TemporaryFile(prefix="seamark-") as copy:
        problem = ""
        size = 0
        try:
            while chunk := stream.read(_CHUNK):
                allowance.take(len(chunk))
                copy.write(chunk)
                size += len(chunk)
        except LimitExceeded as error:
            problem = str(error)
        except _BROKEN as error:
            problem = f"it cannot be unpacked ({type(error).__name__})"
        copy.flush()
        unpacked = FileBlob(copy.fileno(), 0, size)
        if kind_of(unpacked.read(0, 512)) == "tar":
            yield from _tar(unpacked, allowance)
        elif size:
            yield Inside("content", unpacked)
        if problem:
            yield Inside("", None, problem)


class _Xz(io.BufferedIOBase):
    """xz with a limit of memory, which ``lzma.LZMAFile`` does not have."""

    def __init__(self, raw: io.BufferedIOBase) -> None:
        self._raw = raw
        self._decoder = lzma.LZMADecompressor(memlimit=128 << 20)

    def read(self, size: int | None = -1, /) -> bytes:
        while not self._decoder.eof:
            data = self._raw.read(256 << 10) if self._decoder.needs_input else b""
            plain = self._decoder.decompress(data, max_length=size or _CHUNK)
            if plain:
                return plain
            if self._decoder.needs_input and not data:
                raise EOFError
        return b""
