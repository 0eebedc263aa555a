"""Does what is installed beside the scanner change what it says? The report's bytes, compared."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proofs.benign.venvs import find_python
from proofs.hostile.corpus import all_cases, write

ROOT = Path(__file__).resolve().parent.parent
FULL = ["torch==2.13.0", "scikit-learn==1.7.2", "xgboost==3.0.5", "pandas==2.3.3", "onnx==1.19.1",
        "h5py==3.14.0", "safetensors==0.6.2"]  # fmt: skip
ENVIRONMENTS: dict[str, tuple[str, list[str]]] = {
    "bare, Python 3.11": ("3.11", []),
    "bare, Python 3.13": ("3.13", []),
    "full ML, Python 3.11": ("3.11", FULL),
}


def _wheel(place: Path) -> Path:
    """The package as it is now, built once: every environment gets the same bytes."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(place)]
    subprocess.run([*pip, str(ROOT)], check=True, capture_output=True)
    return next(place.glob("*.whl"))


def _environment(name: str, version: str, extra: list[str], home: Path, wheel: Path) -> Path | None:
    folder = home / ("same-" + name.replace(", ", "-").replace(" ", "-").lower())
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        found = find_python(version)
        if found is None:
            return None
        subprocess.run([found, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        run = subprocess.run([*pip, str(wheel), *extra], capture_output=True, text=True)
        if run.returncode:
            return None
        ready.touch()
    # The package itself is always the newest: only what lies beside it is kept.
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "seamark"


def _report(program: Path, folder: Path) -> dict[str, str]:
    """The report without times: each file's part, and the rest under an empty name."""
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "report.json"
        command = [str(program), "scan", ".", "--format", "json", "--output", str(target)]
        subprocess.run(command, cwd=folder, capture_output=True)
        report = json.loads(target.read_text(encoding="utf-8"))
    for key in ("started", "finished"):
        report.pop(key)
    for check in report["checks"]:
        check.pop("seconds", None)
    parts = {file["path"]: json.dumps(file) for file in report.pop("files")}
    return {"": json.dumps(report), **parts}


def rows(work: Path, venvs: Path) -> Iterator[dict[str, Any]]:
    """One row for each environment: is its report, without times, that of the first?"""
    out = work / "hostile"
    for case in all_cases():
        write(case, out)
    wheel = _wheel(work)
    first: dict[str, str] = {}
    for name, (version, extra) in ENVIRONMENTS.items():
        program = _environment(name, version, extra, venvs.absolute(), wheel)
        if program is None:
            yield {"what": "same JSON", "tool": name, "same": False, "differs": "not installed"}
            continue
        report = _report(program, out)
        first = first or report
        differs = sorted(k for k in first.keys() | report.keys() if first.get(k) != report.get(k))
        digest = hashlib.sha256(json.dumps(report).encode()).hexdigest()[:16]
        yield {
            "what": "same JSON",
            "tool": name,
            "same": report == first,
            "sha256": digest,
            "files": len(report) - 1,
            "differ": len(differs),
            "for_example": ", ".join(differs[:5]),
        }
