"""joblib streams put together by hand: raw arrays between opcodes, and lies about them."""

import io
import os
import pickle

import joblib
import numpy as np
import pytest
from scan.models.pickle.assembling import SYSTEM

from seamark.core.reports import FileReport
from seamark.scan.models import scan_bytes

WRAPPER = b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}("


def key(name: str) -> bytes:
    return b"X" + len(name).to_bytes(4, "little") + name.encode()


def dtype(code: str) -> bytes:
    return b"cnumpy\ndtype\n" + key(code) + b"\x89\x88\x87R"


def wrapped(
    shape: bytes = b"K\x04\x85", code: str = "u1", alignment: bytes | None = b"K\x10"
) -> bytes:
    """A wrapper up to and with its BUILD."""
    state = key("subclass") + b"cnumpy\nndarray\n" + key("shape") + shape
    state += key("order") + key("C") + key("dtype") + dtype(code) + key("allow_mmap") + b"\x88"
    if alignment is not None:
        state += key("numpy_array_alignment_bytes") + alignment
    return WRAPPER + state + b"ub"


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="model.joblib")


def ids(report: FileReport) -> list[str]:
    return [finding.rule.id for finding in report.findings]


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo seamark",)


def dumped(value: object) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file)
    return file.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        np.arange(1000.0),
        [np.ones((3, 4), "f4"), np.array(5), np.zeros((0, 3)), np.arange(3, dtype=">i8")],
        np.array(["a", "bb"]),
        np.array([1, "x", None], dtype=object),
        np.zeros(3, dtype=[("x", "i4"), ("y", "f8")]),
        np.zeros(2, dtype=[("a", [("b", [("c", [("d", "f4"), ("e", "U3")])])]), ("f", "f8", (2,))]),
        {"o": np.zeros(2, dtype=[("x", "O"), ("y", "f8")]), "after": np.arange(3)},
        np.array("2020-01-01", "M8[D]"),
    ],
    ids=["floats", "several", "text", "objects", "fields", "deep fields", "object fields", "dates"],
)
def test_what_joblib_saves_is_clean(value: object) -> None:
    report = scan(dumped(value))
    assert (report.verdict, ids(report), report.format) == ("clean", [], "joblib")


@pytest.mark.parametrize(
    "value",
    [
        [np.arange(1000.0), Evil()],
        [np.arange(300_000.0), Evil()],
        np.array([1, Evil()], dtype=object),
        [np.array([None], dtype=object), np.arange(3), Evil()],
    ],
    ids=["after", "after long", "inside objects", "after objects"],
)
def test_a_payload_after_or_inside_arrays_is_seen(value: object) -> None:
    assert scan(dumped(value)).verdict == "hostile"


@pytest.mark.parametrize("padding", [b"\x00", b"\x03\xff\xff\xff", b"\x10" + b"\xff" * 16])
def test_the_padding_byte_is_honored(padding: bytes) -> None:
    data = wrapped() + padding + b"\xde\xad\xbe\xef" + SYSTEM + b"\x86."
    report = scan(data)
    assert report.verdict == "hostile"
    offset = len(wrapped()) + len(padding) + 4
    assert [f.location.offset for f in report.findings if f.anchor == "os.system"] == [offset]


def test_without_alignment_the_array_begins_at_once() -> None:
    data = wrapped(alignment=None) + b"\xde\xad\xbe\xef" + b"N\x86."
    assert (scan(data).verdict, ids(scan(data))) == ("clean", [])


def test_instructions_inside_an_array_are_found_for_those_who_read_it_as_a_plain_pickle() -> None:
    code = SYSTEM + b"."
    shape = b"K" + bytes([len(code)]) + b"\x85"
    report = scan(wrapped(shape=shape, alignment=None) + code + b".")
    assert {"PKL001", "PKL022"} <= set(ids(report))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (wrapped(shape=b"J\xff\xff\xff\x7f\x85") + b"\0abcd.", "PKL021"),
        (wrapped(shape=b"J\xff\xff\xff\xff\x85") + b"\0abcd.", "PKL021"),
        (wrapped(shape=key("many")) + b"\0abcd.", "PKL021"),
        (wrapped(code="zz") + b"\0abcd.", "PKL021"),
        (wrapped(shape=b"\x8a\x09" + b"\xff" * 8 + b"\0\x85") + b"\0abcd.", "PKL021"),
        (WRAPPER[:-1] + b"b\0abcd.", "PKL021"),
        (WRAPPER[:-2] + b"Nb\0abcd.", "PKL021"),
    ],
)
def test_a_wrapper_that_does_not_fit_its_bytes_is_a_finding(data: bytes, rule: str) -> None:
    report = scan(data)
    assert rule in ids(report)
    assert "FIL008" not in ids(report)
    assert report.verdict == "review"


@pytest.mark.parametrize(("name", "bad"), [("a.pkl_01.npy", False), ("../../etc/passwd", True)])
def test_a_companion_file_must_lie_beside(name: str, bad: bool) -> None:
    data = b"\x80\x03cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}" + key("filename") + key(name)
    assert ("PKL021" in ids(scan(data + b"sb."))) is bad


def test_arrays_in_a_plain_pickle_stay_plain() -> None:
    for protocol in range(2, 6):
        data = pickle.dumps(
            {"a": np.arange(10.0), "o": np.array([None, 1], dtype=object)}, protocol
        )
        assert scan_bytes(data, name="m.pkl").verdict == "clean"


def _dtype_state(size: int, flags: int) -> bytes:
    return b"(K\x03" + key("|") + b"NNNK" + bytes([size]) + b"K\x01K" + bytes([flags]) + b"tb"


@pytest.mark.parametrize(
    ("code", "size", "flags", "bad"),
    [
        ("V4", 4, 0, False),
        ("V4", 4, 1, True),
        ("V4", 8, 0, True),
        ("S4", 4, 1, True),
        ("f4", 4, 1, True),
    ],
)
def test_flags_and_size_of_a_dtype_must_fit_its_type(
    code: str, size: int, flags: int, bad: bool
) -> None:
    plain = dtype(code)
    data = wrapped(shape=b"K\x01\x85", code=code, alignment=None)
    data = data.replace(plain, plain + _dtype_state(size, flags)) + b"\xde\xad\xbe\xef."
    assert ("PKL021" in ids(scan(data))) is bad


def test_an_array_whose_bytes_begin_like_a_pickle_is_no_pickle() -> None:
    honest = pickle.dumps([b"\x80\x03e" + bytes(29), b"\x80\x04\x86" + bytes(61)])
    assert scan_bytes(honest, name="m.pkl").verdict == "clean"
    carried = pickle.dumps([b"\x80\x04\x95" + bytes(7) + b"\0" + SYSTEM, b"\x80\x03" + SYSTEM])
    assert scan_bytes(carried, name="m.pkl").verdict == "hostile"
