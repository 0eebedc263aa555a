"""Plans for small projects and a made-up table of advisories."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from seamark.core.components import Component
from seamark.scan.dependencies.advisories.model import Advisory, Match, State
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import take_inventory
from seamark.scan.dependencies.settings import Settings
from seamark.scan.dependencies.upgrade import views
from seamark.scan.dependencies.upgrade.model import Means, Plan
from seamark.scan.dependencies.upgrade.planning import make_plan
from seamark.scan.dependencies.versions import ordering

TODAY = date(2026, 1, 2)
Range = tuple[str, str, str]
"""An advisory: from a version, up to the one that is fixed (empty for none)."""

ADVISORIES: Mapping[str, tuple[Range, ...]] = {
    "a": (("CVE-1", "0", "1.2"), ("CVE-2", "1.2", "1.3"), ("CVE-3", "0", "1.1")),
    "b": (("CVE-4", "0", "2.0"),),
    "branches": (("CVE-5", "1.0", "1.5"), ("CVE-5", "2.0", "2.3")),
    "hopeless": (("CVE-6", "0", ""),),
    "early": (("CVE-7", "0", "2.0rc1"), ("CVE-8", "0", "1.9")),
    "only-early": (("CVE-9", "0", "2.0rc1"),),
}


class Table:
    """A book of ranges."""

    known: Mapping[str, tuple[Range, ...]] = ADVISORIES
    state = State(
        path="table",
        digest="",
        newest="2026-01-01",
        imported="2026-01-01",
        advisories=9,
        ecosystems={"PyPI": 9, "npm": 9},
        days={"PyPI": "2026-01-01", "npm": "2026-01-01"},
        sources=(),
    )

    def covers(self, ecosystem: str) -> bool:
        return ecosystem in self.state.ecosystems

    def affecting(self, component: Component) -> tuple[Match, ...]:
        order = ordering(component.ecosystem)
        if not component.version or order is None:
            return ()
        found = []
        for name, begin, fixed in self.known.get(component.name, ()):
            low = order.key(begin if begin != "0" else "0.0.0" if order.rules == "SemVer" else "0")
            inside = low <= order.key(component.version)
            if inside and not (fixed and order.key(component.version) >= order.key(fixed)):
                found.append(Match(advisory=Advisory(id=name), fixed=(fixed,) if fixed else ()))
        return tuple(found)


def plan(folder: Path, files: Mapping[str, str], settings: Settings = Settings()) -> Plan:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    found = [each for each in find_sources(str(folder)) if not isinstance(each, str)]
    inventory = take_inventory(found, root=str(folder))
    return make_plan(Case(inventory=inventory, settings=settings, book=Table(), today=TODAY))


def targets(made: Plan) -> dict[str, str]:
    return {each.name: each.target for each in made.changes}


def apply(folder: Path, made: Plan, program: str) -> None:
    (folder / "p.patch").write_bytes(made.patch.encode())
    words = ["git", "apply", "p.patch"] if program == "git" else ["patch", "-p1", "-i", "p.patch"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    (folder / "p.patch").unlink()


@pytest.mark.parametrize("program", ["git", "patch"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_applied_patch_clears_everything(tmp_path: Path, program: str, ending: str) -> None:
    if shutil.which(program) is None:
        pytest.fail(f"{program} is not installed")
    lines = [
        "# -*- coding: utf-8 -*- \u00e9",
        "a==1.0",
        "B[x] == 1.0 ; python_version > '3'  # why",
        "c==1",
    ]
    files = {
        "requirements.txt": ending.join(lines),
        "my app/requirements.txt": f"b \\{ending}  ==1.0{ending}",
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["a==1.0", "b==1.0"]\n',
    }
    if ending == "\r\n" and program == "patch":
        files = {"requirements.txt": files["requirements.txt"]}
    made = plan(tmp_path, files)
    assert made.changes
    assert made.blocked == ()
    assert all(use.means is Means.PATCH for each in made.changes for use in each.uses), made
    apply(tmp_path, made, program)
    after = plan(tmp_path, {})
    assert (after.changes, after.blocked, after.patch) == ((), (), "")
    assert (
        f"{ending}a==1.3{ending}B[x] == 2.0 ;".encode()
        in (tmp_path / "requirements.txt").read_bytes()
    )


def test_the_lowest_version_that_nothing_affects(tmp_path: Path) -> None:
    made = plan(tmp_path, {"requirements.txt": "a==1.0\nbranches==1.1\nearly==1.0\n"})
    assert targets(made) == {"a": "1.3", "branches": "1.5", "early": "2.0rc1"}
    assert next(each for each in made.changes if each.name == "a").clears == ("CVE-1", "CVE-3")
    assert targets(plan(tmp_path, {"requirements.txt": "branches==2.1\n"})) == {"branches": "2.3"}


def test_what_has_no_fix_stays_and_is_told(tmp_path: Path) -> None:
    made = plan(tmp_path, {"requirements.txt": "hopeless==1.0\na==1.2\n"})
    assert targets(made) == {"a": "1.3"}
    (blocked,) = made.blocked
    assert (blocked.name, blocked.advisories) == ("hopeless", ("CVE-6",))
    assert "no version is known" in blocked.reason


def test_declared_ranges_bind(tmp_path: Path) -> None:
    made = plan(
        tmp_path, {"requirements.txt": "b==1.0\na==1.0\n", "requirements.in": "b<2\na>=1\n"}
    )
    assert targets(made) == {"a": "1.3"}
    (blocked,) = made.blocked
    assert blocked.constraints[0].by == "requirements.in:1"
    assert "2.0 would clear it" in blocked.reason
    assert "requirements.in:1 asks for <2" in blocked.reason


def test_projects_beside_each_other_do_not_bind(tmp_path: Path) -> None:
    made = plan(tmp_path, {"x/requirements.txt": "b==1.0\n", "y/requirements.in": "b<2\n",
                           "y/requirements.txt": "b==3\n"})  # fmt: skip
    assert targets(made) == {"b": "2.0"}


def test_declarations_above_bind(tmp_path: Path) -> None:
    made = plan(
        tmp_path,
        {"requirements/base.txt": "b==1.0\n",
         "pyproject.toml": '[project]\nname = "x"\ndependencies = ["b<2"]\n'},
    )  # fmt: skip
    assert made.changes == ()
    assert made.blocked[0].constraints[0].by == "pyproject.toml:3"


POETRY = """
[[package]]
name = "a"
version = "1.0"
optional = false
python-versions = "*"
files = []

