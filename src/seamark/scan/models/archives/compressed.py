"""Compressed files: expanded under the meter, then examined as what they hold.

Concatenated streams are joined, as decompressors do. What follows the last stream is a finding
unless it is the zero padding that tapes and some writers leave.
"""

from collections.abc import Callable, Iterator
from functools import partial

from seamark.core.findings import Finding
from seamark.scan.models import rules as file_rules
from seamark.scan.models.archives import codecs, rules
from seamark.scan.models.archives.sniffers import is_zlib
from seamark.scan.models.archives.spool import Spool
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import ExpansionBomb, LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

_SUFFIXES = (".gz", ".gzip", ".bz2", ".xz", ".lzma", ".z", ".zlib", ".zst", ".zstd", ".lz4")
_TARRED = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_CHUNK = 1 << 20
_STREAMS_FREE = 4096
_STREAM_BYTES = 1 << 10
"""Beyond the free ones, joined streams must have this many packed bytes on average. Block gzip
(bgzip, dictzip) and parallel compressors write 10 KiB and more in each; only a file that is made
to cost time joins thousands of crumbs."""
_ZF_HEADER = 21
"""``ZF`` and a length in hex, padded with blanks to 19 characters (joblib before 0.10)."""


def _examine(
    codec: codecs.Codec,
    title: str,
    more: Callable[[bytes], bool],
    blob: Blob,
    scope: Scope,
    start: int = 0,
) -> Iterator[Finding]:
    try:
        yield from _expand(codec, title, more, blob, scope, start)
    except ExpansionBomb as error:
        yield scope.finding(rules.BOMB, f"The {title} data {error}.", anchor="expansion")
        raise


def _expand(
    codec: codecs.Codec,
    title: str,
    more: Callable[[bytes], bool],
    blob: Blob,
    scope: Scope,
    start: int,
) -> Iterator[Finding]:
    at, broken, streams = start, "", 1
    with Spool(scope.meter) as spool:
        try:
            at = codec(blob, at, spool)
            while more(blob.read(at, 16)):
                if streams > _STREAMS_FREE + (at - start) // _STREAM_BYTES:
                    raise LimitExceeded(f"joins more than {streams - 1} tiny {title} streams")
                at = codec(blob, at, spool)
                streams += 1
        except codecs.BrokenStream as error:
            broken = str(error)
        except codecs.CodecMissing as error:
            yield scope.finding(
                file_rules.NOT_YET_READ,
                f"{title} data cannot be expanded here: {error}.",
                anchor=error.module,
            )
            return
        if not broken:
            yield from _examine_rest(at, title, blob, scope)
        if not broken or spool.size:
            yield from scope.examine(spool.blob(), inner_name(scope.name))
    if broken:
        raise Malformed(f"{title} data: {broken}", at)


def _examine_rest(at: int, title: str, blob: Blob, scope: Scope) -> Iterator[Finding]:
    if at >= blob.size or not _has_content(blob, at, scope):
        return
    yield scope.finding(
        rules.AFTER_STREAM,
        f"{blob.size - at} bytes follow the {title} data.",
        anchor="trailing",
        offset=at,
        evidence={"length": blob.size - at},
    )
    from seamark.scan.models.router import detect

    rest = blob.slice(at, blob.size - at)
    if detect(rest) is not None:
        yield from scope.examine(rest, "(trailing bytes)")


def _has_content(blob: Blob, at: int, scope: Scope) -> bool:
    while at < blob.size:
        scope.meter.check_time()
        if blob.read(at, _CHUNK).strip(b"\0"):
            return True
        at += _CHUNK
    return False


def inner_name(name: str) -> str:
    """The name of what is inside: ``m.pkl`` for ``m.pkl.gz``; unchanged where nothing tells."""
    stem, dot, suffix = name.rpartition(".")
    suffix = dot + suffix.lower()
    if stem and suffix in _SUFFIXES:
        return stem
    if stem and suffix in _TARRED:
        return stem + _TARRED[suffix]
    return name


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _never(_head: bytes) -> bool:
    return False


def _zlib_stream(head: bytes) -> bool:
    return is_zlib(head, BytesBlob(head))


def _bz2_stream(head: bytes) -> bool:
    return head[:3] == b"BZh" and head[3:4].isdigit()


examine_gzip = partial(_examine, codecs.gzip_member, "gzip", _starts(b"\x1f\x8b\x08"))
examine_bzip2 = partial(_examine, codecs.bzip2, "bzip2", _bz2_stream)
examine_xz = partial(_examine, codecs.xz, "xz", _starts(b"\xfd7zXZ\x00"))
examine_lzma = partial(_examine, codecs.lzma_alone, "LZMA", _never)
examine_zlib = partial(_examine, codecs.zlib_stream, "zlib", _zlib_stream)
examine_zstd = partial(_examine, codecs.zstd_frames, "Zstandard", _never)
examine_lz4 = partial(_examine, codecs.lz4_frame, "lz4", _starts(b"\x04\x22\x4d\x18"))


def examine_zfile(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """The compressed files of joblib before 0.10: ``ZF``, a length in hex, zlib data."""
    start = _ZF_HEADER
    if blob.read(start, 1) == b" ":  # joblib up to 0.8.4 on Python 2 wrote one blank more
        start += 1
    yield from _examine(codecs.zlib_stream, "zlib", _never, blob, scope, start)
