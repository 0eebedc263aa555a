"""HDF5 objects: headers and their messages, links of every kind, attributes.

Specification: HDF5 File Format 3.0, section IV.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.weights.hdf5_dense import FractalHeap, tree_records
from seamark.scan.models.weights.hdf5_storage import Cursor, Storage

_MESSAGES = 100_000
_BLOCKS = 4096
_SHARED = 2


class Kind(IntEnum):
    """Header messages that are looked at."""

    DATASPACE = 0x01
    LINK_INFO = 0x02
    DATATYPE = 0x03
    LINK = 0x06
    EXTERNAL_FILES = 0x07
    LAYOUT = 0x08
    ATTRIBUTE = 0x0C
    CONTINUATION = 0x10
    SYMBOL_TABLE = 0x11
    ATTRIBUTE_INFO = 0x15


KNOWN = frozenset(range(0x19))
"""Message types of the specification; others are not understood."""


@dataclass(frozen=True, slots=True)
class Message:
    """One header message. A ``shared`` one holds a reference in place of its data."""

    kind: int
    data: bytes
    shared: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One link. ``address`` is set for hard links; ``file`` for external ones.

    ``type`` is 0 (hard), 1 (soft), 64 (external) or another number above 64 (user-defined).
    """

    name: str
    type: int
    address: int | None = None
    file: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. ``texts`` are its values where they are text or opaque, else empty."""

    name: str
    texts: tuple[bytes, ...] = ()
    unread: str = ""


@dataclass(slots=True)
class Header:
    """An object's messages, and reasons why some of it could not be understood."""

    messages: list[Message] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def of(self, kind: Kind) -> Iterator[Message]:
        """The messages of one kind."""
        return (message for message in self.messages if message.kind == kind)


def read_header(storage: Storage, address: int) -> Header:
    """All messages of the object at ``address``, through its continuation blocks."""
    header = Header()
    if storage.read(address, 4) == b"OHDR":
        blocks, order = _first_block_v2(storage, address)
    else:
        blocks, order = _first_block_v1(storage, address), None
    seen: set[int] = set()
    while blocks:
        at, length = blocks.pop(0)
        if at in seen or len(seen) > _BLOCKS:
            raise Malformed("an object header leads back into itself", min(at, 1 << 62))
        seen.add(at)
        data = storage.read(at, length)
        for message in _messages(storage, data, order):
            if len(header.messages) >= _MESSAGES:
                raise LimitExceeded(f"has an object with more than {_MESSAGES} messages")
            storage.count()
            header.messages.append(message)
            if message.kind == Kind.CONTINUATION:
                blocks.append(_continuation(storage, message, order))
            elif message.kind not in KNOWN:
                header.unread.append(f"a header message of unknown type {message.kind}")
    return header


def _first_block_v1(storage: Storage, address: int) -> list[tuple[int, int]]:
    cursor = Cursor(storage.read(address, 16), storage)
    version = cursor.number(1)
    if version != 1:
        raise Malformed("there is no object header", min(address, 1 << 62))
    cursor.skip(7)
    return [(address + 16, cursor.number(4))]


def _first_block_v2(storage: Storage, address: int) -> tuple[list[tuple[int, int]], bool]:
    cursor = Cursor(storage.read(address, 6), storage, 4)
    if cursor.number(1) != 2:
        raise Malformed("there is no object header", min(address, 1 << 62))
    flags = cursor.number(1)
    at = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    length = int.from_bytes(storage.read(address + at, width), "little")
    return [(address + at + width, length)], bool(flags & 4)


def _continuation(storage: Storage, message: Message, order: bool | None) -> tuple[int, int]:
    cursor = Cursor(message.data, storage)
    address, length = cursor.offset(), cursor.length()
    if order is None:
        return address, length
    if storage.read(address, 4) != b"OCHK" or length < 8:
        raise Malformed("the mark OCHK is missing", min(address, 1 << 62))
    return address + 4, length - 8  # without mark and checksum


def _messages(storage: Storage, data: bytes, order: bool | None) -> Iterator[Message]:
    """Messages of one block; ``order`` is None in version 1, else whether order is stored."""
    cursor = Cursor(data, storage)
    prefix = 8 if order is None else 6 if order else 4
    while cursor.left >= prefix:
        if order is None:
            kind, size, flags = cursor.number(2), cursor.number(2), cursor.number(1)
            cursor.skip(3)
        else:
            kind, size, flags = cursor.number(1), cursor.number(2), cursor.number(1)
            cursor.skip(2 if order else 0)
        yield Message(kind, cursor.take(size), bool(flags & _SHARED))


