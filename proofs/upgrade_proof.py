"""``seamark upgrade-plan`` on projects that are really vulnerable: patch, look again, resolve.

Each project is made anew: uv compiles its ``requirements.in`` against old pins, or locks its
``pyproject.toml`` to them. The plan's patch is applied by git, or its commands are run; then
Seamark looks again, and pip and uv resolve the result. Needs an index of Python packages and an
environment with uv and pip (``.venvs/upgrade``, Python 3.11). Advisories: the shipped snapshot.
"""

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.scanning import seamark, write_result

COMMAND = "python -m proofs.run upgrade"
BAR = 3
"""Projects whose patch clears all findings, and which pip still resolves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What it asks for, and the old versions that it was locked to. ``tool`` writes its list."""

    name: str
    wants: tuple[str, ...]
    pins: tuple[str, ...]
    tool: str = "compile"
    about: str = ""
    expected: Mapping[str, bool] = field(default_factory=dict)


PROJECTS = (
    Project(
        name="client",
        wants=("requests>=2.28", "idna"),
        pins=("requests==2.28.2", "urllib3==1.26.14", "certifi==2022.12.7", "idna==3.4",
              "charset-normalizer==3.1.0"),
    ),
    Project(
        name="web",
        wants=("flask==2.2.2", "jinja2"),
        pins=("flask==2.2.2", "werkzeug==2.2.2", "jinja2==3.1.2", "markupsafe==2.1.2",
              "click==8.1.3", "itsdangerous==2.1.2"),
    ),
    Project(
        name="shop",
        wants=("django>=4.2", "pillow", "gunicorn"),
        pins=("django==4.2.0", "asgiref==3.6.0", "sqlparse==0.4.3", "pillow==9.5.0",
              "gunicorn==20.1.0", "setuptools==67.6.0"),
    ),
    Project(
        name="service",
        wants=("aiohttp", "cryptography", "tornado"),
        pins=("aiohttp==3.8.4", "aiosignal==1.3.1", "async-timeout==4.0.2", "attrs==23.1.0",
              "charset-normalizer==3.1.0", "frozenlist==1.3.3", "idna==3.4", "multidict==6.0.4",
              "yarl==1.8.2", "cffi==1.15.1", "pycparser==2.21", "cryptography==39.0.1",
              "tornado==6.2"),
    ),
    Project(
        name="api",
        wants=("fastapi", "requests"),
        pins=("fastapi==0.95.0", "starlette==0.26.1", "pydantic==1.10.7", "anyio==3.6.2",
              "sniffio==1.3.0", "idna==3.4", "typing-extensions==4.5.0", "requests==2.28.2",
              "urllib3==1.26.15", "certifi==2022.12.7", "charset-normalizer==3.1.0"),
        about="pins of fastapi exclude newer starlette, which requirements.txt does not record",
    ),
    Project(
        name="hashed",
        wants=("jinja2", "requests"),
        pins=("jinja2==3.1.2", "markupsafe==2.1.2", "requests==2.28.2", "urllib3==1.26.14",
              "certifi==2022.12.7", "idna==3.4", "charset-normalizer==3.1.0"),
        tool="hashes",
    ),
    Project(
        name="locked",
        wants=("jinja2>=3", "requests>=2.28"),
        pins=("jinja2==3.1.2", "markupsafe==2.1.2", "requests==2.28.2", "urllib3==1.26.14",
              "certifi==2022.12.7", "idna==3.4", "charset-normalizer==3.1.0"),
        tool="lock",
    ),
)  # fmt: skip


def prove(venvs: Path) -> bool:
    """Run all projects; whether enough patches clear and resolve. Writes the result.

    The projects are made outside of this repository, whose own settings would apply to them.
    """
    programs = venvs / "upgrade" / "bin"
    with tempfile.TemporaryDirectory(prefix="seamark-upgrade-") as place:
        rows = [_prove(project, Path(place) / project.name, programs) for project in PROJECTS]
    patched = [row for row in rows if row["by"] == "patch" and row["cleared"] and row["resolves"]]
    commanded = [row for row in rows if row["by"] == "commands"]
    figures = {
        "projects": len(rows),
        "patched_cleared_and_resolving": len(patched),
        "commands_cleared": sum(row["cleared"] for row in commanded),
        "of_commands": len(commanded),
        "list": rows,
    }
    write_result("upgrade", COMMAND, figures)
    for row in rows:
        print("  ", row["project"], row["by"], *(f"{key}={row[key]}" for key in _SHOWN))
    return len(patched) >= BAR and all(row["cleared"] for row in rows)


_SHOWN = ("before", "after", "cleared", "resolves")


