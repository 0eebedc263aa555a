"""One process that scans mutations: ``python -m proofs.fuzz.worker``, a job on standard input.

Held to a limit of memory; a case that takes too long is interrupted, told, and the rest goes on.
"""

import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from proofs.fuzz.mutate import mutated
from seamark.scan.models import Scanner
from seamark.scan.models.limits import Limits

CPU_SECONDS = 2.0
MEBIBYTES = 1024
"""Address space beyond what the process has at its start."""

GROWTH = 300
"""MiB by which resident memory may grow over all cases."""

_DEFECT = "FIL008"
_BESIDE = 40
_BESIDE_BYTES = 4 << 20


class TooSlow(BaseException):
    """Not an ``Exception``: the scanner must not take it for a defect of a reader."""


def _interrupt(_signal: int, _frame: object) -> None:
    raise TooSlow


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Scan cases ``first`` to ``last`` of one format; what failed, by number."""
    signal.signal(signal.SIGPROF, _interrupt)
    scanner = Scanner(limits=Limits(seconds=20), digest=False)
    seeds = [Path(path) for path in job["seeds"]]
    before = _resident()
    _limit_memory()
    failures: list[dict[str, Any]] = []
    verdicts: dict[str, int] = {}
    worst = 0.0
    with tempfile.TemporaryDirectory(dir=_memory()) as place:
        folders = [_copy_around(path, Path(place) / str(i)) for i, path in enumerate(seeds)]
        for number in range(job["first"], job["last"]):
            index = number % len(seeds)
            case = mutated(
                seeds[index].read_bytes(), random.Random(f"{job['seed']}:{job['format']}:{number}")
            )
            target = folders[index] / seeds[index].name
            target.write_bytes(case)
            start = time.process_time()
            problem, verdict = _scan(scanner, target)
            took = time.process_time() - start
            worst = max(worst, took)
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
            if problem:
                failures.append({"case": number, "seed_file": seeds[index].name, "why": problem})
            if len(failures) >= 50:
                break
    growth = _resident() - before
    if growth > GROWTH:
        failures.append({"case": job["last"], "seed_file": "", "why": f"grew by {growth} MiB"})
    return {"failures": failures, "verdicts": verdicts, "worst": worst, "growth": growth}


def _scan(scanner: Scanner, target: Path) -> tuple[str, str]:
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        report = scanner.scan_file(target)
    except TooSlow:
        return f"took more than {CPU_SECONDS:g} CPU seconds", "none"
    except BaseException as error:
        return f"raised {type(error).__name__}: {error}", "none"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    defect = next((f.message for f in report.findings if f.rule.id == _DEFECT), "")
    return defect, report.verdict.value


def _copy_around(path: Path, folder: Path) -> Path:
    """The seed's folder as it is, as far as it is small: readers look at what lies beside."""
    folder.mkdir()
    held = 0
    for count, beside in enumerate(sorted(path.parent.rglob("*"))):
        if count >= _BESIDE or not beside.is_file() or beside.is_symlink():
            continue
        held += beside.stat().st_size
        if held > _BESIDE_BYTES:
            break
        target = folder / beside.relative_to(path.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(beside, target)
    return folder


def _memory() -> str | None:
    return "/dev/shm" if os.path.isdir("/dev/shm") else None


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    if pages:
        most = pages * resource.getpagesize() + (MEBIBYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
