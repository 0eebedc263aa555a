"""What a report says of dependencies: which lists were read, and by which advisories.

The check of dependencies leaves it in ``Report.attributes`` (``lists``, ``advisories``, ``vex``);
a report of another check has none of it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.findings import Json
from seamark.core.reports import Report
from seamark.render.visible import visible
from seamark.render.words import plural

_INSTALLED = "installed-python"
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One list, or all packages that are installed in one place, in numbers."""

    path: str
    kind: str
    entries: int
    pinned: int
    hashed: int
    unassessed: int
    read: bool


def list_rows(report: Report) -> list[ListRow]:
    """The lists in the order of their paths; packages of one environment are one row."""
    rows: dict[tuple[str, str], ListRow] = {}
    for each in _mappings(report, "lists"):
        kind, path = str(each.get("kind", "")), str(each.get("path", ""))
        if kind == _INSTALLED:
            path = os.path.dirname(os.path.dirname(path)) or "."
        before = rows.get((path, kind))
        rows[path, kind] = ListRow(
            path=path,
            kind=kind,
            entries=_number(each, "components") + (before.entries if before else 0),
            pinned=_number(each, "pinned") + (before.pinned if before else 0),
            hashed=_number(each, "hashed") + (before.hashed if before else 0),
            unassessed=_number(each, "unassessed") + (before.unassessed if before else 0),
            read=each.get("read") is not False and (before is None or before.read),
        )
    return list(rows.values())


def supply_sentences(report: Report) -> list[str]:
    """How many dependencies were judged, and how old the knowledge is; empty without lists."""
    rows = list_rows(report)
    if not rows:
        return []
    entries = sum(row.entries for row in rows)
    pinned = sum(row.pinned for row in rows)
    sentence = f"{plural(entries, 'dependency', 'dependencies')} in {plural(len(rows), 'list')}"
    sentence += f", {'all' if pinned == entries else f'{pinned:,}'} pinned" if entries else ""
    return [f"{sentence}.", *_advisories(report), *_cleared(report)]


def _advisories(report: Report) -> list[str]:
    said = []
    for each in _mappings(report, "advisories"):
        if "problem" in each:
            said.append(f"No advisories were at hand: {visible(str(each['problem']))}.")
            continue
        day, age = visible(str(each.get("newest", "?"))), each.get("age_days")
        old = f", {plural(age, 'day')} old" if isinstance(age, int) else ""
        shipped = ", the snapshot that ships with Seamark" if each.get("shipped") else ""
        count = plural(_number(each, "advisories"), "advisory", "advisories")
        said.append(f"Judged by {count} up to {day}{old}{shipped}.")
    return said


def _cleared(report: Report) -> list[str]:
    """What VEX documents took out of the findings: said, so that it can be doubted."""
    cleared = _mappings(report, "vex")
    if not cleared:
        return []
    names = list(dict.fromkeys(visible(str(each.get("id", "?"))) for each in cleared))
    shown = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    findings = plural(len(cleared), "finding")
    return [f"VEX clears {findings} ({shown}); the JSON report has the reasons."]


def _mappings(report: Report, name: str) -> list[Mapping[str, Json]]:
    values = report.attributes.get(name)
    found = values if isinstance(values, list | tuple) else ()
    return [each for each in found if isinstance(each, Mapping)]


def _number(values: Mapping[str, Json], name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) else 0
