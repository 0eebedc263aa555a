"""Members that torch takes as raw data and another loader acts on; empty traced inputs."""

import io
import pickle
import zlib

import numpy
import pytest
from scan.models.archives.build_zip import HARMLESS, Part, build

from seamark.core.reports import FileReport
from seamark.scan.models import scan_bytes

ACTS = b"\x80\x02cos\nsystem\nX\x0c\x00\x00\x00echo seamark\x85R."
_HEADER = io.BytesIO()
numpy.lib.format.write_array_header_1_0(
    _HEADER, {"descr": "|O", "fortran_order": False, "shape": ()}
)
OBJECTS = _HEADER.getvalue() + ACTS


def scan(data: bytes, name: str = "a/data/0", method: int = 0) -> FileReport:
    parts = [Part("a/data.pkl", b"\x80\x02}."), Part("a/version", b"3\n")]
    return scan_bytes(build(*parts, Part(name, data, method=method)), name="m.pt")


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("name", ["a/data/0", "a/constants/0", "A/DATA/12", "a/tensors/3"])
@pytest.mark.parametrize("data", [ACTS, OBJECTS, build(Part("x.pkl", ACTS))])
def test_storages_that_another_loader_acts_on(data: bytes, name: str, method: int) -> None:
    report = scan(data, name, method)
    assert any(finding.anchor == "os.system" for finding in report.findings)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02" + bytes(range(256)) * 4,
        b"\x80\x04\x95" + b"\xff" * 64,
        b"\x80\x02c\x01\xff\n\n\x00",
        HARMLESS,
        pickle.dumps([1, 2, 3]) + b"\0" * 32,
        b"PK",
        b"",
        zlib.compress(b"x" * 100),
    ],
)
@pytest.mark.parametrize("method", [0, 8])
def test_numbers_that_begin_like_a_pickle_are_raw(data: bytes, method: int) -> None:
    assert scan(data, method=method).findings == ()


def test_traced_inputs_have_empty_storages() -> None:
    storage = (
        b"\x80\x02(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000"
        b"X\x03\x00\x00\x00cpuK\x04tQ."
    )
    parts = [
        Part("a/data.pkl", b"\x80\x02}."),
        Part("a/constants.pkl", b"\x80\x02)."),
        Part("a/data/0", b"1234"),
        Part("a/traced_inputs.pkl", storage),
        Part("a/version", b"3\n"),
    ]
    assert scan_bytes(build(*parts, Part("a/traced_inputs/0", b"")), name="m.pt").findings == ()
    short = scan_bytes(build(*parts, Part("a/traced_inputs/0", b"12")), name="m.pt")
    assert {finding.rule.id for finding in short.findings} == {"PTH003"}
