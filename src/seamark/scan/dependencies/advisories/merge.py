"""Records that are aliases become one advisory."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from seamark.core.rules import Severity
from seamark.scan.dependencies.severity import rating, score, version

if TYPE_CHECKING:  # the readers of records are not needed to answer
    from seamark.scan.dependencies.advisories.osv import Record

_ORDER = ("CVE", "GHSA", "PYSEC")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_CVE_INSIDE = re.compile(r"CVE-\d{4}-\d{4,19}$")
_WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.LOW,
    "unimportant": Severity.LOW,
}


class Unions:
    """Names that mean the same: symmetric and transitive."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def top(self, name: str) -> str:
        """The name that stands for all that mean the same; the smallest of them."""
        parents = self._parents
        path = []
        while (parent := parents.get(name, name)) != name:
            path.append(name)
            name = parent
        for each in path:
            parents[each] = name
        return name

    def join(self, one: str, other: str) -> None:
        """Both mean the same."""
        first, second = sorted((self.top(one), self.top(other)))
        if first != second:
            self._parents[second] = first


def shown_first(names: Iterable[str]) -> list[str]:
    """CVE before GHSA before PYSEC before others."""
    return sorted(names, key=_rank)


def _rank(name: str) -> tuple[int, str]:
    prefix = name.partition("-")[0]
    return _ORDER.index(prefix) if prefix in _ORDER else len(_ORDER), name


def cves_of(records: "Sequence[Record]") -> list[str]:
    """CVE ids of all names, of what a distribution's record repeats, and of names like
    ``DEBIAN-CVE-2024-1234``: by these, KEV and EPSS know it.
    """
    names = {name for each in records for name in (each.id, *each.aliases, *each.upstream)}
    plain = {name for name in names if _CVE.fullmatch(name)}
    inside = {match[0] for name in names if (match := _CVE_INSIDE.search(name))}
    return sorted(plain | inside)


def severity_of(
    vectors: Iterable[str], words: Iterable[str] = ()
) -> tuple[Severity | None, float | None, str]:
    """Severity, score and vector: of the newest CVSS version, of its vectors the highest.

    Vectors that do not parse count for nothing; without one that does, the worst word.
    """
    scored = [
        (version(each), value, each) for each in vectors if (value := score(each)) is not None
    ]
    if scored:
        _, value, vector = max(scored)
        return rating(value), value, vector
    known = [_WORDS[word] for text in words for word in text.split() if word in _WORDS]
    return max(known, key=lambda each: each.rank, default=None), None, ""


def advisory_row(
    records: "Sequence[Record]", kev: Mapping[str, str], epss: Mapping[str, float]
) -> list[object]:
    """The columns of one advisory (schema.py), from the records that are aliases, by id."""
    names = shown_first({name for each in records for name in (each.id, *each.aliases)})
    cves = cves_of(records)
    severity, value, vector = severity_of(
        (each for record in records for each in record.vectors),
        (record.word for record in records),
    )
    days = sorted(kev[each] for each in cves if each in kev)
    chances = [epss[each] for each in cves if each in epss]
    summaries = [each.summary for each in sorted(records, key=lambda each: _rank(each.id))]
    dates = sorted(each.published for each in records if each.published)
    modules = {name for each in records for entry in each.affected for name in entry.modules}
    return [
        names[0], names[1:], next((each for each in summaries if each), ""),
        severity.value if severity else None, value, vector, dates[0] if dates else "",
        days[0] if days else "", max(chances, default=None),
        int(any(each.malicious for each in records)), sorted(modules),
    ]  # fmt: skip
