"""Under ``safe_load()`` no hostile file loads, and benign ones load as identical objects.

Each file is tried by every loader of each environment (``safe_load_worker.py``), in a process of
its own environment. A process that dies leaves its files as ``died``, which meets no bar.
"""

import contextlib
import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from proofs import scanning
from proofs.benign.corpus import build, saved
from proofs.hostile.case import Case
from proofs.hostile.corpus import all_cases, write

WORKER = Path(__file__).with_name("safe_load_worker.py")
VENVS = ("torch", "sk16", "sk15")
_BATCH = 60
_SECONDS = 900


def _work(python: Path, kind: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at in range(0, len(rows), _BATCH):
        todo = rows[at : at + _BATCH]
        while todo:
            with tempfile.TemporaryDirectory() as place:
                listed = Path(place) / "list.json"
                listed.write_text(json.dumps(todo), encoding="utf-8")
                command = [str(python), str(WORKER), kind, str(listed)]
                with (Path(place) / "out").open("w+") as out:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        subprocess.run(command, cwd=place, stdout=out, stderr=subprocess.DEVNULL,
                                       stdin=subprocess.DEVNULL, timeout=_SECONDS)  # fmt: skip
                    out.seek(0)
                    done = dict(json.loads(line) for line in out if line.endswith("]\n"))
            found.update(done)
            todo = [row for row in todo if row[0] not in done]
            if todo:
                found[todo[0][0]] = "died"
                todo = todo[1:]
    return found


def _files(case: Case, out: Path) -> list[tuple[str, str]]:
    target = write(case, out)
    if target.is_file():
        return [(case.id, str(target))]
    return []


def prove(work: Path, venvs: Path, benign: Path | None = None) -> bool:
    """Measure and write docs/proofs/safe_load.json.

    Met where no hostile file was loaded or acted, and at least 100 benign files came out identical
    and none different. Benign files that the scan itself flags count as refused.
    """
    benign = benign or work / "benign"
    if not benign.is_dir():
        build(venvs, benign, list(VENVS))
    cases = [case for case in all_cases() if case.expected == "found"]
    rows = [row for case in cases for row in _files(case, work / "safe_load")]
    family = {case.id: case.family for case in cases}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[list[str]] = []
    harmless: Counter[str] = Counter()
    problems: list[list[str]] = []
    used = []
    for name in VENVS:
        python = venvs / name / "bin" / "python"
        if not python.exists():
            continue
        used.append(name)
        for case, outcome in _work(python, "hostile", rows).items():
            each = outcome if isinstance(outcome, dict) else {"process": outcome}
            for loader, word in each.items():
                kind = "acted" if "ACTED" in word else word.partition(":")[0]
                counts[family[case]][kind] += 1
                if kind not in ("refused", "failed"):
                    wrong.append([name, case, loader, word])
        mine = [(f.path, str(benign / f.path)) for f in saved(benign) if f.venv == name]
        for path, word in _work(
            python, "benign", [r for r in mine if Path(r[1]).is_file()]
        ).items():
            harmless[word.partition(" ")[0] if word.startswith("refused") else word] += 1
            if word.startswith(("refused", "different", "died")):
                problems.append([path, word])
    result = {
        "environments": used,
        "hostile_files": len(rows),
        "families": {key: dict(sorted(each.items())) for key, each in sorted(counts.items())},
        "not_refused": sorted(wrong),
        "benign": dict(sorted(harmless.items())),
        "benign_problems": sorted(problems),
    }
    scanning.write_result("safe_load", "python -m proofs.run safe_load", result)
    for row in [*result["not_refused"], *result["benign_problems"]]:
        print("  ", *row)
    print("  ", result["benign"])
    return bool(
        used
        and not wrong
        and harmless["identical"] >= 100
        and not harmless["different"]
        and not harmless["died"]
    )
