"""LevelDB tables, in which TensorFlow keeps the entries of a checkpoint.

Format: https://github.com/google/leveldb/blob/main/doc/table_format.md. A footer leads to an index
block, that to data blocks; each block is plain or snappy, with a masked CRC-32C behind it. Keys
are shortened against the one before, and must ascend.
"""

from collections.abc import Iterator
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.tensorflow.kinds import TABLE_MARK
from seamark.scan.models.tensorflow.snappy import crc32c_masked, decompress

_FOOTER = 48
_TRAILER = 5
_BLOCK_LIMIT = 64 << 20
_BLOCKS = 1_000_000
_CHECKED = 4 << 20
"""Bytes whose checksums are verified; a table that large holds tensors (the first version), and
a wrong checksum there makes TensorFlow refuse it, no more."""


class Entry(NamedTuple):
    """One key and value; ``offset`` is the value's in the file, None where it was compressed."""

    key: bytes
    value: bytes
    offset: int | None


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at ``at`` and the offset behind it. Raises ``Malformed``."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise Malformed("a number in a table is cut off or too long")


class Table:
    """One table. ``used`` counts the bytes that its blocks and footer take.

    Raises ``Malformed`` where the footer is none, as do the methods where blocks are damaged.
    """

    def __init__(self, blob: Blob, meter: Meter, *, verify: bool = True) -> None:
        self._blob = blob
        self._meter = meter
        self._checked = 0 if verify else _CHECKED
        self.used = _FOOTER
        footer = blob.read(blob.size - _FOOTER, _FOOTER) if blob.size >= _FOOTER else b""
        if footer[-8:] != TABLE_MARK:
            raise Malformed("the table has no footer")
        offset, at = varint(footer, 0)
        size, at = varint(footer, at)
        self._meta = (offset, size)
        offset, at = varint(footer, at)
        size, at = varint(footer, at)
        self._index = (offset, size)
        if at > _FOOTER - 8 or any(footer[at:-8]):
            raise Malformed("the table's footer holds something else", blob.size - _FOOTER)

    def entries(self) -> Iterator[Entry]:
        """Every entry in the order of keys. Blocks must not lie inside each other."""
        self._block(*self._meta)
        last: bytes | None = None
        places: set[int] = set()
        for count, handle in enumerate(self._block_entries(*self._index)):
            offset, at = varint(handle.value, 0)
            size, at = varint(handle.value, at)
            if at != len(handle.value) or offset in places or count > _BLOCKS:
                raise Malformed("the table's index is damaged", handle.offset)
            places.add(offset)
            for entry in self._block_entries(offset, size):
                if last is not None and entry.key <= last:
                    raise Malformed("the keys of a table do not ascend", entry.offset)
                last = entry.key
                yield entry
            self._meter.check_time()

    def _block(self, offset: int, size: int) -> tuple[bytes, int | None]:
        """A block's content, and its offset in the file unless it was compressed."""
        if size > _BLOCK_LIMIT:
            raise LimitExceeded(f"has a block of {size} bytes (at most {_BLOCK_LIMIT})")
        if offset + size + _TRAILER > self._blob.size - _FOOTER:
            raise Malformed("a block reaches beyond its table", offset)
        data = self._blob.read(offset, size + _TRAILER)
        if len(data) != size + _TRAILER:
            raise Malformed("a block is cut off", offset)
        self.used += len(data)
        if self.used > self._blob.size:
            raise Malformed("the blocks of a table overlap", offset)
        if self._checked < _CHECKED:
            self._checked += size
            stored = int.from_bytes(data[-4:], "little")
            if size <= _CHECKED and crc32c_masked(data[: size + 1]) != stored:
                raise Malformed("a block does not fit its checksum", offset)
        kind, content = data[size], data[:size]
        if kind == 0:
            return content, offset
        if kind == 1:
            expanded = decompress(content, _BLOCK_LIMIT)
            self._meter.spend_expanded(len(expanded))
            return expanded, None
        raise Malformed(f"a block has the unknown compression {kind}", offset)

    def _block_entries(self, offset: int, size: int) -> Iterator[Entry]:
        data, base = self._block(offset, size)
        restarts = int.from_bytes(data[-4:], "little") if len(data) >= 4 else -1
        end = len(data) - 4 - 4 * restarts
        if restarts < 0 or end < 0:
            raise Malformed("a block has no list of restarts", offset)
        at, key = 0, b""
        while at < end:
            shared, added, length = data[at], data[at + 1], data[at + 2]  # restarts follow
            if shared | added | length < 128:
                at += 3
            else:
                shared, at = varint(data, at)
                added, at = varint(data, at)
                length, at = varint(data, at)
            if shared > len(key) or at + added + length > end:
                raise Malformed("an entry reaches beyond its block", offset)
            if shared + added > 1 << 16:
                raise LimitExceeded("has a key of more than 65536 bytes in a table")
            key = key[:shared] + data[at : at + added]
            at += added
            yield Entry(key, data[at : at + length], None if base is None else base + at)
            at += length
