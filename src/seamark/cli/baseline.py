"""``seamark baseline``."""

from datetime import date
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import say, write_text
from seamark.cli.progress import ProgressBar
from seamark.system import baseline
from seamark.system.baseline import BaselineChange

app = typer.Typer(
    help="Known findings: they age with an owner, and only new ones fail.", no_args_is_help=True
)

_NAMED = 10
Path = Annotated[str, typer.Argument(metavar="[PATH]", help="The project's directory.")]
Owner = Annotated[
    str, typer.Option("--owner", help="Who answers for the new entries; else the system's owner.")
]


@app.callback()
def _group() -> None:
    """Known findings: they age with an owner, and only new ones fail."""


@app.command()
def create(
    path: Path = ".",
    owner: Owner = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the one that exists.")] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Take today's findings as known.

    Example: seamark baseline create --owner ana
    """
    with ProgressBar(shown=not quiet) as watcher:
        made = baseline.create(path, today=date.today(), owner=owner, force=force, watcher=watcher)
    _say(made, quiet)


@app.command()
def update(
    path: Path = ".",
    owner: Owner = "",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Add new findings, keep first days and owners, drop what vanished.

    Example: seamark baseline update
    """
    with ProgressBar(shown=not quiet) as watcher:
        made = baseline.update(path, today=date.today(), owner=owner, watcher=watcher)
    _say(made, quiet)


@app.command()
def prune(
    path: Path = ".",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Drop what vanished and add nothing.

    Example: seamark baseline prune
    """
    with ProgressBar(shown=not quiet) as watcher:
        made = baseline.prune(path, watcher=watcher)
    _say(made, quiet)


@app.command()
def show(
    path: Path = ".",
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """List known findings with age and owner, oldest first.

    Example: seamark baseline show
    """
    from seamark.render.visible import visible

    aged = baseline.show(path, today=date.today())
    lines = [
        f"{age:>5} days  {visible(entry.owner or 'nobody'):12}  {visible(entry.rule)}  "
        f"{visible(entry.path)}\n            {visible(entry.message)}"
        for entry, age in aged
    ]
    noun = "known finding" if len(aged) == 1 else "known findings"
    write_text("\n".join([*lines, f"{len(aged)} {noun}."]) + "\n")


def _say(made: BaselineChange, quiet: bool) -> None:
    if made.hostile:  # also with --quiet: from now on nothing else says so
        from seamark.render.visible import visible

        noun = "hostile finding is" if len(made.hostile) == 1 else "hostile findings are"
        names = list(dict.fromkeys(visible(path) for path in made.hostile))
        more = f" and {len(names) - _NAMED} more files" if len(names) > _NAMED else ""
        say(f"{len(made.hostile)} {noun} now held: {', '.join(names[:_NAMED])}{more}")
    if quiet:
        return
    held = len(made.baseline.entries)
    say(f"{made.path}: {held} held, {made.added} added, {made.removed} removed.")
    if made.left_out > 0:
        say(f"{made.left_out} unclear without a digest cannot be held: other bytes might follow.")
