"""The bytes of one zip member, expanded, and what is wrong with them."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seamark.scan.models.archives import codecs
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.layouts import PEEKED
from seamark.scan.models.archives.spool import Spool
from seamark.scan.models.archives.zip_members import View
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import Meter

CHECKED = 8 << 20
"""Stored members up to this size have their checksum verified; larger ones would cost a full
read for content that no reader interprets."""
_CHUNK = 1 << 20
_DEFLATE = 8
_PEEKED_PACKED = 1 << 10
"""Packed bytes that begin with any header of a deflate block and some data."""
_IN_MEMORY = 1 << 20

_CODECS: dict[int, tuple[str, codecs.Codec]] = {
    8: ("deflate", codecs.deflate),
    12: ("bzip2", codecs.bzip2),
    14: ("LZMA", codecs.zip_lzma),
    20: ("Zstandard", codecs.zstd_frames),
    93: ("Zstandard", codecs.zstd_frames),
    95: ("XZ", codecs.xz),
}


@dataclass(slots=True)
class Content:
    """What one view of a member gives.

    ``blob`` is None where nothing could be read. ``crc`` is None where it was not computed;
    ``unused`` counts packed bytes that the decompressor did not need, which begin at
    ``unused_at`` in the archive's blob. ``broken`` says why expansion stopped.
    """

    blob: Blob | None
    crc: int | None = None
    broken: str = ""
    unused: int = 0
    unused_at: int = 0


@contextmanager
def opened(blob: Blob, view: View, meter: Meter, *, checksum: bool = False) -> Iterator[Content]:
    """The content of a view, valid inside the ``with`` block.

    ``checksum`` asks for the CRC of stored members of any size. Raises ``LimitExceeded``.
    """
    missing = view.data + view.packed - blob.size
    packed = blob.slice(view.data, view.packed)
    if view.method == records.STORED:
        meter.spend_stored(packed.size)
        if packed.size <= _IN_MEMORY:
            packed = BytesBlob(packed.read(0, packed.size))  # one read instead of many
        content = Content(packed)
        if packed.size <= CHECKED or checksum:
            content.crc = _checksum(packed, meter)
        if missing > 0:
            content.broken = f"{missing} bytes are missing at the end of the file"
        yield content
        return
    if view.method not in _CODECS:
        yield Content(None, broken=f"compression method {view.method} is not supported")
        return
    title, codec = _CODECS[view.method]
    with Spool(meter) as spool:
        content = Content(None)
        try:
            used = codec(packed, 0, spool)
            content.unused = packed.size - used
            content.unused_at = view.data + used
        except codecs.BrokenStream as error:
            content.broken = f"{title} data: {error}"
        except codecs.CodecMissing as error:
            yield Content(None, broken=f"{title} cannot be expanded: {error}")
            return
        content.blob = spool.blob()
        content.crc = spool.crc
        yield content


def peek(blob: Blob, view: View) -> bytes | None:
    """The first few bytes of a view; None where that takes a decompressor of its own."""
    if view.method == records.STORED:
        return blob.read(view.data, min(view.packed, PEEKED))
    if view.method != _DEFLATE:
        return None
    try:
        packed = blob.read(view.data, min(view.packed, _PEEKED_PACKED))
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, PEEKED)
    except zlib.error:
        return None


def _checksum(blob: Blob, meter: Meter) -> int:
    crc = 0
    for at in range(0, blob.size, _CHUNK):
        crc = zlib.crc32(blob.read(at, _CHUNK), crc)
        meter.check_time()
    return crc
