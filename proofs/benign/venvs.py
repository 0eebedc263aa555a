"""Make the virtual environments whose libraries save the benign corpus.

Each has releases that the allowlists were not built from; `venvs.json` pins them and says which
split (dev or held-out) their files belong to.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SPEC = Path(__file__).with_name("venvs.json")


def specification() -> dict[str, dict[str, object]]:
    """The pinned environments: name to python, split and packages."""
    loaded: dict[str, dict[str, object]] = json.loads(SPEC.read_text(encoding="utf-8"))
    return loaded


def find_python(version: str) -> str | None:
    """An interpreter of that minor version: on PATH, or one of pyenv's."""
    found = shutil.which(f"python{version}")
    if found and _runs(found):
        return found
    homes = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(homes[-1]) if homes else None


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0


def make(name: str, spec: Mapping[str, object], home: Path) -> str:
    """Make one environment unless it is complete. Returns "" or why it could not be made."""
    folder = home / name
    ready = folder / ".ready"
    wanted = json.dumps(spec, sort_keys=True)
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return ""
    python = find_python(str(spec["python"]))
    if python is None:
        return f"{name}: no Python {spec['python']} here"
    ready.unlink(missing_ok=True)
    if not (folder / "bin" / "python").exists():
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
    packages = spec["packages"]
    assert isinstance(packages, list)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
    run = subprocess.run(["nice", "-n", "10", *command], capture_output=True, text=True)
    if run.returncode:
        return f"{name}: {run.stderr.strip().splitlines()[-1] if run.stderr else 'pip failed'}"
    ready.write_text(wanted, encoding="utf-8")
    return ""


def make_all(home: Path, names: list[str] | None = None) -> list[str]:
    """Make the environments one after another; returns what could not be made."""
    home.mkdir(parents=True, exist_ok=True)
    problems = []
    for name, spec in specification().items():
        if names and name not in names:
            continue
        problem = make(name, spec, home)
        if problem:
            problems.append(problem)
    return problems
