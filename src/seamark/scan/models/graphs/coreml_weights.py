"""Core ML weight files: a header, then entries of 64 bytes, each followed by its numbers.

Layout: coremltools, ``mlmodel/src/MILBlob/Blob/StorageFormat.hpp`` (version 2). Everything begins
at multiples of 64 bytes; what lies between is zero.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs import coreml_rules as rules
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip

BLOB_BITS = {
    1: 16, 2: 32, 3: 8, 4: 8, 5: 16, 6: 16, 7: 16, 8: 4, 9: 1, 10: 2, 11: 4, 12: 3, 13: 6, 14: 32,
    15: 32, 16: 8, 17: 8,
}  # fmt: skip
"""Width in bits of each type of entry (``BlobDataType``)."""

ALIGNMENT = 64
_HEADER = struct.Struct("<II56s")
_ENTRY = struct.Struct("<IIQQQ32s")
_SENTINEL = 0xDEADBEEF
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it stands, its type, and where its ``size`` bytes lie."""

    at: int
    kind: int
    size: int
    offset: int

    @property
    def end(self) -> int:
        """Offset behind its numbers."""
        return self.offset + self.size


def read_entry(blob: Blob, at: int) -> Entry | None:
    """The entry at an offset; None where none begins there."""
    raw = blob.read(at, _ENTRY.size)
    if len(raw) < _ENTRY.size or at % ALIGNMENT:
        return None
    sentinel, kind, size, offset, _padding, _reserved = _ENTRY.unpack(raw)
    return Entry(at, kind, size, offset) if sentinel == _SENTINEL else None


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one weight file: entries against the file, room between them, foreign content."""
    raw = blob.read(0, _HEADER.size)
    if len(raw) < _HEADER.size:
        raise Malformed("the header is cut off", 0)
    count, _version, _reserved = _HEADER.unpack(raw)
    if count > _MOST:
        raise LimitExceeded(f"claims {count} entries (at most {_MOST})")
    regions: list[Region] = []
    reached = _HEADER.size
    for number in range(count):
        scope.meter.check_time()
        at = -(-reached // ALIGNMENT) * ALIGNMENT
        entry = read_entry(blob, at)
        if entry is None:
            if at + _ENTRY.size > blob.size:
                raise Malformed(f"the header counts {count} entries and {number} are there", at)
            yield _bad(scope, f"Entry {number} does not begin where it should.", number, at)
            return
        problem = _problem(entry, blob.size)
        if problem:
            yield _bad(scope, f"Entry {number} {problem}.", number, at)
            return
        yield from _check_room(blob, scope, reached, at)
        yield from _check_room(blob, scope, at + _ENTRY.size, entry.offset)
        regions.append(Region(f"entry {number}", entry.offset, entry.size))
        reached = entry.end
    scope.tally.bytes += _HEADER.size + count * _ENTRY.size
    yield from examine_regions(blob, scope, regions)
    yield from _check_room(blob, scope, reached, blob.size)
    yield from examine_appended_zip(blob, scope, host="Core ML weights")
    scope.tally.note = scope.tally.note or "weights of a Core ML model"


def _problem(entry: Entry, size: int) -> str:
    if entry.kind not in BLOB_BITS:
        return f"has the unknown type {entry.kind}"
    if entry.offset < entry.at + _ENTRY.size or entry.offset % ALIGNMENT:
        return f"has its numbers at {entry.offset}, which is not behind it"
    if entry.end > size:
        return f"claims {entry.size} bytes and the file ends at {size}"
    return ""


def _bad(scope: Scope, message: str, number: int, at: int) -> Finding:
    scope.skip(f"weights from entry {number} on")
    return scope.finding(rules.BAD_WEIGHTS, message, anchor="entries", offset=at)


def _check_room(blob: Blob, scope: Scope, start: int, end: int) -> Iterator[Finding]:
    """Whether ``[start, end)`` is alignment: short, and zero."""
    if end <= start:
        return
    data = blob.read(start, min(end - start, 1 << 16))
    if end - start < ALIGNMENT and not data.strip(b"\0"):
        return
    if not data.strip(b"\0") and end - start <= 1 << 12:
        return  # some writers fill the last page
    yield scope.finding(
        rules.HIDDEN_BYTES,
        f"{end - start} bytes at {start} belong to no entry.",
        anchor="room",
        offset=start,
    )
    yield from examine_regions(blob, scope, [Region("room between entries", start, end - start)])
