"""Streaming decompressors with bounded memory: each writes one stream into a spool.

A codec is a function ``(blob, start, spool) -> offset behind the stream``. It raises
``BrokenStream`` where the stream is damaged or ends early; what came before is in the spool.
"""

import zlib
from collections.abc import Callable
from typing import Protocol

from seamark.scan.models.archives.spool import Spool
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded

_CHUNK = 256 << 10
_FIRST = 2 << 10
"""Read first: a file may be a hundred thousand streams of twenty bytes each."""
_PIECE = 1 << 20
_LZMA_MEMORY = 128 << 20
_ZSTD_WINDOW = 128 << 20

Codec = Callable[[Blob, int, Spool], int]


class BrokenStream(Exception):  # noqa: N818 - named like its siblings in limits
    """A compressed stream is damaged or cut off."""


class CodecMissing(Exception):  # noqa: N818 - named like its siblings in limits
    """The module that expands this compression is not installed (``module`` names it)."""

    def __init__(self, module: str) -> None:
        super().__init__(f"the module {module} is not installed")
        self.module = module


class _Decoder(Protocol):
    """The interface that bz2, lzma and lz4 share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def _inflate(blob: Blob, start: int, spool: Spool, window: int) -> int:
    decoder = zlib.decompressobj(window)
    at, chunk = start, _FIRST
    pending = b""
    while not decoder.eof:
        if not pending:
            pending = blob.read(at, chunk)
            at, chunk = at + len(pending), min(chunk * 4, _CHUNK)
            if not pending:
                raise BrokenStream("the stream is cut off")
        try:
            piece = decoder.decompress(pending, _PIECE)
        except zlib.error as error:
            raise BrokenStream(str(error)) from None
        pending = decoder.unconsumed_tail
        spool.write(piece)
    return at - len(decoder.unused_data) - len(pending)


def deflate(blob: Blob, start: int, spool: Spool) -> int:
    """Raw deflate, as zip members hold it (RFC 1951)."""
    return _inflate(blob, start, spool, -zlib.MAX_WBITS)


def zlib_stream(blob: Blob, start: int, spool: Spool) -> int:
    """One zlib stream (RFC 1950)."""
    return _inflate(blob, start, spool, zlib.MAX_WBITS)


def gzip_member(blob: Blob, start: int, spool: Spool) -> int:
    """One gzip member, header and checksum included (RFC 1952)."""
    return _inflate(blob, start, spool, 16 + zlib.MAX_WBITS)


def _pump(decoder: _Decoder, blob: Blob, start: int, spool: Spool, errors: type[Exception]) -> int:
    at, chunk = start, _FIRST
    while not decoder.eof:
        data = b""
        if decoder.needs_input:
            data = blob.read(at, chunk)
            at, chunk = at + len(data), min(chunk * 4, _CHUNK)
            if not data:
                raise BrokenStream("the stream is cut off")
        try:
            piece = decoder.decompress(data, _PIECE)
        except MemoryError:
            raise LimitExceeded("needs more memory to expand than is allowed") from None
        except errors as error:
            if "limit" in str(error).lower():
                raise LimitExceeded("needs more memory to expand than is allowed") from None
            raise BrokenStream(str(error) or "the stream is damaged") from None
        spool.write(piece)
    return at - len(decoder.unused_data or b"")


def bzip2(blob: Blob, start: int, spool: Spool) -> int:
    """One bzip2 stream."""
    try:
        import bz2
    except ImportError:
        raise CodecMissing("bz2") from None
    return _pump(bz2.BZ2Decompressor(), blob, start, spool, OSError)


def xz(blob: Blob, start: int, spool: Spool) -> int:
    """One xz stream."""
    return _lzma(blob, start, spool, "FORMAT_XZ")


def lzma_alone(blob: Blob, start: int, spool: Spool) -> int:
    """One stream of the old .lzma format."""
    return _lzma(blob, start, spool, "FORMAT_ALONE")


def _lzma(blob: Blob, start: int, spool: Spool, form: str) -> int:
    try:
        import lzma
    except ImportError:
        raise CodecMissing("lzma") from None
    decoder = lzma.LZMADecompressor(getattr(lzma, form), memlimit=_LZMA_MEMORY)
    return _pump(decoder, blob, start, spool, lzma.LZMAError)


def zip_lzma(blob: Blob, start: int, spool: Spool) -> int:
    """LZMA as zip members hold it (APPNOTE 5.8): version, length and properties, then data."""
    try:
        import lzma
    except ImportError:
        raise CodecMissing("lzma") from None
    head = blob.read(start, 9)
    if len(head) < 9 or head[2:4] != b"\x05\x00" or head[4] >= 9 * 5 * 5:
        raise BrokenStream("the LZMA properties are damaged")
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > _LZMA_MEMORY:
        raise LimitExceeded("needs more memory to expand than is allowed")
    packed, lc = divmod(head[4], 9)
    pb, lp = divmod(packed, 5)
    try:
        decoder = lzma.LZMADecompressor(
            lzma.FORMAT_RAW,
            filters=[
                {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}
            ],
        )
    except (lzma.LZMAError, ValueError) as error:
        raise BrokenStream(str(error)) from None
    return _pump(decoder, blob, start + 9, spool, lzma.LZMAError)


def lz4_frame(blob: Blob, start: int, spool: Spool) -> int:
    """One lz4 frame."""
    try:
        from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]
    except ImportError:
        raise CodecMissing("lz4") from None
    return _pump(LZ4FrameDecompressor(), blob, start, spool, RuntimeError)


class _BlobReader:
    """The file-like side of a blob that zstandard reads from."""

    __slots__ = ("at", "blob")

    def __init__(self, blob: Blob, at: int) -> None:
        self.blob = blob
        self.at = at

    def read(self, size: int = -1) -> bytes:
        data = self.blob.read(self.at, _CHUNK if size < 0 else size)
        self.at += len(data)
        return data


def zstd_frames(blob: Blob, start: int, spool: Spool) -> int:
    """All zstd frames from ``start`` on: zstandard does not say where one ends."""
    try:
        import zstandard
    except ImportError:
        raise CodecMissing("zstandard") from None
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    at = start
    while (found := _zstd_frame_end(blob, at)) is not None:
        end, whole = found
        source = _BlobReader(blob.slice(at, end - at), 0)
        with decoder.stream_reader(source, read_size=_CHUNK) as reader:  # type: ignore[arg-type]
            try:
                while piece := reader.read(_PIECE):
                    spool.write(piece)
            except zstandard.ZstdError as error:
                if "memory" in str(error):
                    raise LimitExceeded("needs more memory to expand than is allowed") from None
                raise BrokenStream(str(error)) from None
        if not whole:
            raise BrokenStream("the stream is cut off")
        at = end
    if at == start:
        raise BrokenStream("the frame is cut off")
    return at


_ZSTD_MAGIC = 0xFD2FB528
_SKIPPABLE = 0x184D2A50


def _zstd_frame_end(blob: Blob, at: int) -> tuple[int, bool] | None:
    """The offset behind the zstd frame at ``at`` (RFC 8878, 3.1) and whether the frame is whole;
    None where none is. Block headers alone tell it; nothing is expanded.
    """
    head = blob.read(at, 18)
    magic = int.from_bytes(head[:4], "little")
    if len(head) >= 8 and magic & 0xFFFFFFF0 == _SKIPPABLE:
        end = at + 8 + int.from_bytes(head[4:8], "little")
        return min(end, blob.size), end <= blob.size
    if len(head) < 6 or magic != _ZSTD_MAGIC:
        return None
    descriptor = head[4]
    single = descriptor >> 5 & 1
    content = (single, 2, 4, 8)[descriptor >> 6]
    position = at + 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + content
    while True:
        header = blob.read(position, 3)
        if len(header) < 3:
            return blob.size, False
        block = int.from_bytes(header, "little")
        kind, length = block >> 1 & 3, block >> 3
        position += 3 + (1 if kind == 1 else length)
        if block & 1:
            end = position + (4 if descriptor >> 2 & 1 else 0)
            return min(end, blob.size), end <= blob.size
