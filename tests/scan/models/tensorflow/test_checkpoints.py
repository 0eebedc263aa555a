import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile.onnxfiles import message
from proofs.hostile.tensorflowwire import entry, index, table
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path
from seamark.scan.models.check import scan_paths
from seamark.scan.models.tensorflow.bundles import _careful_tensor, _quick_tensor
from seamark.scan.models.tensorflow.tables import Entry

DATA = Path(__file__).parents[3] / "data" / "tensorflow"
SHARD = "m.data-00000-of-00001"


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def written(folder: Path, data: bytes, **entries: bytes) -> tuple[FileReport, FileReport]:
    """Reports on an index and on its data file."""
    (folder / "m.index").write_bytes(index(1, **entries))
    (folder / SHARD).write_bytes(data)
    return scan_path(folder / "m.index"), scan_path(folder / SHARD)


def test_a_real_checkpoint_of_every_type_is_clean() -> None:
    reports = list(scan_paths([str(DATA / "checkpoint-dtypes")]))
    assert {(report.format, report.verdict) for report in reports} == {
        ("tf_checkpoint", Verdict.CLEAN),
        ("tensor_data", Verdict.CLEAN),
    }
    said = next(report for report in reports if report.format == "tf_checkpoint").metadata
    assert said.parameters == 14 * 6
    assert said.dtypes["bfloat16"] == said.dtypes["complex128"] == 6


def test_a_real_checkpoint_of_the_first_version_is_clean() -> None:
    report = scan_path(DATA / "version-one.ckpt")
    assert (report.format, report.verdict) == ("tf_checkpoint", Verdict.CLEAN)
    assert report.metadata.format_version == "1"
    assert (report.metadata.parameters or 0) > 2048


def test_an_index_without_its_data_is_unclear(tmp_path: Path) -> None:
    shutil.copy(DATA / "checkpoint-dtypes" / "all.index", tmp_path)
    assert scan_path(tmp_path / "all.index").verdict is Verdict.UNCLEAR


def test_data_without_its_index_is_unclear(tmp_path: Path) -> None:
    shutil.copy(DATA / "checkpoint-dtypes" / "all.data-00000-of-00001", tmp_path)
    assert scan_path(tmp_path / "all.data-00000-of-00001").verdict is Verdict.UNCLEAR


def test_data_beside_an_index_that_does_not_claim_it_is_unclear(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(index(2, a=entry(1, [4], 0, 16)))
    (tmp_path / SHARD).write_bytes(bytes(16))
    report = scan_path(tmp_path / SHARD)
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, {"FIL007"})


def test_honest_entries_are_clean(tmp_path: Path) -> None:
    parts = {"a": entry(1, [2, 2], 0, 16), "b": entry(9, [], 16, 8), "empty": entry(1, [0], 24, 0)}
    made = written(tmp_path, bytes(24), **parts)
    assert [report.verdict for report in made] == [Verdict.CLEAN] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        entry(1, [4], 8, 16),
        entry(1, [5], 0, 16),
        entry(1, [4], 0, 16, shard=1),
        entry(1, [-4], 0, 16),
        entry(77, [4], 0, 16),
        entry(7, [100], 0, 16),
        entry(1, [4], (1 << 64) - 8, 16),
    ],
)
def test_entries_that_do_not_fit_are_found(tmp_path: Path, wrong: bytes) -> None:
    made, _ = written(tmp_path, bytes(16), a=wrong)
    assert rules(made) == {"TFG010"}


def test_tensors_that_share_bytes_are_found(tmp_path: Path) -> None:
    made, _ = written(tmp_path, bytes(24), a=entry(1, [4], 0, 16), b=entry(1, [4], 8, 16))
    assert rules(made) == {"TFG010"}


@pytest.mark.parametrize("extra", [b"x" * 9, bytes(5000)])
def test_bytes_that_no_tensor_uses_are_found(tmp_path: Path, extra: bytes) -> None:
    _, data = written(tmp_path, bytes(16) + extra, a=entry(1, [4], 0, 16))
    assert rules(data) == {"TFG012"}


def test_alignment_is_no_content(tmp_path: Path) -> None:
    _, data = written(tmp_path, bytes(80), a=entry(1, [4], 0, 16), b=entry(1, [4], 64, 16))
    assert data.verdict is Verdict.CLEAN


def test_what_hides_in_a_tensor_is_found(tmp_path: Path) -> None:
    _, data = written(tmp_path, b"\x7fELF" + bytes(60), a=entry(1, [16], 0, 64))
    assert rules(data) == {"HID001"}


def test_a_checkpoint_of_another_name_in_a_state_file(tmp_path: Path) -> None:
    state = tmp_path / "checkpoint"
    (tmp_path / "m-1.index").write_bytes(b"")
    state.write_text('model_checkpoint_path: "m-1"\nall_model_checkpoint_paths: "/srv/old/m-1"\n')
    assert (scan_path(state).verdict, scan_path(state).findings) == (Verdict.CLEAN, ())
    for path in ("../m-1", "/srv/old/m-2", "gs://bucket/m-1", "\\\\server\\m-1"):
        quoted = path.replace("\\", "\\\\")
        state.write_text(f'model_checkpoint_path: "{quoted}"\n')
        assert rules(scan_path(state)) == {"TFG011"}, path


def test_damaged_tables_are_unclear(tmp_path: Path) -> None:
    good = index(1, a=entry(1, [4], 0, 16))
    for at in range(0, len(good), 3):
        (tmp_path / "m.index").write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        report = scan_path(tmp_path / "m.index")
        assert report.verdict is not Verdict.CLEAN
        assert "FIL008" not in rules(report)


def test_data_of_the_first_version_that_nothing_lists_is_found(tmp_path: Path) -> None:
    header = message((1, message((1, message((1, "a"), (3, 1))))))
    body = message((2, message((1, "b"), (3, message((1, 1), (5, b"\x7fELF" + bytes(30)))))))
    (tmp_path / "m.ckpt").write_bytes(table([(b"", header), (b"b", body)]))
    assert rules(scan_path(tmp_path / "m.ckpt")) == {"TFG012", "HID001"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=12))
def test_tensors_one_behind_the_other_are_clean(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    at, entries = 0, {}
    for number, size in enumerate(sizes):
        entries[f"t{number:02}"] = entry(1, [size], at, 4 * size)
        at += 4 * size
    made = written(tmp_path_factory.mktemp("c"), bytes(at), **entries)
    assert made[0].verdict is Verdict.CLEAN
    assert made[0].metadata.parameters == sum(sizes)
    assert made[1].verdict is Verdict.CLEAN


NUMBERS = st.integers(0, 200) | st.integers(0, (1 << 64) - 1)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 8), NUMBERS | st.binary(max_size=9)), max_size=6))
def test_the_quick_way_reads_what_the_careful_one_does(
    fields: list[tuple[int, int | bytes]],
) -> None:
    raw = Entry(b"t", message(*fields), None)
    quick = _quick_tensor(raw)
    if quick is not None:
        assert quick == _careful_tensor(raw)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 1 << 30), max_size=8), NUMBERS)
def test_honest_entries_go_the_quick_way(sizes: list[int], offset: int) -> None:
    raw = Entry(b"t", entry(1, sizes, offset >> 8, 4), None)
    assert _quick_tensor(raw) == _careful_tensor(raw)
