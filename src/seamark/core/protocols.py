"""The seams between rooms that never import each other. Their implementations come with them."""

from collections.abc import Mapping
from typing import Protocol

from seamark.core.actors import Actor
from seamark.core.findings import Json


class EventSink(Protocol):
    """Where events go: who did what to which asset. The ledger is one; a test's list another."""

    def record(
        self, *, actor: Actor, event: str, subject: str, details: Mapping[str, Json]
    ) -> None:
        """Keep one event (``baseline.updated``) about ``subject``, or raise: never lose it."""
        ...


class Action(Protocol):
    """Something that the system can do about a finding: named, tried, done, verified, undone."""

    @property
    def name(self) -> str:
        """The name that runbooks use (``quarantine-file``)."""
        ...

    def describe(self, subject: str) -> str:
        """What doing it would change, in one sentence: the dry run. Changes nothing."""
        ...

    def perform(self, subject: str, *, actor: Actor) -> None:
        """Do it. Raises ``SeamarkError`` where it cannot, with nothing half done."""
        ...

    def verify(self, subject: str) -> bool:
        """Whether its effect is there now."""
        ...

    def undo(self, subject: str, *, actor: Actor) -> None:
        """Take it back. Raises ``SeamarkError`` where that is impossible."""
        ...


class Budget(Protocol):
    """Something that can be spent once: privacy, queries, money, time."""

    @property
    def unit(self) -> str:
        """What is counted (``seconds``, ``queries``, ``epsilon``)."""
        ...

    def remaining(self) -> float:
        """What is left, in ``unit``."""
        ...

    def spend(self, amount: float) -> bool:
        """Spend ``amount`` if it is there, else spend nothing and say False."""
        ...
