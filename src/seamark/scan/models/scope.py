"""What a reader needs besides the bytes: where it is, what it may cost, how to go deeper."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from seamark.core.findings import Finding, Json, Location
from seamark.core.metadata import LONGEST, MOST, NOTHING, Metadata, merged
from seamark.core.reports import Coverage
from seamark.core.rules import Confidence, Reference, Rule
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Meter

Reader = Callable[[Blob, "Scope"], Iterator[Finding]]
"""A format reader: yields findings, never raises for bad input except ``Malformed`` and
``LimitExceeded``, which the router turns into findings that make the file ``unclear``."""


Names = Callable[[], frozenset[str]]
"""The names beside a file or member; asked for only where a reader needs them."""

NamesAbove = Callable[[int], frozenset[str]]
"""The names in the folder so many levels above that of a file or member."""


class OpenBeside(Protocol):
    """Opens a file beside this one, or in a folder beside it, by its relative name with ``/``.

    ``levels`` folders higher where a package's loader goes up. None where there is no such regular
    file that can be read, or the name leads out of the folder. The blob lives as long as the
    examination of this file.
    """

    def __call__(self, name: str, levels: int = 0, /) -> Blob | None:
        """Open it."""


def nothing_above(_levels: int) -> frozenset[str]:
    """Where no folder is known, none holds anything."""
    return frozenset()


def nothing_beside(_name: str, _levels: int = 0, /) -> Blob | None:
    """Where no folder is known, nothing lies beside."""
    return None


@dataclass(slots=True)
class Tally:
    """What was examined of one file, and as what. Shared by all scopes of the file."""

    format: str = ""
    bytes: int = 0
    opcodes: int = 0
    members: int = 0
    looks: int = 0  # blocks read inside tensors, see hidden.py
    skipped: list[str] = field(default_factory=list)
    note: str = ""
    metadata: Metadata = NOTHING

    def coverage(self) -> Coverage:
        """The tally as it goes into the report."""
        return Coverage(
            bytes=self.bytes,
            opcodes=self.opcodes,
            members=self.members,
            skipped=tuple(self.skipped),
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may tell the scanner. ``allow`` holds extra references, ``module:name``."""

    allow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """The place being read: a file, or a member inside nested containers of that file.

    ``path`` is what reports show; ``member`` the path inside containers (parts joined by ``!``).
    ``siblings`` gives the names beside the file (or beside the member in its container),
    ``above`` those in a folder above it, and ``beside`` opens one of the former.
    ``route`` examines a blob by its content; readers reach it through :meth:`examine`.
    """

    path: str
    meter: Meter
    tally: Tally
    route: Reader
    options: Options = Options()
    member: str = ""
    depth: int = 0
    siblings: Names = frozenset
    above: NamesAbove = nothing_above
    beside: OpenBeside = nothing_beside

    @property
    def name(self) -> str:
        """The innermost file name, as a loader would see it (``data.pkl``)."""
        return (self.member or self.path).rsplit("!", 1)[-1].rsplit("/", 1)[-1]

    def set_format(self, name: str) -> None:
        """Say what the file is, more precisely than the router could; members do not count."""
        if self.depth == 0:
            self.tally.format = name

    def describe(self, **facts: Any) -> None:
        """Add what the model says of itself: fields of :class:`~seamark.core.metadata.Metadata`.

        Texts may come from the file as they are; they are shortened, and lists cut, here.
        """
        said = Metadata(**{name: _kept(value) for name, value in facts.items()})
        self.tally.metadata = merged(self.tally.metadata, said)

    def finding(
        self,
        rule: Rule,
        message: str,
        *,
        anchor: str = "",
        offset: int | None = None,
        line: int | None = None,
        column: int | None = None,
        confidence: Confidence = Confidence.HIGH,
        evidence: Mapping[str, Json] | None = None,
        references: tuple[Reference, ...] = (),
    ) -> Finding:
        """A finding at this place. See :class:`~seamark.core.findings.Finding` for ``anchor``."""
        return Finding(
            rule=rule,
            message=message,
            location=Location(
                path=self.path, member=self.member, line=line, column=column, offset=offset
            ),
            anchor=anchor,
            confidence=confidence,
            evidence=evidence or {},
            references=references,
        )

    def skip(self, reason: str) -> None:
        """Record something that was not examined; the file can then not be ``clean``."""
        self.tally.skipped.append(f"{self.member}: {reason}" if self.member else reason)

    def inside(
        self,
        member: str,
        siblings: Names = frozenset,
        above: NamesAbove = nothing_above,
        beside: OpenBeside = nothing_beside,
    ) -> "Scope":
        """The scope of a member. Raises ``LimitExceeded`` where the nesting is too deep."""
        if self.depth >= self.meter.limits.depth:
            raise LimitExceeded(f"nests deeper than {self.meter.limits.depth} levels")
        return Scope(
            path=self.path,
            meter=self.meter,
            tally=self.tally,
            route=self.route,
            options=self.options,
            member=f"{self.member}!{member}" if self.member else member,
            depth=self.depth + 1,
            siblings=siblings,
            above=above,
            beside=beside,
        )

    def examine(
        self,
        blob: Blob,
        member: str,
        siblings: Names = frozenset,
        above: NamesAbove = nothing_above,
        beside: OpenBeside = nothing_beside,
    ) -> Iterator[Finding]:
        """Examine a member by its content, whatever it is called."""
        self.meter.spend_member()
        self.tally.members += 1
        yield from self.route(blob, self.inside(member, siblings, above, beside))


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, list | tuple):
        return tuple(_kept(each) for each in value[:MOST])
    if isinstance(value, dict):
        return {_kept(key): each for key, each in list(value.items())[:MOST]}
    return value
