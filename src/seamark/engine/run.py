"""Runs the planned checks one after the other; each check's parts here or over processes."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field

from seamark.core.checks import Part, Result
from seamark.core.findings import Finding
from seamark.core.reports import CheckRun, CheckStatus, FileReport
from seamark.engine.clock import (
    Cancelled,
    CheckFailedError,
    Deadline,
    OutOfTimeError,
    StoppedError,
    check_deadline,
    total_deadline,
)
from seamark.engine.outcome import Outcome
from seamark.engine.plan import Budgets, Planned, Unwatched, Watcher

WORTH_BYTES = 2 << 30
"""From here on, other processes save more time than their start costs."""
WORTH_THINGS = 8_000


@dataclass(slots=True)
class _Divided:
    parts: list[Part] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @property
    def things(self) -> int:
        return sum(len(part.items) for part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)


def run_checks(
    plan: Sequence[Planned],
    *,
    jobs: int = 0,
    budgets: Budgets = Budgets(),
    watcher: Watcher = Unwatched(),
    cancelled: Cancelled = lambda: False,
) -> Outcome:
    """Run every planned check and return what they gave; never raises for what a check does.

    ``jobs`` is the number of processes; 0 decides by the amount of work. ``KeyboardInterrupt``
    and ``cancelled`` end the run with what there is, marked as interrupted.
    """
    outcome = Outcome()
    total = total_deadline(budgets)
    for planned in plan:
        if outcome.interrupted:
            _not_run(outcome, planned, "the run was interrupted before it")
        elif planned.why_not:
            _not_run(outcome, planned, planned.why_not)
        else:
            seconds = planned.seconds or budgets.check_seconds
            deadline = check_deadline(seconds, total)
            with redirect_stdout(sys.stderr):  # a check may print; stdout is the report's
                _run_check(outcome, planned, jobs, deadline, watcher, cancelled)
    return outcome


def _run_check(
    outcome: Outcome,
    planned: Planned,
    jobs: int,
    deadline: Deadline,
    watcher: Watcher,
    cancelled: Cancelled,
) -> None:
    began = time.monotonic()
    count = 0
    missing = ""
    try:
        deadline.check()
        divided = _divide(planned, deadline, cancelled)
        _require_declared(planned, divided.results)
        outcome.add(divided.results)
        watcher.planned(planned.check.id, divided.things, divided.bytes)
        for results in _results(planned, divided, jobs, deadline, cancelled):
            _require_declared(planned, results)
            added = outcome.add(results)
            count += added
            size = sum(each.size for each in results if isinstance(each, FileReport))
            watcher.advanced(planned.check.id, added, size)
    except OutOfTimeError as error:
        missing = f"{error}; {_so_far(count)}"
    except (KeyboardInterrupt, StoppedError):
        outcome.interrupted = True
        missing = f"it was interrupted; {_so_far(count)}"
    except CheckFailedError as error:
        missing = str(error)
    except Exception as error:  # a check's own defect must not end the others
        missing = f"it failed with {type(error).__name__}: {error}"
    if missing:
        outcome.incomplete.append(f"The check {planned.check.id} is incomplete: {missing}.")
    outcome.checks.append(
        CheckRun(
            check=planned.check.id,
            status=CheckStatus.NOT_RUN if missing else CheckStatus.RUN,
            reason=missing,
            count=count,
            seconds=round(time.monotonic() - began, 3),
            required=planned.required,
        )
    )


def _require_declared(planned: Planned, results: Sequence[Result]) -> None:
    """A rule that nobody declared could be neither explained nor waived (``CheckFailedError``).

    Where rules are declared on request, asking would import all of them, so that is not done.
    """
    check = planned.check
    if check.more_rules is not None:
        return
    declared = {rule.id for rule in check.rules}
    for result in results:
        findings = result.findings if isinstance(result, FileReport) else (result,)
        for each in findings:
            if isinstance(each, Finding) and each.rule.id not in declared:
                raise CheckFailedError(
                    f"it found the rule {each.rule.id} broken, which it does not declare"
                )


def _divide(planned: Planned, deadline: Deadline, cancelled: Cancelled) -> _Divided:
    divided = _Divided()
    if planned.check.divide is None:
        divided.parts.append(Part())
        return divided
    for each in planned.check.divide(planned.target):
        deadline.check()
        if cancelled():
            raise StoppedError
        if isinstance(each, Part):
            divided.parts.append(each)
        else:
            divided.results.append(each)
    return divided


def _results(
    planned: Planned, divided: _Divided, jobs: int, deadline: Deadline, cancelled: Cancelled
) -> Iterator[Sequence[Result]]:
    """The parts' results in the parts' order, as they become known."""
    worth = divided.bytes >= WORTH_BYTES or divided.things >= WORTH_THINGS
    if jobs > 1 or (jobs == 0 and worth and len(divided.parts) > 1):
        from seamark.engine.pool import run_parts

        yield from run_parts(planned, divided.parts, jobs, deadline, cancelled)
        return
    for part in divided.parts:
        for result in planned.check.run(planned.target, part):
            yield (result,)
            deadline.check()
            if cancelled():
                raise StoppedError


def _not_run(outcome: Outcome, planned: Planned, reason: str) -> None:
    outcome.checks.append(
        CheckRun(
            check=planned.check.id,
            status=CheckStatus.NOT_RUN,
            reason=reason,
            required=planned.required,
        )
    )
    if planned.required:
        outcome.incomplete.append(f"The check {planned.check.id} did not run: {reason}.")


def _so_far(count: int) -> str:
    return f"{count} things were examined before"
