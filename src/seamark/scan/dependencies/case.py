"""What every judge looks at: the whole inventory, what the project says, and what is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from seamark.core.checks import Remark
from seamark.core.components import Component
from seamark.core.findings import Finding
from seamark.scan.dependencies.advisories.model import Match, State
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.settings import Settings


class Book(Protocol):
    """Who knows vulnerabilities: the advisory database."""

    @property
    def state(self) -> State:
        """What it is and how old."""
        ...

    def covers(self, ecosystem: str) -> bool:
        """Whether it has advisories of this ecosystem at all; without, silence says nothing."""
        ...

    def affecting(self, component: Component) -> tuple[Match, ...]:
        """What is known about this exact version. Empty for one without a version."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One project before the judges.

    ``book`` is None where no database is usable; then ``book_problem`` says why, as a clause
    without a full stop. ``paths`` are what was asked for, relative to the inventory's root.
    """

    inventory: Inventory
    settings: Settings
    book: Book | None
    today: date
    book_problem: str = ""
    paths: tuple[str, ...] = (".",)


Judge = Callable[[Case], Iterator[Finding | Remark]]
"""Findings are anchored at names without versions or lines, so that they survive edits."""
