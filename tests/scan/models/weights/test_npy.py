from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def save(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    file = BytesIO()
    np.lib.format.write_array(file, array, version=version, allow_pickle=True)
    return file.getvalue()


def with_header(text: str, data: bytes = b"") -> bytes:
    raw = text.encode()
    return b"\x93NUMPY\x01\x00" + len(raw).to_bytes(2, "little") + raw + data


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="array.npy")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


STRUCTURED = np.zeros(
    3, dtype=[("a", "<f4"), ("b", "S5", (2, 3)), (("title", "c"), "<u2"), ("d", [("e", "?")])]
)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="<f8").reshape(2, 3),
        np.array(1.5, dtype=np.float16),
        np.zeros((0, 5), dtype=np.int8),
        np.array(["text", "more"]),
        np.array([b"ab", b"c"]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([3], dtype="timedelta64[25us]"),
        np.array([1 + 2j]),
        np.array([True, False]),
        np.zeros(2, dtype=np.longdouble),
        np.zeros(2, dtype="V7"),
        STRUCTURED,
        np.zeros(1, dtype=np.dtype([("x", "i1"), ("y", "f8")], align=True)),
    ],
    ids=lambda array: str(array.dtype)[:30],
)  # fmt: skip
@pytest.mark.parametrize("version", [None, (1, 0), (2, 0), (3, 0)])
def test_real_arrays_are_clean(array: np.ndarray, version: tuple[int, int] | None) -> None:
    report = scan(save(array, version))
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "npy")


def test_several_arrays_in_one_file_are_clean() -> None:
    assert scan(save(np.arange(3)) + save(np.ones(2))).verdict is Verdict.CLEAN


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n"
BROKEN = {
    "trailing": (save(np.arange(3)) + b"more", "NPY001"),
    "expression": (with_header(HEADER.replace("'<f8'", "open('x')")), "NPY002"),
    "call": (with_header("__import__('os').system('echo seamark')"), "NPY002"),
    "extra_key": (with_header(HEADER.replace("}", "'code': 1}"), bytes(8)), "NPY002"),
    "duplicate_key": (with_header(HEADER.replace("}", "'shape': (2,)}"), bytes(8)), "NPY002"),
    "nesting": (with_header("(" * 5000), "NPY002"),
    "shape_is_list": (with_header(HEADER.replace("(1,)", "[1]"), bytes(8)), "NPY002"),
    "negative": (with_header(HEADER.replace("(1,)", "(-1,)"), bytes(8)), "NPY003"),
    "overflow": (with_header(HEADER.replace("(1,)", "(4294967296, 4294967296)")), "NPY003"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rules_are_named(name: str) -> None:
    data, rule = BROKEN[name]
    report = scan(data)
    assert rule in rules(report)
    assert report.verdict is Verdict.REVIEW


@pytest.mark.parametrize("cut", [7, 9, 40, -1])
def test_truncation_is_unclear(cut: int) -> None:
    assert scan(save(np.arange(3))[:cut]).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("descr", ["<x8", "i4,f8", "f"])
def test_types_that_are_not_understood_are_unclear(descr: str) -> None:
    report = scan(with_header(HEADER.replace("<f8", descr), bytes(8)))
    assert report.verdict is Verdict.UNCLEAR
    assert report.coverage.skipped


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_the_reader(data: st.DataObject) -> None:
    raw = bytearray(save(STRUCTURED))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    report = scan(bytes(raw))
    assert "FIL008" not in rules(report) or "examine_stream" in str(report.findings)
