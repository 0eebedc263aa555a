"""All ways in which a zip archive can be read from its end.

Readers look for the end record from the back, some with the comment length as a proof, some
without; some believe zip64 records always, some only where the plain record overflows; some
count offsets from the file's beginning, some from where the archive seems to begin. Each
combination that leads to a directory is a reading. An honest archive has one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.zip_records import End, Entry
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Meter
from seamark.scan.models.scope import Scope

_WINDOW = records.END_SIZE + records.MAX16
MOST_READINGS = 8
_MOST_CANDIDATES = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the archive.

    ``shift`` is added to every offset. The directory is ``[directory, directory_end)``; the end
    records begin at ``records_start``; the comment is ``[comment, tail)``.
    """

    end: End
    shift: int
    directory: int
    directory_end: int
    records_start: int
    comment: int
    tail: int
    entries: list[Entry]


def find_readings(blob: Blob, meter: Meter) -> tuple[list[Reading], list[int]]:
    """Readings, the one of the last usable end record first; and signatures that lead nowhere."""
    base = max(0, blob.size - _WINDOW)
    window = blob.read(base, _WINDOW)
    readings: list[Reading] = []
    seen: set[tuple[int, int, int, int]] = set()
    loose: list[int] = []
    at = window.rfind(records.END)
    for _ in range(_MOST_CANDIDATES):
        if at < 0:
            break
        end = records.read_end(blob, base + at)
        before = len(readings)
        for reading in _readings_of(blob, end, meter, seen) if end else ():
            readings.append(reading)
            if len(readings) >= MOST_READINGS:
                return readings, loose
        if len(readings) == before and not readings:
            loose.append(base + at)
        at = window.rfind(records.END, 0, at)
    return readings, loose


def _readings_of(
    blob: Blob, end: End, meter: Meter, seen: set[tuple[int, int, int, int]]
) -> Iterator[Reading]:
    comment = int.from_bytes(blob.read(end.at + records.END_SIZE - 2, 2), "little")
    tail = min(end.at + records.END_SIZE + comment, blob.size)
    located = records.read_locator64(blob, end.at - records.LOCATOR64_SIZE)
    variants: list[tuple[End, int]] = []
    if located is not None:
        adjacent = end.at - records.LOCATOR64_SIZE - records.END64_SIZE
        for place in dict.fromkeys((adjacent, located)):
            wide = records.read_end64(blob, place) if place >= 0 else None
            if wide is not None:
                variants.append((wide, place))
    if located is None or not _overflows(end):
        variants.append((end, min([place for _, place in variants], default=end.at)))
    for variant, records_start in variants:
        for shift in dict.fromkeys((records_start - variant.size - variant.offset, 0)):
            key = (variant.offset + shift, shift, variant.size, variant.members)
            directory = key[0]
            if directory < 0 or key in seen or not _begins(blob, directory, variant, records_start):
                continue
            seen.add(key)
            entries, stop = records.read_directory(
                blob, directory, variant.size, variant.members, meter
            )
            yield Reading(
                end=variant,
                shift=shift,
                directory=directory,
                directory_end=stop,
                records_start=records_start,
                comment=end.at + records.END_SIZE,
                tail=tail,
                entries=entries,
            )


def _overflows(end: End) -> bool:
    return end.members == records.MAX16 or end.size == records.MAX32 or end.offset == records.MAX32


def _begins(blob: Blob, directory: int, end: End, limit: int) -> bool:
    """Whether a directory can begin there: with a record, or empty and just before its end."""
    if end.members == 0 and end.size == 0:
        return directory == limit
    return directory < limit and blob.read(directory, 4) == records.CENTRAL


def examine_reading(reading: Reading, scope: Scope) -> Iterator[Finding]:
    """Findings where the end record and the directory contradict each other."""
    count, size = len(reading.entries), reading.directory_end - reading.directory
    told = reading.end.members
    if told != count and not (not reading.end.zip64 and told == count & records.MAX16):
        yield scope.finding(
            rules.AMBIGUOUS,
            f"The end record counts {told} members, the directory holds {count}.",
            anchor="member count",
            offset=reading.end.at,
            evidence={"end_record": told, "directory": count},
        )
    if size != reading.end.size:
        yield scope.finding(
            rules.AMBIGUOUS,
            f"The end record gives the directory {reading.end.size} bytes; it takes {size}.",
            anchor="directory size",
            offset=reading.end.at,
            evidence={"end_record": reading.end.size, "directory": size},
        )
    if reading.shift < 0:
        yield scope.finding(
            rules.AMBIGUOUS,
            f"Offsets count from {-reading.shift} bytes before the beginning of the file.",
            anchor="negative shift",
            offset=reading.end.at,
        )
    if reading.end.disk or any(entry.disk for entry in reading.entries):
        yield scope.finding(
            rules.AMBIGUOUS,
            "The archive claims to continue on other disks.",
            anchor="disks",
            offset=reading.end.at,
        )