def links(storage: Storage, header: Header) -> Iterator[Link]:
    """Links of a group in every storage: symbol table, messages, fractal heap."""
    for message in header.of(Kind.SYMBOL_TABLE):
        cursor = Cursor(message.data, storage)
        tree, heap = cursor.offset(), cursor.offset()
        names = Cursor(storage.local_heap(heap), storage)
        for entry in storage.symbols(tree):
            yield _symbol(entry, names)
    for message in header.of(Kind.LINK):
        yield _link(Cursor(message.data, storage))
    for message in header.of(Kind.LINK_INFO):
        for data in _dense(storage, message, index_width=8, skip=4, id_length=7):
            yield _link(Cursor(data, storage))


def _symbol(entry: Cursor, names: Cursor) -> Link:
    names.position = entry.offset()
    name = names.text()
    address = entry.offset()
    cache = entry.number(4)
    entry.skip(4)
    if cache == 2:
        names.position = entry.number(4)
        return Link(name, 1, target=names.text())
    return Link(name, 0, address=address)


def _link(cursor: Cursor) -> Link:
    if cursor.number(1) != 1:
        raise Malformed("a link message has an unknown version")
    flags = cursor.number(1)
    kind = cursor.number(1) if flags & 8 else 0
    cursor.skip((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    size = cursor.number(1 << (flags & 3))
    name = cursor.take(size).decode("utf-8", "backslashreplace")
    if kind == 0:
        return Link(name, 0, address=cursor.offset())
    value = cursor.take(cursor.number(2))
    if kind == 1:
        return Link(name, 1, target=value.decode("utf-8", "backslashreplace"))
    if kind != 64:
        return Link(name, kind)
    file, _, target = value[1:].partition(b"\0")
    return Link(
        name,
        64,
        file=file.decode("utf-8", "backslashreplace"),
        target=target.rstrip(b"\0").decode("utf-8", "backslashreplace"),
    )


def _dense(
    storage: Storage, message: Message, *, index_width: int, skip: int, id_length: int
) -> Iterator[bytes]:
    """Objects that a link info or attribute info message keeps in a fractal heap."""
    cursor = Cursor(message.data, storage, 1)
    if cursor.number(1) & 1:
        cursor.skip(index_width)
    heap_at, tree_at = cursor.offset(), cursor.offset()
    if storage.undefined in (heap_at, tree_at):
        return
    heap = FractalHeap(storage, heap_at)
    for record in tree_records(storage, tree_at):
        record.skip(skip)
        yield heap.get(record.take(id_length))


def attributes(storage: Storage, header: Header) -> Iterator[Attribute]:
    """Attributes of an object, in its header or in a fractal heap."""
    for message in header.of(Kind.ATTRIBUTE):
        if message.shared:
            yield Attribute("", unread="an attribute is kept in the table of shared messages")
        else:
            yield _attribute(Cursor(message.data, storage), storage)
    for message in header.of(Kind.ATTRIBUTE_INFO):
        for data in _dense(storage, message, index_width=2, skip=0, id_length=8):
            yield _attribute(Cursor(data, storage), storage)


def _attribute(cursor: Cursor, storage: Storage) -> Attribute:
    version, flags = cursor.number(1), cursor.number(1)
    if version not in (1, 2, 3):
        raise Malformed(f"attribute version {version} does not exist")
    sizes = [cursor.number(2) for _ in range(3)]
    if version == 3:
        cursor.skip(1)
    pieces = []
    for size in sizes:
        pieces.append(cursor.take(size))
        if version == 1:
            cursor.skip(min(-size % 8, cursor.left))
    # The library reads names and variable-length texts up to their first zero byte, and takes the
    # last byte of a name for zero without a look.
    name = pieces[0][:-1].partition(b"\0")[0].decode("utf-8", "backslashreplace")
    if version > 1 and flags & 3:
        return Attribute(name, unread=f"the attribute '{name[:80]}' has a shared type")
    return Attribute(name, tuple(_texts(pieces[1], pieces[2], cursor, storage)))


def _texts(datatype: bytes, dataspace: bytes, values: Cursor, storage: Storage) -> Iterator[bytes]:
    """Values of a text, opaque or variable-length text type; nothing for numbers."""
    kind = datatype[0] & 15 if len(datatype) >= 8 else -1
    size = int.from_bytes(datatype[4:8], "little")
    count = _count(Cursor(dataspace, storage))
    if kind in (3, 5) and size:
        for _ in range(min(count, values.left // size)):
            yield values.take(size).rstrip(b"\0")
    elif kind == 9 and datatype[1] & 15 == 1:
        for _ in range(min(count, values.left // (8 + storage.offset_size))):
            values.skip(4)
            address, index = values.offset(), values.number(4)
            if address not in (0, storage.undefined):
                yield storage.global_heap(address, index).partition(b"\0")[0]


def _count(cursor: Cursor) -> int:
    version, rank = cursor.number(1), cursor.number(1)
    cursor.skip(1)
    if version == 1:
        cursor.skip(5)
    elif version == 2:
        if cursor.number(1) == 2:
            return 0
    else:
        raise Malformed(f"dataspace version {version} does not exist")
    count = 1
    for _ in range(rank):
        count *= cursor.length()
    return count
