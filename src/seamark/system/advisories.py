"""The user's advisory database: imported, updated, looked at. Only here it is written."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from seamark.core.errors import SeamarkError, UsageError
from seamark.scan.dependencies.advisories import location
from seamark.scan.dependencies.advisories.assembling import Input
from seamark.scan.dependencies.advisories.build import build
from seamark.scan.dependencies.advisories.database import locate, open_database
from seamark.scan.dependencies.advisories.intake import digest_of
from seamark.scan.dependencies.advisories.model import Provenance, State
from seamark.system.advisory_downloads import (
    DEFAULT,
    Wanted,
    fetch,
    is_address,
    require_allowed,
    shown,
    wanted_of,
)

Progress = Callable[[str, int], object]
"""Told what is being done (``fetching …``, ``records``) and how far it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """What came of an import or update. ``notes`` are remarks for a person."""

    state: State
    replaced: tuple[str, ...]
    notes: tuple[str, ...] = ()


def status(named: str, environment: Mapping[str, str]) -> State:
    """What the database is that checks ask, all of its bytes read.

    ``named`` is a file or folder instead of the user's own. Raises :class:`SeamarkError`.
    """
    book = open_database(locate(named, environment), thorough=True)
    book.close()
    return book.state


def import_sources(
    places: Sequence[str], *, home: str, name: str = "", digest: str = "", older: bool = False,
    progress: Progress = lambda _what, _count: None,
) -> Change:  # fmt: skip
    """Add files, folders, archives or addresses to the database in ``home``.

    A source replaces the one of the same name. With ``digest`` (``sha256:…``) the one source must
    have it. Raises :class:`SeamarkError`; then nothing was changed.
    """
    if (name or digest) and len(places) != 1:
        raise UsageError("--name and --digest are about one source.", hint="Import it alone.")
    with tempfile.TemporaryDirectory(prefix="seamark-") as folder:
        inputs = []
        for number, place in enumerate(places):
            if is_address(place):
                require_allowed(place)
                inputs.append(_fetched(Wanted(name, place), folder, number, progress))
            elif not os.path.exists(place):
                raise UsageError(f"There is no {place}.")
            else:
                inputs.append(Input(path=place, name=name))
        if digest and (found := digest_of(inputs[0].path)) != digest:
            raise SeamarkError(
                f"{inputs[0].place or places[0]} has the digest {found}, not {digest}.",
                hint="Nothing was changed. Do not use this file unless you know why it differs.",
            )
        return _apply(inputs, home, older, progress)


def update(
    texts: Sequence[str], *, home: str, older: bool = False,
    progress: Progress = lambda _what, _count: None,
) -> Change:  # fmt: skip
    """Fetch sources and put them into the database in ``home``: all of them, or none.

    Without ``texts`` (see ``wanted_of``) those that were fetched before, else the usual ones.
    Raises :class:`SeamarkError`; then nothing was changed.
    """
    known = {each.name: each for each in _known(home)}
    wanted = [wanted_of(each) for each in texts] or [
        Wanted(each.name, each.place) for each in known.values() if is_address(each.place)
    ] or [wanted_of(each) for each in DEFAULT]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="seamark-") as folder:
        inputs, notes = [], []
        for number, each in enumerate(wanted):
            before = known.get(each.name)
            etag = before.etag if before and before.place == shown(each.url) else ""
            came = _fetched(each, folder, number, progress, etag)
            if came.path:
                inputs.append(came)
            else:
                notes.append(f"{each.name} has not changed since {before.newest if before else ''}")
        if not inputs:
            return Change(status(home, {}), (), tuple(notes))
        change = _apply(inputs, home, older, progress)
        return Change(change.state, change.replaced, (*notes, *change.notes))


def _fetched(wanted: Wanted, folder: str, number: int, progress: Progress, etag: str = "") -> Input:
    inside = os.path.join(folder, str(number))
    os.mkdir(inside)
    what = f"fetching {shown(wanted.url)}"
    came = fetch(wanted.url, inside, etag=etag, progress=lambda count: progress(what, count))
    return Input(path=came.path, name=wanted.name, place=shown(wanted.url), etag=came.etag)


def _known(home: str) -> tuple[Provenance, ...]:
    try:
        found = location.current(home)
        return status(found, {}).sources if found else ()
    except SeamarkError:
        return ()  # it is replaced; why it was no good is said then


def _apply(inputs: Sequence[Input], home: str, older: bool, progress: Progress) -> Change:
    if not home:
        raise UsageError("There is no folder to keep advisories in.", hint="Name one with --db.")
    if os.path.exists(home) and not os.path.isdir(home):
        raise UsageError(f"{home} is no folder.", hint="--db names the folder of databases.")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with location.writing(home) as path:
        base, notes = _base(home)
        built = build(
            path, inputs, base=base, now=now, older=older,
            progress=lambda count: progress("records", count),
        )  # fmt: skip
        open_database(path).close()  # what is swapped in has been opened once
    state = status(home, {})
    notes += tuple(
        f"{each.name}: {each.unusable} of {each.records + each.unusable} could not be used"
        for each in built
        if each.unusable
    )
    return Change(state, tuple(each.name for each in built if each.imported == now), notes)


def _base(home: str) -> tuple[str, tuple[str, ...]]:
    """What the new database starts from: the one in use, else the shipped snapshot."""
    try:
        found = location.current(home)
        if found:
            open_database(found, thorough=True).close()
            return found, ()
        return location.SNAPSHOT, ()
    except SeamarkError as error:
        note = f"The database before could not be carried over: {error.what.rstrip('.')}."
        return location.SNAPSHOT, (note,)