def _prove(project: Project, folder: Path, programs: Path) -> dict[str, Any]:
    folder.mkdir(parents=True)
    _make(project, folder, programs)
    before, text = _plan(folder, "--output", "../upgrade.patch")
    commands = [each["command"] for each in before["commands"]]
    if before["patch"]:
        _call(["git", "apply", "../upgrade.patch"], folder, programs)
    for line in commands:
        _call(shlex.split(line), folder, programs)
    after, _ = _plan(folder)
    resolves, problem = _resolves(folder, programs)
    row: dict[str, Any] = {
        "project": project.name,
        "about": project.about,
        "by": "commands" if commands else "patch",
        "changes": [f"{each['name']} {each['current']} -> {each['target']}"
                    for each in before["changes"]],
        "commands": commands,
        "before": _count(before),
        "after": _count(after),
        "blocked": [each["reason"] for each in before["blocked"]],
        "cleared": bool(_count(before)) and not _count(after),
        "resolves": resolves,
        "problem": problem,
        "says": text.splitlines()[-1],
    }  # fmt: skip
    if not resolves and before["trials"]:
        row["otherwise"] = _otherwise(before, folder, programs)
    return row


def _otherwise(before: dict[str, Any], folder: Path, programs: Path) -> dict[str, Any]:
    """What becomes of a list that does not resolve when the plan's own remedy is followed."""
    line = before["trials"][0]["otherwise"]
    if not line:
        return {"command": ""}
    done = _call(shlex.split(line), folder, programs, check=False)
    after, _ = _plan(folder)
    resolves, _ = _resolves(folder, programs)
    return {
        "command": line,
        "worked": done.returncode == 0,
        "after": _count(after),
        "resolves": resolves,
    }


def _make(project: Project, folder: Path, programs: Path) -> None:
    wants = "\n".join(project.wants) + "\n"
    if project.tool == "lock":
        dependencies = json.dumps(list(project.wants))
        limits = json.dumps(list(project.pins))
        (folder / "pyproject.toml").write_text(
            f'[project]\nname = "{project.name}"\nversion = "1"\nrequires-python = "==3.11.*"\n'
            f"dependencies = {dependencies}\n\n[tool.uv]\nconstraint-dependencies = {limits}\n"
        )
        _call(["uv", "lock", "--quiet"], folder, programs)
        text = (folder / "pyproject.toml").read_text()
        (folder / "pyproject.toml").write_text(text.partition("\n[tool.uv]")[0])
        return
    (folder / "requirements.in").write_text(wants)
    pins = folder.parent / f"{project.name}.pins"
    pins.write_text("\n".join(project.pins) + "\n")
    hashes = ["--generate-hashes"] if project.tool == "hashes" else []
    _call(
        ["uv", "pip", "compile", "--quiet", "--no-header", "--no-emit-index-url", *hashes,
         "-c", str(pins), "requirements.in", "-o", "requirements.txt"],
        folder, programs,
    )  # fmt: skip
    text = (folder / "requirements.txt").read_text()
    kept = (line for line in text.splitlines() if str(pins) not in line)
    (folder / "requirements.txt").write_text("\n".join(kept) + "\n")


def _plan(folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """The plan as JSON and as text. Raises where the program gives neither."""
    environment = {**os.environ, "SEAMARK_ADVISORIES": str(folder.parent / "no-database")}
    found = []
    for form in ("json", "text"):
        words = [*seamark(), "upgrade-plan", ".", "--format", form, *options]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=environment)
        if done.returncode not in (0, 1, 3):
            raise RuntimeError(f"{words}: {done.stderr}")
        found.append(done.stdout)
    return json.loads(found[0]), found[1]


def _count(plan: dict[str, Any]) -> int:
    """Findings: advisories of every vulnerable version."""
    clears = sum(len(each["clears"]) for each in plan["changes"])
    return clears + sum(len(each["advisories"]) for each in plan["blocked"])


def _resolves(folder: Path, programs: Path) -> tuple[bool, str]:
    """Whether pip would install the list, and uv compile or lock it as it is."""
    if (folder / "uv.lock").exists():
        checks = [["uv", "lock", "--check"]]
    else:
        checks = [
            ["python", "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
             "--disable-pip-version-check", "-r", "requirements.txt"],
            ["uv", "pip", "compile", "--quiet", "-c", "requirements.txt", "requirements.in",
             "-o", str(folder.parent / "resolved.txt")],
        ]  # fmt: skip
    for words in checks:
        done = _call(words, folder, programs, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line and "WARNING" not in line]
            return False, " ".join(lines[:3])[:300]
    return True, ""


def _call(
    words: list[str], folder: Path, programs: Path, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=environment)
    if check and done.returncode:
        raise RuntimeError(f"{shlex.join(words)}: {done.stderr}")
    return done
