"""A crash at any point leaves the database before in use."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seamark.core.errors import SeamarkError
from seamark.scan.dependencies.advisories import location
from seamark.scan.dependencies.advisories.database import locate, open_database

KILLS = 10


def _records(folder: Path, count: int, day: int) -> Path:
    folder.mkdir()
    for number in range(count):
        record = {
            "id": f"X-{number}",
            "modified": f"2024-01-{day:02}T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": f"demo{number % 50}"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": f"{day}"}]}
                    ],
                }
            ],
        }
        (folder / f"{number}.json").write_text(json.dumps(record))
    return folder


def _import(home: Path, source: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "seamark", "db", "import", str(source), "--db", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_killed_imports_leave_a_usable_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert _import(home, _records(tmp_path / "first", 400, 1)).wait(120) == 0
    first = open_database(locate(str(home), {}), thorough=True).state
    second = _records(tmp_path / "second", 400, 2)
    started = time.monotonic()
    assert _import(tmp_path / "other", second).wait(120) == 0
    takes = time.monotonic() - started
    chance = random.Random(7)
    killed = 0
    for number in range(KILLS):
        child = _import(home, second)
        # The last third of an import writes, syncs and renames.
        time.sleep(takes * (0.35 + 0.6 * (number + chance.random()) / KILLS))
        child.send_signal(signal.SIGKILL)
        killed += child.wait(120) == -signal.SIGKILL
        state = open_database(locate(str(home), {}), thorough=True).state
        assert state.sources[-1].name == "X"
        assert state.newest in ("2024-01-01", "2024-01-02", "2024-10-10")
        assert state.advisories == first.advisories
    assert killed > 0
    assert _import(home, second).wait(120) == 0
    last = open_database(locate(str(home), {}), thorough=True).state
    assert {each.name: each.newest for each in last.sources}["X"] == "2024-01-02"
    assert not [each for each in os.listdir(home) if each.startswith(".new-")]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    with location.writing(home) as path:
        Path(path).write_bytes(b"x")
        with pytest.raises(SeamarkError, match="Another process"):
            location.writing(home).__enter__()
    assert Path(location.current(home)).read_bytes() == b"x"


def test_an_error_while_writing_changes_nothing(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    with location.writing(home) as path:
        Path(path).write_bytes(b"first")
    before = location.current(home)

    def fail() -> None:
        with location.writing(home) as path:
            Path(path).write_bytes(b"second")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert location.current(home) == before
    assert Path(before).read_bytes() == b"first"


def test_only_the_newest_two_are_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for text in (b"1", b"2", b"3", b"4"):
        with location.writing(str(home)) as path:
            Path(path).write_bytes(text)
    kept = sorted(each.read_bytes() for each in home.glob("sha256-*"))
    assert kept == [b"3", b"4"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(SeamarkError, match="Cannot write"),
        location.writing(str(tmp_path / "file" / "below")),
    ):
        pass
