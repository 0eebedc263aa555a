"""One process that atheris feeds: ``python -m proofs.fuzz.guided_worker``, a job on standard input.

It goes on after a failure and tells one of each kind. What the coverage sees are the readers alone.
"""

import importlib
import json
import os
import pkgutil
import random
import re
import resource
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

from proofs.fuzz.mutate import mutated

CPU_SECONDS = 2.0
MEBIBYTES = 1024
"""Address space beyond what the process has once the readers are loaded."""

_DEFECT = "FIL008"
_DIGITS = re.compile(r"\d+")


class TooSlow(BaseException):
    """As in ``worker``, which cannot be imported: the readers would come with it, unwatched."""


@dataclass(slots=True)
class Run:
    """One format: what was executed so far, and what failed."""

    scanner: Any
    name: str
    seconds: float
    crashes: Path
    state: Path
    ends: float = 0.0
    executions: int = 0
    worst: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    failures: dict[str, dict[str, str]] = field(default_factory=dict)

    def one(self, data: bytes) -> None:
        """Scan one input. Ends the process when the time is up: libFuzzer would exit anyway."""
        if time.monotonic() > self.ends:
            self.write()
            os._exit(0)
        (self.crashes / "last-input").write_bytes(data)
        start = time.process_time()
        problem = self._scan(data)
        self.executions += 1
        self.worst = max(self.worst, time.process_time() - start)
        if problem:
            self._keep(problem, data)

    def _scan(self, data: bytes) -> str:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            report = self.scanner.scan_bytes(data, name=self.name)
        except TooSlow as error:
            return f"took more than {CPU_SECONDS:g} CPU seconds, at {_place(error)}"
        except BaseException as error:
            return f"raised {type(error).__name__}: {error}, at {_place(error)}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.verdicts[report.verdict.value] += 1
        self.formats[report.format] += 1
        return next((each.message for each in report.findings if each.rule.id == _DEFECT), "")

    def _keep(self, problem: str, data: bytes) -> None:
        kind = _DIGITS.sub("0", problem)[:120]
        if kind not in self.failures:
            name = f"input-{len(self.failures)}"
            (self.crashes / name).write_bytes(data)
            self.failures[kind] = {"why": problem, "input": name}

    def write(self) -> None:
        """What the parent reads; only a run that ended as it should leaves it."""
        row = {
            "executions": self.executions,
            "reached": self.formats.get(self.crashes.name, 0),
            "worst_cpu_seconds": round(self.worst, 2),
            "verdicts": dict(sorted(self.verdicts.items())),
            "failures": list(self.failures.values()),
        }
        self.state.write_text(json.dumps(row))


def main() -> None:
    """Read the job, load the readers with instruments, and fuzz."""
    job = json.load(sys.stdin)
    with atheris.instrument_imports(include=["seamark.scan.models"], enable_loader_override=False):
        _load_readers()
    from seamark.scan.models import Scanner
    from seamark.scan.models.limits import Limits

    signal.signal(signal.SIGPROF, _interrupt)
    limits = Limits(seconds=20, expanded_bytes=64 << 20, members=4_000, opcodes=2_000_000,
                    header_bytes=8 << 20)  # fmt: skip
    files = [Path(path) for path in job["seeds"]]
    run = Run(
        scanner=Scanner(limits=limits, digest=False),
        name=Counter(path.name for path in files).most_common(1)[0][0],
        seconds=job["seconds"],
        crashes=Path(job["crashes"]),
        state=Path(job["state"]),
    )
    place = Path(job["corpus"])
    for number, path in enumerate(files):
        (place / f"{number}").write_bytes(path.read_bytes())
    _limit_memory()
    largest = max(path.stat().st_size for path in files)
    arguments = [sys.argv[0], f"-max_len={largest + 4096}", "-seed=1", "-timeout=30",
                 "-rss_limit_mb=0", "-detect_leaks=0", str(place)]  # fmt: skip
    atheris.Setup(arguments, run.one, custom_mutator=_mutate)
    run.ends = time.monotonic() + run.seconds
    atheris.Fuzz()


def _mutate(data: bytes, largest: int, seed: int) -> bytes:
    """libFuzzer's own changes, or ours, which keep zip and gzip sound around what they change."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        try:
            return mutated(data, chance)[:largest]
        except Exception:  # containers already damaged upset zipfile in any way
            pass
    changed: bytes = atheris.Mutate(data, largest)
    return changed


def _load_readers() -> None:
    """Readers are imported on first use, which would be after the instruments were put away."""
    models = importlib.import_module("seamark.scan.models")
    for module in pkgutil.walk_packages(models.__path__, "seamark.scan.models."):
        importlib.import_module(module.name)


def _interrupt(_signal: int, _frame: object) -> None:
    raise TooSlow


def _place(error: BaseException) -> str:
    """Module and function in which it was raised, as far as it is ours."""
    place, step = "", error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if "seamark" in code.co_filename:
            place = f"{Path(code.co_filename).name}:{code.co_name}"
        step = step.tb_next
    return place


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    if pages:
        most = pages * resource.getpagesize() + (MEBIBYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
