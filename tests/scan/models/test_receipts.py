"""Receipts make a scan quick and never a verdict wrong."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seamark.core.checks import Target
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.engine import Outcome, Planned, run_checks
from seamark.scan.models.check import CHECK, ScanOptions
from seamark.scan.models.receipts import ReceiptStore, Trust, context_of
from seamark.scan.models.scanner import Scanner

CLEAN = b"\x80\x04]\x94(K\x01K\x02e."
HOSTILE = b"cos\nsystem\n(S'a'\ntR."
KEY = b"k" * 32


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("seamark.scan.models.receipts._SETTLED_NS", -(1 << 60))
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.pkl").write_bytes(CLEAN)
    return folder


def store(tree: Path, *, key: bytes = KEY, trust: Trust = Trust.IDENTITY) -> ReceiptStore:
    path = str(tree.parent / "receipts.jsonl")
    return ReceiptStore(path=path, key=key, context=context_of(Scanner()), trust=trust)


def scan(tree: Path, receipts: ReceiptStore | None) -> Outcome:
    options = {"scan": ScanOptions(receipts=receipts)}
    return run_checks([Planned(check=CHECK, target=Target(root=str(tree), options=options))])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were really scanned."""
    seen: list[str] = []
    real = Scanner.scan_file

    def counted(self: Scanner, path: str, **more: object) -> FileReport:
        seen.append(os.path.basename(path))
        return real(self, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Scanner, "scan_file", counted)
    return seen


@pytest.mark.parametrize("trust", Trust)
def test_an_unchanged_tree_is_not_read_again(tree: Path, opened: list[str], trust: Trust) -> None:
    first = scan(tree, store(tree, trust=trust))
    assert len(opened) == 3
    second = scan(tree, store(tree, trust=trust))
    assert len(opened) == 3
    assert second.files == first.files == scan(tree, None).files


def test_a_changed_file_is_read_again(tree: Path, opened: list[str]) -> None:
    scan(tree, store(tree))
    opened.clear()
    (tree / "1.pkl").write_bytes(HOSTILE)
    assert scan(tree, store(tree)).files[1].verdict is Verdict.HOSTILE
    assert opened == ["1.pkl"]


def test_a_gate_sees_through_restored_times(tree: Path) -> None:
    benign = b"\x80\x04X\x0b\x00\x00\x00" + b"h" * (len(HOSTILE) - 8) + b"."
    path = tree / "0.pkl"
    path.write_bytes(benign)
    scan(tree, store(tree, trust=Trust.DIGEST))
    status = path.stat()
    path.write_bytes(HOSTILE.ljust(len(benign), b"\n"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    verdict = scan(tree, store(tree, trust=Trust.DIGEST)).files[0].verdict
    assert verdict in (Verdict.HOSTILE, Verdict.REVIEW)


def test_findings_and_doubts_are_never_remembered(tree: Path, opened: list[str]) -> None:
    (tree / "0.pkl").write_bytes(HOSTILE)
    (tree / "1.pkl").write_bytes(CLEAN[:-3])
    scan(tree, store(tree))
    opened.clear()
    scan(tree, store(tree))
    assert opened == ["0.pkl", "1.pkl"]


def test_receipts_under_another_key_are_worth_nothing(tree: Path, opened: list[str]) -> None:
    scan(tree, store(tree, key=b"x" * 32))
    opened.clear()
    outcome = scan(tree, store(tree))
    assert len(opened) == 3
    assert "not ours" in str(outcome.attributes["receipts"])


def test_another_rule_set_or_other_options_do_not_count(tree: Path, opened: list[str]) -> None:
    scan(tree, store(tree))
    opened.clear()
    other = ReceiptStore(path=store(tree).path, key=KEY, context="other")
    scan(tree, other)
    assert len(opened) == 3


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"garbage\n" * 3, b"{}"])
def test_a_damaged_file_costs_a_scan(tree: Path, damage: bytes) -> None:
    scan(tree, store(tree))
    path = Path(store(tree).path)
    path.write_bytes(damage + path.read_bytes()[len(damage) :])
    assert [file.verdict for file in scan(tree, store(tree)).files] == [Verdict.CLEAN] * 3


def test_one_changed_letter_is_noticed(tree: Path, opened: list[str]) -> None:
    scan(tree, store(tree))
    path = Path(store(tree).path)
    path.write_bytes(path.read_bytes().replace(b"0.pkl", b"9.pkl"))
    (tree / "0.pkl").rename(tree / "9.pkl")
    opened.clear()
    scan(tree, store(tree))
    assert opened == ["9.pkl"]


def test_a_report_that_looked_around_is_not_kept(
    tree: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Scanner.scan_file

    def curious(self: Scanner, path: str, **more: object) -> FileReport:
        more["folder"].names(0)  # type: ignore[attr-defined]
        return real(self, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Scanner, "scan_file", curious)
    scan(tree, store(tree))
    opened.clear()
    scan(tree, store(tree))
    assert len(opened) == 3


def test_a_file_that_changed_a_moment_ago_is_not_kept(
    tree: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seamark.scan.models.receipts._SETTLED_NS", 10**12)
    assert time.time_ns() > 10**12
    scan(tree, store(tree))
    opened.clear()
    scan(tree, store(tree))
    assert len(opened) == 3


def test_compacting_keeps_the_newest(
    tree: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seamark.scan.models.receipts._COMPACT_BYTES", 1 << 20)
    receipts = store(tree)
    for _ in range(2):
        Path(receipts.path).unlink(missing_ok=True)
        scan(tree, receipts)
    path = Path(receipts.path)
    path.write_bytes(path.read_bytes() * 3000)
    receipts.compact()
    assert path.stat().st_size < 10_000
    opened.clear()
    scan(tree, receipts)
    assert opened == []


def test_a_folder_that_cannot_be_written_costs_the_receipts_only(tree: Path) -> None:
    blocked = ReceiptStore(path="/proc/none/receipts", key=KEY, context="c")
    assert len(scan(tree, blocked).files) == 3
