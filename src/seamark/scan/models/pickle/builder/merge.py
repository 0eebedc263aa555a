"""Join the curated list and the libraries' lists into the one file that scans load."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seamark.core.digests import digest_bytes
from seamark.core.errors import UsageError
from seamark.scan.models.pickle.decide import (
    FOLDER,
    MANIFEST,
    RUNTIME,
    SCHEMA,
    format_line,
    parse_line,
)

CURATED = "curated.json"

Entries = dict[str, dict[str, str]]
"""Module → name → kind."""


def merge(folder: str | os.PathLike[str]) -> Mapping[str, str]:
    """Write ``runtime.json`` and ``manifest.json`` from the other files of ``folder``.

    Curated entries win over built ones: a person looked at them. Among libraries the first
    file by name wins, and a guard always wins over a bare kind. Gives file name → digest.
    """
    place = Path(folder)
    sources = sorted(p for p in place.glob("*.json") if p.name not in (MANIFEST, RUNTIME))
    curated = _load(place / CURATED)
    merged: Entries = {}
    for path in sources:
        if path.name != CURATED:
            _add(merged, read_entries(_load(path)["entries"]))
    _add(merged, curated_entries(curated), override=True)
    renamed = [(old, new) for old, new in curated["renamed"]]
    _write(place / RUNTIME, runtime_table(merged, curated["stdlib"], renamed))
    pins = {path.name: _digest(path) for path in [*sources, place / RUNTIME]}
    manifest = {"schema": SCHEMA, "files": dict(sorted(pins.items()))}
    _write(place / MANIFEST, manifest)
    return pins


def curated_entries(curated: Mapping[str, Any]) -> Entries:
    """The hand-checked groups as entries."""
    entries: Entries = {}
    for group in curated["groups"]:
        for name in group["names"]:
            entries.setdefault(group["module"], {})[name] = group["kind"]
    return entries


def runtime_table(
    entries: Entries, stdlib: Iterable[str], renamed: Iterable[tuple[str, str]]
) -> Mapping[str, Any]:
    """The table that :func:`decide.read_allowlist` reads; packages that moved have both names."""
    modules = {module: dict(names) for module, names in entries.items()}
    for old, new in renamed:
        for module, names in entries.items():
            if module == new or module.startswith(new + "."):
                twin = modules.setdefault(old + module[len(new) :], {})
                for name, kind in names.items():
                    twin.setdefault(name, kind)
    return {"modules": write_entries(modules), "stdlib": " ".join(sorted(stdlib))}


def read_entries(lines: Mapping[str, str]) -> Entries:
    """Entries from the lines of a file."""
    return {module: dict(parse_line(line)) for module, line in lines.items()}


def write_entries(entries: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Entries as the lines of a file, sorted."""
    return {module: format_line(names) for module, names in sorted(entries.items())}


def load_curated(folder: str = FOLDER) -> Mapping[str, Any]:
    """The hand-checked list: groups, renamed packages, reviewed methods and inert bases."""
    return _load(Path(folder) / CURATED)


def _add(
    into: Entries, entries: Mapping[str, Mapping[str, str]], *, override: bool = False
) -> None:
    for module, names in entries.items():
        place = into.setdefault(module, {})
        for name, kind in names.items():
            if override or name not in place or (len(place[name]) == 1 and len(kind) > 1):
                place[name] = kind


def _load(path: Path) -> Mapping[str, Any]:
    try:
        data: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path.name}: {error}.") from error
    return data


def _write(path: Path, data: Mapping[str, Any]) -> None:
    """Deterministic bytes, and never half a file."""
    text = json.dumps(data, indent=0 if path.name == MANIFEST else None, separators=(",", ":"))
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="ascii", newline="\n") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _digest(path: Path) -> str:
    return digest_bytes(path.read_bytes())
