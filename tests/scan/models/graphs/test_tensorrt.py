import struct

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def program(machine: int, version: int = 1) -> bytes:
    return b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHI", 3, machine, version) + bytes(60)


PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(64)
MACHO = struct.pack("<8I", 0xFEEDFACF, 0x01000007, 3, 6, 0, 0, 0, 0)


def engine(*parts: bytes) -> bytes:
    return b"ftrt" + bytes(20) + bytes([10, 3, 0, 26]) + bytes(36) + b"\0".join(parts) + bytes(64)


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="m.engine")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize(
    "data", [engine(), engine(program(190)), b"ptrt" + bytes(40), b"ptrt", engine(b"MZ\x90")]
)
def test_an_engine_is_never_clean(data: bytes) -> None:
    report = scan(data)
    assert (report.format, rules(report), report.verdict) == (
        "tensorrt",
        {"FIL007"},
        Verdict.UNCLEAR,
    )


def test_the_version_is_told() -> None:
    said = scan(engine()).metadata
    assert (said.framework, said.framework_version) == ("TensorRT", "10.3.0.26")
    assert scan(b"ptrt" + bytes(60)).metadata.framework_version == ""


@pytest.mark.parametrize("library", [program(62), program(183), program(0), PE, MACHO])
def test_a_native_library_is_hostile(library: bytes) -> None:
    report = scan(engine(program(190), library))
    assert (rules(report), report.verdict) == ({"TRT001", "FIL007"}, Verdict.HOSTILE)


def test_a_library_across_two_reads_is_found() -> None:
    for at in range((4 << 20) - 8, (4 << 20) + 8, 3):
        data = b"ftrt" + bytes(at - 4) + program(62)
        assert "TRT001" in rules(scan(data))


def test_the_lean_runtime_must_be_reviewed() -> None:
    report = scan(engine(program(62) + b"libnvinfer_lean.so.10"))
    assert (rules(report), report.verdict) == ({"TRT002", "FIL007"}, Verdict.REVIEW)


@pytest.mark.parametrize("name", [b"ExecPlugin", b"Exec_TRT", b"MyPluginV2DynamicExt", b"a_TRT"])
def test_foreign_plugins_must_be_reviewed(name: bytes) -> None:
    report = scan(engine(name))
    assert (rules(report), report.verdict) == ({"TRT003", "FIL007"}, Verdict.REVIEW)


def test_plugins_of_tensorrt_are_named_only() -> None:
    report = scan(engine(b"EfficientNMS_TRT", b"ROIAlign_TRT", b"VoxelGeneratorPlugin"))
    assert rules(report) == {"FIL007"}
    assert "EfficientNMS_TRT" in report.findings[0].message
