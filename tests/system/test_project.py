"""init, check and baseline on real directories; git with a real repository."""

import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from cli.conftest import CLEAN, HOSTILE, REVIEW, UNCLEAR, Runner, seamark  # noqa: F401

from seamark.system.project_file import parse_project

YAML = "system: {name: demo, owner: ana}\n"


def test_init_writes_what_check_reads(seamark: Runner) -> None:  # noqa: F811
    seamark.write("models/a.pkl", CLEAN)
    seamark.write('models/"odd: #name\\.pkl', CLEAN)
    seamark.write("README.md", "# nothing\n")
    seamark.write(".gitignore", "dist")
    ran = seamark("init")
    assert ran.code == 0, ran.err
    text = (seamark.folder / "seamark.yaml").read_text()
    project = parse_project(text)
    assert [model.path for model in project.models] == ['models/"odd: #name\\.pkl', "models/a.pkl"]
    assert yaml.safe_load(text)["system"]["name"] == "project"
    assert (seamark.folder / ".gitignore").read_text() == "dist\n.seamark/\n"
    assert seamark("check").code == 0
    again = seamark("init")
    assert again.code == 2
    assert "--force" in again.err
    assert seamark("init", "--force").code == 0
    assert (seamark.folder / ".gitignore").read_text().count(".seamark") == 1


def test_init_names_what_a_clone_has_and_what_is_a_model(seamark: Runner) -> None:  # noqa: F811
    seamark.git("init", "-q")
    seamark.write(".gitignore", "built/\n")
    for number in range(25):
        seamark.write(f"models/m{number}.pkl", CLEAN)
    seamark.write("built/c.pkl", CLEAN)
    seamark.write("kept.pkl", CLEAN)
    seamark.write("tool", b"\x7fELF\x02\x01\x01" + bytes(200))
    for name, member in (("docs.zip", "a.txt"), ("packed.zip", "a.pkl")):
        with zipfile.ZipFile(seamark.folder / name, "w") as file:
            file.writestr(member, CLEAN if member == "a.pkl" else b"hello")
    ran = seamark("init")
    assert "Ignored by git, so not named but scanned all the same: 1." in ran.err
    project = parse_project((seamark.folder / "seamark.yaml").read_text())
    assert [model.path for model in project.models] == ["kept.pkl", "packed.zip", "models/*.pkl"]
    (seamark.folder / "built/c.pkl").unlink()
    (seamark.folder / "tool").unlink()
    assert seamark("check").code == 0


def test_the_example_lines_of_init_are_valid(seamark: Runner) -> None:  # noqa: F811
    seamark("init")
    lines = (seamark.folder / "seamark.yaml").read_text().splitlines()
    opened = [
        line.replace("#", " ", 1) if line.startswith("#  ") else line.replace(": []", ":")
        if line.startswith(("gates", "waivers")) else line
        for line in lines
    ]  # fmt: skip
    project = parse_project("\n".join(opened))
    assert project.gates[0].name == "nothing-new"
    assert project.waivers[0].owner == "ana"


def test_a_baseline_holds_old_findings_and_new_ones_fail(seamark: Runner) -> None:  # noqa: F811
    seamark.write("seamark.yaml", YAML)
    seamark.write("a.pkl", REVIEW)
    assert seamark("check").code == 1
    assert seamark("baseline", "create").code == 0
    assert seamark("baseline", "create").code == 2
    ran = seamark("check", "--format", "json")
    assert ran.code == 0
    assert ran.json["files"][0]["findings"][0]["standing"]["status"] == "baseline"
    assert ran.json["files"][0]["findings"][0]["standing"]["owner"] == "ana"
    path = seamark.folder / "seamark.baseline.json"
    data = json.loads(path.read_text())
    first = (date.today() - timedelta(days=30)).isoformat()
    data["entries"][0]["first_seen"] = first
    path.write_text(json.dumps(data))
    seamark.write("b.pkl", HOSTILE)
    assert seamark("check").code == 1
    assert seamark("baseline", "update", "--owner", "bo").code == 0
    entries = {e["path"]: e for e in json.loads(path.read_text())["entries"]}
    assert (entries["a.pkl"]["first_seen"], entries["a.pkl"]["owner"]) == (first, "ana")
    assert entries["b.pkl"]["owner"] == "bo"
    assert "30 days  ana" in seamark("baseline", "show").out
    (seamark.folder / "a.pkl").unlink()
    assert seamark("baseline", "prune").code == 0
    assert {e["path"] for e in json.loads(path.read_text())["entries"]} == {"b.pkl"}


