"""Engine ``arrays``: ``.npy`` and ``.npz`` to safetensors without NumPy, in constant memory."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors import own, safetensors
from seamark.scan.models.limits import Malformed
from seamark.scan.models.weights.literals import parse_literal

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 4 << 20
_LARGEST_FORTRAN = 1 << 30
_TYPES: Mapping[str, str] = {
    "f8": "float64", "f4": "float32", "f2": "float16", "i8": "int64", "i4": "int32",
    "i2": "int16", "i1": "int8", "u8": "uint64", "u4": "uint32", "u2": "uint16", "u1": "uint8",
    "b1": "bool", "c8": "complex64",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Array:
    """One array as its header describes it; ``big`` endian and ``fortran`` order are turned."""

    member: str
    dtype: str
    shape: tuple[int, ...]
    size: int
    data: int
    big: bool
    fortran: bool

    @property
    def width(self) -> int:
        """Bytes of one element, of one of its two numbers where it is complex."""
        digits = next(short for short, name in _TYPES.items() if name == self.dtype)
        return int(digits[1:]) // (2 if digits[0] == "c" else 1)


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``job["output"]`` from ``job["source"]``. Raises ``Refused``."""
    arrays = read_arrays(job["source"])
    items = safetensors.in_order(
        safetensors.Item(name, array.dtype, array.shape, array.size)
        for name, array in arrays.items()
    )
    contents = (_in_order(job["source"], arrays[item.name]) for item in items)
    safetensors.write(job["output"], items, contents, {"format": "np"})
    turned = sum(array.fortran or array.big for array in arrays.values())
    return {"libraries": {}, "where": "", "dropped": [], "reordered": turned,
            **own.summary(items, {})}  # fmt: skip


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Hold every array of the result to the source: type, shape, and each byte."""
    placed, _ = safetensors.read_header(job["output"])
    arrays = read_arrays(job["source"])
    differences = [f"{name}: only in one of the two" for name in sorted(set(placed) ^ set(arrays))]
    for name in sorted(set(placed) & set(arrays)):
        array, found = arrays[name], placed[name]
        if (found.dtype, found.shape) != (array.dtype, array.shape):
            differences.append(f"{name}: type or shape")
            continue
        told, read = hashlib.sha256(), hashlib.sha256()
        for piece in _in_order(job["source"], array):
            told.update(piece)
        for piece in safetensors.read_pieces(job["output"], found):
            read.update(piece)
        if told.digest() != read.digest():
            differences.append(f"{name}: bytes")
    return {"kind": "tensors", "compared": len(placed), "exact": not differences,
            "bytes": sum(each.size for each in placed.values()),
            "differences": differences[:20], "equal": not differences}  # fmt: skip


def read_arrays(path: str) -> dict[str, Array]:
    """The arrays of a file by name; ``array`` where it is a single one. Raises ``Refused``."""
    if not zipfile.is_zipfile(path):
        return {"array": _read_header(path, "")}
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
    names = [member.removesuffix(".npy") for member in members]
    if len(set(names)) != len(names) or "__metadata__" in names or not names:
        raise Refused("The archive holds no arrays, or two of one name.")
    return {name: _read_header(path, member) for name, member in zip(names, members, strict=True)}


@contextmanager
def _opened(path: str, member: str) -> Iterator[IO[bytes]]:
    if not member:
        with open(path, "rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open(member) as inner:
        yield inner


def _read_header(path: str, member: str) -> Array:
    shown = repr(member[:80]) if member else "The file"
    with _opened(path, member) as file:
        fixed = file.read(8)
        if len(fixed) < 8 or fixed[:6] != _MAGIC:
            raise Refused(f"{shown} is no array.")
        field = 2 if fixed[6] == 1 else 4
        length = int.from_bytes(file.read(field), "little")
        if length > _LONGEST_HEADER:
            raise Refused(f"{shown} has a header of {length} bytes.")
        text = file.read(length).decode("latin-1")
    try:
        header = parse_literal(text)
    except Malformed as error:
        raise Refused(f"{shown} has no readable header: {error.reason}.") from error
    return _described(header, member, shown, 8 + field + length)


def _described(header: Any, member: str, shown: str, data: int) -> Array:
    descr = header.get("descr") if isinstance(header, dict) else None
    if not isinstance(descr, str):
        raise Refused(f"{shown} holds records, which safetensors has not.")
    if "O" in descr:
        raise Refused(f"{shown} holds Python objects, which only a pickle can; save plain numbers.")
    dtype = _TYPES.get(descr.lstrip("<>=|"))
    shape = header.get("shape")
    numbers = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    if dtype is None or not numbers:
        raise Refused(f"{shown} is of type {descr[:40]!r}, which safetensors has not.")
    size = int(descr.lstrip("<>=|")[1:])
    for extent in shape:
        size *= extent
    fortran = header.get("fortran_order") is True and sum(n > 1 for n in shape) > 1
    if fortran and size > _LARGEST_FORTRAN:
        raise Refused(f"{shown} lies in Fortran order and is too large to bring into order.")
    return Array(member, dtype, shape, size, data, descr.startswith(">"), fortran)


def _in_order(path: str, array: Array) -> Iterator[bytes]:
    """The array's bytes, little endian and in C order."""
    pieces = _raw(path, array)
    if array.big:
        pieces = (_swapped(piece, array.width) for piece in pieces)
    if array.fortran:
        from seamark.harden.conversion.tensors import gather
        from seamark.harden.conversion.tensors.values import Storage, Tensor

        data = b"".join(pieces)
        strides, step = [], 1
        for extent in array.shape:
            strides.append(step)
            step *= extent
        storage = Storage("", None, len(data))
        tensor = Tensor(storage, array.dtype, 0, array.shape, tuple(strides))
        yield from gather.pieces(tensor, lambda at, length: data[at : at + length])
        return
    yield from pieces


def _raw(path: str, array: Array) -> Iterator[bytes]:
    with _opened(path, array.member) as file:
        file.read(array.data)
        left = array.size
        while left:
            piece = file.read(min(left, safetensors.CHUNK))
            if not piece:
                raise Refused("The file ends inside an array.")
            if len(piece) % 16 and len(piece) < left:  # never part of an element
                piece += file.read(16 - len(piece) % 16)
            left -= len(piece)
            yield piece


def _swapped(piece: bytes, width: int) -> bytes:
    turned = bytearray(len(piece))
    for place in range(width):
        turned[place::width] = piece[width - 1 - place :: width]
    return bytes(turned)
