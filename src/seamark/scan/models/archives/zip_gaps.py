"""Bytes of a zip archive that no member covers, and bytes that several cover.

Together with the members they account for the whole file, so what a reader finds that goes
through the archive from its beginning is either a member of the directory or found here.
"""

from collections.abc import Iterator, Sequence

from seamark.core.findings import Finding
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.member_names import visible
from seamark.scan.models.archives.zip_members import Member, View
from seamark.scan.models.archives.zip_readings import Reading
from seamark.scan.models.archives.zip_records import Entry, Local
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope

_PADDING = 64 << 10
_CHUNK = 1 << 20
_SEARCHED = 64 << 20

Gap = tuple[int, int]


def examine_overlaps(members: Sequence[Member], scope: Scope) -> Iterator[Finding]:
    """Findings where members share bytes."""
    last: Member | None = None
    for member in sorted(members, key=lambda each: (each.start, each.end)):
        if last is not None and member.start < last.end:
            first, second = visible(last.entry.name), visible(member.entry.name)
            yield scope.finding(
                rules.OVERLAP,
                f"The members {first!r} and {second!r} share bytes.",
                anchor=f"{first} {second}",
                offset=member.start,
                evidence={"members": [first, second]},
            )
        if last is None or member.end > last.end:
            last = member


def find_gaps(members: Sequence[Member], reading: Reading, size: int) -> list[Gap]:
    """Half-open ranges that are neither member nor directory nor end record."""
    covered = sorted((member.start, member.end) for member in members)
    covered.append((reading.directory, reading.directory_end))
    covered.append((reading.records_start, reading.tail))
    gaps = []
    at = 0
    for start, end in covered:
        if start > at:
            gaps.append((at, min(start, size)))
        at = max(at, end)
    if at < size:
        gaps.append((at, size))
    return gaps


def is_padding(blob: Blob, gap: Gap) -> bool:
    """Whether a gap is what an aligning writer leaves: few bytes, all zero."""
    length = gap[1] - gap[0]
    return length <= _PADDING and not blob.read(gap[0], length).strip(b"\0")


def _find_headers(blob: Blob, gap: Gap, scope: Scope) -> Iterator[int]:
    """Offsets of local header signatures inside a gap, in order."""
    at, end = gap
    stop = min(end, at + _SEARCHED)
    if stop < end:
        scope.skip(f"bytes {stop} to {end} outside all members were not searched for members")
    while at < stop:
        scope.meter.check_time()
        window = blob.read(at, min(_CHUNK + 3, end - at))
        found = window.find(records.LOCAL)
        while found >= 0:
            yield at + found
            found = window.find(records.LOCAL, found + 4)
        at += _CHUNK


def find_hidden(blob: Blob, gap: Gap, scope: Scope) -> list[Member]:
    """The members that a reader from the front finds inside a gap, in order.

    Where a local header leaves the length to a descriptor behind the data, the member is taken
    to reach to the next header. Raises ``LimitExceeded`` beyond the limit of members.
    """
    found: list[tuple[int, Local]] = []
    behind = gap[0]
    for start in _find_headers(blob, gap, scope):
        local = records.read_local(blob, start) if start >= behind else None
        if local is None or local.data > blob.size:
            continue
        found.append((start, local))
        behind = local.data + local.packed
        if len(found) > scope.meter.limits.members:
            raise LimitExceeded(f"holds more than {scope.meter.limits.members} members")
    stops = [start for start, _ in found[1:]] + [gap[1]]
    return [_member(start, local, stop) for (start, local), stop in zip(found, stops, strict=False)]


def _member(start: int, local: Local, stop: int) -> Member:
    streamed = local.flags & records.STREAMED and not local.packed
    packed = max(stop - local.data, 0) if streamed else local.packed
    name = records.decode_name(local.raw_name, local.flags)
    view = View(local.data, packed, local.method, local.size, None)
    entry = Entry(
        raw_name=local.raw_name,
        name=name,
        alternative="",
        flags=local.flags,
        method=local.method,
        crc=local.crc,
        packed=packed,
        size=local.size,
        offset=start,
        mode=0,
        aes=False,
        disk=0,
    )
    return Member(entry, start, local.data + packed, (view,), local.flags)


def describe_gap(gap: Gap, reading: Reading, first: int) -> str:
    """Where a gap is, in words."""
    if gap[1] <= first:
        return "before the first member"
    if gap[0] >= reading.tail:
        return "behind the archive's end"
    if gap[0] >= reading.directory_end:
        return "between the directory and its end record"
    return "between members" if gap[1] <= reading.directory else "behind the last member"
