"""The programs that are compared, and how each is called for the same work."""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofs.processes import Cost, run

ROOT = Path(__file__).resolve().parent.parent
REPEAT = 3
REPORT = "{report}"
"""Where a command writes its report: replaced by a path that no run shares."""
_WORKED = (0, 1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program: its name with version, and the command that scans one path."""

    name: str
    scan: Callable[[Path], list[str]]
    version: list[str]


def seamark(*options: str, label: str = "seamark") -> Tool:
    """Our own command, JSON to a file that is thrown away."""
    program = str(Path(sys.executable).with_name("seamark"))

    def scan(path: Path) -> list[str]:
        return [program, "scan", str(path), "--format", "json", "--output", REPORT, *options]

    return Tool(name=label, scan=scan, version=[program, "--version"])


def peers(venvs: Path) -> list[Tool]:
    """picklescan and modelaudit from their own environment; none where it is not installed."""
    home = venvs.absolute() / "peers" / "bin"
    found = []
    if (home / "picklescan").exists():
        program = str(home / "picklescan")
        found.append(
            Tool(
                name="picklescan",
                scan=lambda path: [program, "-p", str(path)],
                version=[program, "--help"],
            )
        )
    if (home / "modelaudit").exists():
        audit = str(home / "modelaudit")
        found.append(
            Tool(
                name="modelaudit",
                scan=lambda path: [
                    audit,
                    "scan",
                    "--no-cache",
                    "-f",
                    "json",
                    "-o",
                    REPORT,
                    str(path),
                ],
                version=[audit, "--version"],
            )
        )
    return found


def quiet_environment(home: str) -> dict[str, str]:
    """The environment of every run: no telemetry of peers, a home of its own.

    Python may keep what it compiled, as it does where a program was installed.
    """
    kept: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    return {
        **kept,
        "HOME": home,
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "NO_ANALYTICS": "1",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }


def measure(
    command: list[str], *, repeat: int = REPEAT, seconds: float = 900.0
) -> dict[str, object]:
    """Medians of CPU seconds, wall seconds and peak memory of the whole process tree."""
    costs: list[Cost] = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as home:
            filled = [part.replace(REPORT, f"{home}/report") for part in command]
            costs.append(run(filled, environment=quiet_environment(home), seconds=seconds))
        if costs[-1].timed_out or costs[-1].wall > 120:
            break
    row: dict[str, object] = {
        "cpu_seconds": round(statistics.median(c.cpu for c in costs), 3),
        "wall_seconds": round(statistics.median(c.wall for c in costs), 3),
        "peak_mb": round(statistics.median(c.peak for c in costs) / (1 << 20), 1),
        "exit_code": costs[-1].code,
        "runs": len(costs),
        "timed_out": any(c.timed_out for c in costs),
    }
    if costs[-1].code not in _WORKED:
        # A program that refused is not fast: its row says so.
        text = costs[-1].stderr.decode(errors="replace").strip()
        row["failed"] = text.splitlines()[-1][:120] if text else f"exit code {costs[-1].code}"
    return row


def line(**fields: object) -> str:
    """One result as JSON."""
    return json.dumps(fields, sort_keys=False)
