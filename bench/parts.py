"""What is measured: each part yields one row for each program."""

import os
import pickletools
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from bench import detection, inputs, sameness
from bench.tools import REPEAT, Tool, measure, peers, seamark

Row = dict[str, Any]
_HASH = "import hashlib,sys\nwith open(sys.argv[1],'rb') as f: hashlib.file_digest(f, 'sha256')"


def _all(venvs: Path) -> list[Tool]:
    return [seamark(), *peers(venvs)]


def startup(work: Path, venvs: Path) -> Iterator[Row]:
    """``--version`` (``--help`` for picklescan, which has none), and one small file."""
    small = inputs.small_pickles(work / "one", 1) / "0" / "m0.pkl"
    for tool in _all(venvs):
        yield {"what": "version", "tool": tool.name, **measure(tool.version)}
        yield {"what": "one small pickle", "tool": tool.name, **measure(tool.scan(small))}


def small(work: Path, venvs: Path) -> Iterator[Row]:
    """2,000 small pickles in one call, start-up included."""
    count = 2000
    folder = inputs.small_pickles(work / "small", count)
    for tool in _all(venvs):
        row = measure(tool.scan(folder))
        speed = round(count / float(str(row["cpu_seconds"])))
        yield {
            "what": f"{count} small pickles",
            "tool": tool.name,
            "files_per_cpu_second": speed,
            **row,
        }


def _large(path: Path, what: str, venvs: Path) -> Iterator[Row]:
    for tool in (seamark("--no-digest", label="seamark --no-digest"), seamark(), *peers(venvs)):
        yield {"what": what, "tool": tool.name, **measure(tool.scan(path))}
    yield {
        "what": what,
        "tool": "hashlib sha256",
        **measure([sys.executable, "-c", _HASH, str(path)]),
    }
    path.unlink()


def torch(work: Path, venvs: Path) -> Iterator[Row]:
    """A 1 GiB torch checkpoint."""
    yield from _large(inputs.torch_checkpoint(work / "state.pt"), "1 GiB torch checkpoint", venvs)


def safetensors(work: Path, venvs: Path) -> Iterator[Row]:
    """A 1 GiB safetensors file."""
    yield from _large(inputs.safetensors(work / "m.safetensors"), "1 GiB safetensors", venvs)


def sharded(work: Path, _venvs: Path) -> Iterator[Row]:
    """A folder shaped like a 50 GB model: 20 sparse shards, 1,500 tensors, their index."""
    folder = inputs.sharded(work / "sharded")
    tool = seamark("--no-digest", label="seamark --no-digest")
    yield {"what": "50 GB sharded folder", "tool": tool.name, **measure(tool.scan(folder))}


def opcodes(work: Path, venvs: Path) -> Iterator[Row]:
    """A pickle of three million opcodes."""
    path = inputs.many_opcodes(work / "rows.pkl")
    for tool in _all(venvs):
        yield {"what": "3 M-opcode pickle", "tool": tool.name, **measure(tool.scan(path))}


