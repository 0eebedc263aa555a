"""What is known beside advisories: CISA's catalog of exploited vulnerabilities, and EPSS."""

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from seamark.scan.dependencies.advisories.archive import SourceUnreadable

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SCORE_DATE = re.compile(r"score_date:(\d{4}-\d{2}-\d{2})")

Row = tuple[str, str]
"""A CVE, and the day on which it was listed (KEV) or the probability (EPSS), as text."""


def is_kev(document: Any) -> bool:
    """Whether this is CISA's catalog (JSON)."""
    return isinstance(document, dict) and {"catalogVersion", "vulnerabilities"} <= document.keys()


def read_kev(document: Any, place: str) -> tuple[str, tuple[Row, ...], int]:
    """The catalog's day, its rows, and how many could not be used.

    Raises :class:`SourceUnreadable`.
    """
    listed = document["vulnerabilities"]
    released = document.get("dateReleased")
    if not isinstance(listed, list) or not isinstance(released, str) or not _DAY.match(released):
        raise SourceUnreadable(f"{place} is no catalog of exploited vulnerabilities (KEV).")
    rows: list[Row] = []
    for each in listed:
        name, day = (
            (each.get("cveID"), each.get("dateAdded")) if isinstance(each, dict) else ("", "")
        )
        if _fits(_CVE, name) and _fits(_DAY, day):
            rows.append((str(name), str(day)))
    return released[:10], tuple(sorted(set(rows))), len(listed) - len(rows)


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def is_epss(data: bytes) -> bool:
    """Whether this is a table of EPSS (CSV)."""
    return data.startswith((b"#model_version", b"cve,epss"))


def read_epss(data: bytes, place: str) -> tuple[str, tuple[Row, ...], int]:
    """The table's day, its rows, and how many could not be used.

    Raises :class:`SourceUnreadable`.
    """
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{place} is no table of EPSS: it is not ASCII.") from error
    day = _SCORE_DATE.search(lines[0])
    body = [line for line in lines if not line.startswith("#")]
    if day is None or not body or not body[0].startswith("cve,epss"):
        raise SourceUnreadable(f"{place} is no table of EPSS: it lacks its date or its header.")
    rows = tuple(sorted(_probabilities(body[1:])))
    return day[1], rows, len(body) - 1 - len(rows)


def _probabilities(lines: list[str]) -> Iterator[Row]:
    for row in csv.reader(lines):
        if len(row) >= 2 and _CVE.fullmatch(row[0]):
            try:
                value = float(row[1])
            except ValueError:
                continue
            if 0.0 <= value <= 1.0:
                yield row[0], json.dumps(value)
