"""How much time is left, and whether somebody has asked to stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seamark.engine.plan import Budgets

Cancelled = Callable[[], bool]
"""Says whether the run is to end; asked between results."""


class OutOfTimeError(Exception):
    """A budget is spent. ``str`` says which."""


class StoppedError(Exception):
    """Somebody cancelled the run."""


class CheckFailedError(Exception):
    """A check failed, or its process died; ``str`` says how."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, which all processes of a machine share, and its name."""

    at: float
    name: str

    def check(self, *, grace: float = 0.0) -> None:
        """Raise :class:`OutOfTimeError` when the moment passed more than ``grace`` seconds ago."""
        if time.monotonic() > self.at + grace:
            raise OutOfTimeError(self.name)


NEVER = Deadline(float("inf"), "")


def total_deadline(budgets: Budgets) -> Deadline:
    """The deadline of the whole run, counted from now."""
    seconds = budgets.total_seconds
    if seconds is None:
        return NEVER
    return Deadline(time.monotonic() + seconds, f"the total budget of {seconds:g} s is spent")


def check_deadline(seconds: float | None, total: Deadline) -> Deadline:
    """The deadline of a check that begins now and may take ``seconds``."""
    if seconds is None:
        return total
    own = Deadline(time.monotonic() + seconds, f"the check's budget of {seconds:g} s is spent")
    return min(own, total, key=lambda deadline: deadline.at)
