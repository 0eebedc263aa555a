"""What honest writers make must give no finding at all."""

import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scan.models.archives.build_zip import Part, build

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


class Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes data descriptors."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.data += bytes(data)
        return len(data)


def clean(data: bytes, name: str, form: str = "zip") -> None:
    report = scan_bytes(data, name=name)
    assert report.findings == ()
    assert (report.verdict, report.format) == (Verdict.CLEAN, form)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("wide", [False, True])
def test_python_zipfile(method: int, wide: bool) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.mkdir("folder")
        archive.comment = b"made by a test"
        for name in ("folder/a.txt", "grün.txt", "m.pkl"):
            content = pickle.dumps([1, "a"]) if name == "m.pkl" else b"some text\n" * 100
            with archive.open(name, "w", force_zip64=wide) as member:
                member.write(content)
        archive.writestr("empty.txt", b"text")
    clean(file.getvalue(), "m.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_python_zipfile_into_a_pipe(method: int) -> None:
    pipe = Unseekable()
    with zipfile.ZipFile(pipe, "w", method) as archive:  # type: ignore[arg-type]
        for i in range(3):
            archive.writestr(f"{i}.txt", b"some text\n" * i)
        with archive.open("wide.txt", "w", force_zip64=True) as member:
            member.write(b"more text\n")
    clean(pipe.data, "m.zip")


def test_python_zipfile_that_appended() -> None:
    file = io.BytesIO()
    for name in ("a.txt", "b.txt"):
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(name, b"text of it\n")
    clean(file.getvalue(), "m.zip")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_numpy_archives(save) -> None:
    file = io.BytesIO()
    save(file, a=np.arange(1000), b=np.zeros((3, 4)), c=np.array(["x", "yy"]))
    clean(file.getvalue(), "m.npz", "npz")


def test_numpy_archive_with_objects_goes_to_the_pickle_reader() -> None:
    file = io.BytesIO()
    np.savez(file, a=np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    report = scan_bytes(file.getvalue(), name="m.npz")
    assert report.coverage.opcodes > 0
    assert not any(f.rule.id.startswith("ARC") for f in report.findings)


def test_java_archive() -> None:
    mark = struct.pack("<HH", 0xCAFE, 0)
    clean(
        build(
            Part("META-INF/", b"", local_extra=mark, central_extra=mark, flags=0x808),
            Part("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n", method=8),
        ),
        "m.jar",
    )


def test_info_zip_extra_fields_of_different_length() -> None:
    times = struct.pack("<HHBLL", 0x5455, 9, 3, 1, 1)
    part = Part("a.txt", local_extra=times, central_extra=struct.pack("<HHBL", 0x5455, 5, 3, 1))
    clean(build(part, Part("b.txt")), "m.zip")


def test_alignment_in_an_extra_field() -> None:
    padding = struct.pack("<HH", 0x4246, 40) + b"Z" * 40
    clean(build(Part("a.txt", local_extra=padding), Part("b.txt")), "m.zip")


@pytest.mark.parametrize("suffix", [".whl", ".docx", ".jar", ".mar"])
def test_archives_of_other_programs_are_no_lie(suffix: str) -> None:
    clean(build(Part("a.txt")), "m" + suffix)


def test_an_archive_that_claims_to_be_something_else_is_a_finding(tmp_path: Path) -> None:
    report = scan_bytes(build(Part("a.txt")), name="m.safetensors")
    assert [f.rule.id for f in report.findings] == ["FIL006"]