[package.dependencies]
b = "{wanted}"

[[package]]
name = "b"
version = "1.0"
optional = false
python-versions = "*"
files = []

[[package]]
name = "c"
version = "1.0"
optional = false
python-versions = "*"
files = []

[package.dependencies]
b = "{other}"

[metadata]
lock-version = "2.0"
python-versions = "*"
content-hash = "0000"
"""


def test_needs_of_what_stays_bind_and_of_what_changes_are_told(tmp_path: Path) -> None:
    made = plan(tmp_path, {"poetry.lock": POETRY.format(wanted="<2", other=">=1")})
    assert targets(made) == {"a": "1.3", "b": "2.0"}
    assert next(each for each in made.changes if each.name == "b").together == ("a",)
    assert [each.line for each in made.commands] == ["poetry update a b"]
    assert made.patch == ""
    made = plan(tmp_path, {"poetry.lock": POETRY.format(wanted="*", other="<2")})
    assert targets(made) == {"a": "1.3"}
    (blocked,) = made.blocked
    assert "c 1.0 (poetry.lock) asks for <2" in blocked.reason
    assert "c must change, too" in blocked.reason


def test_unreadable_constraints_bind(tmp_path: Path) -> None:
    made = plan(tmp_path, {"poetry.lock": POETRY.format(wanted="*", other="^1 || nonsense")})
    assert [each.name for each in made.blocked] == ["b"]


def test_hashes_are_never_invented(tmp_path: Path) -> None:
    digest = "sha256:" + "0" * 64
    made = plan(
        tmp_path,
        {"requirements.in": "a\n", "requirements.txt": f"a==1.0 \\\n    --hash={digest}\nb==1.0 "
                                                       f"--hash={digest}\n"},
    )  # fmt: skip
    assert made.patch == ""
    assert [each.line for each in made.commands] == [
        "uv pip compile --generate-hashes --upgrade-package a==1.3 --upgrade-package b==2.0 "
        "requirements.in -o requirements.txt"
    ]
    assert made.commands[0].note == ""


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        ("uv.lock", 'version = 1\n[[package]]\nname = "b"\nversion = "1.0"\n'
                    'source = {registry = "https://pypi.org/simple"}\n',
         "uv lock --upgrade-package b==2.0"),
        ("pdm.lock", '[metadata]\nlock_version = "4.5.0"\n'
                     '[[package]]\nname = "b"\nversion = "1.0"\n',
         "pdm update --update-reuse b"),
        ("Pipfile.lock", '{"_meta": {"pipfile-spec": 6}, "default": {"b": {"version": "==1.0"}}, '
                         '"develop": {}}', "pipenv upgrade b==2.0"),
    ],
)  # fmt: skip
def test_locks_are_left_to_their_tools(tmp_path: Path, name: str, text: str, command: str) -> None:
    made = plan(tmp_path, {name: text})
    assert [each.line for each in made.commands] == [command]
    assert made.patch == ""


NPM = {
    "name": "x", "lockfileVersion": 3,
    "packages": {
        "": {"name": "x", "dependencies": {"b": "{wanted}", "c": "1.0.0"}},
        "node_modules/b": {"version": "1.0.0"},
        "node_modules/c": {"version": "1.0.0", "dependencies": {"a": "{needed}"}},
        "node_modules/a": {"version": "1.0.0"},
    },
}  # fmt: skip
NPM_ADVISORIES: Mapping[str, tuple[Range, ...]] = {
    "a": (("CVE-1", "0", "1.3.0"),),
    "b": (("CVE-4", "0", "2.0.0"),),
}


@pytest.mark.parametrize(
    ("wanted", "needed", "changed", "blocked"),
    [
        ("*", "^1.0.0", {"a": "1.3.0", "b": "2.0.0"}, []),
        ("^1.0.0", "^1.0.0", {"a": "1.3.0"}, ["b"]),
        ("1.0.0 || 2", "~1.0.0", {"b": "2.0.0"}, ["a"]),
    ],
)
def test_ranges_of_npm_bind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, needed: str,
    changed: dict[str, str], blocked: list[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(Table, "known", NPM_ADVISORIES)
    text = json.dumps(NPM).replace("{wanted}", wanted).replace("{needed}", needed)
    made = plan(tmp_path, {"package-lock.json": text})
    assert targets(made) == changed
    assert [each.name for each in made.blocked] == blocked


def test_what_is_not_assessed_is_a_gap(tmp_path: Path) -> None:
    made = plan(tmp_path, {"requirements.txt": "a==1.3\nnot a requirement ???\nopen>=1\n"})
    assert made.changes == ()
    assert any("requirements.txt:2" in gap for gap in made.gaps)
    assert any("open" in gap for gap in made.gaps)


def test_a_patched_list_can_be_tried_and_compiled_anew(tmp_path: Path) -> None:
    files = {"app/requirements.in": "a\nb\n", "app/requirements.txt": "a==1.0\nb==1.0\n"}
    (trial,) = plan(tmp_path, files).trials
    assert trial.path == "app/requirements.txt"
    assert trial.line == "pip install --dry-run -r requirements.txt"
    assert trial.otherwise == (
        "uv pip compile --upgrade-package 'a>=1.3' --upgrade-package 'b>=2.0' "
        "requirements.in -o requirements.txt"
    )
    (trial,) = plan(tmp_path / "alone", {"requirements.txt": "a==1.0\n"}).trials
    assert trial.otherwise == ""


def test_files_that_a_patch_cannot_tell_are_left_alone(tmp_path: Path) -> None:
    made = plan(tmp_path, {"requirements.txt": "a==1.0\x0cb==1.0\n"})
    assert made.patch == ""


def test_the_plan_is_the_same_every_time(tmp_path: Path) -> None:
    files = {"requirements.txt": "b==1.0\na==1.0\nhopeless==1\n", "requirements.in": "a==1.0\n"}
    first, second = plan(tmp_path, files), plan(tmp_path, files)
    assert first == second
    text = views.as_json(first, state=Table.state, exit_code=1, exit_reason="x")
    assert text == views.as_json(second, state=Table.state, exit_code=1, exit_reason="x")
    assert json.loads(text)["schema"] == views.SCHEMA


def test_the_text_names_everything(tmp_path: Path) -> None:
    lock = POETRY.format(wanted="<2", other="*")
    made = plan(tmp_path, {"requirements.txt": "b==1.0\nhopeless==1\n?\n", "poetry.lock": lock})
    text = views.as_text(made, exit_reason="The end.", patch_file="x.patch")
    for word in ("b 1.0 -> 2.0", "CVE-4", "hopeless 1 stays", "poetry update", "git apply x.patch",
                 "Not assessed", "limited by a", "pip install --dry-run", "The end."):  # fmt: skip
        assert word in text
