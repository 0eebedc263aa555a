"""``seamark check``."""

import sys
from datetime import date
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import require_writable, show
from seamark.cli.progress import ProgressBar
from seamark.core.errors import UsageError
from seamark.core.policy import FailOn
from seamark.scan.models.remote.addresses import is_url
from seamark.system.check import CheckRequest, check


def command(
    path: Annotated[
        str, typer.Argument(metavar="[PATH]", help="The project, or its seamark.yaml.")
    ] = ".",
    format_: options.Format = options.OutputFormat.TEXT,
    output: options.Output = "-",
    fail_on: options.FailOnOwn = "",
    allow_incomplete: options.AllowIncomplete = False,
    staged: options.Staged = False,
    changed_since: options.ChangedSince = "",
    no_digest: Annotated[bool, typer.Option("--no-digest", hidden=True)] = False,
    no_receipts: options.NoReceipts = False,
    jobs: options.Jobs = 0,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge a project by the gates, waivers and baseline of its seamark.yaml.

    Example: seamark check . --format html --output report.html
    """
    if no_digest:
        raise UsageError(
            "A report without digests cannot pass a gate.",
            hint="Use seamark scan --no-digest for a quick look.",
        )
    if is_url(path):
        raise UsageError(
            "check judges a project on this machine, not a URL.",
            hint="Use seamark scan URL, with --download for a digest.",
        )
    require_writable(output)
    request = CheckRequest(
        path=path,
        fail_on=FailOn.parse(fail_on) if fail_on else None,
        allow_incomplete=allow_incomplete,
        changed_since=changed_since,
        only_staged=staged,
        receipts=not no_receipts,
        jobs=jobs,
        seed=seed,
    )
    with ProgressBar(shown=not quiet) as watcher:
        judged = check(request, today=date.today(), watcher=watcher)
    code = show(judged, format_.value, output, verbose=verbose, no_color=no_color, quiet=quiet)
    sys.exit(code)
