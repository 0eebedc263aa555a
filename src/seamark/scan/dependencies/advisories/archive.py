"""The files of a source: one file, a folder, a zip, a tar: bounded, whatever an archive claims."""

import gzip
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from seamark.core.errors import SeamarkError
from seamark.scan.dependencies.advisories.decode import MAX_BYTES

RECORDS = (".json", ".yaml", ".yml")
MAX_FILES = 3_000_000
MAX_FEED = 256 << 20
"""Bytes of a file that is a feed by itself (KEV has 2 MB, EPSS unpacked 10 MB)."""
_RATIO = 200
_FLOOR = 256 << 20


class SourceUnreadable(SeamarkError):  # noqa: N818 - what happened, in the words of a person
    """What was to be imported cannot be read as a whole; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: its name within the source, its bytes, and why they are not whole, if so."""

    name: str
    data: bytes
    problem: str = ""

    @property
    def yaml(self) -> bool:
        """Whether its name says YAML."""
        return self.name.endswith((".yaml", ".yml"))


def pieces(path: str) -> Iterator[Piece]:
    """Every JSON and YAML file under ``path``, or the one file that it is.

    Raises :class:`SourceUnreadable`.
    """
    try:
        if os.path.isdir(path):
            found = _folder(path)
        elif not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would block whoever opens it
            raise SourceUnreadable(f"{path} is no regular file.")
        elif zipfile.is_zipfile(path):
            found = _zip(path)
        elif _is_tar(path):
            found = _tar(path)
        else:
            found = _single(path)
        for number, piece in enumerate(found):
            if number >= MAX_FILES:
                raise SourceUnreadable(f"{path} has more than {MAX_FILES} files.")
            yield piece
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        hint = "Fetch it again; a download that was cut off often looks like this."
        raise SourceUnreadable(f"Cannot read {path}: {reason}.", hint=hint) from error
    except (NotImplementedError, RuntimeError) as error:  # encrypted, an unknown compression
        raise SourceUnreadable(f"Cannot read {path}: {error}.") from error


def _folder(root: str) -> Iterator[Piece]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(files):
            if not name.endswith(RECORDS):
                continue
            path = os.path.join(folder, name)
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    yield _piece(os.path.relpath(path, root), file.read(MAX_BYTES + 1))


def _zip(path: str) -> Iterator[Piece]:
    left = _budget(path)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.endswith(RECORDS):
                continue
            with archive.open(member) as file:
                piece = _piece(member.filename, file.read(MAX_BYTES + 1))
            left = _spend(left, len(piece.data), path)
            yield piece


def _tar(path: str) -> Iterator[Piece]:
    """Read as a stream, so that the unpacked bytes are counted before anything believes them."""
    with _unpacked(path) as stream:
        counted = cast(IO[bytes], _Counted(stream, _budget(path), path))  # only its read is used
        with tarfile.open(fileobj=counted, mode="r|") as archive:
            for member in archive:
                if member.isreg() and member.name.endswith(RECORDS):
                    file = archive.extractfile(member)
                    if file is not None:
                        yield _piece(member.name, file.read(MAX_BYTES + 1))


def _single(path: str) -> Iterator[Piece]:
    with _unpacked(path) as file:
        data = file.read(MAX_FEED + 1)
    if len(data) > MAX_FEED:
        raise SourceUnreadable(f"{path} unpacks to more than {MAX_FEED >> 20} MiB.")
    yield Piece(os.path.basename(path).removesuffix(".gz"), data)


def _piece(name: str, data: bytes) -> Piece:
    if len(data) > MAX_BYTES:
        return Piece(name, b"", f"it is larger than {MAX_BYTES >> 20} MiB")
    return Piece(name, data)


def _is_tar(path: str) -> bool:
    with _unpacked(path) as file:
        return file.read(512)[257:262] == b"ustar"


@contextmanager
def _unpacked(path: str) -> Iterator[IO[bytes]]:
    """The file's bytes, through gzip where it is gzip."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SourceUnreadable(f"{path} is no regular file.")
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.open(file) as inside:
            yield cast(IO[bytes], inside)


def _budget(path: str) -> int:
    return max(_FLOOR, os.path.getsize(path) * _RATIO)


def _spend(left: int, count: int, path: str) -> int:
    if count > left:
        raise SourceUnreadable(
            f"{path} unpacks to more than {_RATIO} times its size.",
            hint="No export of advisories does; do not use this file.",
        )
    return left - count


class _Counted:
    """A stream that ends with an error where more comes out than the file can honestly hold."""

    def __init__(self, stream: IO[bytes], left: int, path: str) -> None:
        self._stream = stream
        self._left = left
        self._path = path

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left = _spend(self._left, len(data), self._path)
        return data
