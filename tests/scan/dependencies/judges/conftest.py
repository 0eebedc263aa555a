"""A project of a few files, read by the real readers and put before a judge."""

from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from seamark.core.findings import Finding
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import take_inventory
from seamark.scan.dependencies.settings import Settings

Files = Mapping[str, str | bytes]
Judged = Callable[..., list[Finding]]


def case_of(root: Path, settings: Settings = Settings()) -> Case:
    """Everything under ``root``, as the check puts it before the judges."""
    sources = [each for each in find_sources(str(root)) if not isinstance(each, str)]
    inventory = take_inventory(sources, root=str(root))
    return Case(inventory=inventory, settings=settings, book=None, today=date(2026, 11, 23))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes files under a fresh root and returns it."""

    def write_files(files: Files) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write_files


@pytest.fixture
def case_in(write: Callable[[Files], Path]) -> Callable[[Files], Case]:
    """Writes files and returns the case that they are."""
    return lambda files: case_of(write(files))


@pytest.fixture
def judged(write: Callable[[Files], Path]) -> Judged:
    """Writes files and returns what one judge finds in them."""

    def judge(name: str, files: Files, settings: Settings = Settings()) -> list[Finding]:
        module = import_module(f"seamark.scan.dependencies.judges.{name}")
        results = module.judge(case_of(write(files), settings))
        return [each for each in results if isinstance(each, Finding)]

    return judge
