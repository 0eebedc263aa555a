"""What each denial-of-service file costs: CPU seconds and memory of the whole process tree."""

import tempfile
from pathlib import Path
from typing import Any

from proofs import scanning
from proofs.hostile.dos import Bomb, bombs

CPU_SECONDS = 2.0
MEMORY = 300 << 20
_HASHED = 1 << 30


def measure(bomb: Bomb, folder: Path) -> dict[str, Any]:
    """Scan one file alone, with its digest unless it is so large that hashing is the cost."""
    path = bomb.write(folder)
    size = path.stat().st_size
    options = ["--no-digest"] if size > _HASHED else []
    try:
        judgments, cost = scanning.scan(folder, *options, seconds=180)
    except RuntimeError as error:
        return {"name": bomb.name, "size": size, "error": str(error)[-300:], "within": False}
    finally:
        path.unlink()
    judgment = scanning.of(bomb.name, judgments)
    rules = sorted({rule for rule, _ in judgment.findings})
    within = cost.cpu < CPU_SECONDS and cost.peak < MEMORY and judgment.verdict != "missing"
    return {
        "name": bomb.name,
        "size": size,
        "digest": not options,
        "verdict": judgment.verdict,
        "rules": rules,
        "cpu_seconds": round(cost.cpu, 3),
        "wall_seconds": round(cost.wall, 3),
        "peak_mb": round(cost.peak / (1 << 20), 1),
        "within": within,
    }


def prove(only: str = "") -> dict[str, Any]:
    """Measure and write docs/proofs/dos.json; ``only`` is a part of the names (nothing written)."""
    rows = []
    for bomb in bombs():
        if only in bomb.name:
            with tempfile.TemporaryDirectory() as place:
                rows.append(measure(bomb, Path(place)))
    result = {
        "limits": {"cpu_seconds": CPU_SECONDS, "peak_mb": MEMORY >> 20},
        "files": len(rows),
        "within": sum(row["within"] for row in rows),
        "list": rows,
    }
    if not only:
        scanning.write_result("dos", "python -m proofs.run dos", result)
    return result
