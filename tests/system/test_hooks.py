"""The definitions that other systems read: valid, pinned, and calling commands that exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [
        ROOT / "action.yml",
        ROOT / ".pre-commit-hooks.yaml",
        *(ROOT / ".github/workflows").glob("*.yml"),
        *(ROOT / "docs/ci").glob("*.yml"),
    ]
)
PINNED = re.compile(r"^\s*(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [n for each in value.values() for n in _names(each)] + [
            str(value[key]) for key in ("run", "entry") if key in value
        ]
    return [n for each in value for n in _names(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_yaml_is_valid_and_actions_are_pinned(path: Path) -> None:
    text = path.read_text()
    assert yaml.safe_load(text)
    for line in text.splitlines():
        if "uses:" in line and not line.lstrip().startswith("#"):
            assert PINNED.match(line), line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_expression_is_pasted_into_a_script(path: Path) -> None:
    for script in _names(yaml.safe_load(path.read_text())):
        assert "${{" not in script, script


def test_the_same_action_is_the_same_commit_everywhere() -> None:
    found: dict[str, set[str]] = {}
    for path in FILES:
        for name, commit in re.findall(r"uses: ([\w./-]+)@(\S+)", path.read_text()):
            found.setdefault(name, set()).add(commit)
    assert all(len(commits) == 1 for commits in found.values()), found


@pytest.mark.parametrize(
    "entry",
    [hook["entry"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())],
)
def test_hooks_call_what_exists(entry: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "a.pkl").write_bytes(b"cos\nsystem\n(S'echo seamark'\ntR.")
    words = [sys.executable, "-m", *shlex.split(entry)]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_what_looks_at_staged_files_runs_where_files_are_staged() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        assert hook["stages"] == ["pre-commit"] or "--staged" not in hook["entry"]
