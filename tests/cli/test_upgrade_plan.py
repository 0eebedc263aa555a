import json
import subprocess
from pathlib import Path

import pytest

from seamark.cli.app import run

PINS = "jinja2==2.11.2\nsome-internal-thing==1.0\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEAMARK_ADVISORIES", str(tmp_path / "none"))  # the shipped snapshot
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text(PINS)
    monkeypatch.chdir(folder)
    return folder


def test_the_patch_of_a_file_applies_and_clears(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["upgrade-plan", "-o", "../up.patch"]) == 1
    assert "jinja2 2.11.2 -> " in capsys.readouterr().out
    subprocess.run(["git", "apply", "../up.patch"], cwd=project, check=True)
    assert "jinja2==2.11.2" not in (project / "requirements.txt").read_text()
    assert run(["upgrade-plan"]) == 3  # nothing to change, and the snapshot is old
    assert run(["upgrade-plan", "--allow-incomplete"]) == 0


def test_json_says_all_of_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["upgrade-plan", str(project), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "seamark.upgrade-plan/1"
    assert document["exit_code"] == 1
    assert document["changes"][0]["name"] == "jinja2"
    assert document["patch"].startswith("--- a/requirements.txt\n")
    assert document["database"]
    assert document["gaps"]


def test_the_patch_on_stdout_is_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["upgrade-plan", "--output", "-"]) == 1
    assert capsys.readouterr().out.startswith("--- a/requirements.txt\n")


def test_no_patch_is_no_file(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "requirements.txt").write_text("some-internal-thing==1.0\n")
    assert run(["upgrade-plan", "-o", str(tmp_path / "x.patch")]) == 3
    assert not (tmp_path / "x.patch").exists()
    assert "nothing to patch" in capsys.readouterr().err


def test_a_folder_without_lists_is_not_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAMARK_ADVISORIES", str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    assert run(["upgrade-plan", str(tmp_path / "empty")]) == 3


def test_without_a_database_nothing_is_planned(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken.sqlite").write_text("no database")
    assert run(["upgrade-plan", "--db", "broken.sqlite"]) == 3
    assert "Not assessed" in capsys.readouterr().out


def test_errors_of_use(project: Path) -> None:
    assert run(["upgrade-plan", "absent"]) == 2
    assert run(["upgrade-plan", "-o", str(project)]) == 2
