"""The report as JSON, schema ``seamark.report/1``: what every other program reads.

One line a file, so that two reports can be compared with ``diff``. Only ASCII is written: a
hostile name can neither move a terminal's cursor nor reverse its text. Times are in ``started``,
``finished`` and ``checks[].seconds`` and nowhere else; without them equal input gives equal bytes.
The JSON Schema is ``schemas/report-1.json`` beside this module.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from seamark.core.findings import Location
from seamark.core.metadata import Metadata
from seamark.core.policy import Assessed, Judgment, Standing
from seamark.core.reports import SCHEMA, CheckRun, FileReport, ModelReport, Report
from seamark.core.rules import Reference
from seamark.render.arrange import assessed_by_file, verdict_counts
from seamark.render.view import View
from seamark.render.wellformed import encode

Object = dict[str, Any]


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:  # noqa: ARG001
    """The whole report as one JSON object, ended by a line feed."""
    *by_file, rest = assessed_by_file(report, judgment)
    parts = [f"{encode(key)}: {encode(value)}" for key, value in _head(report, judgment).items()]
    files = (_file(file, found) for file, found in zip(report.files, by_file, strict=True))
    parts.append(f'"files": {_lines(files)}')
    parts.append(f'"models": {_lines(_model(model) for model in report.models)}')
    parts.append(f'"findings": {_lines(_finding(each) for each in rest)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _head(report: Report, judgment: Judgment) -> Object:
    return {
        "schema": SCHEMA,
        "tool": {"name": "seamark", "version": report.tool_version, "ruleset": report.ruleset},
        "target": report.target,
        "started": report.started,
        "finished": report.finished,
        "actor": {"name": report.actor.name, "authenticated": report.actor.authenticated},
        "verdict": report.verdict.value,
        "exit_code": int(judgment.exit_code),
        "exit_reason": judgment.exit_reason,
        "gates": [
            {
                "name": gate.name,
                "passed": gate.passed,
                "evaluated": gate.evaluated,
                "reason": gate.reason,
            }
            for gate in judgment.gates
        ],
        "interrupted": report.interrupted,
        "incomplete": list(report.incomplete),
        "checks": [_check(check) for check in report.checks],
        "seeds": dict(sorted(report.seeds.items())),
        "metrics": [
            {
                "name": metric.name,
                "value": metric.value,
                "unit": metric.unit,
                "direction": metric.direction.value,
                "interval": list(metric.interval) if metric.interval else None,
                "level": metric.level,
            }
            for metric in report.metrics
        ],
        "attributes": dict(report.attributes),
        "summary": {
            "files": len(report.files),
            "findings": len(judgment.assessed),
            "verdicts": {key.value: count for key, count in verdict_counts(report).items()},
            "standings": _standings(judgment),
        },
        "rules": _rules(judgment),
    }


def _rules(judgment: Judgment) -> dict[str, Object]:
    used = {each.finding.rule.id: each.finding.rule for each in judgment.assessed}
    return {
        name: {
            "title": rule.title,
            "severity": rule.severity.value,
            "verdict": rule.verdict.value,
            "reason": rule.reason,
        }
        for name, rule in sorted(used.items())
    }


def _standings(judgment: Judgment) -> dict[str, int]:
    counts = dict.fromkeys((standing.value for standing in Standing), 0)
    for each in judgment.assessed:
        counts[each.standing.value] += 1
    return counts


def _check(check: CheckRun) -> Object:
    return {
        "check": check.check,
        "status": check.status.value,
        "required": check.required,
        "count": check.count,
        "reason": check.reason,
        "seconds": check.seconds,
    }


def _file(file: FileReport, assessed: tuple[Assessed, ...]) -> Object:
    coverage = file.coverage
    return {
        "path": file.path,
        "digest": file.digest,
        "size": file.size,
        "format": file.format,
        "verdict": file.verdict.value,
        "findings": [_finding(each) for each in assessed],
        "coverage": {
            "bytes": coverage.bytes,
            "opcodes": coverage.opcodes,
            "members": coverage.members,
            "skipped": list(coverage.skipped),
            "note": coverage.note,
        },
        "metadata": _metadata(file.metadata),
    }


def _model(model: ModelReport) -> Object:
    return {
        "path": model.path,
        "kind": model.kind,
        "verdict": model.verdict.value,
        "files": list(model.files),
        "metadata": _metadata(model.metadata),
    }


def _metadata(metadata: Metadata) -> Object:
    """Only what the headers say: what they leave out is left out here."""
    said: Object = {}
    for each in fields(Metadata) if metadata else ():
        value = getattr(metadata, each.name)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Mapping):
            value = dict(sorted(value.items()))
        if value or value == 0:
            said[each.name] = value
    return said


def _finding(assessed: Assessed) -> Object:
    finding = assessed.finding
    rule = finding.rule
    made: Object = {
        "rule": rule.id,
        "severity": rule.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "location": _location(finding.location),
        "evidence": dict(finding.evidence),
        "remedy": rule.remedy,
        "references": [_reference(each) for each in (*finding.references, *rule.references)],
        "fingerprint": finding.fingerprint,
    }
    if assessed.standing is not Standing.NEW:
        made["standing"] = {
            "status": assessed.standing.value,
            "owner": assessed.owner,
            "since": assessed.since,
            "reason": assessed.reason,
            "expires": assessed.expires,
        }
    return made


def _location(where: Location) -> Object:
    made: Object = {"path": where.path}
    if where.member:
        made["member"] = where.member
    if where.line is not None:
        made["line"] = where.line
    if where.column is not None:
        made["column"] = where.column
    if where.offset is not None:
        made["offset"] = where.offset
    return made


def _reference(reference: Reference) -> Object:
    return {"name": reference.name, "url": reference.url}


def _lines(values: Iterable[Object]) -> str:
    lines = [encode(value) for value in values]
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"
