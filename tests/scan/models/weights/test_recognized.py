import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner, scan_bytes, scan_path


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(100)


RECOGNIZED = {"executable": (b"\x7fELF\x02\x01\x01" + bytes(60), "libop.so")}


@pytest.mark.parametrize("name", RECOGNIZED)
def test_recognized_formats_are_unclear(name: str) -> None:
    data, path = RECOGNIZED[name]
    report = scan_bytes(data, name=path)
    assert (report.format, rules(report)) == (name, {"FIL007"})
    assert report.verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("data", [b"\x7fELF" + bytes(60), PE, b"\xcf\xfa\xed\xfe" + bytes(60)])
@pytest.mark.parametrize("name", ["model.pkl", "model.gguf", "pytorch_model.pt"])
def test_a_program_called_a_model_is_hostile(data: bytes, name: str) -> None:
    report = scan_bytes(data, name=name)
    assert "EXE001" in rules(report)
    assert report.verdict is Verdict.HOSTILE


def test_a_llamafile_must_be_reviewed() -> None:
    report = scan_bytes(b"MZqFpD='\n" + bytes(4000), name="model.llamafile")
    assert report.verdict is Verdict.REVIEW
    assert "EXE002" in rules(report)


INERT = {
    "photo.png": PNG,
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(100),
    "paper.pdf": b"%PDF-1.7\n",
    "table.parquet": b"PAR1" + bytes(50) + b"PAR1",
    "sound.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    ".gitkeep": b"",
}


@pytest.mark.parametrize("name", INERT)
def test_what_is_no_model_is_clean_with_a_note(name: str) -> None:
    report = scan_bytes(INERT[name], name=name)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.coverage.note == "not a model file"


@pytest.mark.parametrize("data", [b"GIF89a" + bytes(9), PNG])
def test_a_model_name_on_something_else_is_a_lie(data: bytes) -> None:
    assert rules(scan_bytes(data, name="weights.pt")) == {"FIL006"}


def test_an_empty_model_is_unclear() -> None:
    report = scan_bytes(b"", name="model.safetensors")
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, {"FIL009"})


def test_bytes_after_a_png_are_a_second_format() -> None:
    report = scan_bytes(PNG + b"more", name="photo.png")
    assert "FIL010" in rules(report)


@pytest.mark.parametrize("host", [PNG[:-12], b"\xff\xd8\xff\xe0"])
def test_an_appended_zip_is_a_second_format(host: bytes) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "hello")
    report = scan_bytes(host + archive.getvalue(), name="photo.dat")
    assert rules(report) & {"FIL010", "FIL005", "FIL003"}
    assert report.verdict is not Verdict.CLEAN


def test_unknown_bytes_are_unclear() -> None:
    assert rules(scan_bytes(b"\x01\x02\x03\x04" * 100, name="x.bin")) == {"FIL003"}


def test_raw_tensors_beside_their_model_are_clean(tmp_path: Path) -> None:
    raw = tmp_path / "model.onnx.data"
    raw.write_bytes(b"\x01\x02\x03\x04" * 100)
    assert Scanner().scan_file(raw).verdict is Verdict.UNCLEAR
    (tmp_path / "model.onnx").write_bytes(b"")
    report = Scanner().scan_file(raw)
    assert (report.verdict, report.coverage.note) == (Verdict.CLEAN, "raw tensors of model.onnx")


@given(st.sampled_from(sorted(RECOGNIZED)), st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_a_reader(name: str, data: st.DataObject) -> None:
    raw = bytearray(RECOGNIZED[name][0])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan_bytes(bytes(raw), name=RECOGNIZED[name][1]))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    report = scan_bytes(data, name="x")
    assert not {
        f
        for f in report.findings
        if f.rule.id == "FIL008" and "archives" not in f.message and "pickle" not in f.message
    }


@pytest.mark.parametrize(("name", "model"), [("variables.data-00000-of-00001", "variables.index")])
def test_raw_data_of_a_model_that_is_not_read_says_whose_it_is(
    tmp_path: Path, name: str, model: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x00\x01\xfe\xff" * 64)
    assert [f.rule.id for f in scan_path(path).findings] == ["FIL003"]
    (tmp_path / model).write_bytes(b"x")
    report = scan_path(path)
    assert [f.rule.id for f in report.findings] == ["FIL007"]
    assert model in report.findings[0].message
