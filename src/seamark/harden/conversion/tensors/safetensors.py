"""Write and read safetensors without its library, streaming.

Layout (https://huggingface.co/docs/safetensors): 8 bytes header length, the header as JSON, the
buffer. As the library does, wider elements come first and the header is padded to 8 bytes, so
that each tensor is aligned to its elements.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seamark.harden.conversion.refusals import Refused

NAMES: Mapping[str, str] = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
    "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "uint16": "U16",
    "uint32": "U32", "uint64": "U64", "bool": "BOOL", "complex64": "C64",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
}  # fmt: skip
"""safetensors' names of element types by torch's."""

LONGEST_HEADER = 100_000_000
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One tensor to write: torch's name of its type, its shape, its length in bytes."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One tensor as a header describes it; ``start`` counts from the start of the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int


def in_order(items: Iterable[Item]) -> list[Item]:
    """The order in which tensors are written: wide elements first, then by name."""
    return sorted(items, key=lambda item: (-_width(item), item.name))


def _width(item: Item) -> int:
    count = 1
    for extent in item.shape:
        count *= extent
    return item.size // count if count else 8


def write(
    path: str,
    items: list[Item],
    contents: Iterable[Iterable[bytes]],
    metadata: Mapping[str, str],
) -> None:
    """Write a new file; ``contents`` in the order of ``items``. Raises ``Refused``."""
    header: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))}
    at = 0
    for item in items:
        header[item.name] = {
            "dtype": NAMES[item.dtype],
            "shape": list(item.shape),
            "data_offsets": [at, at + item.size],
        }
        at += item.size
    try:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("The name of a tensor is not Unicode.") from error
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise Refused(f"The header would have {len(text)} bytes; safetensors allows 100 MB.")
    with open(path, "xb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for item, content in zip(items, contents, strict=True):
            size = 0
            for piece in content:
                file.write(piece)
                size += len(piece)
            if size != item.size:
                raise Refused(f"The tensor {item.name[:80]!r} has {size} bytes, not {item.size}.")
        file.flush()
        os.fsync(file.fileno())


def read_header(path: str) -> tuple[dict[str, Placed], dict[str, str]]:
    """Tensors by name, and the metadata. Raises ``Refused`` where it is not as we write it."""
    names = {short: name for name, short in NAMES.items()}
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEADER:
            raise Refused("The converted file has no credible header.")
        header = json.loads(file.read(length))
        size = os.fstat(file.fileno()).st_size
    metadata = header.pop("__metadata__", {})
    placed = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        start = 8 + length + begin
        placed[name] = Placed(names[entry["dtype"]], tuple(entry["shape"]), start, end - begin)
        if 8 + length + end > size:
            raise Refused("The converted file is shorter than its header says.")
    return placed, metadata


def read_pieces(path: str, placed: Placed) -> Iterator[bytes]:
    """The bytes of one tensor, in pieces."""
    with open(path, "rb") as file:
        file.seek(placed.start)
        left = placed.size
        while left:
            piece = file.read(min(left, CHUNK))
            if not piece:
                return
            left -= len(piece)
            yield piece
