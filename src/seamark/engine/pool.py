"""The parts of one check over processes. A process that dies costs its own item, nothing else.

The processes are those of loky, joblib's own pool, used through its futures: ``joblib.Parallel``
loses the results of every part that is in flight when one worker dies.
"""

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joblib.externals.loky import (  # type: ignore[import-untyped]
    FIRST_COMPLETED,
    BrokenProcessPool,
    ProcessPoolExecutor,
    wait,
)

from seamark.core.checks import Part, Result
from seamark.engine.clock import (
    Cancelled,
    CheckFailedError,
    Deadline,
    OutOfTimeError,
    StoppedError,
)
from seamark.engine.plan import Planned

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 5.0
"""A worker ends by itself at the deadline; one that hangs is killed so much later."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a worker sends back: the results it got, and what ended it early, if anything."""

    results: tuple[Result, ...]
    failure: str = ""
    late: str = ""


@dataclass(slots=True)
class _Queue:
    """Parts on their way: not begun, in flight by future, done but not yet handed on."""

    waiting: deque[tuple[int, Part]]
    in_flight: dict[Any, tuple[int, Part]] = field(default_factory=dict)
    done: dict[int, Worked] = field(default_factory=dict)
    following: int = 0

    def in_order(self) -> Iterator[Sequence[Result]]:
        """Hand on what is done, in the parts' order, until the first gap."""
        while self.following in self.done:
            worked = self.done.pop(self.following)
            self.following += 1
            yield worked.results
            if worked.failure:
                raise CheckFailedError(worked.failure)
            if worked.late:
                raise OutOfTimeError(worked.late)

    def leftovers(self) -> Iterator[Sequence[Result]]:
        """Hand on what is done behind a gap, when no more is to come."""
        for index in sorted(self.done):
            yield self.done.pop(index).results


def run_parts(
    planned: Planned, parts: Sequence[Part], jobs: int, deadline: Deadline, cancelled: Cancelled
) -> Iterator[Sequence[Result]]:
    """The parts' results in the parts' order.

    Parts that were in flight when a process died are run again item by item, each in a process
    of its own; an item that ends its process again is reported by ``Check.crashed``.
    Raises ``OutOfTimeError``, ``StoppedError`` and ``CheckFailedError``, each after the results
    that there are.
    """
    workers = min(jobs or (os.cpu_count() or 1), len(parts))
    queue = _Queue(deque(enumerate(parts)))
    try:
        while queue.waiting:
            try:
                yield from _run_all(planned, queue, workers, deadline, cancelled)
            except BrokenProcessPool:
                suspects = sorted(queue.in_flight.values(), key=lambda pair: pair[0])
                queue.in_flight.clear()
                for index, part in suspects:
                    queue.done[index] = _item_by_item(planned, part, deadline, cancelled)
                    yield from queue.in_order()
    except (OutOfTimeError, StoppedError):
        yield from queue.leftovers()
        raise
    except KeyboardInterrupt:
        yield from queue.leftovers()
        raise StoppedError from None


def _run_all(
    planned: Planned, queue: _Queue, workers: int, deadline: Deadline, cancelled: Cancelled
) -> Iterator[Sequence[Result]]:
    with _processes(workers) as executor:
        while queue.waiting or queue.in_flight:
            while queue.waiting and len(queue.in_flight) < 2 * workers:
                index, part = queue.waiting[0]
                queue.in_flight[executor.submit(_work, planned, part, deadline)] = (index, part)
                queue.waiting.popleft()  # only now: submitting to a broken pool raises
            for future in _wait(list(queue.in_flight), deadline, cancelled):
                worked = future.result()
                index, _ = queue.in_flight.pop(future)
                queue.done[index] = worked
            yield from queue.in_order()


def _item_by_item(planned: Planned, part: Part, deadline: Deadline, cancelled: Cancelled) -> Worked:
    """Each item alone. Raises ``CheckFailedError`` where the check cannot report a crash."""
    if not part.items:
        return _alone(planned, part, deadline, cancelled)
    results: list[Result] = []
    for item in part.items:
        worked = _alone(planned, Part(items=(item,)), deadline, cancelled)
        results.extend(worked.results)
        if worked.failure or worked.late:
            return Worked(tuple(results), worked.failure, worked.late)
    return Worked(tuple(results))


def _alone(planned: Planned, part: Part, deadline: Deadline, cancelled: Cancelled) -> Worked:
    try:
        with _processes(1) as executor:
            future = executor.submit(_work, planned, part, deadline)
            while not _wait([future], deadline, cancelled):
                pass
            worked: Worked = future.result()
            return worked
    except BrokenProcessPool as error:
        reason = _cause(error)
        if planned.check.crashed is None or not part.items:
            return Worked((), failure=f"its process died: {reason}")
        return Worked(tuple(planned.check.crashed(planned.target, part, reason)))


def _wait(futures: list[Any], deadline: Deadline, cancelled: Cancelled) -> set[Any]:
    """The futures that are done, perhaps none, after a moment at most."""
    ready: set[Any] = wait(futures, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED).done
    if not ready:
        deadline.check(grace=_GRACE_SECONDS)
    if cancelled():
        raise StoppedError
    return ready


def _work(planned: Planned, part: Part, deadline: Deadline) -> Worked:
    """In the worker: run one part. An exception travels back as text, so it always travels."""
    results: list[Result] = []
    try:
        for result in planned.check.run(planned.target, part):
            results.append(result)  # one by one: what came before a failure counts
            deadline.check()
    except OutOfTimeError as error:
        return Worked(tuple(results), late=str(error))
    except Exception as error:
        return Worked(tuple(results), failure=f"it failed with {type(error).__name__}: {error}")
    return Worked(tuple(results))


@contextmanager
def _processes(count: int) -> Iterator[Any]:
    executor = ProcessPoolExecutor(max_workers=count, initializer=_prepare)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _prepare() -> None:
    os.dup2(2, 1)  # whatever a check prints, standard output is the report's
    # Ctrl-C reaches the whole process group; the parent decides what becomes of the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cause(error: BaseException) -> str:
    for word in ("SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTERM"):
        if word in str(error):
            return f"it was ended by {word}"
    return "it ended unexpectedly"
