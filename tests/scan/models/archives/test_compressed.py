"""Compressed files: every codec, several streams, what follows them, and bombs."""

import bz2
import gzip
import lzma
import struct
import sys
import zlib

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.archives.build_zip import HARMLESS, NOTE, PAYLOAD, Part, build

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, scan_bytes
from seamark.scan.models.archives.compressed import inner_name


def zfile(data: bytes) -> bytes:
    """The way of joblib before 0.10: a length in hex, padded, then zlib."""
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


CODECS = {
    "gzip": (gzip.compress, ".gz"),
    "bzip2": (bz2.compress, ".bz2"),
    "xz": (lzma.compress, ".xz"),
    "lzma": (lambda data: lzma.compress(data, lzma.FORMAT_ALONE), ".lzma"),
    "zlib": (zlib.compress, ".z"),
    "zstd": (zstandard.compress, ".zst"),
    "lz4": (lz4.frame.compress, ".lz4"),
    "joblib-zf": (zfile, ".joblib"),
}
JOINED = [name for name in CODECS if name not in ("lzma", "joblib-zf")]


def scan(data: bytes, name: str) -> FileReport:
    return scan_bytes(data, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def reaches(report: FileReport) -> bool:
    return any(finding.anchor == "os.system" for finding in report.findings)


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_inside_is_examined(codec: str) -> None:
    compress, suffix = CODECS[codec]
    report = scan(compress(HARMLESS), "m.pkl" + suffix)
    assert (report.verdict, report.format, report.findings) == (Verdict.CLEAN, codec, ())
    report = scan(compress(PAYLOAD), "m.pkl" + suffix)
    assert report.verdict is Verdict.HOSTILE
    expected = "m.pkl" + (suffix if codec == "joblib-zf" else "")
    assert report.findings[0].location.member == expected


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("suffix", [".joblib", ".pkl"])
def test_a_compressed_pickle_may_keep_the_suffix_of_a_pickle(codec: str, suffix: str) -> None:
    report = scan(CODECS[codec][0](HARMLESS), "m" + suffix)
    assert report.findings == ()


@pytest.mark.parametrize("codec", CODECS)
def test_a_cut_stream_is_unclear_or_worse(codec: str) -> None:
    noise = b"".join(struct.pack("<I", i * 2654435761 % 2**32) for i in range(5000))
    data = CODECS[codec][0](noise)
    report = scan(data[: len(data) * 3 // 4], "m.bin")
    assert report.verdict is not Verdict.CLEAN
    assert "FIL005" in rules(report)


@pytest.mark.parametrize("codec", CODECS)
def test_bytes_behind_the_stream(codec: str) -> None:
    compress, suffix = CODECS[codec]
    report = scan(compress(NOTE) + PAYLOAD, "m.txt" + suffix)
    assert "ARC018" in rules(report)
    assert reaches(report)
    assert rules(scan(compress(HARMLESS) + bytes(700), "m.pkl" + suffix)) == set()


@pytest.mark.parametrize("codec", JOINED)
def test_streams_are_joined(codec: str) -> None:
    compress, suffix = CODECS[codec]
    half = len(PAYLOAD) // 2
    report = scan(compress(PAYLOAD[:half]) + compress(PAYLOAD[half:]), "m.pkl" + suffix)
    assert reaches(report)
    assert "ARC018" not in rules(report)


def test_skippable_zstd_frames_are_skipped() -> None:
    skip = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    data = zstandard.compress(PAYLOAD)
    for order in (skip + data, data + skip, skip + skip + data):
        assert reaches(scan(order, "m.pkl.zst"))


def test_zstd_windows_are_limited() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=28)
    worker = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = worker.compress(bytes(3 << 20)) + worker.flush()
    report = scan(data, "m.zst")
    assert report.verdict is Verdict.UNCLEAR
    assert "FIL004" in rules(report)


def test_lzma_dictionaries_are_limited() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    report = scan(lzma.compress(NOTE, filters=filters), "m.txt.xz")
    assert rules(report) == {"FIL004"}


@pytest.mark.parametrize(("module", "codec"), [("zstandard", "zstd"), ("lz4.frame", "lz4")])
def test_a_missing_module_is_unclear_with_the_reason(monkeypatch, module: str, codec: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    compress, suffix = CODECS[codec]
    report = scan(compress(PAYLOAD), "m.pkl" + suffix)
    assert report.verdict is Verdict.UNCLEAR
    assert [f.rule.id for f in report.findings] == ["FIL007"]
    assert module.partition(".")[0] in report.findings[0].message


@pytest.mark.parametrize("codec", CODECS)
def test_bombs_stop_early(codec: str) -> None:
    data = CODECS[codec][0](bytes(32 << 20))
    limits = Limits(expansion_free=4 << 20, expansion_ratio=20)
    report = Scanner(limits=limits).scan_bytes(data, name="m.bin")
    assert {"ARC015", "FIL004"} <= rules(report)


def test_what_outgrows_memory_goes_through_a_file() -> None:
    noise = b"".join(struct.pack("<I", i * 2654435761 % 2**32) for i in range(3 << 20))
    data = gzip.compress(noise + build(Part("a.txt")), 1)
    report = scan(data, "m.bin.gz")
    assert report.format == "gzip"
    text = Part("w.txt", b"text of no import\n" * 600_000)
    data = gzip.compress(build(text, Part("m.pkl", PAYLOAD)), 1)
    assert reaches(scan(data, "m.zip.gz"))


def test_names() -> None:
    assert inner_name("m.tar.gz") == "m.tar"
    assert inner_name("m.tgz") == "m.tar"
    assert inner_name("m.joblib") == "m.joblib"
    assert inner_name(".gz") == ".gz"
    assert inner_name("M.PKL.GZ") == "M.PKL"


@pytest.mark.parametrize(
    "data",
    [b"7z\xbc\xaf\x27\x1c" + bytes(40), b"Rar!\x1a\x07\x01\x00" + bytes(9), b"MSCF" + bytes(30),
     b"070701" + b"0" * 104, b"!<arch>\n" + b" " * 60, b"\x1f\x9d\x90abc", b"LZIP\x01\x0c"],
)  # fmt: skip
def test_what_is_only_recognized_is_unclear(data: bytes) -> None:
    report = scan(data, "m.unheard")
    assert [f.rule.id for f in report.findings] == ["FIL007"]
    assert report.verdict is Verdict.UNCLEAR


def test_a_7z_archive_called_pt_is_a_lie_too() -> None:
    """nullifAI, 2025: torch models packed with 7z evaded scanners."""
    report = scan(b"7z\xbc\xaf\x27\x1c" + bytes(40), "m.pt")
    assert rules(report) == {"FIL006", "FIL007"}


@pytest.mark.parametrize("text", [b"x^2 + 1 = 0\n", b"x\x01 is text", b"BZh is not\n", b"ZF0xyz"])
def test_text_that_begins_like_compressed_data_is_text(text: bytes) -> None:
    assert not scan(text, "m.md").format.startswith(("zlib", "bzip2", "joblib"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CODECS)), st.data())
def test_mutated_streams_always_end_with_a_verdict(codec: str, draw) -> None:
    data = bytearray(CODECS[codec][0](HARMLESS * 20))
    for _ in range(draw.draw(st.integers(0, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    report = Scanner(limits=Limits(seconds=20)).scan_bytes(bytes(data), name="m.pkl")
    assert "FIL008" not in rules(report), report.findings


def test_thousands_of_crumbs_joined_are_unclear_and_blocks_are_not() -> None:
    crumbs = scan(gzip.compress(b"") * 10_000, "m.gz")
    assert crumbs.verdict is Verdict.UNCLEAR
    assert rules(crumbs) == {"FIL004"}
    noise = b"".join(struct.pack("<I", i * 2654435761 % 2**32) for i in range(512))
    blocks = gzip.compress(noise.hex().encode(), 1) * 5000
    assert rules(scan(blocks, "notes.txt.gz")) == set()


def test_an_array_of_zeros_is_no_bomb() -> None:
    report = scan(gzip.compress(bytes(64 << 20)), "zeros.bin.gz")
    assert "ARC015" not in rules(report)
