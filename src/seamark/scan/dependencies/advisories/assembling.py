"""Puts one database together: reads sources, carries old ones over, merges, compiles.

What is read is staged in a private file, which SQLite removes by itself, so that memory does not
grow with the number of records.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from typing import Any
from urllib.parse import quote

import zstandard

from seamark.core.errors import SeamarkError
from seamark.scan.dependencies.advisories.archive import RECORDS, SourceUnreadable
from seamark.scan.dependencies.advisories.compiling import name_in, package_body
from seamark.scan.dependencies.advisories.intake import Tally, digest_of, take
from seamark.scan.dependencies.advisories.merge import Unions, advisory_row
from seamark.scan.dependencies.advisories.model import Provenance
from seamark.scan.dependencies.advisories.osv import Record
from seamark.scan.dependencies.advisories.packed import (
    PER_CHUNK,
    entry_of,
    entry_plain,
    pack,
    plain_of,
    record_of,
    unpack,
)
from seamark.scan.dependencies.versions import ordering

LICENCES = {
    "PYSEC": "CC-BY-4.0, pypa/advisory-database",
    "GHSA": "CC-BY-4.0, github/advisory-database",
    "KEV": "CC0-1.0, CISA",
    "EPSS": "FIRST, https://www.first.org/epss/",
}
_KEPT = 0.5
"""A new edition of a source has at least this share of the records of the one before."""
_STAGE = """
CREATE TABLE record (id TEXT PRIMARY KEY, modified TEXT, body TEXT) WITHOUT ROWID;
CREATE TABLE grouped (top TEXT, id TEXT, PRIMARY KEY (top, id)) WITHOUT ROWID;
CREATE TABLE said (
    ecosystem TEXT, name TEXT, number INT, id TEXT, place INT, body TEXT,
    PRIMARY KEY (ecosystem, name, number, id, place)
) WITHOUT ROWID;
BEGIN;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something to import. ``name`` is what it replaces; by default its kind tells."""

    path: str
    name: str = ""
    place: str = ""
    etag: str = ""


class Assembly:
    """One build, into the empty database ``out``: read, carry, merge."""

    def __init__(
        self, out: sqlite3.Connection, now: str, progress: Callable[[int], object] | None
    ) -> None:
        self.sources: list[Provenance] = []
        self._out = out
        self._now = now
        self._progress = progress or (lambda _: None)
        self._kev: dict[str, str] = {}
        self._epss: dict[str, float] = {}
        self._days: dict[str, str] = {}
        self._shown: dict[str, dict[str, Any]] = {}
        self._problems = 0
        self._seen = 0
        self._stage = sqlite3.connect("", isolation_level=None)
        self._stage.executescript(_STAGE)

    def read(self, source: Input) -> None:
        """Take one source in."""
        tally = Tally()
        place = source.place or os.path.basename(os.path.normpath(source.path))
        stored = f"\n{len(self.sources)}"  # until it is read, nobody knows its name
        self._store(take(source.path, tally), stored)
        # One record by itself is no new edition of all that its database ever published.
        alone = tally.kind == "osv" and os.path.splitext(place)[1] in RECORDS
        name = source.name or (place if alone else tally.name)
        if any(each.name == name for each in self.sources):
            raise SourceUnreadable(f"Two sources are called {name}.", hint="Name them apart.")
        self._out.execute("UPDATE chunk SET source = ? WHERE source = ?", (name, stored))
        self._note(
            Provenance(
                name=name, kind=tally.kind, place=place, digest=digest_of(source.path),
                newest=tally.newest, imported=self._now, etag=source.etag,
                records=tally.usable, withdrawn=tally.withdrawn, unusable=tally.unusable,
                licence=LICENCES.get(name, ""),
            ),
            tally.ecosystems,
        )  # fmt: skip

    def carry(self, base: str, *, older: bool) -> None:
        """Take over the sources of another database that are not there yet."""
        names = {each.name: each for each in self.sources}
        with closing(sqlite3.connect(f"file:{quote(base)}?mode=ro", uri=True)) as old:
            state = json.loads(old.execute("SELECT value FROM meta").fetchone()[0])
            for each in state["sources"]:
                known = Provenance(**{key: each[key] for key in each if key != "ecosystems"})
                new = names.get(known.name)
                if new is None:
                    self._take_over(old, known, set(each["ecosystems"]))
                elif not older:
                    _require_better(new, known)

    def _take_over(self, old: sqlite3.Connection, source: Provenance, systems: set[str]) -> None:
        rows = old.execute(
            "SELECT body FROM chunk WHERE source = ? ORDER BY number", (source.name,)
        )
        plain = (row for (body,) in rows for row in unpack(body))
        found = (record_of(each) if source.kind == "osv" else tuple(each) for each in plain)
        try:
            self._store(found, source.name)
        except (ValueError, TypeError, AttributeError, zstandard.ZstdError) as error:
            raise SeamarkError(
                f"The records of {source.name} in the database before are damaged.",
                hint="Move that database away and import its sources again.",
            ) from error
        self._note(source, systems)

    def _store(self, found: Iterable[Record | tuple[str, str]], source: str) -> None:
        items = iter(found)
        number = 0
        while batch := list(islice(items, PER_CHUNK)):
            plain: list[Any] = []
            for each in batch:
                if isinstance(each, Record):
                    plain.append(plain_of(each))
                    self._staged(each, plain[-1])
                else:
                    plain.append(each)
                    if each[1][4:5] == "-":
                        self._kev[each[0]] = each[1]
                    else:
                        self._epss[each[0]] = float(each[1])
            self._out.execute("INSERT INTO chunk VALUES (?, ?, ?)", (source, number, pack(plain)))
            number += 1
            self._seen += len(batch)
            self._progress(self._seen)

    def _staged(self, record: Record, plain: list[Any]) -> None:
        """Of two records of one id the newer counts; it may say that it was withdrawn."""
        body = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
        self._stage.execute(
            "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " modified = excluded.modified, body = excluded.body"
            " WHERE (excluded.modified, excluded.body) > (modified, body)",
            (record.id, record.modified, body),
        )

    def _note(self, source: Provenance, ecosystems: set[str]) -> None:
        self.sources.append(source)
        self._problems += source.unusable
        self._shown[source.name] = {**asdict(source), "ecosystems": sorted(ecosystems)}
        for each in ecosystems:
            self._days[each] = max(self._days.get(each, ""), source.newest)

    def merge(self) -> None:
        """Join aliases, compare versions, write what matches are answered from."""
        self._group()
        count = 0
        for count, records in enumerate(self._groups(), 1):
            row = advisory_row(records, self._kev, self._epss)
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            self._out.execute("INSERT INTO advisory VALUES (?, ?)", (count, text))
            for record in records:
                self._say(count, record)
        systems = self._packages()
        state = {
            "advisories": count, "ecosystems": systems, "imported": self._now,
            "days": {name: self._days.get(name, "") for name in systems},
            "newest": max((each.newest for each in self.sources if each.kind == "osv"), default=""),
            "unusable": self._problems,
            "sources": [self._shown[name] for name in sorted(self._shown)],
        }  # fmt: skip
        text = json.dumps(state, sort_keys=True, separators=(",", ":"))
        self._out.execute("INSERT INTO meta VALUES ('state', ?)", (text,))
        self._stage.close()

    def _group(self) -> None:
        unions = Unions()
        ids: list[str] = []
        for (body,) in self._stage.execute("SELECT body FROM record ORDER BY id"):
            record = record_of(json.loads(body))
            if record.withdrawn:
                continue
            ids.append(record.id)
            for alias in record.aliases:
                unions.join(record.id, alias)
        self._stage.executemany(
            "INSERT INTO grouped VALUES (?, ?)", ((unions.top(each), each) for each in ids)
        )

    def _groups(self) -> Iterator[list[Record]]:
        rows = self._stage.execute(
            "SELECT top, body FROM grouped JOIN record USING (id) ORDER BY top, id"
        )
        for _, found in groupby(rows, key=lambda row: row[0]):
            yield [record_of(json.loads(body)) for _, body in found]

    def _say(self, number: int, record: Record) -> None:
        for place, entry in enumerate(record.affected):
            if entry.name:
                name = name_in(entry.ecosystem, entry.name)
                body = json.dumps(entry_plain(entry))
                row = (entry.ecosystem, name, number, record.id, place, body)
                self._stage.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", row)

    def _packages(self) -> dict[str, int]:
        """Packages by ecosystem; those whose versions nobody here can order are left out."""
        systems: dict[str, int] = {}
        rows = self._stage.execute("SELECT * FROM said ORDER BY ecosystem, name, number, id, place")
        for (ecosystem, name), found in groupby(rows, key=lambda row: row[:2]):
            order = ordering(ecosystem)
            if order is None:
                continue
            said = [(row[2], row[3], entry_of(json.loads(row[5]))) for row in found]
            body = package_body(ecosystem, said, order)
            self._out.execute("INSERT INTO package VALUES (?, ?, ?)", (ecosystem, name, body))
            systems[ecosystem] = systems.get(ecosystem, 0) + 1
        return systems


def _require_better(new: Provenance, known: Provenance) -> None:
    """Refuse what would hide advisories: an older edition, or one that lost most of them."""
    hint = "Import it beside the other (--name), or accept it with --allow-older."
    if new.newest < known.newest:
        raise SeamarkError(
            f"{new.place} is older than what it would replace: {known.name} is of"
            f" {known.newest}, this is of {new.newest}.",
            hint=hint,
        )
    if new.records < known.records * _KEPT:
        raise SeamarkError(
            f"{new.place} has {new.records:,} usable records and would replace {known.name}, which"
            f" has {known.records:,}.",
            hint=hint,
        )
