"""``seamark scan``."""

import sys
from datetime import date
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import wants_color, write_report
from seamark.core.policy import FailOn
from seamark.render import View
from seamark.scan.models.check import ScanOptions
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.walk import Selection
from seamark.system.scan import ScanRequest, scan


def command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files and directories; - is stdin.")
    ],
    format_: options.Format = options.OutputFormat.TEXT,
    output: options.Output = "-",
    fail_on: options.FailOnText = "review",
    allow_incomplete: options.AllowIncomplete = False,
    include: options.Include = [],  # noqa: B006
    exclude: options.Exclude = [],  # noqa: B006
    no_digest: options.NoDigest = False,
    jobs: options.Jobs = 0,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Say of every model file whether it is safe to load.

    Example: seamark scan models/ --format json
    """
    request = ScanRequest(
        paths=tuple(paths),
        options=ScanOptions(
            scanner=Scanner(digest=not no_digest),
            selection=Selection(include=tuple(include), exclude=tuple(exclude)),
        ),
        fail_on=FailOn.parse(fail_on),
        allow_incomplete=allow_incomplete,
        jobs=jobs,
        seed=seed,
    )
    judged = scan(request, today=date.today())
    view = View(verbose=verbose, color=wants_color(no_color, output))
    write_report(judged, format_.value, output, view=view)
    sys.exit(int(judged.judgment.exit_code))
