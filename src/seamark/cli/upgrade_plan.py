"""``seamark upgrade-plan``."""

import sys
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import require_writable, say, write_text


class Shape(StrEnum):
    """Values of ``--format``."""

    TEXT = "text"
    JSON = "json"


def command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The project.")] = ".",
    format_: Annotated[
        Shape, typer.Option("--format", "-f", help="How to write the plan to stdout.")
    ] = Shape.TEXT,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write the patch to FILE.")
    ] = "",
    db: Annotated[
        str, typer.Option("--db", metavar="PATH", help="A database, not the user's own.")
    ] = "",
    allow_incomplete: options.AllowIncomplete = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Plan the fewest and smallest version changes that clear the known vulnerabilities.

    The patch changes pins in text files (git apply, patch -p1); for locks and hashes the plan has
    the commands of their own tools. Nothing is resolved or fetched: only an index knows whether a
    version exists and what it needs. Exit code 1 where anything is to be changed or cannot be
    cleared, 3 where something could not be assessed, else 0.

    Example: seamark upgrade-plan --output upgrade.patch
    """
    from seamark.scan.dependencies.upgrade import views
    from seamark.system.upgrade_plan import PlanRequest, plan_upgrades

    if output:
        require_writable(output)
    request = PlanRequest(path=path, database=db, allow_incomplete=allow_incomplete)
    made = plan_upgrades(request, today=date.today())
    if made.note and not quiet:
        say(f"seamark: {made.note}")
    if output and made.plan.patch:
        write_text(made.plan.patch, output)
    elif output and not quiet:
        say("seamark: There is nothing to patch, so no file was written.")
    if format_ is Shape.JSON:
        text = views.as_json(
            made.plan,
            state=made.state,
            exit_code=int(made.exit_code),
            exit_reason=made.exit_reason,
        )
    else:
        text = views.as_text(
            made.plan, exit_reason=made.exit_reason, patch_file=output if made.plan.patch else ""
        )
    if output != "-":  # there the patch alone is on stdout
        write_text(text)
    sys.exit(int(made.exit_code))
