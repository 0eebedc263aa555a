"""What one file may cost to examine. Running out ends as ``unclear``, never as ``clean``."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one file and everything nested in it.

    ``seconds`` of wall time; ``expanded_bytes`` written by decompressors; ``members`` of all
    containers together; ``depth`` of nesting; ``opcodes`` of all pickle streams together;
    ``header_bytes`` of any one header that is held in memory. Beyond ``expansion_free`` bytes,
    all that a file expands to may be at most ``expansion_ratio`` times the file's own size.
    An array of zeros deflates 1000:1 and is honest up to the free bytes; text stays below 100:1.
    Beyond ``members_free``, a container's members must hold ``member_bytes`` each on average:
    checkpoints have 10,000 storages, but they hold weights; 50,000 empty members only cost time.
    Beyond ``readings_free`` bytes, stored members may be at most ``readings`` times as long
    together as what there is to read.
    """

    seconds: float = 120.0
    expanded_bytes: int = 16 << 30
    members: int = 200_000
    depth: int = 8
    opcodes: int = 200_000_000
    header_bytes: int = 100 << 20
    expansion_free: int = 128 << 20
    expansion_ratio: int = 150
    members_free: int = 12_000
    member_bytes: int = 512
    readings: int = 16
    readings_free: int = 1 << 19


class LimitExceeded(Exception):  # noqa: N818 - a signal between reader and router, not an error
    """A limit ran out. The router turns it into finding FIL004 (unclear)."""


class ExpansionBomb(LimitExceeded):
    """What a file expands to is out of all proportion to its size."""


class Malformed(Exception):  # noqa: N818 - likewise
    """The bytes break their own format. The router turns it into finding FIL005 (unclear).

    Readers raise it only where nothing more can be read; what can be named better is a finding.
    """

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Meter:
    """Counts what one file has cost so far. One meter for a file and all it contains."""

    __slots__ = (
        "_deadline", "_expanded", "_members", "_opcodes", "_proportion", "_size", "_stored",
        "limits",
    )  # fmt: skip

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._expanded = 0
        self._members = 0
        self._opcodes = 0
        self._stored = 0
        self._size = self._proportion = limits.expanded_bytes

    def admit(self, size: int) -> None:
        """Say how large the file itself is: what it may expand to is in proportion to that."""
        self._size = size
        self._proportion = self.limits.expansion_free + self.limits.expansion_ratio * size

    def check_time(self) -> None:
        """Raise :class:`LimitExceeded` when the file's time is up. Call it in long loops."""
        if time.monotonic() > self._deadline:
            raise LimitExceeded(f"took longer than {self.limits.seconds:g} s")

    def seconds_left(self) -> float:
        """Wall time that remains for this file; may be negative."""
        return self._deadline - time.monotonic()

    def spend_expanded(self, count: int) -> None:
        """Account for ``count`` bytes that a decompressor wrote."""
        self._expanded += count
        if self._expanded > self.limits.expanded_bytes:
            raise LimitExceeded(f"expands to more than {self.limits.expanded_bytes} bytes")
        if self._expanded > self._proportion:
            ratio = self.limits.expansion_ratio
            raise ExpansionBomb(f"expands to more than {ratio} times its size")
        self.check_time()

    def spend_member(self) -> None:
        """Account for one container member."""
        self._members += 1
        if self._members > self.limits.members:
            raise LimitExceeded(f"holds more than {self.limits.members} members")
        held = self.limits.readings * (self._size + self._expanded)
        self.check_members(self._members, held)
        if not self._members % 64:
            self.check_time()

    def spend_stored(self, count: int) -> None:
        """Account for ``count`` bytes of a member that needs no decompressor.

        Honest members lie beside each other and at most some levels deep. Where they overlap, each
        may hold all the others, and the work doubles with every one.
        """
        self._stored += count
        most = self.limits.readings * (self._size + self._expanded) + self.limits.readings_free
        if self._stored > most:
            raise LimitExceeded("holds members that overlap, to be read over and over")

    def check_members(self, count: int, held: int) -> None:
        """Raise where ``count`` members of one container hold too little, ``held`` bytes in all."""
        if count > self.limits.members_free + held // self.limits.member_bytes:
            raise LimitExceeded(f"holds {count} members and hardly anything in them")

    def spend_opcodes(self, count: int) -> None:
        """Account for ``count`` pickle opcodes."""
        self._opcodes += count
        if self._opcodes > self.limits.opcodes:
            raise LimitExceeded(f"holds more than {self.limits.opcodes} pickle opcodes")
        self.check_time()
