"""Payloads inside compressed streams and archives, and archives inside archives."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator

from proofs.hostile.assembler import payload
from proofs.hostile.case import Case
from proofs.hostile.torchfiles import members
from proofs.hostile.ziparchive import DEFLATED, plain

BENIGN = b"\x80\x04]\x94(K\x01K\x02e."


def _gzip(data: bytes, name: bytes = b"") -> bytes:
    packed = gzip.compress(data, mtime=0)
    return packed[:3] + b"\x08" + packed[4:10] + name + b"\0" + packed[10:] if name else packed


def tar(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A tar of files and links."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=3).compress(data)


def _lz4(data: bytes) -> bytes:
    import lz4.frame

    packed: bytes = lz4.frame.compress(data)
    return packed


def single() -> dict[str, bytes]:
    """One compressor around one pickle."""
    data = payload(2)
    return {
        "model.pkl.gz": _gzip(data),
        "named.gz": _gzip(data, b"weights.pkl"),
        "model.pkl.bz2": bz2.compress(data),
        "model.pkl.xz": lzma.compress(data),
        "model.pkl.lzma": lzma.compress(data, format=lzma.FORMAT_ALONE),
        "model.pkl.zst": _zstd(data),
        "model.pkl.lz4": _lz4(data),
        "model.pkl.z": zlib.compress(data),
        "zlib-fast.pkl": zlib.compress(data, 1),
        "gzip-as.pkl": _gzip(payload(4)),
        "xz-as.bin": lzma.compress(payload(0)),
        "zst-as.pt": _zstd(payload(4)),
        "lz4-as.joblib": _lz4(payload(3)),
    }


def several() -> dict[str, bytes]:
    """Several members, and what is behind them."""
    good, bad = BENIGN, payload(2)
    return {
        "gzip-second-member.gz": _gzip(good) + _gzip(bad),
        "gzip-trailing-pickle.gz": _gzip(good) + bad,
        "gzip-crc-wrong.gz": _gzip(bad)[:-8] + b"\0" * 4 + _gzip(bad)[-4:],
        "gzip-truncated.gz": _gzip(bad)[:-6],
        "bz2-second-stream.bz2": bz2.compress(good) + bz2.compress(bad),
        "xz-second-stream.xz": lzma.compress(good) + lzma.compress(bad),
        "zstd-second-frame.zst": _zstd(good) + _zstd(bad),
        "zstd-skippable.zst": b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + _zstd(bad),
        "lz4-second-frame.lz4": _lz4(good) + _lz4(bad),
        "gzip-twice.gz": _gzip(_gzip(bad)),
        "all-of-them.xz": lzma.compress(bz2.compress(_gzip(zlib.compress(bad)))),
    }


def archives() -> dict[str, bytes]:
    """Archives of pickles."""
    bad = payload(2)
    checkpoint = plain(members())
    return {
        "models.zip": plain({"a/readme.txt": b"hello", "a/model.pkl": bad}),
        "deflated.zip": plain({"model.bin": bad}, method=DEFLATED),
        "zip-in-zip.zip": plain({"b.zip": plain({"c.zip": plain({"m": bad})})}, method=DEFLATED),
        "models.tar": tar({"a/model.pkl": bad}),
        "models.tar.gz": _gzip(tar({"a/model.pkl": bad})),
        "models.tar.bz2": bz2.compress(tar({"model": bad})),
        "models.tar.xz": lzma.compress(tar({"m.pt": checkpoint})),
        "models.tar.zst": _zstd(tar({"m.pt": checkpoint})),
        "zip-in-tar.tar": tar({"inner.zip": plain({"model.pkl": bad})}),
        "tar-in-zip.zip": plain({"inner.tar": tar({"model.pkl": bad})}, method=DEFLATED),
        "checkpoint-in-tar-gz.tgz": _gzip(tar({"model/pytorch_model.bin": checkpoint})),
        "archive.mar": plain({"MAR-INF/MANIFEST.json": b"{}", "model.pt": checkpoint}),
        "tar-traversal.tar": tar({"../../seamark-harmless": b"x", "m.pkl": BENIGN}),
        "tar-absolute.tar": tar({"/seamark-harmless": b"x"}),
        "tar-symlink.tar": tar({"m.pkl": BENIGN}, {"weights": "/etc"}),
        "tar-trailing-pickle.tar": tar({"m.pkl": BENIGN}) + bad,
        "tar-second-archive.tar": tar({"m.pkl": BENIGN}) + tar({"n.pkl": bad}),
    }


_TABLES = {"single": single, "several": several, "archives": archives}
_ONLY_STOPPED = {"gzip-crc-wrong.gz", "gzip-truncated.gz"}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for group, table in _TABLES.items():
        for name in table():
            yield Case(
                id=f"compressed/{group}/{name}",
                family="compressed",
                group=group,
                source="own",
                path=f"compressed/{group}/{name}",
                build=lambda t=table, n=name: t()[n],
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )
