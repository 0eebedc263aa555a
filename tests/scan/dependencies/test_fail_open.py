"""No way to a pass: whatever could not be assessed is told, and the exit code is not 0.

Each case is a project that passes, with one thing changed, through ``seamark scan``'s own
function. The advisory database is fresh and knows one bad package, so that a case that fails does
so for its own reason, which is checked by rule.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from seamark.core.policy import FailOn
from seamark.core.verdicts import ExitCode
from seamark.scan.dependencies.advisories.assembling import Input
from seamark.scan.dependencies.advisories.build import build
from seamark.scan.dependencies.advisories.database import open_book
from seamark.scan.dependencies.advisories.location import digest_of_file
from seamark.scan.dependencies.settings import Settings
from seamark.system.scan import Judged, ScanRequest, scan

TODAY = date(2026, 11, 23)
DATA = Path(__file__).parents[2] / "data" / "dependencies"
HASH = "ab" * 32
COMMIT = "0123456789abcdef0123456789abcdef01234567"

Change = Callable[[Path], None]
Files = Mapping[str, str | bytes]


def _record(identifier: str, name: str, **more: object) -> dict[str, object]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
    }
    return {"id": identifier, "modified": "2026-11-20T00:00:00Z", "affected": [affected], **more}


@pytest.fixture(scope="session")
def advisories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of databases with one fresh database in use."""
    records = tmp_path_factory.mktemp("records")
    unscored = _record("TEST-1", "badpkg")
    (records / "one.json").write_text(json.dumps(unscored))
    home = tmp_path_factory.mktemp("advisories")
    target = home / "new.sqlite"
    build(str(target), [Input(path=str(records))])
    name = digest_of_file(str(target)).replace(":", "-") + ".sqlite"
    target.rename(home / name)
    (home / "current").write_text(name + "\n")
    return home


@pytest.fixture
def project(tmp_path: Path, advisories: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that passes; its folder is the working directory."""
    monkeypatch.setenv("SEAMARK_ADVISORIES", str(advisories))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good").mkdir()
    (tmp_path / "good/requirements.txt").write_text(f"goodpkg==1.0 --hash=sha256:{HASH}\n")
    return tmp_path


def _scan(*, fail_on: str = "review", today: date = TODAY) -> Judged:
    request = ScanRequest(
        paths=(".",), only=("dependencies",), receipts=False, jobs=1, fail_on=FailOn.parse(fail_on)
    )
    return scan(request, today=today)


def _rules(judged: Judged) -> set[str]:
    return {finding.rule.id for finding in judged.report.all_findings()}


def _write(files: Files) -> Change:
    def change(root: Path) -> None:
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def _requirements(text: str | bytes) -> Change:
    return _write({"requirements.txt": text})


def _pyproject(text: str) -> Change:
    head = '[project]\nname = "app"\nversion = "1"\n'
    return _write({"pyproject.toml": head + text})


def _npm(**more: object) -> str:
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": {"": {}}, **more})


def _setup(text: str) -> Change:
    return _write({"setup.py": "from setuptools import setup\n" + text})


def _directory(root: Path) -> None:
    (root / "requirements.txt").mkdir()
    (root / "requirements.txt/notes").write_text("badpkg==1.0\n")


def _fifo(root: Path) -> None:
    os.mkfifo(root / "requirements.txt")


def _pipe_beside_a_module(root: Path) -> None:
    os.mkfifo(root / "setup.py")
    (root / "__init__.py").touch()


def _link_outside(root: Path) -> None:
    outside = root.parent / f"{root.name}-outside.txt"
    outside.write_text("badpkg==1.0\n")
    (root / "requirements.txt").symlink_to(outside)


def _link_broken(root: Path) -> None:
    (root / "requirements.txt").symlink_to(root / "absent.txt")


def _link_loop(root: Path) -> None:
    (root / "requirements.txt").symlink_to(root / "requirements.txt")


_FILE = "https://files.pythonhosted.org/packages/badpkg-1.0-py3-none-any.whl"
_SOURCE = 'source = { registry = "https://pypi.org/simple" }'
_LOCKED = f'version = 1\n[[package]]\nname = "badpkg"\nversion = "1.0"\n{_SOURCE}\n'
_ENTRY = 'name = "badpkg"\nversion = "3.0"\n'
OTHER_FILES = {
    "uv.lock": f"version = 1\n[[package]]\n{_ENTRY}{_SOURCE}\n"
    f'wheels = [{{ url = "{_FILE}", hash = "sha256:{HASH}" }}]\n',
    "poetry.lock": f"[[package]]\n{_ENTRY}"
    f'files = [{{file = "badpkg-1.0-py3-none-any.whl", hash = "sha256:{HASH}"}}]\n'
    '[metadata]\nlock-version = "2.1"\n',
    "pdm.lock": f'[metadata]\nlock_version = "4.5.0"\n[[package]]\n{_ENTRY}'
    f'files = [{{file = "badpkg-1.0.tar.gz", hash = "sha256:{HASH}"}}]\n',
    "pylock.toml": f'lock-version = "1.0"\n[[packages]]\n{_ENTRY}'
    f'archive = {{url = "{_FILE}", hashes = {{sha256 = "{HASH}"}}}}\n',
    "package-lock.json": json.dumps(
        {
            "lockfileVersion": 3,
            "packages": {
                "": {},
                "node_modules/badpkg": {
                    "version": "3.0.0",
                    "resolved": "https://registry.npmjs.org/badpkg/-/badpkg-1.0.0.tgz",
                },
            },
        }
    ),
}
"""Locks that say one version and fetch another: installers follow the file."""

CASES: dict[str, tuple[Change, str]] = {
    # Requirements
    "name skipped": (_requirements("good pkg==1.0\n"), "PIN002"),
    "version open": (_requirements("torch\n"), "PIN010"),
    "version in a range": (_requirements("torch>=2\n"), "PIN010"),
    "version with a wildcard": (_requirements("torch==2.*\n"), "PIN010"),
    "version that is none of PEP 440": (_requirements("torch==two\n"), "PIN002"),
    "arbitrary equality that is no version": (_requirements("torch===two\n"), "PIN016"),
    "pin that cannot be parsed": (_requirements("torch====2.1\n"), "PIN016"),
    "marker that cannot be parsed": (_requirements("torch==2.1; os is linux\n"), "PIN002"),
    "environment variable": (_requirements("${TORCH}\n"), "PIN002"),
    "repository at a branch": (_requirements("torch @ git+https://a.org/t@main\n"), "PIN011"),
    "repository at a commit": (_requirements(f"torch @ git+https://a.org/t@{COMMIT}\n"), "PIN013"),
    "editable repository": (_requirements("-e git+https://a.org/t#egg=torch\n"), "PIN011"),
    "repository without a name": (_requirements("git+https://a.org/t\n"), "PIN002"),
    "address": (_requirements("torch @ https://a.org/torch-2.1-py3-none-any.whl\n"), "PIN012"),
    "address without a name": (_requirements("https://a.org/latest.zip\n"), "PIN002"),
    "folder outside": (_requirements("-e ../elsewhere\n"), "PIN002"),
    "include missing": (_requirements("-r absent.txt\n"), "PIN002"),
    "include from elsewhere": (_requirements("-r https://a.org/requirements.txt\n"), "PIN002"),
    "include outside": (_requirements("-r ../../requirements.txt\n"), "PIN002"),
    "include that is a circle": (
        _write({"requirements.txt": "-r b.txt\n", "b.txt": "-r requirements.txt\n"}),
        "PIN002",
    ),
    "include that cannot be read": (
        _write({"requirements.txt": "-r b.txt\n", "b.txt": b"torch==2.1\xff\n"}),
        "PIN001",
    ),
    "UTF-16 without a mark": (_requirements("badpkg==1.0\n".encode("utf-16-le")), "PIN002"),
    "UTF-16 with a mark": (_requirements("badpkg==1.0\n".encode("utf-16")), "VUL005"),
    "UTF-8 with a mark": (_requirements(b"\xef\xbb\xbfbadpkg==1.0\n"), "VUL005"),
    "old Mac lines": (_requirements("goodpkg==1.0\rbadpkg==1.0\r"), "VUL005"),
    "hidden behind a continued comment": (
        _requirements("# nothing \\\nbadpkg==1.0\n"),
        "VUL005",
    ),
    "one line of 100 MB": (_requirements(b"torch==" + b"1" * (100 << 20) + b"\n"), "PIN002"),
    "zero bytes": (_requirements(b"badpkg==1.0\0\n"), "PIN002"),
    "not UTF-8": (_requirements(b"torch==2.1 # \xff\n"), "PIN001"),
    "page in place of a list": (_requirements("<html>404</html>\n"), "PIN002"),
    "two pins": (_requirements("torch==2.1\ntorch==2.2\n"), "PIN025"),
    "pin for nobody beside an open entry": (
        _requirements("torch==2.1; python_version < '2'\ntorch\n"),
        "PIN010",
    ),
    "pin for old ones beside an open entry": (
        _requirements("torch==2.1; python_version < '3.8'\ntorch\n"),
        "PIN010",
    ),
    "pin for another platform beside an open entry": (
        _requirements("torch==2.1; sys_platform == 'win32'\ntorch<2; sys_platform == 'linux'\n"),
        "PIN010",
    ),
    "constraint that the entry excludes": (
        _write({"requirements.txt": "torch<2\n-c pins.txt\n", "pins.txt": "torch==2.1\n"}),
        "PIN010",
    ),
    # What is in place of a file
    "pipe in place of a program that looks like a module": (_pipe_beside_a_module, "PIN001"),
    "directory in place of a file": (_directory, "PIN001"),
    "pipe in place of a file": (_fifo, "PIN001"),
    "link that leads outside": (_link_outside, "PIN001"),
    "link that leads nowhere": (_link_broken, "PIN001"),
    "link in a circle": (_link_loop, "PIN001"),
    # Declarations
    "declared and not locked": (_pyproject('dependencies = ["torch>=2"]\n'), "PIN020"),
    "declared and pinned in a version that it excludes": (
        _write(
            {
                "pyproject.toml": '[project]\nname="a"\nversion="1"\ndependencies=["torch<2"]\n',
                "requirements.txt": "torch==2.1\n",
            }
        ),
        "PIN020",
    ),
    "declared by a program": (_pyproject('dynamic = ["dependencies"]\n'), "PIN002"),
    "declared with a wrong type": (_pyproject('dependencies = "torch"\n'), "PIN002"),
    "declared twice": (_pyproject("dependencies = []\ndependencies = []\n"), "PIN001"),
    "setup.py that computes": (_setup("setup(install_requires=open('r').read())\n"), "PIN002"),
    "setup.py that is none": (_setup("setup(\n"), "PIN001"),
    "lock without what is declared": (
        _write(
            {
                "pyproject.toml": '[project]\nname="a"\nversion="1"\ndependencies=["torch"]\n',
                "uv.lock": "version = 1\n",
            }
        ),
        "PIN021",
    ),
    # Locks
    "poetry.lock malformed": (_write({"poetry.lock": "[[package]\n"}), "PIN001"),
    "poetry.lock of another shape": (_write({"poetry.lock": "package = 1\n"}), "PIN001"),
    "poetry.lock without packages": (_write({"poetry.lock": "x = 1\n"}), "PIN001"),
    "poetry.lock entry without a version": (
        _write({"poetry.lock": "[[package]]\nname = 'torch'\n[metadata]\nlock-version='2.0'\n"}),
        "PIN010",
    ),
    "poetry.lock of the future": (
        _write({"poetry.lock": "package = []\n[metadata]\nlock-version = '9.0'\n"}),
        "PIN002",
    ),
    **{
        f"{name} whose file is of another version": (_write({name: text}), "PIN002")
        for name, text in OTHER_FILES.items()
    },
    "uv.lock of the first form": (
        _write({"uv.lock": _LOCKED.replace("[[package]]", "[[distribution]]")}),
        "VUL005",
    ),
    "pdm.lock malformed": (_write({"pdm.lock": "[[package"}), "PIN001"),
    "uv.lock malformed": (_write({"uv.lock": "version = "}), "PIN001"),
    "pylock.toml malformed": (_write({"pylock.toml": "lock-version = '1.0'\npackages = 1\n"}), ""),
    "Pipfile.lock malformed": (_write({"Pipfile.lock": "{"}), "PIN001"),
    "Pipfile.lock with a key twice": (
        _write({"Pipfile.lock": '{"default": {"a": {}, "a": {"version": "==1"}}}'}),
        "PIN001",
    ),
    "package-lock.json malformed": (_write({"package-lock.json": "{,}"}), "PIN001"),
    "package-lock.json with a key twice": (
        _write({"package-lock.json": '{"packages": {}, "packages": {}}'}),
        "PIN001",
    ),
    "package-lock.json nested deeply": (
        _write({"package-lock.json": '{"packages":' + "[" * 100_000}),
        "PIN001",
    ),
    "package-lock.json of an ecosystem without advisories": (
        _write({"package-lock.json": _npm(packages={"node_modules/chalk": {"version": "5.0.0"}})}),
        "VUL010",
    ),
    "package-lock.json without what its project asks for": (
        _write({"package-lock.json": _npm(packages={"": {"dependencies": {"chalk": "^5"}}})}),
        "PIN002",
    ),
    "lock that takes a package from a repository that nothing declares": (
        _write(
            {
                "pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "torch"\n'
                'version = "2.1"\n[packages.vcs]\ntype = "git"\n'
                f'url = "https://elsewhere.example/torch"\ncommit-id = "{COMMIT}"\n'
            }
        ),
        "SRC011",
    ),
    "conda-lock.yml with anchors": (
        _write({"conda-lock.yml": "a: &a [1]\npackage: [*a, *a]\n"}),
        "PIN001",
    ),
    "conda-lock.yml malformed": (_write({"conda-lock.yml": "package: [\n"}), "PIN001"),
    "environment.yml that includes": (
        _write({"environment.yml": "dependencies:\n  - pip:\n    - -r absent.txt\n"}),
        "PIN002",
    ),
    "environment.yml without versions": (
        _write({"environment.yml": "dependencies:\n  - numpy\n"}),
        "PIN010",
    ),
    "lock that is not fetched (LFS)": (
        _write({"poetry.lock": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"}),
        "PIN001",
    ),
    "lock that is empty": (_write({"uv.lock": ""}), ""),
    # Known kinds that are not read
    "yarn.lock": (
        _write({"package.json": '{"name": "a"}', "yarn.lock": "chalk@5:\n  version 5\n"}),
        "PIN001",
    ),
    "pnpm-lock.yaml": (_write({"pnpm-lock.yaml": "lockfileVersion: 9\n"}), "PIN001"),
    "Cargo.lock": (_write({"Cargo.lock": "version = 3\n"}), "PIN001"),
    "go.sum": (_write({"go.sum": "a.org/b v1.0.0 h1:x\n"}), "PIN001"),
    # What is installed
    "metadata without a name": (
        _write({"site-packages/x-1.dist-info/METADATA": "Metadata-Version: 2.1\nVersion: 1\n"}),
        "",
    ),
    "package without metadata": (
        _write({"site-packages/x-1.dist-info/RECORD": "x.py,,\n"}),
        "PIN002",
    ),
    "wheel that is damaged": (_write({"x-1.0-py3-none-any.whl": b"PK\3\4 cut off"}), "PIN001"),
    "package of a distroless image that is called like digests": (
        _write({"var/lib/dpkg/status.d/x.md5sums": "Package: bash\nVersion: 5.2\n"}),
        "",
    ),
    "status of dpkg cut off": (
        _write({"var/lib/dpkg/status": "Package: bash\nStatus: install ok installed\n"}),
        "PIN002",
    ),
    # Images
    "base image by tag": (_write({"Dockerfile": "FROM python:3.11\n"}), "PIN014"),
    "base image that the build decides": (
        _write({"Dockerfile": "ARG BASE\nFROM ${BASE}\n"}),
        "PIN002",
    ),
    # Known to be bad, in odd places
    "bad package of unknown severity": (_requirements("badpkg==1.0\n"), "VUL005"),
    "bad package under another spelling": (_requirements("BadPkg[x] == 1.0\n"), "VUL005"),
    "bad package in an optional group": (
        _pyproject('[project.optional-dependencies]\nx = ["badpkg==1.0"]\n'),
        "VUL005",
    ),
    "bad package for another platform": (
        _requirements("badpkg==1.0; sys_platform == 'win32'\n"),
        "VUL005",
    ),
    "bad package among the development ones": (
        _write(
            {
                "Pipfile.lock": '{"_meta": {}, "default": {}, '
                '"develop": {"badpkg": {"version": "==1.0"}}}'
            }
        ),
        "VUL005",
    ),
}


PINNED = "badpkg==1.0\n"
NAMES = {
    "Requirements.txt": PINNED,
    "REQUIREMENTS.TXT": PINNED,
    "requirement.txt": PINNED,
    "my_requirements_dev.txt": PINNED,
    "dev-requirements.in": PINNED,
    "requirements.pip": PINNED,
    "reqs-test.txt": PINNED,
    "PyProject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["badpkg==1.0"]\n',
    "pipfile": '[packages]\nbadpkg = "==1.0"\n',
    "Environment.yml": "dependencies:\n- pip:\n  - badpkg==1.0\n",
    "environment.dev.yaml": "dependencies:\n- pip:\n  - badpkg==1.0\n",
    "environments/gpu.yml": '{"dependencies": [{"pip": ["badpkg==1.0"]}]}',
    "env.yml": "\ufeffdependencies:\n- pip:\n  - badpkg==1.0\n",
}
"""Names that some system or habit takes for a list."""


@pytest.mark.parametrize("name", NAMES)
def test_no_list_is_overlooked_by_its_name(project: Path, name: str) -> None:
    _write({name: NAMES[name]})(project)
    assert _scan().judgment.exit_code is ExitCode.FAILED


def test_settings_that_are_no_environment(project: Path) -> None:
    """Of names that say little, the content decides."""
    _write({"environments/production.yml": "replicas: 3\nservices: {a: {dependencies: [b]}}\n"})(
        project
    )
    assert _scan().judgment.exit_code is ExitCode.PASSED


@pytest.mark.parametrize("name", ["deno.lock", "pubspec.lock", "mix.lock", "Podfile.lock"])
def test_locks_that_nobody_reads_are_told(project: Path, name: str) -> None:
    _write({name: "{}"})(project)
    assert _scan().judgment.exit_code is ExitCode.INCOMPLETE


def test_the_project_passes(project: Path) -> None:
    judged = _scan()
    assert judged.judgment.exit_code is ExitCode.PASSED, judged.judgment.exit_reason
    assert _rules(judged) == set()


@pytest.mark.parametrize("name", CASES)
def test_no_case_passes(project: Path, name: str) -> None:
    change, rule = CASES[name]
    change(project)
    judged = _scan()
    code = judged.judgment.exit_code
    assert code in (ExitCode.FAILED, ExitCode.INCOMPLETE), judged.judgment.exit_reason
    if rule:
        assert rule in _rules(judged), judged.judgment.exit_reason


@pytest.mark.parametrize("name", CASES)
def test_no_case_passes_at_a_threshold_of_severity(project: Path, name: str) -> None:
    """Neither an unknown severity nor an unclear finding is below a threshold."""
    change, _ = CASES[name]
    if name == "one line of 100 MB":
        pytest.skip("seen once, it is the same file")
    change(project)
    code = _scan(fail_on="high").judgment.exit_code
    assert code in (ExitCode.FAILED, ExitCode.INCOMPLETE)


TRUNCATED = (
    "poetry-lock/poetry-2.5/poetry.lock",
    "pdm-lock/app/pdm.lock",
    "uv-lock/app/uv.lock",
    "pylock/uv/pylock.toml",
    "pipfile-lock/app/Pipfile.lock",
    "npm-lock/app/package-lock.json",
    "conda-lock/unified/conda-lock.yml",
)


@pytest.mark.parametrize("name", TRUNCATED)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_no_lock_that_was_cut_off_passes(project: Path, name: str, part: float) -> None:
    data = (DATA / name).read_bytes()
    (project / Path(name).name).write_bytes(data[: int(len(data) * part)])
    assert _scan().judgment.exit_code in (ExitCode.FAILED, ExitCode.INCOMPLETE)


def test_empty_list_alone(project: Path) -> None:
    (project / "good/requirements.txt").write_text("")
    judged = _scan()
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE
    assert "PIN003" in _rules(judged)


def test_nothing_to_examine(project: Path) -> None:
    (project / "good/requirements.txt").unlink()
    assert _scan().judgment.exit_code is ExitCode.INCOMPLETE


def test_file_without_permission(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "requirements.txt").write_text("badpkg==1.0\n")
    open_file = os.open

    def refuse(path, *arguments, **options):
        if str(path).endswith("requirements.txt") and "good" not in str(path):
            raise PermissionError(13, "Permission denied")
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    judged = _scan()
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE
    assert "PIN001" in _rules(judged)


def test_folder_without_permission(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "closed").mkdir()
    (project / "closed/requirements.txt").write_text("badpkg==1.0\n")
    list_folder = os.scandir

    def refuse(path="."):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert _scan().judgment.exit_code is ExitCode.INCOMPLETE


def _copied(advisories: Path, home: Path) -> Path:
    home.mkdir()
    for each in advisories.iterdir():
        (home / each.name).write_bytes(each.read_bytes())
    return next(home.glob("*.sqlite"))


def test_no_pipe_as_a_database(project: Path) -> None:
    os.mkfifo(project / "pipe")
    book, problem = open_book(Settings(database="pipe"), {}, root=str(project))
    assert book is None
    assert "no regular file" in problem


@pytest.mark.parametrize("damage", ["cut", "changed", "removed", "pointer", "text"])
def test_no_damaged_database_passes(
    project: Path, advisories: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    home = project / "home"
    database = _copied(advisories, home)
    monkeypatch.setenv("SEAMARK_ADVISORIES", str(home))
    data = database.read_bytes()
    if damage == "cut":
        database.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        database.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "removed":
        database.unlink()
    elif damage == "pointer":
        (home / "current").unlink()
    else:
        database.write_text("no database")
    judged = _scan()
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE
    assert "VUL012" in _rules(judged)


def test_no_stale_database_passes(project: Path) -> None:
    judged = _scan(today=date(2027, 2, 1))
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE
    assert "VUL013" in _rules(judged)


def test_no_database_of_the_future_passes(project: Path) -> None:
    judged = _scan(today=date(2025, 1, 1))
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE


def test_shipped_snapshot_alone_is_too_old(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAMARK_ADVISORIES", str(project / "nothing-here"))
    judged = _scan()
    assert judged.judgment.exit_code is ExitCode.INCOMPLETE
    assert "VUL013" in _rules(judged)


PINNED = """system: {{name: demo}}
checks:
  dependencies:
    options: {{database_digest: "{digest}", max_age_days: 36500}}
"""


@pytest.mark.parametrize("right", [True, False])
def test_no_other_database_than_the_pinned_one_passes(
    project: Path, advisories: Path, *, right: bool
) -> None:
    """Through the command ``seamark check``, with the options of ``seamark.yaml``."""
    digest = digest_of_file(str(next(advisories.glob("*.sqlite"))))
    (project / "seamark.yaml").write_text(
        PINNED.format(digest=digest if right else f"sha256:{HASH}")
    )
    words = [sys.executable, "-m", "seamark", "check", "--format", "json"]
    ran = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)
    rules = {finding["rule"] for finding in json.loads(ran.stdout)["findings"]}
    assert ("VUL014" in rules) is not right, ran.stdout[:2000]
    if not right:
        assert ran.returncode == ExitCode.INCOMPLETE
