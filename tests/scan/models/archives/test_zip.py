"""Zip archives whose two ends, or two headers, tell different stories."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.archives.build_zip import (
    HARMLESS,
    NOTE,
    PAYLOAD,
    Part,
    body,
    build,
    end64,
    end_record,
)

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, scan_bytes
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.weights.tails import find_zip_end


def scan(data: bytes, name: str = "m.zip") -> FileReport:
    return scan_bytes(data, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def own(report: FileReport) -> set[str]:
    """Rules about the archive itself."""
    return {finding.rule.id for finding in report.findings if not finding.location.member}


def reaches(report: FileReport) -> bool:
    """Whether the payload was found, wherever it was."""
    return any(finding.anchor == "os.system" for finding in report.findings)


def test_a_plain_archive_is_clean() -> None:
    report = scan(build(Part("a.txt"), Part("b/c.pkl", HARMLESS, method=8)))
    assert (report.verdict, report.format, rules(report)) == (Verdict.CLEAN, "zip", set())
    assert report.coverage.members == 2


def test_an_empty_archive_is_clean() -> None:
    assert scan(build()).verdict is Verdict.CLEAN


@pytest.mark.parametrize("method", [0, 8])
def test_a_payload_is_found_and_named_by_its_member(method: int) -> None:
    report = scan(build(Part("a.txt"), Part("data.bin", PAYLOAD, method=method)))
    assert report.verdict is Verdict.HOSTILE
    assert [f.location.member for f in report.findings if f.anchor == "os.system"] == ["data.bin"]
    assert own(report) == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", b"x.txt"), ("method", 8), ("crc", 7), ("packed", 3), ("size", 3), ("flags", 1)],
)
@pytest.mark.parametrize("header", ["local", "central"])
def test_headers_that_disagree_are_a_finding_and_hide_nothing(header, field, value) -> None:
    part = Part("m.pkl", PAYLOAD, **{header: {field: value}})
    report = scan(build(part, Part("z.txt")))
    assert "ARC002" in rules(report)
    assert reaches(report)


def test_both_packed_sizes_are_read() -> None:
    """One header ends the member before the payload, the other behind it."""
    data = HARMLESS + PAYLOAD
    inner = {"packed": len(HARMLESS), "size": len(HARMLESS), "crc": zlib.crc32(HARMLESS)}
    for where in ("local", "central"):
        assert reaches(scan(build(Part("m.pkl", data, **{where: inner}))))


def test_encryption_flag_that_lies_does_not_hide_the_member() -> None:
    """CVE-2025-1945."""
    for flags in (0x1, 0x20, 0x40, 0x2000):
        report = scan(build(Part("m.pkl", PAYLOAD, flags=flags)))
        assert "ARC003" in rules(report)
        assert reaches(report)
        assert "ARC011" not in rules(report)


def test_encryption_flag_and_checksum_lie_together() -> None:
    part = Part("m.pkl", PAYLOAD, flags=1, local={"crc": 1}, central={"crc": 1})
    assert reaches(scan(build(part)))


def test_an_encrypted_member_is_unclear() -> None:
    noise = bytes((i * 197 + 91) % 251 | 0x80 for i in range(5000))
    part = Part("m.pkl", b"\xf1" + noise, flags=1, local={"crc": 5}, central={"crc": 5})
    report = scan(build(part))
    assert rules(report) == {"ARC011"}
    assert report.verdict is Verdict.UNCLEAR


def test_wrong_checksum_is_a_finding_and_the_content_is_read() -> None:
    """CVE-2025-10156."""
    report = scan(build(Part("m.pkl", PAYLOAD, local={"crc": 0}, central={"crc": 0})))
    assert own(report) == {"ARC012"}
    assert reaches(report)


def test_one_corrupt_member_does_not_end_the_walk() -> None:
    """modelscan issue 354."""
    broken = Part("a.bin", b"never deflated", local={"method": 8}, central={"method": 8})
    report = scan(build(broken, Part("m.pkl", PAYLOAD)))
    assert "ARC014" in rules(report)
    assert reaches(report)


def test_a_cut_deflate_stream_is_read_as_far_as_it_goes() -> None:
    noise = b"".join(struct.pack("<I", i * 2654435761 % 2**32) for i in range(4000))
    packed = Part("x", PAYLOAD[:-1] + b"0N." + noise, method=8).packed()[:-200]
    told = {"method": 8, "size": len(noise), "crc": 1}
    report = scan(build(Part("m.pkl", packed, local=told, central=told)))
    assert "ARC014" in rules(report)
    assert reaches(report)


def test_bytes_behind_a_deflate_stream_are_found() -> None:
    packed = Part("x", NOTE, method=8).packed()
    told = {"method": 8, "size": len(NOTE), "crc": zlib.crc32(NOTE)}
    report = scan(build(Part("m.txt", packed + PAYLOAD, local=told, central=told)))
    assert "ARC016" in rules(report)
    assert reaches(report)


def test_an_unknown_method_is_unclear() -> None:
    told = {"method": 6}
    report = scan(build(Part("m.bin", local=told, central=told)))
    assert rules(report) == {"ARC014"}
    assert report.verdict is Verdict.UNCLEAR


def test_a_member_that_only_front_readers_see() -> None:
    for parts in (
        [Part("a.txt"), Part("m.pkl", PAYLOAD, hidden=True), Part("b.txt")],
        [Part("m.pkl", PAYLOAD, hidden=True), Part("a.txt")],
        [Part("a.txt"), Part("m.pkl", PAYLOAD, hidden=True)],
        [Part("a.txt"), Part("m.pkl", PAYLOAD, hidden=True, gap=b"junk")],
        [Part("a.txt"), Part("m.pkl", PAYLOAD, hidden=True, method=8)],
    ):
        report = scan(build(*parts))
        assert "ARC004" in rules(report)
        assert reaches(report)


def test_bytes_outside_all_members() -> None:
    for data in (
        build(Part("a.txt"), Part("b.txt", gap=b"hello there")),
        build(Part("a.txt"), before_directory=b"hello there"),
        build(Part("a.txt"), after=b"hello there"),
        build(Part("a.txt"), before_end=b"\x01hello there"),
    ):
        report = scan(data)
        assert own(report) == {"ARC013"}, data
        assert report.verdict is Verdict.REVIEW


def test_a_pickle_behind_the_end_is_examined() -> None:
    assert reaches(scan(build(Part("a.txt"), after=PAYLOAD)))


def test_zero_padding_between_members_is_no_finding() -> None:
    report = scan(build(Part("a.txt"), Part("b.txt", gap=bytes(64)), before_directory=bytes(10)))
    assert report.verdict is Verdict.CLEAN


def test_duplicates() -> None:
    report = scan(build(Part("m.pkl", HARMLESS), Part("m.pkl", PAYLOAD)))
    assert own(report) == {"ARC005"}
    assert reaches(report)


def test_two_entries_for_the_same_bytes_overlap() -> None:
    first = Part("a.txt")
    report = scan(build(first, Part("b.txt", central={"offset": 0})))
    assert "ARC006" in rules(report)


def test_an_archive_of_overlapping_members_stops_early() -> None:
    """Every member claims all members behind it (Fifield's bomb)."""
    zeros = bytes(8 << 20)
    kernel = Part("k", zeros, method=8)
    data, _, _ = body([kernel])
    directory = b""
    from scan.models.archives.build_zip import central_header

    for i in range(200):
        directory += central_header(Part(f"{i}", zeros, method=8), 0)
    report = scan(data + directory + end_record(200, len(directory), len(data)))
    assert "ARC006" in rules(report)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../x", "ARC007"),
        ("a/../../x", "ARC007"),
        ("/etc/x", "ARC007"),
        ("C:\\x", "ARC007"),
        ("..\\x", "ARC007"),
        ("\\\\host\\x", "ARC007"),
        ("a\\b", "ARC008"),
        ("a.md\0.txt", "ARC008"),
        ("a\nb", "ARC008"),
        ("a\u202etxt.md", "ARC008"),
    ],
)
def test_names(name: str, rule: str) -> None:
    assert rules(scan(build(Part(name)))) == {rule}


