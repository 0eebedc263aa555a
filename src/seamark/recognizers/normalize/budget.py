"""How much decoding one text may cause, counted in characters and never in seconds."""

from dataclasses import dataclass
from typing import Literal

# What one changed passage costs beside its characters: it is handled by itself.
EACH = 32

Limit = Literal["characters", "views", "depth"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What the views of one text may amount to; the text itself is free.

    ``characters``: produced by all views together, decompressed ones included, and ``EACH`` for
    each passage that changed. Work and memory are linear in the text plus these, whatever the text
    holds, so the same text always ends at the same place.
    ``views``: how many besides the text itself. ``depth``: how many disguises inside one another.
    """

    characters: int = 16 * 1024 * 1024
    views: int = 128
    depth: int = 6

    def __post_init__(self) -> None:
        if min(self.characters, self.views, self.depth) < 0:
            raise ValueError("a budget is never negative")


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A limit of the budget that stopped the decoding: something of the text was left unread."""

    limit: Limit
    allowed: int
    steps: tuple[str, ...]

    def __str__(self) -> str:
        where = " > ".join(self.steps) or "the text itself"
        return f"decoding stopped at its limit of {self.allowed} {self.limit} (reached at {where})"


class Meter:
    """What is left of one budget while the views of one text are made."""

    __slots__ = ("budget", "characters", "told", "views")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.characters = budget.characters
        self.views = budget.views
        self.told: dict[Limit, Exhausted] = {}

    def spend(self, characters: int) -> None:
        """Take produced characters off; never below nothing."""
        self.characters = max(0, self.characters - characters)

    def stop(self, limit: Limit, steps: tuple[str, ...]) -> None:
        """Remember the first place where a limit was reached."""
        if limit not in self.told:
            self.told[limit] = Exhausted(limit, getattr(self.budget, limit), steps)
