"""``seamark schema``."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import write_text


class Which(StrEnum):
    """The schemas that we publish."""

    SYSTEM = "system"
    REPORT = "report"
    CONVERSION = "conversion"


def command(
    which: Annotated[Which, typer.Argument(help="seamark.yaml, or a JSON report.")] = Which.SYSTEM,
    output: options.Output = "-",
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Print the JSON Schema of seamark.yaml, of the JSON report, or of a conversion's record.

    Example: seamark schema > seamark.schema.json
    """
    if which is Which.REPORT:
        from seamark.render import report_schema

        write_text(report_schema(), output)
        return
    if which is Which.CONVERSION:
        from seamark.harden.conversion import schema_text

        write_text(schema_text(), output)
        return
    from seamark.system.project import project_schema

    write_text(json.dumps(project_schema(), indent=2) + "\n", output)
