"""The walk: deterministic, bounded, never silent about what it leaves out."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models.check import scan_paths
from seamark.scan.walk import DEFAULT_EXCLUDES, Entry, Kind, Selection, walk


def met(folder: Path, selection: Selection = Selection()) -> dict[str, Kind]:
    return {entry.shown: entry.kind for entry in walk(["."], selection, base=str(folder))}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_the_order_is_by_bytes_and_the_same_twice(tmp_path: Path) -> None:
    touch(tmp_path, "b", "a/z", "a/B", "C", "é", "a.b/c")
    shown = [entry.shown for entry in walk(["."], base=str(tmp_path))]
    assert shown == ["C", "b", "é", "a/B", "a/z", "a.b/c"]
    assert shown == [entry.shown for entry in walk(["."], base=str(tmp_path))]


def test_what_is_excluded_is_listed(tmp_path: Path) -> None:
    touch(
        tmp_path, *(f"{name}/x" for name in DEFAULT_EXCLUDES), "deep/.git/x", "m/a.pkl", "m/b.pkl"
    )
    found = met(tmp_path, Selection(exclude=("m/b.*",)))
    assert {name for name, kind in found.items() if kind is Kind.EXCLUDED} == {
        *DEFAULT_EXCLUDES,
        "deep/.git",
        "m/b.pkl",
    }
    assert found["m/a.pkl"] is Kind.FILE


def test_include_limits_files_and_not_directories(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/x.pkl", "a/b/x.txt", "y.pkl")
    assert set(met(tmp_path, Selection(include=("*.pkl",)))) == {"a/b/x.pkl", "y.pkl"}


def test_a_directory_that_the_user_names_is_examined_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path, "venv/x.pkl")
    entries = list(walk([str(tmp_path / "venv")]))
    assert [entry.kind for entry in entries] == [Kind.FILE]


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root, "d/a.pkl")
    touch(tmp_path, "outside.pkl")
    (root / "inside").symlink_to("d/a.pkl")
    (root / "outside").symlink_to(tmp_path / "outside.pkl")
    (root / "directory").symlink_to("d")
    (root / "up").symlink_to("..")
    (root / "loop").symlink_to("loop")
    (root / "gone").symlink_to("nothing")
    (root / "d" / "self").symlink_to(".")
    assert met(root) == {
        "d/a.pkl": Kind.FILE,
        "inside": Kind.FILE,
        "outside": Kind.LINK_OUTSIDE,
        "directory": Kind.LINK_TO_DIRECTORY,
        "up": Kind.LINK_OUTSIDE,
        "loop": Kind.LINK_BROKEN,
        "gone": Kind.LINK_BROKEN,
        "d/self": Kind.LINK_TO_DIRECTORY,
    }
    reports = {report.path: report for report in scan_paths(["."], base=str(root))}
    assert reports["outside"].findings[0].rule.id == "FIL011"
    assert reports["directory"].verdict is Verdict.CLEAN
    assert reports["loop"].verdict is Verdict.UNCLEAR


def test_special_files_are_named_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        reports = list(scan_paths(["."], base=str(tmp_path)))
    assert [(r.path, r.findings[0].rule.id) for r in reports] == [
        ("pipe", "FIL002"),
        ("socket", "FIL002"),
    ]


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff\x1b[31m.pkl")
    with open(path, "wb") as file:
        file.write(b"\x80\x04N.")
    [report] = scan_paths(["."], base=str(tmp_path))
    assert report.path == "\\xff\x1b[31m.pkl"
    assert report.size == 4


def test_each_file_once(tmp_path: Path) -> None:
    touch(tmp_path, "a/x")
    named = [str(tmp_path), str(tmp_path / "a"), str(tmp_path) + "//a/", str(tmp_path / "a/x")]
    assert len(list(walk(named))) == 1


def test_a_deep_tree_does_not_exhaust_the_stack(tmp_path: Path) -> None:
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        with open("x.pkl", "wb") as file:
            file.write(b"x")
        os.chdir(here)
        found = list(walk(["."], base=str(tmp_path)))
    finally:
        os.chdir(here)
        # shutil, and with it pytest's own cleaning, recurses and cannot remove this tree.
        subprocess.run(["rm", "-rf", "--", str(tmp_path / "d")], check=True)
    # Beyond the longest path that the system opens, the directory is reported, not passed over.
    assert [entry.kind for entry in found] in ([Kind.FILE], [Kind.UNREADABLE])


def test_a_file_that_vanishes_is_unclear(tmp_path: Path) -> None:
    touch(tmp_path, "a.pkl")
    [entry] = walk(["."], base=str(tmp_path))
    (tmp_path / "a.pkl").unlink()
    from seamark.scan.models.check import scan_entry
    from seamark.scan.models.scanner import Scanner

    report = scan_entry(entry, Scanner())
    assert (report.verdict, report.findings[0].rule.id) == (Verdict.UNCLEAR, "FIL001")
    (tmp_path / "a.pkl").mkdir()
    assert scan_entry(entry, Scanner()).verdict is Verdict.UNCLEAR


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("path", "rule"), [("/proc/self/mem", "FIL001"), ("/proc/self/environ", "FIL002")]
)
def test_what_claims_to_be_empty_and_is_not(path: str, rule: str) -> None:
    [report] = scan_paths([path])
    assert (report.verdict, report.findings[0].rule.id) == (Verdict.UNCLEAR, rule)


def test_ten_gigabytes_of_nothing(tmp_path: Path) -> None:
    with open(tmp_path / "sparse.pkl", "wb") as file:
        file.truncate(10 << 30)
    from seamark.scan.models.scanner import Scanner

    [report] = scan_paths(["."], base=str(tmp_path), scanner=Scanner(digest=False))
    assert report.size == 10 << 30
    assert report.verdict is Verdict.UNCLEAR


def test_many_files(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number}.txt").write_bytes(b"")
    assert sum(1 for _ in walk(["."], base=str(tmp_path))) == 3000


def test_entries_are_plain() -> None:
    assert Entry("a", "a", Kind.FILE) == Entry("a", "a", Kind.FILE)