@pytest.mark.parametrize("damage", ["{", "[]", '{"schema": "x"}', "\x00"])
def test_a_damaged_baseline_stops_the_check(seamark: Runner, damage: str) -> None:  # noqa: F811
    seamark.write("seamark.baseline.json", damage)
    assert seamark("check").code == 2


def _waiver(day: date) -> str:
    return (
        f"{YAML}waivers:\n- {{rule: '*', path: a.pkl, owner: ana, reason: Ours., expires: {day}}}\n"
    )


def test_a_waiver_expires(seamark: Runner) -> None:  # noqa: F811
    seamark.write("a.pkl", HOSTILE)
    seamark.write("seamark.yaml", _waiver(date.today()))
    assert seamark("check").code == 0
    seamark.write("seamark.yaml", _waiver(date.today() - timedelta(days=1)))
    ran = seamark("check", "--format", "json")
    assert ran.code == 1
    assert [f["rule"] for f in ran.json["findings"]] == ["GAT001"]
    standings = [f["standing"]["status"] for f in ran.json["files"][0]["findings"]]
    assert set(standings) == {"reopened"}
    assert "expired waiver" in ran.json["exit_reason"]


def test_a_waived_unclear_file_stays_unclear(seamark: Runner) -> None:  # noqa: F811
    seamark.write("a.pkl", UNCLEAR)
    seamark.write("seamark.yaml", _waiver(date.today()))
    ran = seamark("check", "--format", "json")
    assert ran.code == 0, ran.json["exit_reason"]
    assert ran.json["files"][0]["verdict"] == "unclear"


def test_paths_do_not_depend_on_where_check_is_called(seamark: Runner) -> None:  # noqa: F811
    seamark.write("sub/m/a.pkl", HOSTILE)
    seamark.write("sub/seamark.yaml", YAML)
    reports = [
        seamark("check", where, "-f", "json").json["files"]
        for where in ("sub", "./sub/", "sub/seamark.yaml", str(seamark.folder / "sub"))
    ]
    assert all(report == reports[0] for report in reports)
    assert [file["path"] for file in reports[0]] == ["seamark.yaml", "m/a.pkl"]


def test_a_folder_of_a_project_is_judged_by_the_project(seamark: Runner) -> None:  # noqa: F811
    seamark.write("seamark.yaml", YAML)
    seamark.write("models/deep/a.pkl", HOSTILE)
    seamark.write("empty/README.md", "# nothing\n")
    seamark.folder = seamark.folder / "empty"
    ran = seamark("check", "-f", "json")
    assert ran.code == 1
    assert ran.json["target"] == "demo"
    assert "models/deep/a.pkl" in [file["path"] for file in ran.json["files"]]
    assert "seamark.yaml applies here" in ran.err
    assert seamark("check", "--quiet").err == ""


def test_the_search_ends_where_the_repository_does(seamark: Runner) -> None:  # noqa: F811
    seamark.write("seamark.yaml", YAML)
    seamark.write("clone/models/a.pkl", CLEAN)
    (seamark.folder / "clone/.git").mkdir()
    ran = seamark("check", "clone/models")
    assert ran.code == 0
    assert "Defaults apply" in ran.out
    assert "Defaults apply" not in seamark("check").out
    seamark.write("clone/seamark.yml", YAML)
    assert seamark("check", "clone/models").code == 2


def test_an_excluded_model_is_not_called_missing(seamark: Runner) -> None:  # noqa: F811
    seamark.write("old/a.pkl", CLEAN)
    seamark.write("b.pkl", CLEAN)
    models = "models: [old/a.pkl, b.pkl, gone.pkl]\nscan: {exclude: [old]}\n"
    seamark.write("seamark.yaml", YAML + models)
    ran = seamark("check")
    assert ran.code == 3
    told = " ".join(ran.out.split())
    assert told.count("the model old/a.pkl, and it was not examined: old is excluded.") == 1
    assert told.count("the model gone.pkl, and there is no such file.") == 1


def test_a_project_of_our_own_files_holds_nothing(seamark: Runner) -> None:  # noqa: F811
    seamark("init")
    ran = seamark("check")
    assert ran.code == 3
    assert "Nothing was found to examine." in ran.out
    seamark.write("a.pkl", CLEAN)
    assert seamark("check").code == 0


