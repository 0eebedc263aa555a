"""A plan: what to change, what cannot be cleared and why, and how each list is changed."""

from dataclasses import dataclass, field
from enum import StrEnum

from seamark.core.findings import Location


class Means(StrEnum):
    """How a list is changed."""

    PATCH = "patch"
    """The plan's patch changes the line."""
    COMMAND = "command"
    """A package manager writes the list anew: hashes and edges cannot be known offline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What somebody asks of a package: ``by`` (a package or a list), ``wanted`` as written.

    ``package`` is the normalized name of the package that asks; empty for a list.
    """

    by: str
    wanted: str
    package: str = ""

    def __str__(self) -> str:
        return f"{self.by} asks for {self.wanted or 'any version'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One entry that has the vulnerable version, and how it is changed."""

    location: Location
    list_kind: str
    means: Means


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One package from one version to another. ``clears`` are advisories, most of them CVE names.

    ``together`` are packages of the plan that limit this one and are changed as well: what their
    new versions ask for cannot be told.
    """

    ecosystem: str
    name: str
    current: str
    target: str
    clears: tuple[str, ...]
    uses: tuple[Use, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A vulnerable version that the plan does not clear. ``reason`` is a clause without a stop.

    ``constraints`` are those that exclude every version that would.
    """

    ecosystem: str
    name: str
    current: str
    advisories: tuple[str, ...]
    reason: str
    locations: tuple[Location, ...] = ()
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run in the folder of a list, and what to know of it (``note``)."""

    path: str
    line: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How to ask an index whether a patched list can still be installed, in the list's folder.

    ``otherwise`` compiles the list anew where its versions do not agree; empty where nothing
    says from what.
    """

    path: str
    line: str
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it. ``patch`` is a unified diff (``git apply``, ``patch -p1``); empty for none.

    ``trials`` are of the lists that it changes. ``gaps`` are sentences on what should have been
    assessed and could not be.
    """

    changes: tuple[Change, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    commands: tuple[Command, ...] = ()
    patch: str = ""
    trials: tuple[Trial, ...] = ()
    gaps: tuple[str, ...] = field(default=())
