"""Checkpoints in the tar format of torch before 0.1.10, built by hand: no torch writes them now.

The layout is the one that ``torch.serialization._legacy_load`` reads.
"""

import io
import pickle
import struct
import tarfile

import pytest
from scan.models.archives.build_zip import PAYLOAD

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def pickled(*lines: bytes) -> bytes:
    return b"\x80\x02" + b"".join(lines) + b"."


STORAGE = pickled(b"K\x00X\x03\x00\x00\x00cpuctorch\nFloatStorage\n\x87")
TENSOR = pickled(b"K\x01K\x00ctorch\nFloatTensor\n\x87")


def parts() -> dict[str, bytes]:
    return {
        "sys_info": pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2),
        "pickle": pickled(b"}X\x01\x00\x00\x00wX\x01\x00\x00\x001Qs"),
        "storages": pickle.dumps(1, 2) + STORAGE + struct.pack("<q3f", 3, 1, 2, 3)
        + pickle.dumps([], 2),
        "tensors": pickle.dumps(1, 2) + TENSOR + struct.pack("<iiqqq", 1, 0, 3, 1, 0),
    }  # fmt: skip


def checkpoint(**changes: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in {**parts(), **changes}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="m.pth")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def reaches(report: FileReport) -> bool:
    return any(finding.anchor == "os.system" for finding in report.findings)


def test_a_plain_one_has_no_structural_finding() -> None:
    report = scan(checkpoint())
    assert report.format == "pytorch-tar"
    assert "PTH007" not in rules(report)
    assert report.verdict is not Verdict.HOSTILE
    assert "PKL007" not in rules(report)


@pytest.mark.parametrize("part", ["sys_info", "pickle", "storages", "tensors"])
def test_a_payload_as_a_whole_part(part: str) -> None:
    """CVE-2025-32434."""
    report = scan(checkpoint(**{part: PAYLOAD}))
    assert report.verdict is Verdict.HOSTILE
    assert reaches(report)


def test_a_payload_behind_the_storages() -> None:
    assert reaches(scan(checkpoint(storages=parts()["storages"] + PAYLOAD)))
    cut = parts()["storages"][: -len(pickle.dumps([], 2))]
    report = scan(checkpoint(storages=cut + PAYLOAD))
    assert reaches(report)
    assert {f.location.offset for f in report.findings if f.anchor == "os.system"} == {len(cut)}


def test_a_payload_behind_the_tensors() -> None:
    report = scan(checkpoint(tensors=parts()["tensors"] + PAYLOAD))
    assert "PTH007" in rules(report)
    assert reaches(report)


def test_parts_that_break() -> None:
    for part in ("storages", "tensors"):
        whole = parts()[part]
        for cut in range(0, len(whole), 3):
            report = scan(checkpoint(**{part: whole[:cut]}))
            assert "FIL008" not in rules(report)
            assert report.verdict is not Verdict.CLEAN
