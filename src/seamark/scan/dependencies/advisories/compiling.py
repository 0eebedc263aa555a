"""Rows of packages: what all records say of one package, compared once."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seamark.scan.dependencies.advisories.schema import HAS_RANGES, NAMES_LOCALS
from seamark.scan.dependencies.advisories.spans import END, Line, affected_spans
from seamark.scan.dependencies.names import PYPI, pypi_name
from seamark.scan.dependencies.versions import Ordering

if TYPE_CHECKING:  # the readers of records are not needed to answer
    from seamark.scan.dependencies.advisories.osv import Affected

OPEN = -1
"""The end of a span without end, in a row."""

Said = tuple[int, str, "Affected"]
"""The advisory's number, the record's id, and what it says of the package."""


def name_in(ecosystem: str, name: str) -> str:
    """The name as components of this ecosystem spell it."""
    return pypi_name(name) if ecosystem == PYPI else name


def package_body(ecosystem: str, said: Sequence[Said], order: Ordering) -> str:
    """The body of one package's row (schema.py); ``said`` is in order."""
    line = Line((text for _, _, entry in said for text in _texts(entry)), order.key)
    entries = [_entry(number, name, entry, line, order, ecosystem) for number, name, entry in said]
    used = sorted({(place - 1) // 2 for each in entries for place in _bounds(each[2])}
                  | {number for each in entries for number in each[3]})  # fmt: skip
    new = {number: index for index, number in enumerate(used)}
    for each in entries:
        each[2] = [_moved(place, new) for place in each[2]]
        each[3] = [new[number] for number in each[3]]
    versions = [line.versions[number] for number in used]
    return json.dumps({"v": versions, "e": entries}, ensure_ascii=False, separators=(",", ":"))


def _texts(entry: "Affected") -> list[str]:
    events = [version for each in entry.ranges for kind, version in each
              if (kind, version) not in (("introduced", "0"), ("limit", "*"))]  # fmt: skip
    return [*events, *entry.versions]


def _entry(
    number: int, name: str, entry: "Affected", line: Line, order: Ordering, ecosystem: str
) -> list[Any]:
    ranges, problem = [], entry.problem
    for events in entry.ranges:
        odd = sorted({version for _, version in events if version in line.odd})
        if odd:
            problem = problem or f"a range of it names {odd[0][:60]!r}, no {order.rules} version"
        else:
            ranges.append(events)
    listed = [text for text in entry.versions if text not in line.odd]
    spans = affected_spans(ranges, listed, line)
    fixed = {line.number(version) for each in ranges for kind, version in each if kind == "fixed"}
    locals_ = ecosystem == PYPI and any("+" in text for text in _texts(entry))
    flags = (HAS_RANGES if entry.ranges else 0) | (NAMES_LOCALS if locals_ else 0)
    odd_versions = sorted(text for text in set(entry.versions) if text in line.odd)
    vector = max(entry.severity, default="")
    flat = [place for span in spans for place in span]
    return [number, name, flat, sorted(fixed), odd_versions, flags, problem, vector]


def _bounds(spans: list[int]) -> list[int]:
    return [place for place in spans if 0 < place < END]


def _moved(place: int, new: dict[int, int]) -> int:
    """The same place on the line of only those versions that bound something."""
    if place >= END:
        return OPEN
    if place == 0:
        return 0
    number, after = divmod(place - 1, 2)
    return 2 * new[number] + 1 + after