@pytest.mark.parametrize("name", ["a/../x", "..x", "a..b/c", "ab:c", "x/..."])
def test_names_that_stay_inside(name: str) -> None:
    assert rules(scan(build(Part(name)))) == set()


def test_a_name_that_only_one_header_shows() -> None:
    """CVE-2025-1944."""
    report = scan(build(Part("m.pkl", PAYLOAD, local={"name": b"../m"})))
    assert {"ARC002", "ARC007"} <= rules(report)
    assert reaches(report)


def test_a_unicode_path_field_that_says_another_name() -> None:
    value = b"\x01" + struct.pack("<L", zlib.crc32(b"a.txt")) + b"../b"
    extra = struct.pack("<HH", 0x7075, len(value)) + value
    report = scan(build(Part("a.txt", central_extra=extra)))
    assert {"ARC002", "ARC007"} <= rules(report)


def test_links_and_devices() -> None:
    inside = scan(build(Part("a/l", b"b.txt", mode=0o120777)))
    assert rules(inside) == {"ARC009"}
    for target in (b"../../etc", b"/etc/passwd", b"..\\..\\x"):
        assert rules(scan(build(Part("a/l", target, mode=0o120777)))) == {"ARC010"}
    assert "ARC017" in rules(scan(build(Part("p", b"", mode=0o010644))))


