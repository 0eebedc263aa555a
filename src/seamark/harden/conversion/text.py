"""A conversion's record for machines and for people."""

import json
from dataclasses import asdict
from typing import Any

from seamark import __version__
from seamark.core.findings import Finding
from seamark.harden.conversion.records import SCHEMA, Conversion, FileState

_SHOWN = 10


def schema_text() -> str:
    """The JSON Schema (2020-12) of ``seamark.conversion/1``."""
    from importlib.resources import files

    place = files("seamark.harden.conversion").joinpath("schemas/conversion-1.json")
    return place.read_text(encoding="utf-8")


def as_json(record: Conversion) -> str:
    """The record as ``seamark.conversion/1``: the same conversion, the same text, times apart."""
    document = {
        "schema": SCHEMA,
        "tool_version": __version__,
        "started": record.started,
        "finished": record.finished,
        "exit_code": int(record.exit_code),
        "exit_reason": record.exit_reason,
        "target": record.target,
        "engine": record.engine,
        "python": record.python,
        "seed": record.seed,
        "confinement": list(record.confinement),
        "sources": [_file(file) for file in record.sources],
        "results": [_file(file) for file in record.results],
        "parts": [asdict(part) for part in record.parts],
        "findings": [_finding(finding) for finding in record.findings],
        "skipped": list(record.skipped),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _file(file: FileState) -> dict[str, Any]:
    return {
        "path": file.path,
        "digest": file.digest,
        "size": file.size,
        "format": file.format,
        "verdict": file.verdict.value,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "verdict": finding.rule.verdict.value,
        "message": finding.message,
        "location": str(finding.location),
        "fingerprint": finding.fingerprint,
    }


def as_text(record: Conversion, *, verbose: bool = False) -> str:
    """The record for a person: what was made, what it lost, how equal it is."""
    lines = [record.exit_reason]
    lines += [
        f"  {each.rule.id} {each.location}: {each.message}" for each in record.findings[:_SHOWN]
    ]
    if len(record.findings) > _SHOWN:
        lines.append(f"  and {len(record.findings) - _SHOWN} more findings")
    lines += [f"  not examined: {each}" for each in record.skipped[:_SHOWN]]
    for file in record.results:
        lines.append(f"  {file.path}  {file.format}, {file.size} bytes, {file.verdict.value}")
        lines.append(f"    {file.digest}")
    for part in record.parts:
        lines += [f"  {line}" for line in _part(part.written, part.equality)]
    if record.engine and record.parts:
        held = ", ".join(record.confinement)
        lines.append(f"  engine {record.engine}, Python {record.python}, confined by {held}")
    if verbose and record.notes:
        lines += ["  the child said:", *(f"    {line}" for line in record.notes.splitlines())]
    return "\n".join(lines) + "\n"


def _part(written: Any, equality: Any) -> list[str]:
    lines = []
    if "tensors" in written:
        types = ", ".join(f"{count} {name}" for name, count in written.get("dtypes", {}).items())
        where = f" of '{written['where']}'" if written.get("where") else ""
        lines.append(f"{written['tensors']} tensors{where} ({types}), {written['bytes']} bytes")
    for alias, kept in list(written.get("aliases", {}).items())[:_SHOWN]:
        lines.append(f"shared: {alias} is {kept}")
    dropped = written.get("dropped", ())[:_SHOWN]
    lines += [f"left out: {entry['name']} ({entry['what']})" for entry in dropped]
    if equality.get("kind") == "tensors":
        word = "exactly" if equality.get("exact") else "not"
        lines.append(f"{word} equal, tensor by tensor: {equality.get('compared')} compared")
    for name, figure in equality.get("outputs", {}).items():
        lines.append(
            f"{name}: {figure['samples']} samples, largest difference "
            f"{figure['max_abs']:.3g} absolute, {figure['max_rel']:.3g} relative "
            f"(allowed {figure['atol']:g} + {figure['rtol']:g} * |value|)"
        )
    return lines
