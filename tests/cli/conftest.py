"""The command line as a person calls it: a process, its exit code, its two streams."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CLEAN = b"\x80\x04]\x94(K\x01K\x02e."
HOSTILE = b"cos\nsystem\n(S'echo seamark'\ntR."
REVIEW = b"cacme_unknown_library.layers\nGate\n."
UNCLEAR = b"\x80\x04]\x94(K\x01"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Runner:
    """Runs ``seamark`` in a directory of its own, with its own home."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("SEAMARK_", "GIT_"))},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "TERM": "dumb",
        }

    def __call__(self, *words: str, stdin: bytes = b"") -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "seamark", *words],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def git(self, *words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(
            ["git", *identity, *words], cwd=self.folder, env=self.environment, check=True,
            capture_output=True,
        )  # fmt: skip


@pytest.fixture
def seamark(tmp_path: Path) -> Runner:
    """``seamark`` in an empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Runner(folder, tmp_path / "home")
