"""The bytes of a tensor in order, whatever its strides: in pieces, without NumPy."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Literal

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors.values import WIDTHS, Tensor

Read = Callable[[int, int], bytes]
"""Bytes of the tensor's storage: offset, length."""

CHUNK = 1 << 20
MOST_HELD = 4 << 30
"""Bytes of a storage that may be held to bring a tensor of odd strides into order."""

_FORMATS: Mapping[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}


def pieces(tensor: Tensor, read: Read) -> Iterator[bytes]:
    """The tensor's bytes in C order, little endian, in pieces of about a mebibyte."""
    width = WIDTHS[tensor.dtype]
    if not tensor.count:
        return
    if tensor.contiguous:
        start = tensor.offset * width
        for at in range(start, start + tensor.size, CHUNK):
            yield read(at, min(CHUNK, start + tensor.size - at))
        return
    yield from _strided(tensor, read, width)


def _strided(tensor: Tensor, read: Read, width: int) -> Iterator[bytes]:
    """Rows along the last axis, cut out by a strided view; the window is read once."""
    pairs = list(zip(tensor.shape, tensor.stride, strict=True))
    span = sum((extent - 1) * stride for extent, stride in pairs) + 1
    if span * width > MOST_HELD:
        raise Refused("A tensor that is not contiguous is too large to bring into order.")
    numbers = memoryview(read(tensor.offset * width, span * width)).cast(_FORMATS[width])
    extent, stride = pairs[-1]
    held: list[bytes] = []
    size = 0
    for place in product(*(range(0, n * s, s) if s else (0,) * n for n, s in pairs[:-1])):
        start = sum(place)
        row = (
            numbers[start : start + (extent - 1) * stride + 1 : stride].tobytes()
            if stride
            else numbers[start : start + 1].tobytes() * extent
        )
        held.append(row)
        size += len(row)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def elements(tensor: Tensor, read: Read) -> Iterator[bytes]:
    """The same bytes, element by element from their index: slow, and written to share nothing.

    The proof of a conversion compares what :func:`pieces` wrote with this.
    """
    width = WIDTHS[tensor.dtype]
    index = [0] * len(tensor.shape)
    window_start, window = 0, b""
    for _ in range(tensor.count):
        steps = zip(index, tensor.stride, strict=True)
        at = (tensor.offset + sum(i * step for i, step in steps)) * width
        if not window_start <= at <= window_start + len(window) - width:
            window_start = at - at % CHUNK
            end = min(window_start + 2 * CHUNK, tensor.storage.size)
            window = read(window_start, end - window_start)
        yield window[at - window_start : at - window_start + width]
        for axis in range(len(index) - 1, -1, -1):
            index[axis] += 1
            if index[axis] < tensor.shape[axis]:
                break
            index[axis] = 0
