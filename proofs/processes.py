"""Run a program and say what it and all its children cost."""

import os
import resource
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

    It is sampled every 20 ms (the tree's proportional set size, each process's high-water mark);
    short-lived peaks between two samples may be missed.
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
    """Bytes that the tree holds now, or that one of its processes held at its worst."""
    total, worst, waiting, tree = 0, 0, [root], _children()
    while waiting:
        pid = waiting.pop()
        waiting += tree.get(pid, [])
        try:
            fields = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").split("\n")
            # Pages shared with the parent (fork) are counted once: proportional set size.
            total += next(int(f.split()[1]) for f in fields if f.startswith("Pss:")) * 1024
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").split("\n")
            high = next(int(f.split()[1]) for f in status if f.startswith("VmHWM:")) * 1024
            worst = max(worst, high)
        except (OSError, StopIteration, ValueError):
            continue
    return max(total, worst)


def _trusted(maximum: int) -> int:
    """The kernel's figure (KiB) in bytes; 0 where it may be our own.

    A child's ``ru_maxrss`` starts with the high-water mark of the process that started it.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return maximum * 1024 if maximum > own else 0


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
        peak=max(peak, _trusted(usage.ru_maxrss)),
        stdout=output[0],
        stderr=output[1],
        timed_out=timed_out,
    )
