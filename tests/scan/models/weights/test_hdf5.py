import base64
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes

FOLDER = next(p for p in Path(__file__).parents if p.name == "tests") / "data" / "hdf5"


def load(name: str) -> bytes:
    return (FOLDER / f"{name}.h5").read_bytes()


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="model.h5")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize(
    "name",
    ["old", "old_ordered", "v110", "v110_ordered", "new", "new_ordered", "user_block", "committed"],
)
def test_honest_files_are_clean(name: str) -> None:
    report = scan(load(name))
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "hdf5")


EXPECTED = {
    "lambda_old": "KRS001",
    "lambda_new": "KRS001",
    "fixed_old": "KRS001",
    "fixed_new": "KRS001",
    "deep_old": "KRS001",
    "deep_new": "KRS001",
    "dense_attributes": "KRS001",
    "long_text": "KRS005",
    "huge_attribute": "KRS005",
    "external_link_old": "HDF001",
    "external_link_new": "HDF001",
    "external_data_old": "HDF001",
    "external_data_new": "HDF001",
    "dense_links": "HDF001",
    "virtual": "HDF001",
    "other_file_old": "HDF002",
    "other_file_new": "HDF002",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_leads_out_or_runs_is_found_in_every_storage(name: str) -> None:
    report = scan(load(name))
    assert rules(report) == {EXPECTED[name]}
    review = EXPECTED[name] in ("KRS005", "HDF002")
    assert report.verdict is (Verdict.REVIEW if review else Verdict.HOSTILE)


def test_a_name_ends_at_its_first_zero_byte() -> None:
    data = load("fixed_old")
    for ending in (b"\0xyz", b"\1\0\0\0"):  # the last byte counts as zero, whatever it is
        hidden = data.replace(b"model_config\0\0\0\0", b"model_config" + ending)
        assert rules(scan(hidden)) == {"KRS001"}


def test_pickled_attributes_of_pytables_are_examined() -> None:
    report = scan(load("pytables"))
    assert report.verdict is Verdict.HOSTILE
    assert "pickled objects" in report.coverage.skipped[0]


def test_a_user_defined_link_must_be_reviewed() -> None:
    data = load("external_link_new")
    at = data.index(b"\x40\x01x")  # type of the link, length of its name, its name
    assert "HDF003" in rules(scan(data[:at] + b"\x80" + data[at + 1 :]))


def test_bytes_after_the_end_are_hidden() -> None:
    assert "HDF004" in rules(scan(load("new") + b"payload"))


@pytest.mark.parametrize("name", ["old", "new", "v110", "user_block"])
def test_truncation_is_unclear(name: str) -> None:
    data = load(name)
    for cut in (600, len(data) // 2, len(data) - 1):
        assert scan(data[:cut]).verdict is Verdict.UNCLEAR


def test_an_unknown_header_message_is_unclear() -> None:
    data = bytearray(load("other_file_new"))
    at = data.index(b"OHDR") + 4
    at = data.index(b"\x0a", at)  # group info becomes something that does not exist
    data[at] = 0x77
    report = scan(bytes(data))
    assert "unknown type" in report.coverage.skipped[0]


@pytest.mark.parametrize("mark", [b"TREE", b"SNOD", b"HEAP", b"GCOL", b"BTHD", b"FRHP", b"OCHK"])
def test_a_broken_piece_is_never_clean(mark: bytes) -> None:
    hits = 0
    for name in ("old", "new", "dense_attributes", "lambda_old"):
        data = load(name)
        if mark in data:
            hits += 1
            # An unused piece (free space) may break without harm: break all of them.
            assert scan(data.replace(mark, b"XXXX")).verdict is not Verdict.CLEAN
    assert hits


def test_loops_of_trees_and_headers_end() -> None:
    data = bytearray(load("old"))
    tree = data.index(b"TREE")
    data[tree + 5] = 1  # a leaf becomes an inner node ...
    data[tree + 32 : tree + 40] = tree.to_bytes(8, "little")  # ... whose child is itself
    assert "FIL005" in rules(scan(bytes(data)))


BASES = ["old", "new_ordered", "dense_attributes", "external_data_new", "virtual"]


@given(st.sampled_from(BASES), st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_the_reader(name: str, data: st.DataObject) -> None:
    raw = bytearray(load(name))
    for _ in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(8, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pickled-dataset.h5", Verdict.HOSTILE),
        ("lambda-named.h5", Verdict.HOSTILE),
        ("lambda-nested.h5", Verdict.REVIEW),
    ],
)
def test_code_in_datasets_and_configurations(name: str, expected: Verdict) -> None:
    fixtures = FOLDER.parents[2] / "proofs" / "hostile" / "fixtures" / "hdf5.json"
    packed = json.loads(fixtures.read_text(encoding="utf-8"))
    assert scan(zlib.decompress(base64.b64decode(packed[name]))).verdict is expected
