import io
import struct
import zipfile
from typing import Any

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import scan_bytes

APE = b"MZqFpD='\n" + bytes(119)
ELF = b"\x7fELF\x02\x01\x01" + bytes(9)
ELF += struct.pack("<2HI3QI6H", 2, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(20)
SEVENZ = b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24)
PAYLOAD = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R."


def llamafile(args: str, name: Any = "m.llamafile", **more: bytes) -> FileReport:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(".args", args)
        for member, data in more.items():
            archive.writestr(member, data)
    return scan_bytes(APE + out.getvalue(), name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_a_llamafile_is_a_program_and_nothing_else_is_odd() -> None:
    report = llamafile("-m\nmodel.gguf\n--host\n127.0.0.1\n...\n")
    assert report.verdict is Verdict.REVIEW
    assert rules(report) == {"EXE002", "FIL007"}
    assert report.metadata.framework == "llamafile"


@pytest.mark.parametrize(
    "args",
    [
        "--host\n0.0.0.0",
        "--host=0.0.0.0",
        "--unsecure",
        "-m\n/home/x/m.gguf",
        "-m\n../m.gguf",
        "--path\n/",
        "-hf\nseamark/x",
        "--log-file\n~/x",
    ],
)
def test_arguments_that_open_the_machine(args: str) -> None:
    assert rules(llamafile(args)) == {"EXE002", "FIL007", "EXE005"}


def test_weights_inside_are_examined() -> None:
    assert llamafile("", "m.llamafile", **{"m.pkl": PAYLOAD}).verdict is Verdict.HOSTILE
    assert "EXE002" in rules(llamafile("", name="m.gguf"))


@pytest.mark.parametrize("program", [ELF, PE + bytes(64), b"\xcf\xfa\xed\xfe" + bytes(60)])
def test_programs_under_a_models_name_are_hostile(program: bytes) -> None:
    report = scan_bytes(program, name="m.safetensors")
    assert (report.verdict, "EXE001" in rules(report)) == (Verdict.HOSTILE, True)
    assert scan_bytes(program, name="program.exe").verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("program", [ELF, PE])
@pytest.mark.parametrize("gap", [0, 16, 500])
def test_self_extracting_archives(program: bytes, gap: int) -> None:
    report = scan_bytes(program + bytes(gap) + SEVENZ, name="setup.exe")
    assert "EXE004" in rules(report)
    assert report.verdict is Verdict.REVIEW


@pytest.mark.parametrize("length", range(0, 128, 7))
def test_programs_that_are_cut_off(length: int) -> None:
    for program in (ELF + bytes(64), PE + bytes(64), APE):
        report = scan_bytes(program[:length] or b"x", name="x.exe")
        assert "FIL008" not in rules(report)
