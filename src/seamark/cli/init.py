"""``seamark init``."""

from datetime import date
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import say
from seamark.system.init import init


def command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The project's directory.")] = ".",
    force: Annotated[
        bool, typer.Option("--force", help="Write seamark.yaml although it exists.")
    ] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Find the models and write seamark.yaml and the lines for .gitignore.

    Example: seamark init
    """
    made = init(path, year=date.today().year + 1, force=force)
    if quiet:
        return
    noun = "model file" if len(made.models) == 1 else "model files"
    say(f"Found {len(made.models)} {noun}. Wrote {' and '.join(made.written)}.")
    if made.ignored:
        say(f"Ignored by git, so not named but scanned all the same: {made.ignored}.")
    say("Next: say in seamark.yaml who owns the system, then run seamark check.")
