import json
import pickle
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def build(header: object, data: bytes = b"", *, pad: int = 0, length: int | None = None) -> bytes:
    raw = (header if isinstance(header, str) else json.dumps(header)).encode() + b" " * pad
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def tensor(
    begin: int, end: int, *, dtype: object = "U8", shape: object = None
) -> dict[str, object]:
    return {
        "dtype": dtype,
        "shape": [end - begin] if shape is None else shape,
        "data_offsets": [begin, end],
    }


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="model.safetensors")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize(
    "data",
    [
        build({}),
        build({"w": tensor(0, 4)}, b"\1\2\3\4"),
        build({"w": tensor(0, 4)}, b"\1\2\3\4", pad=100_000),
        build({"b": tensor(4, 8), "a": tensor(0, 4)}, bytes(8)),
        build({"w": tensor(0, 8, dtype="F32", shape=[2, 1]), "z": tensor(8, 8)}, bytes(8)),
        build({"q": tensor(0, 2, dtype="F4", shape=[4])}, bytes(2)),
        build({"__metadata__": {"format": "pt", "gAI": "gAI short"}, "w": tensor(0, 1)}, b"\0"),
        build({"empty": tensor(0, 0, shape=[0, 1 << 60]), "w": tensor(0, 1)}, b"\0"),
    ],
)
def test_honest_files_are_clean(data: bytes) -> None:
    report = scan(data)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.format == "safetensors"


HOSTILE = {
    "length_over_limit": (build("{}", length=1 << 40), "STN001"),
    "length_overflows": (build("{}", length=(1 << 64) - 1), "STN001"),
    "not_json": (build('{"w": '), "STN002"),
    "not_utf8": (struct.pack("<Q", 8) + b'{"\xff\xfe":1}', "STN002"),
    "not_a_number": (build('{"w": NaN}'), "STN002"),
    "json_bomb": (build('{"w":' + "[" * 100_000), "STN002"),
    "padded_with_newlines": (build(json.dumps({}) + "\n"), "STN002"),
    "entry_is_text": (build({"w": "U8"}), "STN002"),
    "entry_has_more": (build({"w": tensor(0, 1) | {"code": "x"}}, b"\0"), "STN002"),
    "shape_is_text": (build({"w": tensor(0, 1, shape="1")}, b"\0"), "STN002"),
    "negative_shape": (build({"w": tensor(0, 1, shape=[-1])}, b"\0"), "STN002"),
    "boolean_shape": (build({"w": tensor(0, 1, shape=[True])}, b"\0"), "STN002"),
    "duplicate_tensor": (
        build('{"w":%s,"w":%s}' % ((json.dumps(tensor(0, 1)),) * 2), b"\0"),
        "STN003",
    ),
    "duplicate_inner_key": (
        build('{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"shape":[1]}}', b"\0"),
        "STN003",
    ),
    "size_mismatch": (build({"w": tensor(0, 4, shape=[5])}, bytes(4)), "STN004"),
    "ends_before_begin": (build({"w": tensor(4, 0, shape=[0])}, bytes(4)), "STN004"),
    "shape_overflows": (build({"w": tensor(0, 4, shape=[1 << 62, 1 << 62])}, bytes(4)), "STN004"),
    "overlap": (build({"a": tensor(0, 4), "b": tensor(2, 6)}, bytes(6)), "STN005"),
    "same_bytes": (build({"a": tensor(0, 4), "b": tensor(0, 4)}, bytes(4)), "STN005"),
    "gap": (build({"a": tensor(0, 4), "b": tensor(8, 12)}, bytes(12)), "STN006"),
    "starts_late": (build({"a": tensor(4, 8)}, bytes(8)), "STN006"),
    "trailing": (build({"a": tensor(0, 4)}, bytes(5)), "STN006"),
    "no_tensor_but_data": (build({}, b"data"), "STN006"),
    "metadata_number": (build({"__metadata__": {"n": 1}}), "STN007"),
    "metadata_list": (build({"__metadata__": ["n"]}), "STN007"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_broken_rules_are_named(name: str) -> None:
    data, rule = HOSTILE[name]
    report = scan(data)
    assert rule in rules(report)
    assert report.verdict is Verdict.REVIEW


def test_a_truncated_file_is_unclear() -> None:
    data = build({"w": tensor(0, 400)}, bytes(400))
    for cut in (len(data) - 1, 60, 30):
        report = scan(data[:cut])
        assert rules(report) == {"FIL005"}
        assert report.verdict is Verdict.UNCLEAR


def test_an_unknown_type_is_unclear() -> None:
    report = scan(build({"w": tensor(0, 4, dtype="F2_NEW")}, bytes(4)))
    assert report.verdict is Verdict.UNCLEAR
    assert "F2_NEW" in report.coverage.skipped[0]


def test_an_appended_zip_is_two_formats() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("note.txt", "hello")
    report = scan(build({"w": tensor(0, 4)}, bytes(4)) + archive.getvalue())
    assert {"STN006", "FIL010"} <= rules(report)
    inside = len(archive.getvalue())
    hidden = scan(build({"w": tensor(0, inside)}, archive.getvalue()))
    assert "FIL010" in rules(hidden)


def test_an_encoded_pickle_in_metadata_is_found() -> None:
    import base64

    text = base64.b64encode(pickle.dumps({"a": [1, 2, 3]}, protocol=2)).decode()
    assert "STN007" in rules(scan(build({"__metadata__": {"x": text}})))


def test_a_large_header_is_read() -> None:
    header = {f"model.layers.{i}.weight": tensor(i, i + 1) for i in range(20_000)}
    assert scan(build(header, bytes(20_000))).verdict is Verdict.CLEAN


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_the_reader(data: st.DataObject) -> None:
    raw = bytearray(
        build({"__metadata__": {"a": "b"}, "w": tensor(0, 8, dtype="F32", shape=[2])}, bytes(8))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw)))
