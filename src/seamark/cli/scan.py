"""``seamark scan``."""

import sys
from datetime import date
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import require_writable, show
from seamark.cli.progress import ProgressBar
from seamark.core.policy import FailOn
from seamark.system.scan import ScanRequest, scan


def command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="[PATH]...", help="Files, directories, URLs; - is stdin."),
    ] = ["."],  # noqa: B006
    format_: options.Format = options.OutputFormat.TEXT,
    output: options.Output = "-",
    fail_on: options.FailOnText = "review",
    allow_incomplete: options.AllowIncomplete = False,
    only: options.Only = [],  # noqa: B006
    include: options.Include = [],  # noqa: B006
    exclude: options.Exclude = [],  # noqa: B006
    staged: options.Staged = False,
    changed_since: options.ChangedSince = "",
    no_digest: options.NoDigest = False,
    download: options.Download = False,
    no_receipts: options.NoReceipts = False,
    jobs: options.Jobs = 0,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Say of every model file whether it is safe to load, and of dependencies what is known.

    Example: seamark scan models/ --format json
    """
    require_writable(output)
    request = ScanRequest(
        paths=tuple(paths),
        only=tuple(only),
        include=tuple(include),
        exclude=tuple(exclude),
        only_staged=staged,
        changed_since=changed_since,
        digest=not no_digest,
        download=download,
        receipts=not no_receipts,
        fail_on=FailOn.parse(fail_on),
        allow_incomplete=allow_incomplete,
        jobs=jobs,
        seed=seed,
    )
    with ProgressBar(shown=not quiet) as watcher:
        judged = scan(request, today=date.today(), watcher=watcher)
    code = show(judged, format_.value, output, verbose=verbose, no_color=no_color, quiet=quiet)
    sys.exit(code)