def test_a_hostile_finding_is_held_but_named(seamark: Runner) -> None:  # noqa: F811
    seamark.write("seamark.yaml", YAML)
    seamark.write("a.pkl", HOSTILE)
    seamark.write("b.pkl", REVIEW)
    ran = seamark("baseline", "create", "--quiet")
    assert ran.code == 0
    assert ran.err == "1 hostile finding is now held: a.pkl\n"
    assert seamark("baseline", "update", "--quiet").err == ""


def test_what_is_said_beside_the_report(seamark: Runner) -> None:  # noqa: F811
    seamark.write("m/a.pkl", CLEAN)
    assert "does not read" not in seamark("scan").err
    seamark.write("seamark.yaml", "system: {name: demo}\n")
    assert "Nobody owns this system" in seamark("check").err
    ran = seamark("scan", "m", "-f", "json")
    assert "scan does not read" in ran.err
    assert seamark("scan", "-f", "json").json["target"] == "project"
    seamark.write("seamark.yaml", YAML)
    assert seamark("check").err == ""


@pytest.fixture
def repository(seamark: Runner) -> Runner:  # noqa: F811
    seamark.git("init", "-q", "-b", "main")
    seamark.write("old.pkl", REVIEW)
    seamark.git("add", ".")
    seamark.git("commit", "-qm", "one")
    return seamark


def _paths(runner: Runner, *words: str) -> tuple[int, list[str]]:
    ran = runner(*words, "-f", "json")
    assert ran.out, ran.err
    return ran.code, [file["path"] for file in ran.json["files"]]


def test_changed_since(repository: Runner) -> None:
    assert _paths(repository, "check", "--changed-since", "main") == (0, [])
    repository.git("checkout", "-qb", "work")
    repository.write("new.pkl", HOSTILE)
    repository.write('odd\n"näme.pkl', CLEAN)
    assert _paths(repository, "check", "--changed-since", "main")[0] == 1
    repository.git("add", ".")
    repository.git("commit", "-qm", "two")
    code, paths = _paths(repository, "check", "--changed-since", "main")
    assert (code, paths) == (1, ["new.pkl", 'odd\n"näme.pkl'])
    assert _paths(repository, "scan", ".", "--changed-since", "main")[1] == paths
    repository.git("rm", "-q", "new.pkl")
    assert _paths(repository, "check", "--changed-since", "main")[0] == 0
    assert repository("check", "--changed-since", "nothing").code == 2
    assert repository("check", "--changed-since", "--output=x").code == 2
    assert repository("check", "--changed-since", "main", "--staged").code == 2


def test_staged_is_what_the_commit_would_hold(repository: Runner) -> None:
    assert _paths(repository, "scan", ".", "--staged") == (0, [])
    repository.write("m/new.pkl", HOSTILE)
    repository.git("add", ".")
    repository.write("m/new.pkl", CLEAN)  # the working tree looks harmless
    assert _paths(repository, "scan", ".", "--staged") == (1, ["m/new.pkl"])
    assert _paths(repository, "scan", "m", "--staged") == (1, ["m/new.pkl"])
    assert _paths(repository, "scan", "old.pkl", "--staged") == (0, [])
    repository.git("add", ".")
    repository.write("m/new.pkl", HOSTILE)
    assert _paths(repository, "check", "--staged") == (0, ["m/new.pkl"])


def test_a_repository_cannot_make_git_run_programs(repository: Runner, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command"):
        repository.git("config", name, str(trap))
    repository.write(".gitattributes", "*.pkl diff=x\n")
    repository.write("new.pkl", CLEAN)
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert repository("check", "--changed-since", "main").code in (0, 1)
    assert not (tmp_path / "sprung").exists()


def test_outside_a_repository(seamark: Runner) -> None:  # noqa: F811
    seamark.write("a.pkl", CLEAN)
    ran = seamark("check", "--staged")
    assert ran.code == 2
    assert "git working tree" in ran.err


def test_receipts_come_with_a_project_and_their_key_does_not(seamark: Runner) -> None:  # noqa: F811
    seamark.write("a.pkl", CLEAN)
    assert seamark("scan", ".").code == 0
    assert not (seamark.folder / ".seamark").exists()
    seamark.write("seamark.yaml", YAML)
    assert seamark("check").code == 0
    key = seamark.folder.parent / "home/config/seamark/receipts.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    ran = seamark("check", "-f", "json")
    assert ran.code == 0
    assert "can be read or changed by others" in str(ran.json["attributes"])