def engines(work: Path, venvs: Path) -> Iterator[Row]:
    """Opcodes per CPU second of the explainer, of the judge (its child included), of genops."""
    from seamark.scan.models.blobs import BytesBlob
    from seamark.scan.models.limits import Limits, Meter
    from seamark.scan.models.pickle.judge import Judge
    from seamark.scan.models.pickle.machine import explain

    def cpu() -> float:
        times = os.times()
        return times.user + times.system

    for count in (8_000, 64_000):
        data = inputs.rows(count)
        started = cpu()
        total = sum(1 for _ in pickletools.genops(data))
        yield _speed(f"{total} opcodes", "pickletools.genops", total, cpu() - started)
        seconds = []
        for _ in range(REPEAT):
            started = cpu()
            trace = explain(BytesBlob(data), 0, meter=Meter(Limits()))
            seconds.append(cpu() - started)
        yield _speed(f"{total} opcodes", "seamark explainer", total, sorted(seconds)[REPEAT // 2])
        judge = Judge()
        judge.judge(
            BytesBlob(b"N."), explain(BytesBlob(b"N."), 0, meter=Meter(Limits())), seconds=5
        )
        assert judge._child is not None
        times = []
        for _ in range(REPEAT * 3):
            before = _process_cpu(judge._child.pid) + cpu()
            judge.judge(BytesBlob(data), trace, seconds=60)
            times.append(_process_cpu(judge._child.pid) + cpu() - before)
        judge.close()
        # Ticks are 10 ms: the mean of nine runs, not the median of three.
        yield _speed(f"{total} opcodes", "seamark judge", total, sum(times) / len(times))


def _process_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _speed(what: str, tool: str, total: int, seconds: float) -> Row:
    return {
        "what": what,
        "tool": tool,
        "cpu_seconds": round(seconds, 4),
        "million_opcodes_per_cpu_second": round(total / max(seconds, 1e-9) / 1e6, 2),
    }


def detect(work: Path, venvs: Path) -> Iterator[Row]:
    """Both corpora by every program."""
    yield from detection.rows(work, venvs)


def same(work: Path, venvs: Path) -> Iterator[Row]:
    """The same JSON bytes from a bare and from a full environment, and from another Python."""
    yield from sameness.rows(work, venvs)


def safe_load(work: Path, venvs: Path) -> Iterator[Row]:
    """``torch.load`` of a 1 GiB state dict, plain and under ``safe_load()``, warm."""
    import json
    import subprocess

    path = inputs.torch_checkpoint(work / "loaded.pt")
    python = venvs.absolute() / "torch" / "bin" / "python"
    script = Path(__file__).with_name("safe_loading.py")
    run = subprocess.run(
        [str(python), str(script), str(path)], capture_output=True, text=True, check=True
    )
    path.unlink()
    for line in run.stdout.splitlines():
        yield {"what": "torch.load of 1 GiB", **json.loads(line)}


def structure(work: Path, venvs: Path) -> Iterator[Row]:
    """CPU seconds of each reader for 100 MB of structure, the best of some runs."""
    from bench.structures import files, saved
    from seamark.scan.models import Scanner

    def cpu() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    scanner = Scanner(digest=False)
    for what, path in chain(files(work / "structure"), saved(work / "structure", venvs)):
        seconds = []
        for _ in range(REPEAT + 2):
            started = cpu()
            report = scanner.scan_file(path)
            seconds.append(cpu() - started)
        megabytes = path.stat().st_size / 1e6
        yield {
            "what": what,
            "tool": "seamark",
            "format": report.format,
            "megabytes": round(megabytes, 1),
            "cpu_seconds": round(min(seconds), 2),
            "cpu_seconds_per_100_mb": round(min(seconds) / megabytes * 100, 2),
            "verdict": report.verdict.value,
        }


def dependencies(work: Path, _venvs: Path) -> Iterator[Row]:
    """Advisories: matching, the command around it, import, size."""
    from bench.dependencies import advisories

    yield from advisories(work)


def bills(work: Path, venvs: Path) -> Iterator[Row]:
    """Bills of materials of 500 packages."""
    from bench.bills import rows

    yield from rows(work / "bills", venvs)


def normalize(_work: Path, _venvs: Path) -> Iterator[Row]:
    """Megabytes of text that the normalizer takes through all views in one CPU second."""
    from bench.normalize import speeds

    yield from speeds(REPEAT)


PARTS: dict[str, Callable[[Path, Path], Iterator[Row]]] = {
    "startup": startup,
    "small": small,
    "torch": torch,
    "safetensors": safetensors,
    "sharded": sharded,
    "opcodes": opcodes,
    "engines": engines,
    "detect": detect,
    "structure": structure,
    "safe_load": safe_load,
    "same": same,
    "bills": bills,
    "dependencies": dependencies,
    "normalize": normalize,
}
