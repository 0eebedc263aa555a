"""Deny by default: every command is declared, and those that only read change no file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from cli.conftest import CLEAN, Runner

from seamark.cli.app import build
from seamark.cli.declarations import READS, WRITES


def _commands(command: Any, before: str = "") -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        if getattr(below, "commands", None):
            yield from _commands(below, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_declared_once() -> None:
    found = set(_commands(typer.main.get_command(build([]))))
    assert found == READS | set(WRITES)
    assert not READS & set(WRITES)


def test_every_writer_names_permission_and_event() -> None:
    for name, writes in WRITES.items():
        assert writes.what, name
        assert writes.permission.count(":") == 1, name
        assert writes.event.count(".") == 1, name


def _state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_only_reads_changes_no_file(seamark: Runner) -> None:
    seamark.write("a.pkl", CLEAN)
    seamark.write("seamark.yaml", "system: {name: x}\n")
    (seamark.folder / ".seamark").mkdir()
    before = _state(seamark.folder.parent)
    for name in sorted(READS):
        words = [*name.split(), *(["FIL001"] if name == "rules show" else [])]
        assert seamark(*words).code == 0, name
    assert _state(seamark.folder.parent) == before
