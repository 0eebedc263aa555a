"""``seamark db``: the advisory database."""

import json
import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from seamark.cli import options
from seamark.cli.output import say, write_text
from seamark.core.errors import SeamarkError
from seamark.core.verdicts import ExitCode

app = typer.Typer(help="Advisories: where they are from, how old they are.", no_args_is_help=True)


class StatusFormat(StrEnum):
    """Values of ``--format``."""

    TEXT = "text"
    JSON = "json"


Database = Annotated[
    str, typer.Option("--db", metavar="PATH", help="The folder of databases, not the user's own.")
]
Older = Annotated[
    bool,
    typer.Option("--allow-older", help="Accept a source older or smaller than what it replaces."),
]


@app.callback()
def _group() -> None:
    """Advisories: where they are from, how old they are."""


@app.command("import")
def import_(
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL...",
            help="OSV records (file, folder, zip, tar.gz), KEV (JSON), EPSS (CSV).",
        ),
    ],
    db: Database = "",
    name: Annotated[
        str, typer.Option("--name", help="What to call the source; the same name is replaced.")
    ] = "",
    digest: Annotated[
        str, typer.Option("--digest", metavar="sha256:…", help="The digest it must have.")
    ] = "",
    allow_older: Older = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Add advisories to the database. Only an address is fetched, everything else is read.

    Example: seamark db import all.zip
    """
    from seamark.system.advisories import import_sources

    with _Line(shown=not quiet) as line:
        change = import_sources(
            places, home=_home(db), name=name, digest=digest, older=allow_older, progress=line
        )
    _say_change(change, quiet)


@app.command()
def update(
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="NAME[=URL]",
            help="osv:ECOSYSTEM, pysec, ghsa, kev or epss; by default what was fetched before,"
            " at first osv:PyPI, kev and epss.",
        ),
    ] = None,
    db: Database = "",
    allow_older: Older = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Fetch advisories over the network, all that were asked for or none.

    Example: seamark db update --source osv:PyPI --source osv:npm --source kev --source epss
    """
    from seamark.system.advisories import update as fetch_and_apply

    with _Line(shown=not quiet) as line:
        change = fetch_and_apply(source or (), home=_home(db), older=allow_older, progress=line)
    _say_change(change, quiet)


@app.command()
def status(
    db: Annotated[
        str, typer.Option("--db", metavar="PATH", help="A database or folder, not the user's own.")
    ] = "",
    output_format: Annotated[
        StatusFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = StatusFormat.TEXT,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Say what the database is: age, digest, sources, counts. Exit code 3 where none is usable.

    Example: seamark db status
    """
    from seamark.system.advisories import status as look

    try:
        found = _plain(look(db, os.environ))
    except SeamarkError as error:
        if output_format is StatusFormat.JSON:
            problem = {"schema": "seamark.advisories/1", "usable": False, "problem": error.what}
            write_text(json.dumps(problem, indent=1) + "\n")
        say(f"seamark: {error}")
        sys.exit(int(ExitCode.INCOMPLETE))
    if output_format is StatusFormat.JSON:
        write_text(json.dumps(found, indent=1) + "\n")
    else:
        write_text("".join(f"{each}\n" for each in _lines(found)))


def _home(db: str) -> str:
    from seamark.scan.dependencies.advisories.location import home_of

    return db or home_of(os.environ)


def _plain(state: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from seamark.scan.dependencies.judges.database import age_days

    today = datetime.now(UTC).date()
    values = asdict(state)
    values["age_days"] = age_days(state.newest, today)
    values["ages"] = {name: age_days(day, today) for name, day in state.days.items()}
    for each in values["sources"]:
        del each["etag"]
    return {"schema": "seamark.advisories/1", "usable": True, **values}


def _lines(found: dict[str, Any]) -> list[str]:
    shipped = "the snapshot that ships with Seamark; nothing was imported"
    lines = [
        f"database    {found['path']}" + (f" ({shipped})" if found["shipped"] else ""),
        f"digest      {found['digest']}",
        f"newest      {_day(found['newest'], found['age_days'])}",
        f"imported    {found['imported'] or 'with Seamark'}",
        f"advisories  {found['advisories']:,}; {found['unusable']:,} records could not be used",
    ]
    for name, count in sorted(found["ecosystems"].items()):
        day = _day(found["days"].get(name, ""), found["ages"].get(name))
        lines.append(f"ecosystem   {name}: {count:,} packages; newest source {day}")
    for each in found["sources"]:
        counts = ", ".join(
            f"{each[key]:,} {word}"
            for key, word in (
                ("records", "usable"),
                ("withdrawn", "withdrawn"),
                ("unusable", "not usable"),
            )
        )
        newest = each["newest"] or "unknown"
        lines.append(f"source      {each['name']}: {counts}; newest {newest}")
        lines.append(f"            {each['place']} {each['digest']}")
        if each["licence"]:
            lines.append(f"            {each['licence']}")
    return lines


def _day(day: str, age: int | None) -> str:
    return f"{day}, {age:,} days old" if age is not None else "unknown"


def _say_change(change: Any, quiet: bool) -> None:
    if quiet:
        return
    for note in change.notes:
        say(f"seamark: {note}")
    state = change.state
    names = ", ".join(change.replaced) or "nothing"
    write_text(
        f"{names} imported: {state.advisories:,} advisories,"
        f" newest {state.newest or 'unknown'}, {state.digest}\n"
    )


class _Line:
    """One line of progress on a terminal that is rewritten; nothing in a pipe."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._last = ""

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        if self._last:
            sys.stderr.write("\r\x1b[K")

    def __call__(self, what: str, count: int) -> None:
        if self._shown:
            self._last = f"{what} {count:,}"
            sys.stderr.write(f"\r\x1b[K{self._last[:78]}")
            sys.stderr.flush()
