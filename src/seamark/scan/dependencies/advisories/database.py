"""The advisory database as those who ask it see it: read only, whole, or not at all."""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from seamark.core.components import Component
from seamark.core.errors import SeamarkError
from seamark.core.rules import Severity
from seamark.scan.dependencies.advisories import location, schema
from seamark.scan.dependencies.advisories.compiling import name_in
from seamark.scan.dependencies.advisories.merge import severity_of
from seamark.scan.dependencies.advisories.model import Advisory, Match, Provenance, State
from seamark.scan.dependencies.advisories.spans import contains, place_of
from seamark.scan.dependencies.names import PYPI, source_package
from seamark.scan.dependencies.settings import Settings
from seamark.scan.dependencies.versions import InvalidVersion, Ordering, ordering

_HASHED = 32 << 20
"""Bytes up to which a file is hashed each time it is opened; larger ones where it is asked for."""
_CACHED = 1 << 16
_PACKAGES = 1 << 10

Entry = list[Any]


class DatabaseUnusable(SeamarkError):  # noqa: N818 - what happened, in the words of a person
    """There is no database that can be asked; ``what`` is a clause without a full stop."""


def open_book(
    settings: Settings, environment: Mapping[str, str] = os.environ, *, root: str = ""
) -> tuple["DatabaseBook | None", str]:
    """The database that the settings name, else the user's own, else the shipped snapshot.

    What the settings name is relative to ``root``, the project's directory.
    Where none is usable: None, and why, as a clause without a full stop.
    """
    try:
        named = os.path.join(root, settings.database) if settings.database else ""
        return open_database(locate(named, environment)), ""
    except SeamarkError as error:
        return None, error.what.rstrip(".")


def locate(named: str, environment: Mapping[str, str]) -> str:
    """The path of the database to ask. ``named`` is a file or a folder of databases.

    Raises :class:`SeamarkError`.
    """
    home = named or location.home_of(environment)
    if named and not os.path.isdir(named):
        return named
    found = location.current(home) if home else ""
    if not found and named:
        raise DatabaseUnusable(f"{named} holds no advisory database")
    return found or location.SNAPSHOT


def open_database(path: str, *, thorough: bool = False) -> "DatabaseBook":
    """The database of this path. Raises :class:`DatabaseUnusable`.

    Its bytes are compared with the digest in its name; those of a very large one only if
    ``thorough``.
    """
    promised = location.digest_named(path)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe or device would never end
            raise DatabaseUnusable(f"{path} is no regular file")
        digest = promised
        if thorough or not promised or os.path.getsize(path) <= _HASHED:
            digest = location.digest_of_file(path)
        if promised and digest != promised:
            raise DatabaseUnusable(
                f"{path} is damaged: its bytes do not have the digest {promised}"
            )
        address = f"file:{quote(os.path.abspath(path))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        try:
            return DatabaseBook(connection, path, digest)
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        raise DatabaseUnusable(f"{path} cannot be read ({error.strerror or error})") from error
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"{path} is no advisory database ({error})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatabaseUnusable(f"{path} is damaged ({type(error).__name__})") from error


