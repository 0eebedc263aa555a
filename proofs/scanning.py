"""The real program, run on a folder; its report as verdicts by path."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofs.processes import Cost, run

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "proofs"
_RANK = {"clean": 0, "unclear": 1, "review": 2, "hostile": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What the report says of one file, or of the worst file of a folder."""

    verdict: str
    format: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    """(rule, message) of every finding."""
    skipped: tuple[str, ...] = ()


MISSING = Judgment(verdict="missing")


def seamark() -> list[str]:
    """The command of the package that this interpreter has installed."""
    return [str(Path(sys.executable).with_name("seamark"))]


def scan(folder: Path, *options: str, seconds: float = 3600.0) -> tuple[dict[str, Judgment], Cost]:
    """Scan ``folder``; judgments by path below it."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        command = [
            *seamark(),
            "scan",
            ".",
            "--only",
            "models",
            "--format",
            "json",
            "--output",
            str(report),
            *options,
        ]
        cost = run(command, cwd=folder, seconds=seconds)
        if not report.exists():
            raise RuntimeError(f"no report from {command}: {cost.stderr.decode(errors='replace')}")
        data = json.loads(report.read_text(encoding="utf-8"))
    return {file["path"]: _judgment(file) for file in data["files"]}, cost


def _judgment(file: dict[str, Any]) -> Judgment:
    return Judgment(
        verdict=file["verdict"],
        format=file["format"],
        findings=tuple((f["rule"], f["message"]) for f in file["findings"]),
        skipped=tuple(file["coverage"]["skipped"]),
    )


def of(path: str, judgments: dict[str, Judgment]) -> Judgment:
    """The judgment of a file, or the worst of a folder's files with all their findings."""
    if path in judgments:
        return judgments[path]
    inside = [j for name, j in judgments.items() if name.startswith(path + "/")]
    if not inside:
        return MISSING
    worst = max(inside, key=lambda j: _RANK.get(j.verdict, 0))
    return Judgment(
        verdict=worst.verdict,
        format=worst.format,
        findings=tuple(f for j in inside for f in j.findings),
        skipped=tuple(s for j in inside for s in j.skipped),
    )


def _git(*arguments: str) -> str:
    run_ = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return run_.stdout.strip()


def commit() -> str:
    """The commit that is measured, with ``+`` where the package's files differ from it."""
    changed = _git("status", "--porcelain", "--untracked-files=no", "src")
    return _git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def write_result(name: str, command: str, figures: dict[str, Any]) -> Path:
    """Write docs/proofs/NAME.json: figures, command, commit, date."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    target = RESULTS / f"{name}.json"
    head = {"command": command, "commit": commit(), "date": datetime.now(UTC).date().isoformat()}
    target.write_text(json.dumps({**head, **figures}, indent=1) + "\n", encoding="utf-8")
    return target
