"""What the engine is asked to do, and what it may cost."""

from dataclasses import dataclass
from typing import Protocol

from seamark.core.checks import Check, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One check on one target.

    ``why_not`` says why a planned check is not to run at all; ``seconds`` is its own budget of
    wall time, which goes before that of :class:`Budgets`.
    """

    check: Check
    target: Target
    required: bool = True
    why_not: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Wall time in seconds, for each check and for all together; None means no bound."""

    check_seconds: float | None = None
    total_seconds: float | None = None


class Watcher(Protocol):
    """Who wants to know how far the work is."""

    def planned(self, check: str, things: int, size: int) -> None:
        """A check is about to examine so many things of so many bytes together."""
        ...

    def advanced(self, check: str, things: int, size: int) -> None:
        """So many more things were examined."""
        ...


class Unwatched:
    """A watcher that looks away."""

    def planned(self, check: str, things: int, size: int) -> None:
        """See :class:`Watcher`."""

    def advanced(self, check: str, things: int, size: int) -> None:
        """See :class:`Watcher`."""
