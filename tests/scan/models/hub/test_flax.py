"""MessagePack and Flax weights: real files, arrays that lie, and bytes that are no MessagePack."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes

DATA = Path(__file__).parents[3] / "data" / "hub"
PICKLE = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x14echo seamark-harmless\x85R."


def text(value: str) -> bytes:
    return b"\xd9" + bytes([len(value)]) + value.encode()


def binary(value: bytes) -> bytes:
    return b"\xc6" + struct.pack(">I", len(value)) + value


def number(value: int) -> bytes:
    return b"\xd3" + struct.pack(">q", value)


def items(*values: bytes) -> bytes:
    return b"\xdc" + struct.pack(">H", len(values)) + b"".join(values)


def pairs(*entries: tuple[str, bytes]) -> bytes:
    body = b"".join(text(key) + value for key, value in entries)
    return b"\xde" + struct.pack(">H", len(entries)) + body


def extension(code: int, payload: bytes) -> bytes:
    return b"\xc9" + struct.pack(">Ib", len(payload), code) + payload


def array(shape: list[int], dtype: str, data: bytes, code: int = 1) -> bytes:
    return extension(code, items(items(*map(number, shape)), text(dtype), binary(data)))


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="flax_model.msgpack")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


GOOD = array([2, 3], "float32", bytes(24))


def test_a_file_of_flax_is_clean_and_described() -> None:
    report = scan((DATA / "flax.msgpack").read_bytes())
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "msgpack")
    said = report.metadata
    assert (said.framework, said.parameters, said.tensors) == ("Flax", 17, 3)
    assert dict(said.dtypes) == {"float32": 13, "bfloat16": 4}


@pytest.mark.parametrize(
    "data",
    [
        pairs(("params", GOOD), ("step", number(3)), ("ok", b"\xc3"), ("none", b"\xc0")),
        pairs(("scalar", array([], "float64", bytes(8), code=3))),
        pairs(("c", extension(2, b"\x92" + b"\xcb" + bytes(8) + b"\xcb" + bytes(8)))),
        pairs(("when", extension(-1, bytes(8)))),
        pairs(("nd", b"\xc3"), ("type", text("<f4")), ("kind", text("")),
              ("shape", items(number(2))), ("data", binary(bytes(8)))),
        pairs(("empty", array([0, 3], "float32", b""))),
        pairs(("f8", array([4], "float8_e4m3fn", bytes(4)))),
    ],
)  # fmt: skip
def test_honest_values_are_clean(data: bytes) -> None:
    assert (scan(data).findings, scan(data).verdict) == ((), Verdict.CLEAN)


def test_arrays_of_msgpack_numpy_are_counted() -> None:
    data = pairs(("nd", b"\xc3"), ("type", text("<f4")), ("shape", items(number(2), number(3))),
                 ("data", binary(bytes(24))))  # fmt: skip
    assert scan(data).metadata.parameters == 6


HOSTILE = {
    "object array": (pairs(("w", array([1], "object", PICKLE))), "MSG001"),
    "numpy object": (pairs(("w", array([1], "|O", bytes(8)))), "MSG001"),
    "msgpack-numpy": (
        pairs(("nd", b"\xc3"), ("type", text("|O")), ("kind", text("O")), ("data", binary(PICKLE))),
        "MSG001",
    ),
    "extension": (pairs(("w", extension(42, bytes(16)))), "MSG002"),
    "broken array": (pairs(("w", extension(1, b"\x93\x01\x02\x03"))), "MSG002"),
    "too few bytes": (pairs(("w", array([1000, 1000], "float32", bytes(4)))), "MSG003"),
    "negative": (pairs(("w", array([-1, -1], "float32", bytes(4)))), "MSG003"),
    "overflow": (pairs(("w", array([1 << 62, 4], "float32", b""))), "MSG003"),
    "count": (pairs(("w", b"\xdd\xff\xff\xff\xff")), "MSG004"),
    "map count": (pairs(("w", b"\xdf\x7f\xff\xff\xff")), "MSG004"),
    "twice": (pairs(("w", GOOD), ("w", GOOD)), "MSG005"),
    "trailing": (pairs(("w", GOOD)) + PICKLE, "MSG006"),
    "pickle": (pairs(("w", binary(PICKLE))), "MSG007"),
    "program": (pairs(("w", array([64], "uint8", b"\x7fELF" + bytes(60)))), "HID001"),
}


@pytest.mark.parametrize(("data", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_what_no_weights_need_is_found(data: bytes, rule: str) -> None:
    report = scan(data)
    assert rule in rules(report)
    assert report.verdict in (Verdict.REVIEW, Verdict.HOSTILE)


def test_a_carried_pickle_is_judged_itself() -> None:
    for data in (HOSTILE["pickle"][0], HOSTILE["msgpack-numpy"][0], HOSTILE["trailing"][0]):
        assert scan(data).verdict is Verdict.HOSTILE


def test_nesting_and_damage_end_as_unclear() -> None:
    deep = pairs(("a", b"\x91" * 5000 + b"\xc0"))
    assert rules(scan(deep)) == {"FIL004"}
    for data in (pairs(("a", GOOD))[:-5], pairs(("a", b"\xc1")), pairs(("a", b"\xd9\xff"))):
        assert rules(scan(data)) == {"FIL005"}


def test_unknown_types_are_not_called_clean() -> None:
    assert scan(pairs(("w", array([1], "quaternion", bytes(8))))).verdict is Verdict.UNCLEAR


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_mutation_makes_the_reader_fail(data: st.DataObject) -> None:
    raw = bytearray((DATA / "flax.msgpack").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw[: data.draw(st.integers(1, len(raw)))])))


@given(
    st.lists(
        st.one_of(
            st.integers(-32, 127).map(lambda n: n.to_bytes(1, "big", signed=True)),
            st.sampled_from([b"\xc0", b"\xc2", b"\xc3", b"\xa1x", b"\xc4\x01y", b"\x90", b"\x80"]),
            st.binary(min_size=8, max_size=8).map(b"\xcb".__add__),
            st.binary(min_size=2, max_size=2).map(b"\xcd".__add__),
        ),
        max_size=60,
    ),
    st.integers(0, 3),
)
@settings(max_examples=100, deadline=None)
def test_numbers_in_a_row_are_counted_right(values: list[bytes], missing: int) -> None:
    whole = items(*values)
    assert scan(pairs(("a", whole), ("b", number(1)))).verdict is Verdict.CLEAN
    announced = struct.pack(">H", len(values) + 1 + missing)
    assert scan(b"\x81\xa1a\xdc" + announced + whole[3:]).verdict is Verdict.UNCLEAR


def test_numbers_beyond_the_window_are_stepped_over() -> None:
    many = b"\xdd" + struct.pack(">I", 300_000) + bytes(300_000)
    report = scan(b"\x82\xa1a" + many + b"\xa1a" + number(1))
    assert rules(report) == {"MSG005"}  # what stands behind them is read: a name, twice