class DatabaseBook:
    """Answers from one file. Give it up with :meth:`close`, or let it go."""

    def __init__(self, connection: sqlite3.Connection, path: str, digest: str) -> None:
        _require_ours(connection)
        self._connection = connection
        row = connection.execute("SELECT value FROM meta WHERE name = 'state'").fetchone()
        self._state = _state(json.loads(row[0]), path, digest)
        self._advisory = lru_cache(_CACHED)(self._read_advisory)
        self._package = lru_cache(_PACKAGES)(self._read_package)

    @property
    def state(self) -> State:
        """What it is and how old."""
        return self._state

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def covers(self, ecosystem: str) -> bool:
        """Whether it has advisories of this ecosystem at all; without, silence says nothing."""
        return any(each in self._state.ecosystems for each in _systems(ecosystem))

    def affecting(self, component: Component) -> tuple[Match, ...]:
        """What is known about this exact version. Empty for one without a version.

        Raises :class:`DatabaseUnusable` where the file turns out to be damaged.
        """
        order = ordering(component.ecosystem)
        if order is None or not component.version:
            return ()
        name, version = source_package(component.purl)
        name = name_in(component.ecosystem, name or component.name)
        try:
            found: dict[int, list[tuple[Match, str]]] = {}
            for system in _systems(component.ecosystem):
                for number, match, vector in self._matches(
                    system, name, version or component.version, order
                ):
                    found.setdefault(number, []).append((match, vector))
            joined = [_joined(each, order) for each in found.values()]
        except (sqlite3.Error, ValueError, KeyError, TypeError, IndexError) as error:
            raise DatabaseUnusable(
                f"{self._state.path} is damaged ({type(error).__name__} at {name})"
            ) from error
        return tuple(sorted(joined, key=lambda match: match.advisory.id))

    def _matches(
        self, system: str, name: str, version: str, order: Ordering
    ) -> Iterator[tuple[int, Match, str]]:
        body = self._package(system, name)
        if body is None:
            return
        versions: list[str] = body["v"]
        try:
            exact = place_of(version, versions, order.key)
            public = _public_place(version, exact, versions, order, system)
        except InvalidVersion as invalid:
            yield from self._in_doubt(body["e"], version, str(invalid))
            return
        for number, record, spans, fixed, _, flags, problem, vector in body["e"]:
            inside = contains(spans, public)
            doubt = problem
            if flags & schema.NAMES_LOCALS and contains(spans, exact) is not inside:
                inside, doubt = False, "the record tells local versions (+…) apart"
            if inside or doubt:  # what is inside is sure, whatever else is wrong with the record
                later = tuple(versions[each] for each in fixed if 2 * each + 1 > public)
                yield number, self._match(number, record, later, "" if inside else doubt), vector

    def _read_package(self, system: str, name: str) -> dict[str, Any] | None:
        row = self._connection.execute(
            "SELECT body FROM package WHERE ecosystem = ? AND name = ?", (system, name)
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def _in_doubt(
        self, entries: list[Entry], version: str, problem: str
    ) -> Iterator[tuple[int, Match, str]]:
        """A version that is none: equal to one that is listed as it is, else in doubt."""
        for number, record, _, _, odd, flags, said, vector in entries:
            if version in odd:
                yield number, self._match(number, record, (), ""), vector
            elif flags & schema.HAS_RANGES or said:
                yield number, self._match(number, record, (), problem), vector

    def _match(self, number: int, record: str, fixed: tuple[str, ...], doubt: str) -> Match:
        return Match(advisory=self._advisory(number), fixed=fixed, doubt=doubt, evidence=(record,))

    def _read_advisory(self, number: int) -> Advisory:
        row = self._connection.execute(
            "SELECT body FROM advisory WHERE number = ?", (number,)
        ).fetchone()
        (
            name, aliases, summary, severity, score, vector, published, exploited, epss,
            malicious, modules,
        ) = json.loads(row[0])  # fmt: skip
        return Advisory(
            id=name, aliases=tuple(aliases), summary=summary,
            severity=Severity(severity) if severity else None, score=score, vector=vector,
            published=published, exploited=exploited, epss=epss, malicious=bool(malicious),
            modules=tuple(modules), references=tuple(_addresses((name, *aliases))),
        )  # fmt: skip


def _joined(found: list[tuple[Match, str]], order: Ordering) -> Match:
    """What several records of one advisory say of one version: sure if one of them is."""
    sure = [each for each in found if not each[0].doubt] or found
    first = sure[0][0]
    fixed = {version for match, _ in sure for version in match.fixed}
    vectors = [vector for _, vector in sure if vector]
    advisory = first.advisory
    severity, score, vector = severity_of(vectors)
    if severity is not None:  # what holds for this package alone goes before the record's own
        advisory = replace(advisory, severity=severity, score=score, vector=vector)
    evidence = {name for match, _ in sure for name in match.evidence}
    return Match(
        advisory=advisory,
        fixed=tuple(sorted(fixed, key=lambda each: (order.key(each), each))),
        doubt=first.doubt,
        evidence=tuple(sorted(evidence)),
    )


def _public_place(
    version: str, exact: int, versions: list[str], order: Ordering, system: str
) -> int:
    """Where the version is without its local part: a build of 2.1.0 (+cpu) is 2.1.0."""
    if system != PYPI or "+" not in version:
        return exact
    return place_of(version.partition("+")[0], versions, order.key)


def _systems(ecosystem: str) -> tuple[str, ...]:
    """The ecosystem, and the one that holds for all of its releases."""
    base = ecosystem.partition(":")[0]
    return (ecosystem,) if base == ecosystem else (ecosystem, base)


def _addresses(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name.startswith("CVE-"):
            yield f"https://nvd.nist.gov/vuln/detail/{name}"
        elif name.startswith("GHSA-"):
            yield f"https://github.com/advisories/{name}"
        else:
            yield f"https://osv.dev/vulnerability/{name}"


def _require_ours(connection: sqlite3.Connection) -> None:
    """Refuse other programs' files, other versions, and tables that are not what they should be.

    A view in place of a table would let whoever made the file run queries of his own.
    """
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION:
        raise ValueError("another program's")
    if connection.execute("PRAGMA user_version").fetchone()[0] != schema.VERSION:
        raise sqlite3.DatabaseError("of another version of Seamark; import the advisories again")
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
    if found != set(schema.statements()):
        raise sqlite3.DatabaseError("its tables are others than ours")


def _state(values: dict[str, Any], path: str, digest: str) -> State:
    sources = tuple(
        Provenance(**{key: each[key] for key in each if key != "ecosystems"})
        for each in values["sources"]
    )
    return State(
        path=path, digest=digest, newest=values["newest"], imported=values["imported"],
        advisories=values["advisories"], ecosystems=values["ecosystems"], days=values["days"],
        sources=sources, unusable=values["unusable"],
        shipped=os.path.abspath(path) == os.path.abspath(location.SNAPSHOT),
    )  # fmt: skip
