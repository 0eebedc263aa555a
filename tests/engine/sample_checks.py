"""Checks that misbehave in all the ways that the engine must survive."""

import os
import signal
import time
from collections.abc import Iterator

from seamark.core.checks import Check, Gap, Part, Remark, Result, Target
from seamark.core.metrics import Metric
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict


def report(name: str, verdict: Verdict = Verdict.CLEAN) -> FileReport:
    return FileReport(path=name, digest=None, size=1, format="x", verdict=verdict)


def divide(target: Target) -> Iterator[Part | Result]:
    yield Remark("excluded", "b")
    items = target.options["items"]
    size = target.options.get("part", 1)
    assert isinstance(items, tuple)
    assert isinstance(size, int)
    for start in range(0, len(items), size):
        yield Part(items=items[start : start + size], bytes=1)


def run(target: Target, part: Part) -> Iterator[Result]:
    for item in part.items:
        name = str(item)
        if name.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("raise"):
            raise RuntimeError("broken\nreader")
        if name.startswith("sleep"):
            time.sleep(float(name.removeprefix("sleep")))
        if name.startswith("interrupt"):
            raise KeyboardInterrupt
        if name.startswith("odd"):
            yield 7  # type: ignore[misc]
        yield report(name)


def crashed(target: Target, part: Part, reason: str) -> Iterator[Result]:
    for item in part.items:
        yield report(f"{item}: {reason}", Verdict.UNCLEAR)


def measure(target: Target, part: Part) -> Iterator[Result]:
    yield Metric(name="m", value=1)
    yield Gap("Half was not seen.")


MANY = Check(id="many", title="Many", run=run, divide=divide, crashed=crashed)
UNCAUGHT = Check(id="uncaught", title="No word on crashes", run=run, divide=divide)
SINGLE = Check(id="single", title="One part", run=measure)
