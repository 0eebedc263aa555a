"""Entries of a TensorBundle: which tensors a checkpoint has and where they lie.

Schema: tensorflow/core/protobuf/tensor_bundle.proto. The index is a table; its empty key holds the
header, every other key names a tensor, or a slice of one.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.tensorflow.dtypes import DTYPES
from seamark.scan.models.tensorflow.nodes import Place, message, read_shape
from seamark.scan.models.tensorflow.tables import Entry, Table
from seamark.scan.models.weights.protobuf import Wire, Wires

SHARDS = 100_000
_TENSORS = 2_000_000


class Header(NamedTuple):
    """How many data files there are, and whether their numbers are stored little end first."""

    shards: int
    little_endian: bool


class Tensor(NamedTuple):
    """One tensor or slice; ``sliced`` says that its data lies in entries of its slices."""

    name: str
    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool

    @property
    def elements(self) -> int:
        """The product of the shape."""
        return math.prod(self.shape)

    def problem(self) -> str:
        """Why size, type and shape do not fit each other; empty where they do."""
        if any(size < 0 for size in self.shape):
            return "has a negative dimension"
        if self.dtype not in DTYPES:
            return f"has the unknown type {self.dtype}"
        if self.sliced:
            return ""
        bits = DTYPES[self.dtype].bits
        if bits and self.elements * (bits // 8) != self.size:
            return (
                f"has {self.size} bytes for {self.elements} elements of {DTYPES[self.dtype].name}"
            )
        # A text has a length of a byte or more each, and four bytes of checksum for all of them.
        if self.dtype == 7 and self.elements > self.size:
            return f"has {self.size} bytes for {self.elements} texts"
        return ""


def read_header(value: bytes) -> Header | None:
    """The header in the value of the empty key; None where it is that of a first version."""
    wires, shards, little = Wires(BytesBlob(value)), 0, True
    for part in wires.fields(0, len(value)):
        if part.number == 1:
            if part.wire != Wire.VARINT:
                return None
            shards = part.value
        elif part.number == 2:
            little = part.value == 0
    if shards > SHARDS:
        raise LimitExceeded(f"names {shards} data files (at most {SHARDS})")
    return Header(shards, little)


def read_tensor(entry: Entry) -> Tensor:
    """The tensor that an entry describes."""
    found = _quick_tensor(entry)
    return found if found is not None else _careful_tensor(entry)


def _quick_tensor(entry: Entry) -> Tensor | None:
    """The tensor where fields are those of honest entries; None asks for the careful way."""
    value, numbers = entry.value, [0] * 6
    shape: list[int] = []
    at, end = 0, len(value)
    try:
        while at < end:
            tag = value[at]
            at += 1
            if tag in _NUMBERS:
                number = shift = 0
                while (byte := value[at]) > 127:
                    number |= (byte & 127) << shift
                    shift += 7
                    at += 1
                if shift > 56:
                    return None
                numbers[tag >> 3] = number | byte << shift
                at += 1
            elif tag == 0x12 and not shape:
                stop = at + 1 + value[at]
                if not _quick_shape(value, at + 1, stop, shape):
                    return None
                at = stop
            elif tag == 0x35:
                at += 4
            else:
                return None
    except IndexError:
        return None
    if at != end:
        return None
    name = entry.key.decode("utf-8", "backslashreplace")
    return Tensor(name, numbers[1], tuple(shape), numbers[3], numbers[4], numbers[5], False)


def _quick_shape(value: bytes, at: int, stop: int, shape: list[int]) -> bool:
    """Add dimensions (message, length, size) to ``shape``; false asks for the careful way."""
    while at < stop:
        length = value[at + 1]
        if value[at] != 0x12 or length not in _SIZES or (length and value[at + 2] != 0x08):
            return False
        size = 0
        for place in range(length - 1):
            byte = value[at + 3 + place]
            size |= (byte & 127) << 7 * place
            if (byte > 127) != (place < length - 2):
                return False
        shape.append(size)
        at += 2 + length
    return at == stop


_NUMBERS = frozenset({0x08, 0x18, 0x20, 0x28})
_SIZES = frozenset({0, 2, 3, 4, 5, 6})


def _careful_tensor(entry: Entry) -> Tensor:
    value = entry.value
    wires = Wires(BytesBlob(value))
    dtype = shard = offset = size = 0
    shape: tuple[int, ...] = ()
    sliced = False
    for part in wires.fields(0, len(value)):
        if part.number == 2:
            shape = read_shape(wires, Place(message(part).start, part.end))
        elif part.number == 7:
            sliced = True
        elif part.wire == Wire.VARINT:
            number = part.value - (1 << 64) if part.value >> 63 else part.value
            if part.number == 1:
                dtype = number
            elif part.number == 3:
                shard = number
            elif part.number == 4:
                offset = number
            elif part.number == 5:
                size = number
    name = entry.key.decode("utf-8", "backslashreplace")
    return Tensor(name, dtype, shape, shard, offset, size, sliced)


def read_bundle(blob: Blob, meter: Meter) -> tuple[Header, Iterator[Tensor]]:
    """Header and tensors of an index.

    Checksums are left to the reader of the index itself. Raises ``Malformed`` (while the tensors
    are read, too) where it is none, ``LimitExceeded``.
    """
    entries = Table(blob, meter, verify=False).entries()
    first = next(entries, None)
    header = read_header(first.value) if first is not None and not first.key else None
    if header is None:
        raise Malformed("the table is no checkpoint index")
    return header, _tensors(entries)


def _tensors(entries: Iterator[Entry]) -> Iterator[Tensor]:
    for count, entry in enumerate(entries):
        if count >= _TENSORS:
            raise LimitExceeded(f"holds more than {_TENSORS} tensors")
        yield read_tensor(entry)
