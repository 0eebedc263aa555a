"""What is taken for a pickle by its content, beyond what the reader's tests show."""

import json
import os
import pickle
import struct

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.pickle.sniff import is_pickle


def sniffed(data: bytes) -> bool:
    return is_pickle(data[:4096], BytesBlob(data))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_whole_pickles_of_any_size(protocol: int, size: int) -> None:
    assert sniffed(pickle.dumps(["x" * size, {"k": list(range(size % 1000))}], protocol))


def test_a_first_constant_longer_than_the_head() -> None:
    assert sniffed(pickle.dumps("x" * 10_000, 1))
    assert sniffed(b"X" + (10_000).to_bytes(4, "little") + b"x" * 10_000 + b"0cos\nsystem\n.")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\x80\x04",
        b"\x80\x07N.",
        b"\x80\x04\x00\x00",
        b"cab\ncabin\ncable\ncactus\ncafe\ncage\n" * 30,
        "caf\u00e9\nc\u00f4te\ncr\u00eape\n".encode() * 30,
        b"cos\nsin\ntan\n",
        b"X is unknown.\n" * 10,
        b"The end.\n" * 10,
        b"PK\x03\x04" + bytes(30),
        b"GGUF" + bytes(30),
        b"\x89PNG\r\n\x1a\n" + bytes(30),
        b"\x8f" + bytes(100),
    ],
)
def test_what_is_no_pickle(data: bytes) -> None:
    assert not sniffed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\nN0\xff",
        b"cmylib\nname\n\x01",
        b"cmylib\nname\n)R and so on",
        b"\x8c\x02os\x8c\x06system\x93\xff",
        b"(lp0\ncos\nsystem\na.",
    ],
)
def test_broken_streams_that_import_first(data: bytes) -> None:
    assert sniffed(data)


def test_streams_that_do_nothing_hide_nothing() -> None:
    assert sniffed(b"N." * 5 + b"cos\nsystem\n(S'echo'\ntR.")
    assert sniffed(b"V" + b"x" * 9000 + b"\n0cos\nsystem\n(S'echo'\ntR.")
    assert not sniffed(b"N.K\x01." * 1000 + b"text")


def test_random_bytes_are_rarely_claimed() -> None:
    claimed = sum(sniffed(os.urandom(200)) for _ in range(2000))
    assert claimed < 40


EVIL = b"cos\nsystem\n(S'echo seamark'\ntR."


def tensors(payload: bytes) -> bytes:
    """A valid safetensors file whose length begins with V: a text line up to the tensor's data."""
    entry = {"dtype": "U8", "shape": [len(payload)], "data_offsets": [0, len(payload)]}
    header = json.dumps({"a": entry}).encode().ljust(0x156)
    return struct.pack("<Q", len(header)) + header + payload


POLYGLOTS = {
    "safetensors": tensors(b"\n" + EVIL),
    "mp4": b"Vab ftypisom\n" + EVIL,
    "gif": b"GIF89a\x01\0\x01B" + struct.pack("<I", 20) + bytes(20) + EVIL,
    "bmp": b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28".ljust(82, b"\0") + b"0" + EVIL,
    "far behind": b"Vab ftypisom" + b"x" * 100_000 + b"\n" + EVIL,
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_another_format_that_is_a_pickle_too(name: str) -> None:
    report = scan_bytes(POLYGLOTS[name], name="blob")
    assert report.verdict is Verdict.HOSTILE
    assert {"FIL010", "PKL001"} <= {finding.rule.id for finding in report.findings}


def test_the_same_formats_alone_are_no_pickles() -> None:
    honest = [
        tensors(bytes(500)),
        tensors(os.urandom(5000)),
        b"GIF89a\x01\0\x01B" + struct.pack("<I", 20) + bytes(20),
        b"Vab ftypisom\n" + bytes(50),
    ]
    for data in honest:
        found = {finding.rule.id for finding in scan_bytes(data, name="blob").findings}
        assert "FIL010" not in found


def test_array_bytes_that_begin_like_a_pickle_are_no_nested_pickle() -> None:
    array = b"\x80\x02\x82\xab" + bytes(range(256))
    assert scan_bytes(pickle.dumps(array, 4), name="model.pkl").findings == ()
    nested = pickle.dumps(b"\x80\x02" + EVIL, 4)
    assert scan_bytes(nested, name="model.pkl").verdict is Verdict.HOSTILE
