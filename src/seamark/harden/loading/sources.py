"""What was examined is what is loaded: where the scanner and the loader read the same bytes.

A file is opened once. Small ones are read into memory. Of large ones every page that the scanner
read is kept, and the loader gets these very pages; from the file itself it gets only what no scan
looked at, the raw numbers. So nobody who writes to the file in between changes what was judged.
"""

import io
import os
import stat

from seamark.scan.models.blobs import Blob, BytesBlob, FileBlob

IN_MEMORY = 16 << 20
"""Files up to this size are read into memory, in bytes."""

PAGE = 1 << 16
KEPT = 256 << 20
"""Bytes of pages that are kept of one file; beyond, the file must be unchanged after loading."""

Identity = tuple[int, int, int, int, int]


def identity(status: os.stat_result) -> Identity:
    """What tells whether a file is still the same one and was not written to."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


class KeptBlob(FileBlob):
    """Part of an open file that keeps the pages which were read; slices share them."""

    __slots__ = ("pages",)

    def __init__(
        self, fd: int, start: int, size: int, pages: dict[int, bytes] | None = None
    ) -> None:
        super().__init__(fd, start, size)
        self.pages: dict[int, bytes] = {} if pages is None else pages

    def read(self, offset: int, length: int) -> bytes:
        """See :class:`~seamark.scan.models.blobs.Blob`."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        begin = self.start + offset
        parts = [
            self.page(index) for index in range(begin // PAGE, (begin + length - 1) // PAGE + 1)
        ]
        skipped = begin % PAGE
        if len(parts) == 1:
            return parts[0][skipped : skipped + length]
        return b"".join(parts)[skipped : skipped + length]

    def page(self, index: int) -> bytes:
        """One page of the file, from memory where it was read before."""
        kept = self.pages.get(index)
        if kept is None:
            kept = _pread(self.fd, PAGE, index * PAGE)
            if len(self.pages) < KEPT // PAGE:
                self.pages.setdefault(index, kept)
        return kept

    def slice(self, offset: int, length: int) -> "KeptBlob":
        """See :class:`~seamark.scan.models.blobs.Blob`."""
        offset = min(max(offset, 0), self.size)
        length = max(0, min(length, self.size - offset))
        return KeptBlob(self.fd, self.start + offset, length, self.pages)


def _pread(fd: int, length: int, offset: int) -> bytes:
    parts = []
    while length > 0:
        data = os.pread(fd, length, offset)
        if not data:
            break
        parts.append(data)
        length -= len(data)
        offset += len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _Raw(io.RawIOBase):
    """The loader's side of a kept blob: its pages where they are kept, else the file."""

    def __init__(self, blob: KeptBlob, name: str, *, owned: bool) -> None:
        super().__init__()
        self._blob = blob
        self._at = 0
        self._owned = owned
        self.name = name
        self.mode = "rb"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = (0, self._at, self._blob.size)[whence]
        if base + offset < 0:
            raise OSError(22, "Invalid argument")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        length = max(0, min(len(view), self._blob.size - self._at))
        done = 0
        while done < length:
            place = self._blob.start + self._at
            kept = self._blob.pages.get(place // PAGE)
            if kept is not None:
                part = kept[place % PAGE : place % PAGE + length - done]
                if not part:
                    break
                view[done : done + len(part)] = part
                count = len(part)
            else:
                end = done + self._unkept(place, length - done)
                count = os.preadv(self._blob.fd, [view[done:end]], place)
                if not count:
                    break
            done += count
            self._at += count
        return done

    def _unkept(self, place: int, length: int) -> int:
        """How many bytes from ``place`` on come from the file, up to the next kept page."""
        pages = self._blob.pages
        first, last = place // PAGE, (place + length - 1) // PAGE
        following = min((page for page in pages if first < page <= last), default=None)
        return length if following is None else following * PAGE - place

    def close(self) -> None:
        if self._owned and not self.closed:
            os.close(self._blob.fd)
        super().close()


class Memory(io.BytesIO):
    """Bytes in memory that carry the name of the file they were read from, as files do."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


class Source:
    """Bytes that are examined and then loaded: ``blob`` for the scanner, ``open()`` the loader.

    ``changed`` says whether somebody wrote to the file.
    """

    def __init__(self, name: str, blob: Blob, *, fd: int | None = None, owned: bool = True) -> None:
        self.name = name
        self.blob = blob
        self.fd = fd
        self._owned = owned
        self._before = None if fd is None else identity(os.fstat(fd))

    def open(self) -> "Memory | io.BufferedReader":
        """A seekable file for the loader, which closes the descriptor with it."""
        if isinstance(self.blob, KeptBlob):
            fd = os.dup(self.blob.fd) if self._owned else self.blob.fd
            blob = KeptBlob(fd, self.blob.start, self.blob.size, self.blob.pages)
            return io.BufferedReader(_Raw(blob, self.name, owned=self._owned), PAGE)
        return Memory(self.blob.read(0, self.blob.size), self.name)

    def changed(self) -> bool:
        """Whether the open file is not what it was before the scan."""
        return self.fd is not None and identity(os.fstat(self.fd)) != self._before

    def close(self) -> None:
        """Close our descriptor; what the loader was handed has its own."""
        if self._owned and self.fd is not None:
            os.close(self.fd)
            self.fd = None


def open_path(path: str | os.PathLike[str], *, in_memory: int = IN_MEMORY) -> Source | None:
    """The file at ``path``, opened once; None where it is no regular file.

    Raises ``OSError`` as opening does.
    """
    name = os.fspath(path)
    fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        return None
    if status.st_size <= in_memory:
        blob: Blob = BytesBlob(_pread(fd, status.st_size, 0))
    else:
        blob = KeptBlob(fd, 0, status.st_size)
    return Source(name, blob, fd=fd)


def open_rest(file: object, *, limit: int) -> Source | None:
    """What an open file object holds from its position on; its position stays.

    None where it cannot be read twice, or holds more than ``limit`` bytes and is no real file.
    """
    name = str(getattr(file, "name", "<stream>"))
    try:
        start = file.tell()  # type: ignore[attr-defined]
        fd = _descriptor(file)
        if fd is not None:
            size = max(0, os.fstat(fd).st_size - start)
            return Source(name, KeptBlob(fd, start, size), fd=fd, owned=False)
        data = file.read(limit + 1)  # type: ignore[attr-defined]
        file.seek(start)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return None
    if not isinstance(data, bytes) or len(data) > limit:
        return None
    return Source(name, BytesBlob(data))


def _descriptor(file: object) -> int | None:
    """The descriptor of a real file that is read as its bytes are; None for all others."""
    if type(file) not in (io.BufferedReader, io.FileIO, io.BufferedRandom):
        return None
    assert isinstance(file, io.BufferedReader | io.FileIO | io.BufferedRandom)
    if isinstance(file, io.BufferedReader) and type(file.raw) is not io.FileIO:
        return None
    fd = file.fileno()
    return fd if stat.S_ISREG(os.fstat(fd).st_mode) else None
