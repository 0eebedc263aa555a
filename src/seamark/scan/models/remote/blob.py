"""Random access to a remote object through a bounded cache of blocks."""

from collections import OrderedDict
from dataclasses import dataclass

from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import Source

BLOCK = 16 << 10
"""Bytes of a block: what one isolated read costs. Tensors are looked at where they begin."""
_FIRST = 16
"""Blocks of the first read: most headers fit, so that one request is enough."""
_LONGEST = 256
"""Blocks of one request at most (4 MiB), which reading in order grows to."""


@dataclass(slots=True)
class Traffic:
    """What one examination fetched so far; all objects that it opened count."""

    requests: int = 0
    bytes: int = 0

    def spend(self, length: int, settings: RemoteSettings) -> None:
        """Account for one request. Raises ``LimitExceeded`` before it is made."""
        self.requests += 1
        self.bytes += length
        if self.requests > settings.requests:
            raise LimitExceeded(f"needs more than {settings.requests} remote reads (--download)")
        if self.bytes > settings.bytes:
            raise LimitExceeded(f"needs more than {settings.bytes} remote bytes (--download)")


class Blocks:
    """The blocks of one object: read ahead where reading is in order, forgotten least used first.

    At most ``settings.cache`` bytes are held. A failed source stays failed.
    """

    def __init__(self, source: Source, traffic: Traffic, settings: RemoteSettings) -> None:
        self._source = source
        self._traffic = traffic
        self._settings = settings
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._most = max(settings.cache // BLOCK, 2 * _FIRST)
        self._failed: OSError | None = None
        self._next = 0
        self._window = _FIRST // 2
        self.size = source.size

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes. Raises ``RemoteError`` and ``LimitExceeded``."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        first, last = offset // BLOCK, (offset + length - 1) // BLOCK
        parts: list[bytes] = []
        at = first
        while at <= last:
            held = self._held.get(at)
            if held is None:
                run = self._fetch(at, last)
                parts.append(run)
                at += -(-len(run) // BLOCK)
            else:
                self._held.move_to_end(at)
                parts.append(held)
                at += 1
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        start = offset - first * BLOCK
        return data[start : start + length]

    def _fetch(self, at: int, last: int) -> bytes:
        """The missing blocks from ``at`` on, and some more where reading is in order."""
        self._window = min(self._window * 2, _LONGEST) if at == self._next else 1
        end = at + 1
        wanted = min(max(at + self._window, last + 1), at + _LONGEST, at + self._most // 2)
        while end < wanted and end not in self._held and end * BLOCK < self.size:
            end += 1
        start = at * BLOCK
        data = self._get(start, min(end * BLOCK, self.size) - start)
        self._next = end
        for index in range(at, end):
            begin = (index - at) * BLOCK
            self._held[index] = data[begin : begin + BLOCK]
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return data

    def _get(self, offset: int, length: int) -> bytes:
        if self._failed is not None:
            raise self._failed
        self._traffic.spend(length, self._settings)
        try:
            return self._source.fetch(offset, length)
        except OSError as error:
            self._failed = error
            raise


class RemoteBlob:
    """A remote object, or a part of one. See :class:`seamark.scan.models.blobs.Blob`.

    Unlike a local file's, a read that fails or comes back short is always an error: what was not
    received must not look like the end of the file.
    """

    __slots__ = ("_blocks", "_start", "size")

    by_request = True

    def __init__(self, blocks: Blocks, start: int, size: int) -> None:
        self._blocks = blocks
        self._start = start
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """See :class:`Blob`. Raises ``RemoteError`` and ``LimitExceeded``."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        return self._blocks.read(self._start + offset, length)

    def slice(self, offset: int, length: int) -> "RemoteBlob":
        """See :class:`Blob`."""
        offset = min(max(offset, 0), self.size)
        size = max(0, min(length, self.size - offset))
        return RemoteBlob(self._blocks, self._start + offset, size)


def blob_of(source: Source, traffic: Traffic, settings: RemoteSettings = DEFAULT) -> RemoteBlob:
    """All of an object as a blob."""
    return RemoteBlob(Blocks(source, traffic, settings), 0, source.size)
