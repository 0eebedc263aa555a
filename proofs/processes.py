"""Run a program and say what it and all its children cost."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PAUSE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took. ``peak`` is the most memory (bytes) that the process tree held at once.

    It is sampled every 20 ms, and never less than the kernel's own figure for the largest process
    (``ru_maxrss``); short-lived peaks between samples of several processes may be missed.
    """

    code: int
    cpu: float
    wall: float
    peak: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


def _children() -> dict[int, list[int]]:
    tree: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            tree.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(entry))
    return tree


def _resident(root: int) -> int:
    total, waiting, tree = 0, [root], _children()
    while waiting:
        pid = waiting.pop()
        waiting += tree.get(pid, [])
        try:
            fields = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").split("\n")
            # Pages shared with the parent (fork) are counted once: proportional set size.
            total += next(int(f.split()[1]) for f in fields if f.startswith("Pss:")) * 1024
        except (OSError, StopIteration, ValueError):
            continue
    return total


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float = 600.0,
    sample: bool = True,
) -> Cost:
    """Run ``command`` to its end, or kill it (alone) after ``seconds``."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output: list[bytes] = [b"", b""]

    def drain(index: int) -> None:
        stream = (process.stdout, process.stderr)[index]
        assert stream is not None
        output[index] = stream.read()

    threads = [threading.Thread(target=drain, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    peak, timed_out = 0, False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if sample:
            peak = max(peak, _resident(process.pid))
        if time.monotonic() - started > seconds and not timed_out:
            process.kill()
            timed_out = True
        time.sleep(_PAUSE)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    for thread in threads:
        thread.join()
    return Cost(
        code=process.returncode,
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        peak=max(peak, usage.ru_maxrss * 1024),
        stdout=output[0],
        stderr=output[1],
        timed_out=timed_out,
    )
