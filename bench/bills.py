"""Bills of materials of 500 packages: ours and cyclonedx-py's from the same files."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.tools import REPORT, measure

COUNT = 500


def _digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def requirements(folder: Path) -> Path:
    """500 pins, each with two hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"package-{number}=={number % 9}.{number % 7}.{number % 5} \\\n"
        f"    --hash=sha256:{_digest(number)} \\\n    --hash=sha256:{_digest(-number - 1)}\n"
        for number in range(COUNT)
    ]
    (folder / "requirements.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def poetry(folder: Path) -> Path:
    """A poetry.lock of 500 packages, each with two files and three needs, and its project."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number in range(COUNT):
        needs = "".join(
            f'package-{other} = "*"\n' for other in (number + 1, number + 2, number + 7)
            if other < COUNT
        )  # fmt: skip
        name = f"package_{number}-1.0.{number}"
        parts.append(
            f'[[package]]\nname = "package-{number}"\nversion = "1.0.{number}"\n'
            f'description = "Package {number}"\noptional = false\npython-versions = ">=3.9"\n'
            'groups = ["main"]\nfiles = [\n'
            f'    {{file = "{name}-py3-none-any.whl", hash = "sha256:{_digest(number)}"}},\n'
            f'    {{file = "{name}.tar.gz", hash = "sha256:{_digest(-number - 1)}"}},\n]\n\n'
            + (f"[package.dependencies]\n{needs}\n" if needs else "")
        )
    parts.append(
        '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\n'
        f'content-hash = "{_digest(0)}"\n'
    )
    (folder / "poetry.lock").write_text("".join(parts), encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[tool.poetry]\nname = "bench"\nversion = "1.0.0"\ndescription = "d"\nauthors = []\n\n'
        '[tool.poetry.dependencies]\npython = ">=3.11"\npackage-0 = "1.0.0"\n',
        encoding="utf-8",
    )
    return folder


def rows(work: Path, venvs: Path) -> Iterator[dict[str, Any]]:
    """CPU, wall and memory of both programs, start-up included, from the same two projects."""
    ours = str(Path(sys.executable).with_name("seamark"))
    theirs = str(venvs.absolute() / "peers-bom" / "bin" / "cyclonedx-py")
    pins, lock = requirements(work / "pins"), poetry(work / "lock")
    words = [ours, "sbom", "--quiet", "--no-receipts", "--output", REPORT]
    cases = (
        (f"{COUNT} pins, CycloneDX", "seamark", [*words, str(pins)]),
        (f"{COUNT} pins, CycloneDX", "cyclonedx-py",
         [theirs, "requirements", "--no-validate", "-o", REPORT, str(pins / "requirements.txt")]),
        (f"{COUNT} pins, SPDX", "seamark", [*words, "--format", "spdx", str(pins)]),
        (f"{COUNT} pins, vulnerabilities", "seamark",
         [*words, "--with-vulnerabilities", str(pins)]),
        (f"{COUNT} of poetry.lock, CycloneDX", "seamark", [*words, str(lock)]),
        (f"{COUNT} of poetry.lock, CycloneDX", "cyclonedx-py",
         [theirs, "poetry", "--no-validate", "-o", REPORT, str(lock)]),
    )  # fmt: skip
    for what, tool, command in cases:
        if Path(command[0]).exists():
            yield {"what": what, "tool": tool, **measure(command)}
