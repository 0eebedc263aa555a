"""From what the engine collected to a report."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from seamark import __version__
from seamark.core.findings import Finding, Json
from seamark.core.reports import FileReport, Report
from seamark.core.verdicts import worst
from seamark.engine import Outcome
from seamark.scan.models.folders import models_of
from seamark.scan.ruleset import ruleset_version
from seamark.system.actor import current_actor


def now() -> str:
    """The present moment, RFC 3339 in UTC with seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def assemble(
    outcome: Outcome,
    *,
    target: str,
    started: str,
    seeds: Mapping[str, int],
    attributes: Mapping[str, Json],
) -> Report:
    """The report of one run. Lists of remarks from the checks come sorted by name."""
    remarks = {name: _once(values) for name, values in sorted(outcome.attributes.items())}
    gathered: dict[str, Json] = {**attributes, **remarks}
    files, rest = _attached(outcome.files, outcome.findings)
    return Report(
        target=target,
        tool_version=__version__,
        ruleset=ruleset_version(),
        started=started,
        finished=now(),
        actor=current_actor(),
        files=files,
        models=models_of(outcome.files),
        components=tuple(outcome.components),
        findings=rest,
        metrics=tuple(outcome.metrics),
        checks=tuple(outcome.checks),
        incomplete=tuple(outcome.incomplete),
        interrupted=outcome.interrupted,
        seeds=seeds,
        attributes=gathered,
    )


def _attached(
    files: Sequence[FileReport], findings: Sequence[Finding]
) -> tuple[tuple[FileReport, ...], tuple[Finding, ...]]:
    """Findings of other checks join the report of their file, where there is one."""
    by_path: dict[str, list[Finding]] = {file.path: [] for file in files}
    rest: list[Finding] = []
    for finding in findings:
        by_path.get(finding.location.path, rest).append(finding)
    return tuple(_with(file, by_path[file.path]) for file in files), tuple(rest)


def _with(file: FileReport, findings: Sequence[Finding]) -> FileReport:
    if not findings:
        return file
    verdict = worst([file.verdict, *(finding.rule.verdict for finding in findings)])
    return replace(file, findings=(*file.findings, *findings), verdict=verdict)


def _once(values: Sequence[Json]) -> list[Json]:
    """Each value once: two checks that walk the same tree exclude the same directories."""
    seen: list[Json] = []
    names: set[str] = set()
    for value in values:
        if isinstance(value, str):
            if value in names:
                continue
            names.add(value)
        seen.append(value)
    return seen
