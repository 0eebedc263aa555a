"""What lies around a file: names for readers that only ask, bytes for those that must compare."""

import os
import stat
from contextlib import suppress
from typing import Protocol

from seamark.scan.models.blobs import Blob, FileBlob
from seamark.scan.models.paths import is_below

OPEN_LIMIT = 4096
"""Files beside one file that may be opened for it; beyond, they count as not there."""


class Surroundings(Protocol):
    """The folder of a file, on whatever holds files."""

    def names(self, levels: int) -> frozenset[str]:
        """The names in the folder (0), or in one above it; none where it cannot be read."""
        ...

    def open(self, name: str, levels: int = 0, /) -> Blob | None:
        """A file in the folder or below it; see :data:`seamark.scan.models.scope.OpenBeside`."""
        ...


class Folder:
    """The folder of a file on disk. ``looked`` tells whether anybody asked for anything.

    Files that were opened stay open until :meth:`close`.
    """

    def __init__(self, path: str) -> None:
        self._folder = os.path.dirname(path) or "."
        self._opened: dict[tuple[str, int], FileBlob | None] = {}
        self.looked = False

    def names(self, levels: int) -> frozenset[str]:
        """See :class:`Surroundings`."""
        self.looked = True
        try:
            return frozenset(os.listdir(os.path.join(self._folder, *[".."] * levels)))
        except OSError:
            return frozenset()

    def open(self, name: str, levels: int = 0, /) -> Blob | None:
        """See :class:`Surroundings`. Links inside the folder are followed."""
        self.looked = True
        wanted = name, levels
        if wanted not in self._opened:
            if len(self._opened) >= OPEN_LIMIT or not is_below(name):
                return None
            path = os.path.join(self._folder, *[".."] * levels, name)
            self._opened[wanted] = _open_regular(path)
        return self._opened[wanted]

    def close(self) -> None:
        """Close what was opened."""
        for blob in self._opened.values():
            if blob is not None:
                with suppress(OSError):
                    os.close(blob.fd)
        self._opened.clear()


def _open_regular(path: str) -> FileBlob | None:
    try:
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return None
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        return None
    return FileBlob(fd, 0, status.st_size)
