"""Bills of materials of five open-source ML projects beside what pip installed for them.

For each: the sdist from PyPI is unpacked, ``uv pip compile`` writes a lock into it, ``pip``
installs the project with that lock as constraints into an environment of its own, and
``seamark sbom`` reads the unpacked project. What pip lists and what the document lists must be
equal, package by package and version by version; everything else has to say where it is from.

    python -m proofs.bom_projects --uv PATH [--work DIR] [PROJECT...]

Uses the network (PyPI). torch comes as 2.13.0, the build that can be had without a GPU.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofs.scanning import commit

RESULT = Path(__file__).parents[1] / "docs" / "proofs" / "bom-projects.json"
PROJECTS = {
    "openai-whisper": "20250625",
    "umap-learn": "0.5.9.post2",
    "sentence-transformers": "5.1.0",
    "datasets": "4.0.0",
    "gradio": "5.44.0",
}
TORCH = "2.13.0"
SEEDS = {
    "pip": "a part of every environment",
    "setuptools": "a part of every environment of Python 3.11",
}
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def _run(*words: str, cwd: Path | None = None) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:6])} …: {done.stderr[-1500:]}")
    return done.stdout


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def unpack(name: str, version: str, work: Path) -> Path:
    """The project's sources, from its sdist."""
    folder = work / name
    project = folder / "project"
    if project.exists():
        return project
    folder.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name,
         "--dest", str(folder), f"{name}=={version}")  # fmt: skip
    archive = next(folder.glob("*.tar.gz"))
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    next((folder / "unpacked").iterdir()).rename(project)
    return project


def lock(project: Path, uv: str) -> dict[str, str]:
    """Names and versions of the lock that uv writes into the project."""
    target = project / "requirements-lock.txt"
    source = "pyproject.toml" if _has_table(project) else "setup.py"
    constraints = project.parent / "torch.txt"
    constraints.write_text(f"torch=={TORCH}\n", encoding="utf-8")
    if not target.exists():
        found = [f"--find-links={place}" for place in os.environ.get("PIP_FIND_LINKS", "").split()]
        _run(uv, "pip", "compile", "--quiet", "--generate-hashes", "--python-version", "3.11",
             "--python", sys.executable, "--constraint", str(constraints), "--no-header",
             "--no-annotate", *found, source, "-o", str(target), cwd=project)  # fmt: skip
    pins = _PIN.findall(target.read_text(encoding="utf-8"))
    return {_normal(name): version for name, version in pins}


def _has_table(project: Path) -> bool:
    path = project / "pyproject.toml"
    return path.exists() and re.search(r"^\[project\]", path.read_text(), re.MULTILINE) is not None


def installed(project: Path, pins: dict[str, str]) -> dict[str, str]:
    """Names and versions of what pip installed for the project, by pip's own list."""
    place = project.parent / "venv"
    python = str(place / "bin" / "python")
    if not (place / ".ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(place))
        constraints = project.parent / "constraints.txt"
        lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
        constraints.write_text("".join(lines), encoding="utf-8")
        pip = (python, "-m", "pip", "install", "--quiet", "--no-compile")
        if "torch" in pins:  # first: what depends on it would otherwise choose another build
            _run(*pip, f"torch=={TORCH}")
        _run(*pip, "--constraint", str(constraints), str(project))
        (place / ".ready").touch()
    listed = json.loads(_run(python, "-m", "pip", "list", "--format", "json"))
    return {_normal(each["name"]): each["version"] for each in listed}


def document(project: Path) -> dict[str, Any]:
    """The project's bill of materials, as the command writes it."""
    words = [sys.executable, "-m", "seamark", "sbom", ".", "--no-receipts"]
    done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr[-1500:])
    found: dict[str, Any] = json.loads(done.stdout)
    again = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)
    found["again"] = again.stdout == done.stdout
    found["exit"] = done.returncode
    return found


def _packages(tree: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version (empty: open) and files of each Python package in the document."""
    for each in tree["components"]:
        if each.get("purl", "").startswith("pkg:pypi/"):
            places = [place["location"] for place in each["evidence"]["occurrences"]]
            yield _normal(each["name"]), each.get("version", ""), sorted(set(places))


def compare(name: str, version: str, work: Path, uv: str) -> dict[str, Any]:
    """One project: equal pairs, and every difference with its explanation."""
    project = unpack(name, version, work)
    pins = lock(project, uv)
    there = installed(project, pins)
    tree = document(project)
    listed = list(_packages(tree))
    exact = {(each, number) for each, number, _ in listed if number}
    ours = _normal(name)
    pairs = set(there.items())
    only_installed = {
        each: "the project itself" if each == ours else SEEDS.get(each, "")
        for each, number in sorted(pairs - exact)
    }
    locked = {
        (each, number)
        for each, number, places in listed
        if number and "requirements-lock.txt" in places
    }
    only_locked = sorted(f"{each} {number}" for each, number in locked - pairs)
    elsewhere = [
        f"{each} {number or '(open)'}: in {', '.join(places)}"
        for each, number, places in listed
        if (each, number) not in pairs and "requirements-lock.txt" not in places
    ]
    unexplained = sorted(each for each, why in only_installed.items() if not why)
    return {
        "project": name,
        "version": version,
        "installed": len(pairs),
        "in_lock": len(pins),
        "equal": len(pairs & exact),
        "only_installed": only_installed,
        "only_in_lock": only_locked,
        "of_other_lists": elsewhere,
        "unexplained": unexplained + only_locked,
        "second_run_identical": tree["again"],
        "exit_code": tree["exit"],
        "other_components": sum(
            1 for each in tree["components"] if not each.get("purl", "").startswith("pkg:pypi/")
        ),
    }


def prove(work: Path, uv: str, names: list[str]) -> dict[str, Any]:
    """All projects; good where nothing is unexplained and second runs give the same bytes."""
    rows = [compare(name, PROJECTS[name], work, uv) for name in names or PROJECTS]
    return {
        "what": "components of a bill of materials beside pip list, five ML projects",
        "command": "python -m proofs.bom_projects --uv uv",
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "good": all(not row["unexplained"] and row["second_run_identical"] for row in rows),
        "projects": rows,
    }


def main() -> int:
    """Run, print a line for each project, write the result."""
    parser = argparse.ArgumentParser(prog="python -m proofs.bom_projects", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *PROJECTS])
    parser.add_argument("--uv", default="uv", help="the program uv")
    parser.add_argument("--work", type=Path, default=Path("build/bom-projects"))
    options = parser.parse_args()
    result = prove(options.work.absolute(), options.uv, options.names)
    for row in result["projects"]:
        counts = {key: len(row[key]) for key in ("unexplained", "of_other_lists")}
        print(f"{row['project']:24} installed {row['installed']} equal {row['equal']} {counts}")
    if not options.names:
        RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