def test_data_descriptors_in_all_four_forms_are_normal() -> None:
    crc, size = zlib.crc32(NOTE), len(NOTE)
    unset = {"crc": 0, "packed": 0, "size": 0}
    for form in (
        b"PK\x07\x08" + struct.pack("<LLL", crc, size, size),
        struct.pack("<LLL", crc, size, size),
        b"PK\x07\x08" + struct.pack("<LQQ", crc, size, size),
        struct.pack("<LQQ", crc, size, size),
    ):
        part = Part("a.txt", flags=8, local=unset, descriptor=form)
        assert rules(scan(build(part, Part("b.txt")))) == set()


def test_a_data_descriptor_that_lies() -> None:
    unset = {"crc": 0, "packed": 0, "size": 0}
    form = b"PK\x07\x08" + struct.pack("<LLL", 1, 2, 3)
    part = Part("a.txt", flags=8, local=unset, descriptor=form)
    assert "ARC002" in rules(scan(build(part, Part("b.txt"))))


def test_a_prefix_is_a_finding_in_either_way_of_counting() -> None:
    for relative in (False, True):
        data = build(Part("m.pkl", PAYLOAD), prefix=b"PK\x03\x04 but no archive", relative=relative)
        report = scan(data)
        assert own(report) & {"ARC013", "ARC004"}
        assert reaches(report)


def two_directories(hostile_last: bool) -> bytes:
    """Two archives in one file, the second in the comment of the first one's end record."""
    good, bad = [Part("a.txt")], [Part("m.pkl", PAYLOAD)]
    first, second = (good, bad) if hostile_last else (bad, good)
    data, directory, count = body(first)
    other, other_directory, other_count = body(second, len(data))
    start = len(data) + len(other)
    tail = end_record(other_count, len(other_directory), start + len(directory))
    head = end_record(count, len(directory), start)
    comment = len(tail)
    head = head[:-2] + struct.pack("<H", comment)
    return data + other + directory + other_directory + head + tail


@pytest.mark.parametrize("hostile_last", [False, True])
def test_two_end_records_are_ambiguous_and_both_are_read(hostile_last: bool) -> None:
    report = scan(two_directories(hostile_last))
    assert report.verdict is Verdict.HOSTILE
    assert own(report) & {"ARC001", "ARC004"}
    assert reaches(report)


def test_zip64_and_plain_end_record_that_lead_to_different_directories() -> None:
    for payload_in_wide in (False, True):
        good, bad = [Part("a.txt")], [Part("m.pkl", PAYLOAD)]
        plain, wide = (good, bad) if payload_in_wide else (bad, good)
        data, directory, count = body(plain)
        other, other_directory, other_count = body(wide, len(data))
        start = len(data) + len(other)
        wide_at = start + len(directory) + len(other_directory)
        tail = end64(other_count, len(other_directory), start + len(directory), wide_at)
        end = end_record(count, len(directory), start)
        report = scan(data + other + directory + other_directory + tail + end)
        assert "ARC001" in rules(report)
        assert reaches(report)


def test_an_end_record_that_leads_nowhere_behind_the_real_one() -> None:
    report = scan(build(Part("a.txt"), comment=end_record(9, 99, 9)))
    assert "ARC001" in rules(report)


def test_counts_that_disagree() -> None:
    for count in (0, 1, 3, 500):
        report = scan(build(Part("a.txt"), Part("m.pkl", PAYLOAD), count=count))
        assert "ARC001" in rules(report)
        assert reaches(report)


def test_an_archive_inside_an_archive_is_not_ambiguous() -> None:
    inner = build(Part("m.pkl", PAYLOAD))
    report = scan(build(Part("a.txt"), Part("inner.zip", inner)))
    assert own(report) == set()
    assert [f.location.member for f in report.findings if f.anchor == "os.system"] == [
        "inner.zip!m.pkl"
    ]


def test_a_directory_entry_that_points_to_no_header() -> None:
    report = scan(build(Part("a.txt"), Part("m.pkl", PAYLOAD, central={"offset": 3})))
    assert "ARC002" in rules(report)
    assert reaches(report)  # as a member that the directory does not list


