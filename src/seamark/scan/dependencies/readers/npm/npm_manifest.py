"""``package.json``: what a project for Node asks for."""

from collections.abc import Iterator
from typing import Any

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_json
from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.npm import npm_names as npm
from seamark.scan.dependencies.source import Source

_SETS = {
    "dependencies": "",
    "devDependencies": "dev",
    "optionalDependencies": "optional",
    "peerDependencies": "peer",
}


def read(source: Source) -> Iterator[Item]:
    """Every entry of every set, in the order of the file."""
    text = source.text()
    document = of.document_table(parse_json(text), "package.json")
    lines = _lines(text)
    for key in (each for each in document if each in _SETS):
        group = _SETS[key]
        try:
            entries = of.table_of(document, key)
        except Broken as problem:
            yield of.unassessed(key, str(problem), source.at())
            continue
        for name, spec in entries.items():
            where = source.at(lines.get((name, spec)) if isinstance(spec, str) else None)
            try:
                yield _read(name, spec, group, where)
            except Broken as problem:
                yield of.unassessed(name or key, str(problem), where)


def _read(name: str, spec: Any, group: str, where: Location) -> Component:
    if not isinstance(spec, str):
        raise Broken("what it asks for is no text")
    wanted = npm.wanted(of.checked_text(name, "name"), of.checked_text(spec, "range"))
    facts = npm.Facts(location=where, groups=(group,) if group else (), direct=True)
    return npm.component(wanted, name, facts)


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The first line on which a name stands with what it asks for, as every tool writes it."""
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        parts = line.split('"')
        if len(parts) == 5 and parts[2].strip() == ":":
            found.setdefault((parts[1], parts[3]), number)
    return found
