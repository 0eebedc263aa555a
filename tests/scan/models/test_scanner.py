"""Bad input is normal input: each file ends with a verdict, and a digest names what was read."""

import hashlib
import os

import pytest

from seamark.core.paths import printable
from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner, scan_bytes, scan_path, scanner


def rules(report):
    return [finding.rule.id for finding in report.findings]


def test_digest_is_that_of_the_bytes(tmp_path):
    small, large = tmp_path / "small.bin", tmp_path / "large.bin"
    small.write_bytes(b"x" * 10)
    large.write_bytes(b"y" * (3 << 20))
    for path in (small, large):
        expected = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        assert scan_path(path).digest == expected
    assert Scanner(digest=False).scan_file(small).digest is None
    assert scan_bytes(b"x" * 10).digest == scan_path(small).digest


def test_fifo_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.pkl")
    report = scan_path(tmp_path / "pipe.pkl")
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, ["FIL002"])


def test_missing_and_directory(tmp_path):
    assert rules(scan_path(tmp_path / "gone.pkl")) == ["FIL001"]
    assert rules(scan_path(tmp_path)) == ["FIL002"]


def test_a_file_that_cannot_be_read_is_unclear():
    # /proc/self/mem opens and fails on reading, as a bad disk does; root may read everything else.
    if not os.path.exists("/proc/self/mem"):
        pytest.skip("needs /proc (Linux)")
    report = scan_path("/proc/self/mem")
    assert report.verdict is Verdict.UNCLEAR
    assert report.findings


def test_sparse_file_of_ten_gigabytes(tmp_path):
    path = tmp_path / "huge.pkl"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    report = scan_path(path)
    assert report.verdict is Verdict.UNCLEAR
    assert report.size == 10 << 30
    assert report.digest is None
    assert "FIL014" in rules(report)


def test_a_file_that_changes_meanwhile_is_unclear(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    original = scanner.route

    def route_and_write(blob, scope):
        yield from original(blob, scope)
        path.write_bytes(b"something else")

    monkeypatch.setattr(scanner, "route", route_and_write)
    report = scan_path(path)
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, ["FIL013"])


def test_names_that_are_not_utf8(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"bad\xff.safetensors")
    with open(name, "wb") as file:
        file.write(b"\x02\0\0\0\0\0\0\0{}")
    report = scan_path(os.fsdecode(name))
    assert report.verdict is Verdict.CLEAN
    assert report.path.endswith("bad\\xff.safetensors")
    assert printable("plain") == "plain"
