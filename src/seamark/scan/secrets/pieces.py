"""The pieces of a file that are searched one after the other, each with its place in the file.

Text comes in windows that overlap, so that a line of 100 MB needs no more memory than others; what
begins in the overlap belongs to the next window.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.scan.models.blobs import Blob

WINDOW = 4 << 20
OVERLAP = 64 << 10
"""Longer than any value that a kind describes."""

HEAD = 16 << 20
TAIL = 2 << 20
"""What is searched of binary data: formats keep their metadata there."""

_SAMPLE = 8192


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one text or of binary data.

    ``offset`` is where they begin; ``line`` (from 1) is the line there, ``before`` the bytes of
    that line that came earlier. What begins at ``until`` or behind belongs to the next piece.
    """

    data: bytes
    offset: int = 0
    line: int = 1
    before: int = 0
    until: int = 1 << 62
    binary: bool = False


def is_binary(sample: bytes) -> bool:
    """Whether the beginning of a file has a zero byte, which no 8-bit text has."""
    return b"\0" in sample[:_SAMPLE]


def wide_encoding(sample: bytes) -> str:
    """``utf-16`` or ``utf-32`` where the beginning says so, else nothing."""
    if sample.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    pairs = sample[:_SAMPLE]
    zeros, half = pairs[1::2].count(0), len(pairs) // 2
    if half >= 8 and zeros > half * 0.8 and pairs[::2].count(0) < half * 0.1:
        return "utf-16-le"
    return ""


def pieces(blob: Blob) -> Iterator[Piece]:
    """The pieces of ``blob``. Raises ``OSError`` where the device fails."""
    first = blob.read(0, WINDOW)
    if wide := wide_encoding(first[:_SAMPLE]):
        yield from _wide(blob, wide)
    elif is_binary(first):
        yield from _binary(blob)
    elif blob.size <= WINDOW:
        yield Piece(first)
    else:
        yield from _windows(blob)


def left_out(blob: Blob) -> int:
    """Bytes of binary data that are not searched."""
    if blob.size <= HEAD + TAIL or not is_binary(blob.read(0, _SAMPLE)):
        return 0
    return blob.size - HEAD - TAIL


def _wide(blob: Blob, encoding: str) -> Iterator[Piece]:
    # Lines stay lines and characters characters; only byte offsets are lost.
    data = blob.read(0, HEAD)
    yield Piece(data.decode(encoding, "replace").encode("utf-8", "replace"))


def _binary(blob: Blob) -> Iterator[Piece]:
    size = blob.size
    parts = [(0, size)] if size <= HEAD + TAIL else [(0, HEAD), (size - TAIL, size)]
    for start, end in parts:
        at = start
        while at < end:
            data = blob.read(at, min(WINDOW, end - at))
            if not data:
                return
            last = at + len(data) >= end
            step = len(data) if last else max(1, len(data) - OVERLAP)
            yield Piece(data, at, until=len(data) if last else step, binary=True)
            at += step


def _windows(blob: Blob) -> Iterator[Piece]:
    at, line, before = 0, 1, 0
    while at < blob.size:
        data = blob.read(at, WINDOW)
        if not data:
            return  # it shrank meanwhile
        last = at + len(data) >= blob.size
        step = len(data) if last else max(1, len(data) - OVERLAP)
        yield Piece(data, at, line, before, until=len(data) if last else step)
        passed = data[:step]
        line += passed.count(b"\n")
        newline = passed.rfind(b"\n")
        before = before + step if newline < 0 else step - newline - 1
        at += step
