"""Where expanded bytes go: memory while they are few, an unlinked temporary file beyond."""

import os
import zlib
from types import TracebackType

from seamark.scan.models.blobs import Blob, BytesBlob, FileBlob
from seamark.scan.models.limits import Meter

_IN_MEMORY = 8 << 20
_ZEROS = bytes(1 << 20)


class Spool:
    """Collects what a decompressor writes, under the meter. Use it in a ``with`` statement:
    the blob that it gives is valid only inside.

    ``crc`` is the CRC-32 of what was written, ``size`` its length.
    """

    __slots__ = ("_fd", "_meter", "_parts", "crc", "size")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._parts: list[bytes] = []
        self._fd = -1
        self.size = 0
        self.crc = 0

    def write(self, data: bytes) -> None:
        """Take ``data``. Raises ``LimitExceeded``, or ``OSError`` where the disk is full."""
        self._meter.spend_expanded(len(data))
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        if self._fd < 0 and self.size <= _IN_MEMORY:
            self._parts.append(data)
            return
        if self._fd < 0:
            self._fd = _unlinked_file()
            data = b"".join([*self._parts, data])
            self._parts.clear()
        if data == _ZEROS[: len(data)]:  # what bombs expand to: a hole costs nothing to write
            os.lseek(self._fd, len(data), os.SEEK_CUR)
            os.ftruncate(self._fd, self.size)
            return
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def blob(self) -> Blob:
        """What was written so far."""
        if self._fd >= 0:
            return FileBlob(self._fd, 0, self.size)
        return BytesBlob(b"".join(self._parts))

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _unlinked_file() -> int:
    import tempfile

    fd, path = tempfile.mkstemp(prefix="seamark-")
    os.unlink(path)
    return fd
