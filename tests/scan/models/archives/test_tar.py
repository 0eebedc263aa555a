"""Tar archives: honest ones of every dialect, and those that write where they should not."""

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.archives.build_zip import HARMLESS, NOTE, PAYLOAD

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, scan_bytes


def scan(data: bytes, name: str = "m.tar") -> FileReport:
    return scan_bytes(data, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def reaches(report: FileReport) -> bool:
    return any(finding.anchor == "os.system" for finding in report.findings)


def make(*members, form: int = tarfile.PAX_FORMAT) -> bytes:
    """An archive of (name, content) pairs or ready TarInfo objects."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for member in members:
            info, content = member if isinstance(member, tuple) else (member, b"")
            if isinstance(info, str):
                info = tarfile.TarInfo(info)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def with_checksum(block: bytes) -> bytes:
    block = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_honest_archives_are_clean(form: int) -> None:
    long = "a" * 60 + "/" + "b" * 80 + ".txt"
    data = make(("a.txt", NOTE), (long, NOTE), special("d", tarfile.DIRTYPE), ("grün.txt", NOTE),
                ("./m.pkl", HARMLESS), form=form)  # fmt: skip
    report = scan(data)
    assert report.findings == ()
    assert (report.verdict, report.format) == (Verdict.CLEAN, "tar")


def test_very_long_names_and_links_are_read() -> None:
    name = "/".join(["x" * 90] * 4) + "/m.pkl"
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        report = scan(make((name, PAYLOAD), form=form))
        assert report.findings[0].location.member.endswith("/m.pkl")
        assert reaches(report)


def test_payloads_are_found() -> None:
    report = scan(make(("a.txt", NOTE), ("weights.bin", PAYLOAD)))
    assert report.verdict is Verdict.HOSTILE


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x"])
def test_names_that_lead_out(name: str) -> None:
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert "ARC007" in rules(scan(make((name, NOTE), form=form)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links(kind: bytes) -> None:
    """CVE-2025-23304 and the like: a link out, then a member written through it."""
    assert rules(scan(make(special("a/l", kind, "../../../etc")))) == {"ARC010"}
    assert rules(scan(make(special("a/l", kind, "/etc/passwd")))) == {"ARC010"}
    assert rules(scan(make(("a/b", NOTE), special("a/l", kind, "a/b")))) == {"ARC009"}


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices(kind: bytes) -> None:
    assert rules(scan(make(special("dev", kind)))) == {"ARC017"}


def test_duplicates() -> None:
    report = scan(make(("m.pkl", HARMLESS), ("m.pkl", PAYLOAD)))
    assert "ARC005" in rules(report)
    assert reaches(report)


def test_a_pax_path_that_replaces_a_short_name() -> None:
    info = tarfile.TarInfo("innocent.txt")
    info.pax_headers = {"path": "../evil.txt"}
    report = scan(make((info, NOTE)))
    assert {"ARC001", "ARC007"} <= rules(report)


def test_a_pax_size_that_hides_a_nested_archive() -> None:
    """Readers that ignore the extended size walk into the member's data."""
    inner = make(("m.pkl", PAYLOAD))
    info = tarfile.TarInfo("a.bin")
    info.pax_headers = {"size": str(len(inner))}
    data = make((info, inner))
    at = data.index(b"a.bin\0")
    header = data[at : at + 512]
    for size in (b"00000000000", b"00000001000"):
        lying = with_checksum(header[:124] + size + b"\0" + header[136:])
        report = scan(data[:at] + lying + data[at + 512 :])
        assert "ARC001" in rules(report)
        assert reaches(report)


def test_a_wrong_checksum_ends_the_walk_of_some_readers_only() -> None:
    data = make(("a.txt", NOTE), ("b.txt", NOTE), ("m.pkl", PAYLOAD))
    at = data.index(b"b.txt\0")
    report = scan(data[: at + 148] + b"000000\0 " + data[at + 156 :])
    assert "ARC012" in rules(report)
    assert reaches(report)


def test_an_archive_behind_the_end_mark() -> None:
    first, second = make(("a.txt", NOTE)), make(("m.pkl", PAYLOAD))
    report = scan(first + second)
    assert "ARC013" in rules(report)
    assert reaches(report)


def test_a_cut_archive_is_unclear() -> None:
    data = make(("a.txt", NOTE * 100), ("b.txt", NOTE))
    report = scan(data[:900])
    assert rules(report) == {"ARC014"}
    assert report.verdict is Verdict.UNCLEAR


def test_sparse_members_are_not_passed_over() -> None:
    info = special("s.bin", b"S")
    assert scan(make(info)).verdict is Verdict.CLEAN or scan(make(info)).coverage.skipped
    info = tarfile.TarInfo("s.txt")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    report = scan(make((info, NOTE)))
    assert report.verdict is Verdict.UNCLEAR
    assert "sparse" in report.coverage.skipped[0]


VALID = make(("a.txt", NOTE), ("x" * 150, NOTE), special("l", tarfile.SYMTYPE, "a.txt"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4096), st.integers(0, 255)), max_size=8),
       st.booleans(), st.integers(512, len(VALID)))  # fmt: skip
def test_mutated_archives_always_end_with_a_verdict(changes, repair: bool, cut: int) -> None:
    data = bytearray(VALID)
    for at, value in changes:
        data[at] = value
    if repair:
        for at, _ in changes:
            start = at // 512 * 512
            data[start : start + 512] = with_checksum(bytes(data[start : start + 512]))
    report = Scanner(limits=Limits(seconds=20)).scan_bytes(bytes(data[:cut]), name="m.tar")
    assert "FIL008" not in rules(report), report.findings


def test_a_crowd_of_empty_members_is_unclear_and_hides_nothing() -> None:
    data = make(*[f"{i}.txt" for i in range(60)], ("m.pkl", PAYLOAD))
    report = Scanner(limits=Limits(members_free=20)).scan_bytes(data, name="m.tar")
    assert reaches(report)
    assert "FIL004" in rules(report)
    full = make(*[(f"{i}.txt", NOTE * 100) for i in range(60)])
    assert Scanner(limits=Limits(members_free=20)).scan_bytes(full).findings == ()
