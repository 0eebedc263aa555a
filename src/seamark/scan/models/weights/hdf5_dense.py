"""HDF5 dense storage: fractal heaps and version 2 B-trees, where large groups keep their links.

Specification: HDF5 File Format 3.0, sections III.A.2 and III.G. The widths of counts in B-tree
nodes and of heap ids are not stored; they follow from the sizes in the headers as in the library.
"""

from collections.abc import Iterator

from seamark.scan.models.limits import Malformed
from seamark.scan.models.weights.hdf5_storage import Cursor, Storage

_NODE_OVERHEAD = 10  # mark, version, type, checksum
_TREE_DEPTH = 16


def _width_of(value: int) -> int:
    """Bytes that the library reserves for numbers up to ``value``."""
    return (max(value, 1).bit_length() - 1) // 8 + 1


def tree_records(storage: Storage, address: int) -> Iterator[Cursor]:
    """Cursors at every record of a version 2 B-tree, in no useful order."""
    width = storage.offset_size
    head = storage.marked(address, b"BTHD", 16 + width + 2 + storage.length_size)
    head.skip(2)
    node_size, record_size, depth = head.number(4), head.number(2), head.number(2)
    head.skip(2)
    root, used = head.offset(), head.number(2)
    if depth > _TREE_DEPTH or not record_size or node_size <= _NODE_OVERHEAD:
        raise Malformed("a B-tree is not possible", min(address, 1 << 62))
    if root == storage.undefined:
        return
    count_width, totals = _pointer_widths(storage, node_size, record_size, depth)
    pending = [(root, used, depth)]
    seen: set[int] = set()
    while pending:
        node, used, level = pending.pop()
        if node in seen:
            raise Malformed("a B-tree leads back into itself", min(node, 1 << 62))
        seen.add(node)
        storage.meter.check_time()
        cursor = storage.marked(node, b"BTIN" if level else b"BTLF", node_size)
        cursor.skip(2)
        for _ in range(used):
            storage.count()
            yield Cursor(cursor.take(record_size), storage)
        for _ in range(used + 1 if level else 0):
            child, count = cursor.offset(), cursor.number(count_width)
            cursor.skip(totals[level - 1])
            pending.append((child, count, level - 1))


def _pointer_widths(
    storage: Storage, node_size: int, record_size: int, depth: int
) -> tuple[int, list[int]]:
    """Width of a child's record count, and of its total by the child's level (0 for leaves)."""
    most = (node_size - _NODE_OVERHEAD) // record_size
    count_width = _width_of(most)
    below, totals = most, [0]
    for level in range(1, depth + 1):
        pointer = storage.offset_size + count_width + totals[level - 1]
        most = max(0, node_size - _NODE_OVERHEAD - pointer) // (record_size + pointer)
        below = (most + 1) * below + most
        totals.append(_width_of(below))
    return count_width, totals


class FractalHeap:
    """Objects of a fractal heap by their id: managed, huge and tiny ones."""

    def __init__(self, storage: Storage, address: int) -> None:
        self._storage = storage
        self._huge_places: dict[int, tuple[int, int]] | None = None
        lengths, offsets = storage.length_size, storage.offset_size
        head = storage.marked(address, b"FRHP", 22 + 12 * lengths + 3 * offsets)
        head.skip(1)
        self.id_length = head.number(2)
        if head.number(2):
            raise Malformed("the fractal heap is compressed, which is not read")
        head.skip(1)
        most_managed = head.number(4)
        head.length()
        self._huge = head.offset()
        head.length()
        head.offset()
        for _ in range(8):
            head.length()
        self._table_width = head.number(2)
        self._first = head.length()
        self._most_direct = head.length()
        bits = head.number(2)
        head.skip(2)
        self._root = head.offset()
        self._rows = head.number(2)
        powers = (self._table_width, self._first, self._most_direct)
        if any(value == 0 or value & (value - 1) for value in powers) or bits > 64:
            raise Malformed("the fractal heap is not possible", min(address, 1 << 62))
        self._offset_width = (bits + 7) // 8
        direct = (self._most_direct.bit_length() + 6) // 8
        self._length_width = min(direct, _width_of(most_managed))

    def get(self, identifier: bytes) -> bytes:
        """The object that ``identifier`` names."""
        kind = identifier[0] >> 4 & 3
        cursor = Cursor(identifier, self._storage, 1)
        if kind == 0:
            offset = cursor.number(self._offset_width)
            return self._managed(offset, cursor.number(self._length_width))
        if kind == 1:
            return self._huge_object(cursor)
        if self.id_length > 17:
            size = ((identifier[0] & 15) << 8 | cursor.number(1)) + 1
        else:
            size = (identifier[0] & 15) + 1
        return cursor.take(size)

    def _huge_object(self, cursor: Cursor) -> bytes:
        storage = self._storage
        if cursor.left >= storage.offset_size + storage.length_size:
            return storage.read(cursor.offset(), cursor.length())
        if self._huge_places is None:
            self._huge_places = {}
            for record in tree_records(storage, self._huge):
                address, length, number = record.offset(), record.length(), record.length()
                self._huge_places.setdefault(number, (address, length))
        wanted = cursor.number(min(cursor.left, storage.length_size))
        if wanted not in self._huge_places:
            raise Malformed(f"the fractal heap has no huge object {wanted}")
        return storage.read(*self._huge_places[wanted])

    def _managed(self, offset: int, length: int) -> bytes:
        """Walk down the doubling table to the direct block that holds ``offset``."""
        block, rows, start = self._root, self._rows, 0
        for _ in range(64):
            if rows == 0:
                return self._storage.read(block + offset - start, length)
            row, column, row_start, size = self._place(offset - start)
            if row >= rows:
                break
            at = 5 + self._storage.offset_size + self._offset_width
            at += (row * self._table_width + column) * self._storage.offset_size
            self._storage.marked(block, b"FHIB", 5)
            block = int.from_bytes(
                self._storage.read(block + at, self._storage.offset_size), "little"
            )
            if block == self._storage.undefined:
                break
            start += row_start + column * size
            rows = 0 if size <= self._most_direct else self._rows_of(size)
        raise Malformed("an object lies outside its fractal heap")

    def _place(self, offset: int) -> tuple[int, int, int, int]:
        """Row, column, start of the row, and block size, of ``offset`` in a doubling table."""
        row_bytes = self._first * self._table_width
        row = 0 if offset < row_bytes else (offset // row_bytes).bit_length()
        start = row_bytes << (row - 1) if row else 0
        size = self._first << (row - 1) if row else self._first
        return row, (offset - start) // size, start, size

    def _rows_of(self, size: int) -> int:
        return size.bit_length() - (self._first * self._table_width).bit_length() + 1
