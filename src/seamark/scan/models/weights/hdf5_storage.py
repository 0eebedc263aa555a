"""HDF5 below the level of objects: superblock, local and global heaps, B-trees version 1.

Specification: HDF5 File Format 3.0 (https://support.hdfgroup.org/documentation/hdf5/latest/
_f_m_t3.html). Every address is relative to the base address. Checksums are not verified: who
forges a file also forges them.
"""

from collections.abc import Iterator

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter

_LARGEST_PIECE = 32 << 20
_MOST_BYTES = 128 << 20
_MOST_ITEMS = 1_000_000
_KEPT_COLLECTIONS = 8 << 20
_TREE_DEPTH = 32


class Storage:
    """Reads the pieces of one HDF5 file.

    ``offset_size`` and ``length_size`` are the widths in bytes of addresses and of lengths;
    ``root`` is the address of the root group's object header and ``end`` the offset in the blob
    behind all HDF5 data (the one number that counts from the blob's beginning).

    Raises ``Malformed`` wherever a piece lacks its mark or leaves the file, ``LimitExceeded``
    where one is over 32 MiB, all together are over 128 MiB, or there are too many to walk.
    """

    def __init__(self, blob: Blob, start: int, meter: Meter) -> None:
        self.blob = blob
        self.meter = meter
        self.base = start
        self.bytes_read = 0
        self._collections: dict[int, dict[int, bytes]] = {}
        self._kept = 0
        self._items = 0
        fixed = self.read(0, 24)
        self.version = fixed[8]
        if self.version in (0, 1):
            self.offset_size, self.length_size = fixed[13], fixed[14]
            places = 24 + (4 if self.version == 1 else 0)
        elif self.version in (2, 3):
            self.offset_size, self.length_size = fixed[9], fixed[10]
            places = 12
        else:
            raise Malformed(f"superblock version {self.version} does not exist", start + 8)
        if self.offset_size not in (2, 4, 8) or self.length_size not in (2, 4, 8):
            raise Malformed("addresses have an impossible width", start + 9)
        self.undefined = (1 << (8 * self.offset_size)) - 1
        cursor = Cursor(self.read(places, 6 * self.offset_size), self)
        base = cursor.offset()
        cursor.offset()  # free space, or superblock extension
        self.end = cursor.offset()
        if self.version < 2:
            cursor.offset()  # driver information
            cursor.offset()  # name of the root group
        self.root = cursor.offset()
        if base != start:
            raise Malformed("the base address is not where the file begins", start + places)

    def read(self, address: int, length: int) -> bytes:
        """Exactly ``length`` bytes at ``address``."""
        if length > _LARGEST_PIECE:
            raise LimitExceeded(f"has a piece of {length} bytes (at most {_LARGEST_PIECE})")
        data = self.blob.read(self.base + address, length)
        if len(data) != length:
            raise Malformed("a piece lies outside the file", min(address, 1 << 62))
        self.bytes_read += length
        if self.bytes_read > _MOST_BYTES:
            raise LimitExceeded(f"has a structure of more than {_MOST_BYTES} bytes")
        return data

    def count(self) -> None:
        """Account for one message, link or record."""
        self._items += 1
        if self._items > _MOST_ITEMS:
            raise LimitExceeded(f"has more than {_MOST_ITEMS} messages and links")
        if not self._items % 4096:
            self.meter.check_time()

    def marked(self, address: int, mark: bytes, length: int) -> "Cursor":
        """A cursor behind ``mark``, over ``length`` bytes from ``address``."""
        data = self.read(address, length)
        if not data.startswith(mark):
            raise Malformed(f"the mark {mark.decode('latin-1')} is missing", min(address, 1 << 62))
        return Cursor(data, self, len(mark))

    def local_heap(self, address: int) -> bytes:
        """Data of a local heap: names of links, each ended by a zero byte."""
        cursor = self.marked(address, b"HEAP", 8 + 2 * self.length_size + self.offset_size)
        cursor.skip(4)
        size = cursor.length()
        cursor.length()
        return self.read(cursor.offset(), size)

    def global_heap(self, address: int, index: int) -> bytes:
        """One object of a global heap collection, where texts of any length are kept."""
        if address not in self._collections:
            head = self.marked(address, b"GCOL", 8 + self.length_size)
            head.skip(4)
            data = self.read(address, head.length())
            self._kept += len(data)
            if self._kept > _KEPT_COLLECTIONS:
                self._collections.clear()
                self._kept = len(data)
            self._collections[address] = self._objects(data)
        found = self._collections[address].get(index)
        if found is None:
            raise Malformed(f"the global heap has no object {index}", min(address, 1 << 62))
        return found

    def _objects(self, data: bytes) -> dict[int, bytes]:
        cursor = Cursor(data, self, 8 + self.length_size)
        objects: dict[int, bytes] = {}
        while cursor.left >= 8 + self.length_size:
            index = cursor.number(2)
            cursor.skip(6)
            size = cursor.length()
            if index == 0:  # the rest is free
                break
            objects.setdefault(index, cursor.take(size))
            cursor.skip(min(-size % 8, cursor.left))
        return objects

    def symbols(self, tree: int) -> Iterator["Cursor"]:
        """Cursors at the symbol table entries under a version 1 B-tree of groups."""
        pending = [(tree, 0)]
        seen: set[int] = set()
        while pending:
            address, depth = pending.pop()
            if address in seen or depth > _TREE_DEPTH:
                raise Malformed("a B-tree leads back into itself", min(address, 1 << 62))
            seen.add(address)
            self.meter.check_time()
            head = self.marked(address, b"TREE", 8 + 2 * self.offset_size)
            kind, level, used = head.number(1), head.number(1), head.number(2)
            if kind != 0:
                raise Malformed("a group's B-tree is not one of groups", min(address, 1 << 62))
            width = self.length_size + self.offset_size
            keys = Cursor(self.read(address + 8 + 2 * self.offset_size, used * width), self)
            for _ in range(used):
                keys.length()
                child = keys.offset()
                if level:
                    pending.append((child, depth + 1))
                else:
                    yield from self._symbol_node(child, seen)

    def _symbol_node(self, address: int, seen: set[int]) -> Iterator["Cursor"]:
        if address in seen:
            raise Malformed("a symbol table node is used twice", min(address, 1 << 62))
        seen.add(address)
        head = self.marked(address, b"SNOD", 8)
        head.skip(2)
        used = head.number(2)
        width = 2 * self.offset_size + 24
        data = self.read(address + 8, used * width)
        for at in range(0, len(data), width):
            self.count()
            yield Cursor(data[at : at + width], self)


class Cursor:
    """Reads little-endian numbers, addresses and texts in order from bytes in memory."""

    __slots__ = ("_storage", "data", "position")

    def __init__(self, data: bytes, storage: Storage, position: int = 0) -> None:
        self.data = data
        self.position = position
        self._storage = storage

    @property
    def left(self) -> int:
        """Bytes that remain."""
        return len(self.data) - self.position

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        piece = self.data[self.position : self.position + length]
        if len(piece) != length:
            raise Malformed("a structure is cut off")
        self.position += length
        return piece

    def skip(self, length: int) -> None:
        """Step over ``length`` bytes."""
        self.take(length)

    def number(self, width: int) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(width), "little")

    def offset(self) -> int:
        """An address."""
        return self.number(self._storage.offset_size)

    def length(self) -> int:
        """A length."""
        return self.number(self._storage.length_size)

    def text(self) -> str:
        """A text ended by a zero byte."""
        end = self.data.find(b"\0", self.position)
        if end < 0:
            raise Malformed("a name has no end")
        return self.take(end + 1 - self.position)[:-1].decode("utf-8", "backslashreplace")
