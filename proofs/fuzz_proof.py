"""Every reader against mutations of real files: no exception, no hang, no memory above limits."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from proofs.fuzz.seeds import seeds
from proofs.scanning import ROOT, commit, write_result

CASES = 100_000
_AT_ONCE = 5_000
_SEED = 1
DATA = ROOT / "tests" / "data"


def prove(
    work: Path,
    *,
    cases: int = CASES,
    only: str = "",
    earlier: bool = False,
    corpora: tuple[Path, ...] = (),
) -> dict[str, Any]:
    """Scan ``cases`` mutations of each format; what is done already is kept in ``work``.

    ``earlier`` accepts what was done at another commit: each row says at which.
    """
    state = work / "fuzz"
    state.mkdir(parents=True, exist_ok=True)
    rows = []
    for kind, files in seeds([DATA, *corpora]).items():
        if only and only not in kind:
            continue
        row = _format(kind, [str(path) for path in files], cases, _kept(kind, state, earlier))
        rows.append(row)
        print(f"  {kind:20} {row['cases']:7} cases  {row['failed']:3} failed  "
              f"worst {row['worst_cpu_seconds']:.2f} s  {row['verdicts']}", flush=True)  # fmt: skip
        for failure in row["failures"][:5]:
            print("     ", failure, flush=True)
    figures = {
        "formats": len(rows),
        "cases": sum(row["cases"] for row in rows),
        "failed": sum(row["failed"] for row in rows),
        "list": rows,
    }
    if not only and cases >= CASES:
        write_result("fuzz", "python -m proofs.run fuzz", figures)
    return figures


def _kept(kind: str, state: Path, earlier: bool) -> Path:
    """Where the results of a format are: of this commit, or of the newest that has some."""
    done = state / f"{kind}@{commit()}.json"
    kept = sorted(state.glob(f"{kind}@*.json"), key=lambda path: path.stat().st_mtime)
    return kept[-1] if earlier and kept and not done.exists() else done


def _format(kind: str, files: list[str], cases: int, done: Path) -> dict[str, Any]:
    parts: list[dict[str, Any]] = json.loads(done.read_text()) if done.exists() else []
    for first in range(len(parts) * _AT_ONCE, cases, _AT_ONCE):
        job = {
            "format": kind,
            "seeds": files,
            "seed": _SEED,
            "first": first,
            "last": min(first + _AT_ONCE, cases),
        }
        parts.append(_run(job))
        done.write_text(json.dumps(parts))
    verdicts: Counter[str] = Counter()
    for part in parts:
        verdicts.update(part["verdicts"])
    failures = [failure for part in parts for failure in part["failures"]]
    return {
        "format": kind,
        "commit": done.stem.rpartition("@")[2],
        "seeds": len(files),
        "cases": verdicts.total(),
        "failed": len(failures),
        "worst_cpu_seconds": round(max(part["worst"] for part in parts), 2),
        "growth_mb": max(part["growth"] for part in parts),
        "verdicts": dict(sorted(verdicts.items())),
        "failures": failures[:20],
    }


def _run(job: dict[str, Any]) -> dict[str, Any]:
    """One worker; one that dies is a failure of its first case, as nothing better is known."""
    done = subprocess.run(
        [sys.executable, "-m", "proofs.fuzz.worker"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode == 0:
        result: dict[str, Any] = json.loads(done.stdout)
        return result
    why = f"the worker died ({done.returncode}): {done.stderr.strip()[-300:]}"
    failure = {"case": job["first"], "seed_file": "", "why": why}
    return {"failures": [failure], "verdicts": {}, "worst": 0.0, "growth": 0}
