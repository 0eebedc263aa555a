"""Archives and compressed files as the table of formats lists them."""

from collections.abc import Callable
from typing import NamedTuple

from seamark.scan.models.archives import sniffers
from seamark.scan.models.blobs import Blob


class Kind(NamedTuple):
    """One row: see :class:`seamark.scan.models.formats.Format`."""

    name: str
    title: str
    sniff: Callable[[bytes, Blob], bool]
    reader: str
    extensions: frozenset[str] = frozenset()


def _begins(*prefixes: bytes) -> Callable[[bytes, Blob], bool]:
    return lambda head, _blob: head.startswith(prefixes)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# joblib and pandas choose a compression by argument, so it hides behind the pickle's own suffix;
# R saves its objects in gzip, bzip2 or xz.
_PICKLED = ".pkl .pickle .p .joblib .jl .sav .model .dat .data .bin .rds .rda .rdata"

ZIP_EXTENSIONS = _words(
    """.zip .pt .pth .bin .ckpt .pkl .npz .keras .mar .nemo .pt2 .ptl .jar .whl .egg .model .jit .ts
    .torchscript .skops .task .docx .xlsx .pptx .odt .ods .odp .epub .apk .aar .war .nupkg .vsix
    .mlpackage .mlmodel .mlarchive .h2o .mojo .knwf .archive .data .dat .weights"""
)
TAR_EXTENSIONS = _words(".tar .pt .pth .nemo .bin .mar .ckpt .model .riva .tlt .etlt .gem .ova")

KINDS: tuple[Kind, ...] = (
    Kind(
        "zip",
        "Zip archive",
        _begins(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04"),
        "archives.zip:examine",
        ZIP_EXTENSIONS,
    ),
    Kind(
        "gzip",
        "gzip data",
        _begins(b"\x1f\x8b\x08"),
        "archives.compressed:examine_gzip",
        _words(f"{_PICKLED} .gz .gzip .tgz .nemo .mar .svgz .z .nii .pt .pth .tar"),
    ),
    Kind(
        "bzip2",
        "bzip2 data",
        sniffers.is_bzip2,
        "archives.compressed:examine_bzip2",
        _words(f"{_PICKLED} .bz2 .tbz .tbz2"),
    ),
    Kind(
        "xz",
        "xz data",
        _begins(b"\xfd7zXZ\x00"),
        "archives.compressed:examine_xz",
        _words(f"{_PICKLED} .xz .txz"),
    ),
    Kind(
        "zstd",
        "Zstandard data",
        sniffers.is_zstd,
        "archives.compressed:examine_zstd",
        _words(f"{_PICKLED} .zst .zstd .tzst"),
    ),
    Kind(
        "lz4",
        "lz4 data",
        _begins(b"\x04\x22\x4d\x18"),
        "archives.compressed:examine_lz4",
        _words(f"{_PICKLED} .lz4"),
    ),
    Kind(
        "joblib-zf",
        "joblib data of old (ZF)",
        sniffers.is_joblib_zfile,
        "archives.compressed:examine_zfile",
        _words(f"{_PICKLED} .z .gz"),
    ),
    Kind(
        "7z",
        "7z archive",
        _begins(b"7z\xbc\xaf\x27\x1c"),
        "archives.recognized:examine_7z",
        _words(".7z"),
    ),
    Kind(
        "rar",
        "RAR archive",
        _begins(b"Rar!\x1a\x07"),
        "archives.recognized:examine_rar",
        _words(".rar"),
    ),
    Kind(
        "cab",
        "Cabinet archive",
        _begins(b"MSCF\0\0\0\0"),
        "archives.recognized:examine_cab",
        _words(".cab"),
    ),
    Kind(
        "ar",
        "ar archive",
        _begins(b"!<arch>\n", b"!<thin>\n"),
        "archives.recognized:examine_ar",
        _words(".a .ar .deb .lib"),
    ),
    Kind(
        "cpio",
        "cpio archive",
        _begins(b"070701", b"070702", b"070707"),
        "archives.recognized:examine_cpio",
        _words(".cpio"),
    ),
    Kind(
        "lrzip",
        "lrzip data",
        _begins(b"LRZI"),
        "archives.recognized:examine_lrzip",
        _words(".lrz"),
    ),
    Kind(
        "lzip",
        "lzip data",
        _begins(b"LZIP"),
        "archives.recognized:examine_lzip",
        _words(".lz"),
    ),
    Kind(
        "compress",
        "Unix compress data",
        _begins(b"\x1f\x9d", b"\x1f\xa0"),
        "archives.recognized:examine_compress",
        _words(".z"),
    ),
    Kind(
        "lz4-legacy",
        "lz4 legacy data",
        _begins(b"\x02\x21\x4c\x18"),
        "archives.recognized:examine_lz4_legacy",
        _words(".lz4"),
    ),
)
"""What has a magic of its own."""

GUESSED: tuple[Kind, ...] = (
    Kind("tar", "Tar archive", sniffers.is_tar, "archives.tar:examine", TAR_EXTENSIONS),
    Kind(
        "zlib",
        "zlib data",
        sniffers.is_zlib,
        "archives.compressed:examine_zlib",
        _words(f"{_PICKLED} .z .zlib .gz"),
    ),
    Kind(
        "lzma",
        "LZMA data",
        sniffers.is_lzma_alone,
        "archives.compressed:examine_lzma",
        _words(f"{_PICKLED} .lzma"),
    ),
)
"""What is told by plausible headers, so only after everything with a magic."""

LAST: tuple[Kind, ...] = (
    Kind(
        "zip",
        "Zip archive behind other bytes",
        sniffers.ends_in_zip,
        "archives.zip:examine",
        ZIP_EXTENSIONS,
    ),
)
"""What zip readers would open although nobody recognizes its beginning."""