def test_an_archive_without_its_end_is_unclear_and_still_read() -> None:
    data = build(Part("a.txt"), Part("m.pkl", PAYLOAD), Part("b.txt"))
    report = scan(data[: data.index(b"PK\x01\x02")])
    assert "ARC014" in rules(report)
    assert reaches(report)
    harmless = build(Part("a.txt"), Part("b.txt"))
    report = scan(harmless[: harmless.index(b"PK\x01\x02")])
    assert report.verdict is Verdict.UNCLEAR


def test_deep_nesting_ends_as_unclear() -> None:
    data = build(Part("a.txt"))
    for _ in range(12):
        data = build(Part("n.zip", data))
    report = scan(data)
    assert rules(report) == {"FIL004"}


def test_a_bomb_is_a_finding_and_stops_early() -> None:
    zeros = bytes(4 << 20)
    data = build(*(Part(f"{i}.bin", zeros, method=8) for i in range(8)))
    limits = Limits(expansion_free=8 << 20, expansion_ratio=100)
    report = Scanner(limits=limits).scan_bytes(data, name="m.zip")
    assert {"ARC015", "FIL004"} <= rules(report)
    assert report.verdict is Verdict.REVIEW


def test_nested_bombs_share_one_budget() -> None:
    """Like 42.zip: sixteen archives of sixteen archives."""
    data = build(Part("0.bin", bytes(1 << 20), method=8))
    for _ in range(3):
        data = build(*(Part(f"{i}.zip", data, method=8) for i in range(16)))
    limits = Limits(expansion_free=4 << 20, expansion_ratio=10)
    report = Scanner(limits=limits).scan_bytes(data, name="42.zip")
    assert {"ARC015", "FIL004"} <= rules(report)
    assert len(report.findings) < 20


def test_members_are_limited() -> None:
    data = build(*(Part(f"{i}") for i in range(60)))
    report = Scanner(limits=Limits(members=50)).scan_bytes(data, name="m.zip")
    assert "FIL004" in rules(report)


def test_many_lies_do_not_bury_the_report() -> None:
    report = scan(build(*(Part(f"{i}.txt", local={"crc": 9}) for i in range(300))))
    assert len([f for f in report.findings if f.rule.id == "ARC002"]) == 26
    assert "275 further places" in report.findings[25].message


def test_zip_that_closes_a_file() -> None:
    archive = build(Part("a.txt"))
    assert find_zip_end(BytesBlob(b"anything" + archive)) is not None
    assert find_zip_end(BytesBlob(b"anything" + archive[:-4])) is None
    assert find_zip_end(BytesBlob(b"")) is None


VALID = build(
    Part("model/data.pkl", HARMLESS),
    Part("model/version", b"3\n"),
    Part("a.txt", method=8),
    Part(
        "b.txt", flags=8, descriptor=b"PK\x07\x08" + struct.pack("<LLL", zlib.crc32(NOTE), 15, 15)
    ),
    comment=b"remark",
)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6),
       st.integers(0, len(VALID)), st.binary(max_size=8))  # fmt: skip
def test_mutated_archives_always_end_with_a_verdict(changes, cut, inserted) -> None:
    data = bytearray(VALID)
    for at, value in changes:
        data[at] = value
    data = data[:cut] + inserted + data[cut:]
    report = Scanner(limits=Limits(seconds=20)).scan_bytes(bytes(data), name="m.zip")
    assert "FIL008" not in rules(report), report.findings


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_behind_a_zip_signature(data: bytes) -> None:
    assert "FIL008" not in rules(scan(b"PK\x03\x04" + data))
    assert "FIL008" not in rules(scan(b"PK\x05\x06" + data))


def test_an_archive_whose_beginning_was_cut_off() -> None:
    whole = build(Part("a.txt"), Part("m.pkl", PAYLOAD))
    report = scan(b"PK\x03\x04" + whole[40:])
    assert "ARC001" in rules(report)
    assert reaches(report)


def test_a_crowd_of_empty_members_is_unclear_and_hides_nothing() -> None:
    data = build(*[Part(f"{i}.txt", b"") for i in range(60)], Part("m.pkl", PAYLOAD))
    report = Scanner(limits=Limits(members_free=20)).scan_bytes(data, name="m.zip")
    assert any(finding.anchor == "os.system" for finding in report.findings)
    assert any(finding.rule.id == "FIL004" for finding in report.findings)
