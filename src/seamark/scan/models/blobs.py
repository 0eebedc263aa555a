"""Random access to bytes that may be large: a file, a part of a file, or memory."""

import os
from typing import Protocol


class Blob(Protocol):
    """Bytes with random access. Readers never see a path, only this."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    @property
    def by_request(self) -> bool:
        """Whether each look at another place is a request to a server."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; shorter at the end, never an error."""
        ...

    def slice(self, offset: int, length: int) -> "Blob":
        """The part ``[offset, offset + length)``, clipped to what exists; copies nothing."""
        ...


class BytesBlob:
    """A blob in memory."""

    __slots__ = ("data", "size")

    by_request = False

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        """See :class:`Blob`."""
        return self.data[offset : offset + length] if offset >= 0 and length > 0 else b""

    def slice(self, offset: int, length: int) -> "BytesBlob":
        """See :class:`Blob`; memory is cheap enough to copy here."""
        return BytesBlob(self.read(offset, length))


class FileBlob:
    """Part of an open file, read with ``pread``: a file that shrinks reads short, no SIGBUS.

    The descriptor belongs to whoever opened it and must outlive the blob.
    """

    __slots__ = ("fd", "size", "start")

    by_request = False

    def __init__(self, fd: int, start: int, size: int) -> None:
        self.fd = fd
        self.start = start
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """See :class:`Blob`. Raises ``OSError`` where the device fails."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        data = os.pread(self.fd, length, self.start + offset)
        if len(data) == length or not data:
            return data
        parts = [data]  # pread stops at 2 GiB and may stop earlier
        done = len(data)
        while done < length:
            data = os.pread(self.fd, length - done, self.start + offset + done)
            if not data:
                break
            parts.append(data)
            done += len(data)
        return b"".join(parts)

    def slice(self, offset: int, length: int) -> "FileBlob":
        """See :class:`Blob`."""
        offset = min(max(offset, 0), self.size)
        return FileBlob(self.fd, self.start + offset, max(0, min(length, self.size - offset)))
