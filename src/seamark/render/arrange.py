"""The order in which people read a report: worst first, by file, old findings apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from seamark.core.policy import Assessed, Judgment
from seamark.core.reports import FileReport, Report
from seamark.core.verdicts import Verdict, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What there is to say about one path. ``file`` is None where it is no scanned file.

    A file without findings is there when a part of it was not examined: that is never silent.
    """

    path: str
    file: FileReport | None
    assessed: tuple[Assessed, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the findings shown, ``unclear`` where parts were skipped."""
        found = worst(each.finding.rule.verdict for each in self.assessed)
        return worst((found, Verdict.UNCLEAR)) if self.skipped else found

    @property
    def skipped(self) -> tuple[str, ...]:
        """What of the file was not examined, and why."""
        return self.file.coverage.skipped if self.file else ()


def assessed_by_file(report: Report, judgment: Judgment) -> Iterator[tuple[Assessed, ...]]:
    """For each file of the report its assessed findings, then once those of no file.

    Raises ``ValueError`` where the judgment is of another report.
    """
    rest = iter(judgment.assessed)
    for file in report.files:
        yield tuple(islice(rest, len(file.findings))) if file.findings else ()
    remaining = tuple(rest)
    expected = sum(len(file.findings) for file in report.files) + len(report.findings)
    if len(judgment.assessed) != expected:
        raise ValueError(f"the judgment holds {len(judgment.assessed)} findings, not {expected}")
    yield remaining


def groups(report: Report, judgment: Judgment, *, held: bool = False) -> list[Group]:
    """Open findings by path, or those ``held`` by a baseline or waiver; worst path first,
    worst finding first in each.
    """
    files: list[FileReport | None] = [*report.files, None]
    found: list[Group] = []
    for file, assessed in zip(files, assessed_by_file(report, judgment), strict=True):
        by_path: dict[str, list[Assessed]] = {}
        if file and file.coverage.skipped and not held:
            by_path[file.path] = []
        for each in assessed:
            if each.open is not held:
                path = file.path if file else each.finding.location.path
                by_path.setdefault(path, []).append(each)
        found.extend(
            Group(path=path, file=file, assessed=tuple(sorted(members, key=_harm)))
            for path, members in by_path.items()
        )
    found.sort(key=_group_order)
    return found


def held(report: Report, judgment: Judgment) -> list[Assessed]:
    """Findings that a baseline or a waiver holds, worst first."""
    apart = groups(report, judgment, held=True)
    return sorted((each for group in apart for each in group.assessed), key=_harm)


def verdict_counts(report: Report) -> dict[Verdict, int]:
    """Files by verdict, worst verdict first; a verdict without files is there with 0."""
    counts = dict.fromkeys(sorted(Verdict, key=lambda verdict: -verdict.rank), 0)
    for file in report.files:
        counts[file.verdict] += 1
    return counts


def worst_files_first(report: Report) -> list[FileReport]:
    """The files by verdict, worst first, and by path within a verdict."""
    return sorted(report.files, key=lambda file: (-file.verdict.rank, file.path))


def _group_order(group: Group) -> tuple[int, int, str]:
    severities = [each.finding.rule.severity.rank for each in group.assessed]
    return (-group.verdict.rank, -max(severities, default=-1), group.path)


def _harm(assessed: Assessed) -> tuple[int, int, str, int, int]:
    finding = assessed.finding
    where = finding.location
    position = where.line if where.line is not None else where.offset
    return (
        -finding.rule.verdict.rank,
        -finding.rule.severity.rank,
        finding.rule.id,
        -1 if position is None else position,
        where.column or 0,
    )
