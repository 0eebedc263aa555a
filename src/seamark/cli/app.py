"""Builds the command tree, as much of it as the command line at hand needs."""

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import typer

from seamark import __version__
from seamark.core.errors import SeamarkError
from seamark.core.verdicts import ExitCode


@dataclass(frozen=True, slots=True)
class Command:
    """One command or group: its name and ``module:attribute``, imported when it is needed."""

    name: str
    place: str
    group: bool = False


COMMANDS = (
    Command("init", "seamark.cli.init:command"),
    Command("check", "seamark.cli.check:command"),
    Command("scan", "seamark.cli.scan:command"),
    Command("sbom", "seamark.cli.sbom:command"),
    Command("upgrade-plan", "seamark.cli.upgrade_plan:command"),
    Command("convert", "seamark.cli.convert:command"),
    Command("baseline", "seamark.cli.baseline:app", group=True),
    Command("rules", "seamark.cli.rules:app", group=True),
    Command("schema", "seamark.cli.schema:command"),
    Command("doctor", "seamark.cli.doctor:command"),
    Command("allowlist", "seamark.cli.allowlist:app", group=True),
    Command("db", "seamark.cli.db:app", group=True),
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"seamark {__version__}\n")
        raise typer.Exit


def build(words: Sequence[str]) -> typer.Typer:
    """The application: with the named command alone, or with all where none is named."""
    app = typer.Typer(
        name="seamark",
        help="Secures AI systems: every claim is a check that anyone can run again.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=True,
    )
    completing = "_SEAMARK_COMPLETE" in os.environ
    named = [c for c in COMMANDS if words and c.name == words[0] and not completing]
    for command in named or COMMANDS:
        module, _, attribute = command.place.partition(":")
        found = getattr(import_module(module), attribute)
        if command.group:
            app.add_typer(found, name=command.name)
        else:
            app.command(name=command.name)(found)
    app.callback()(_root)
    return app


def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Secures AI systems: every claim is a check that anyone can run again.

    Example: seamark scan models/
    """


def run(words: Sequence[str]) -> int:
    """Run one command line; gives the exit code."""
    try:
        typer.main.get_command(build(words))(list(words), prog_name="seamark")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(ExitCode.USAGE)
    except SeamarkError as error:
        if _verbose(words):
            traceback.print_exc()
        sys.stderr.write(f"seamark: {error}\n")
        return int(ExitCode.USAGE)
    except BrokenPipeError:
        return int(ExitCode.PASSED)  # whoever read a listing has gone
    except Exception as error:  # a defect of ours: nothing may look evaluated that was not
        if _verbose(words):
            traceback.print_exc()
        sys.stderr.write(
            f"seamark: unexpected {type(error).__name__}: {error}\n"
            "  This is a defect of seamark; --verbose shows where. Please report it.\n"
        )
        return int(ExitCode.INCOMPLETE)
    except KeyboardInterrupt:
        sys.stderr.write("seamark: interrupted\n")
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.PASSED)


def _verbose(words: Sequence[str]) -> bool:
    return "--verbose" in words or "-v" in words
