"""``seamark doctor``."""

import json
import sys
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import write_text
from seamark.system.doctor import State, examine

_MARK = {State.GOOD: "ok", State.WEAKER: "weaker", State.BROKEN: "BROKEN"}


def command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The project's directory.")] = ".",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Try what a check needs on this machine. Exit code 1 where something is broken.

    Example: seamark doctor
    """
    found = list(examine(path))
    if as_json:
        plain = [{"name": d.name, "state": d.state.value, "detail": d.detail} for d in found]
        write_text(json.dumps(plain, indent=1) + "\n")
    else:
        lines = [f"{_MARK[each.state]:7} {each.name:14} {each.detail}" for each in found]
        write_text("\n".join(lines) + "\n")
    sys.exit(1 if any(each.state is State.BROKEN for each in found) else 0)
