"""``seamark sbom``."""

import os
import sys
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from seamark.cli import options
from seamark.cli.output import require_writable, say, write_text
from seamark.cli.progress import ProgressBar
from seamark.core.errors import UsageError

if TYPE_CHECKING:
    from seamark.system.sbom import SbomRequest


class Shape(StrEnum):
    """Values of ``--format``; the last three are of --diff and --score."""

    CYCLONEDX = "cyclonedx"
    CYCLONEDX_XML = "cyclonedx-xml"
    SPDX = "spdx"
    OPENVEX = "openvex"
    CYCLONEDX_VEX = "cyclonedx-vex"
    TEXT = "text"
    JSON = "json"
    MD = "md"


class Spec(StrEnum):
    """Values of ``--spec-version``, of CycloneDX."""

    V1_6 = "1.6"
    V1_7 = "1.7"


_VIEWS = frozenset({Shape.TEXT, Shape.JSON, Shape.MD})
_SHOWN = 20
_JUDGE = "Judgment"
_OTHER = "Instead of a new document"


def command(
    path: Annotated[
        str, typer.Argument(metavar="[PATH]", help="The project; with --score also a document.")
    ] = ".",
    format_: Annotated[
        Shape | None,
        typer.Option("--format", "-f", help="cyclonedx; of --diff and --score text."),
    ] = None,
    spec_version: Annotated[Spec, typer.Option(help="Edition of CycloneDX.")] = Spec.V1_6,
    output: options.Output = "-",
    timestamp: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="Write a time: now or RFC 3339; else SOURCE_DATE_EPOCH or none."
        ),
    ] = "",
    environment: Annotated[
        list[str],
        typer.Option(metavar="DIR", help="Packages installed there too: they know licenses."),
    ] = [],  # noqa: B006
    with_vulnerabilities: Annotated[
        bool, typer.Option("--with-vulnerabilities", help="Add what the advisory database knows.")
    ] = False,
    diff: Annotated[
        tuple[str, str],
        typer.Option(
            metavar="OLD NEW", help="Compare two documents of any tool.", rich_help_panel=_OTHER
        ),
    ] = ("", ""),
    score: Annotated[
        bool, typer.Option("--score", help="Say how complete it is.", rich_help_panel=_OTHER)
    ] = False,
    fail_under: Annotated[
        float,
        typer.Option(min=0, max=100, help="Fail below this score.", rich_help_panel=_JUDGE),
    ] = 0.0,
    allow_incomplete: options.AllowIncomplete = False,
    no_receipts: options.NoReceipts = False,
    jobs: options.Jobs = 0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write the bill of materials: packages, models, datasets, prompts, images, services.

    The same project gives the same bytes. What could not be read is told in the document and
    ends with exit code 3. --diff ends with 1 where something is newly vulnerable.

    Example: seamark sbom --format spdx -o sbom.spdx.json
    """
    from seamark.system.sbom import SbomRequest, timestamp_of

    require_writable(output)
    view = _require_sense(format_, diff=bool(diff[0]), score=score)
    if diff[0]:
        sys.exit(_diff(diff, path, view, output, allow_incomplete=allow_incomplete))
    request = SbomRequest(
        path=path,
        environments=tuple(environment),
        with_vulnerabilities=with_vulnerabilities or view in (Shape.OPENVEX, Shape.CYCLONEDX_VEX),
        allow_incomplete=allow_incomplete,
        receipts=not no_receipts,
        jobs=jobs,
        timestamp=timestamp_of(timestamp, os.environ),
    )
    if score:
        sys.exit(_score(request, view, output, fail_under, quiet=quiet))
    sys.exit(_write(request, view, spec_version, output, quiet=quiet, verbose=verbose))


def _require_sense(shape: Shape | None, *, diff: bool, score: bool) -> Shape:
    """The format, by default that of what is asked for. Raises ``UsageError``."""
    if diff and score:
        raise UsageError("--diff and --score exclude each other.", hint="Use one of them.")
    wanted = shape or (Shape.TEXT if diff or score else Shape.CYCLONEDX)
    if (wanted in _VIEWS) != (diff or score):
        raise UsageError(
            f"--format {wanted.value} does not go with this.",
            hint="text, json and md are for --diff and --score; the others are documents.",
        )
    return wanted


def _write(
    request: "SbomRequest", shape: Shape, spec: Spec, output: str, *, quiet: bool, verbose: bool
) -> int:
    from seamark.system.sbom import make, write

    with ProgressBar(shown=not quiet) as watcher:
        made = make(request, today=date.today(), watcher=watcher)
    if made.bom.entries:  # an empty document would be taken for one
        text = write(made.bom, shape.value, version=spec.value, timestamp=request.timestamp)
        write_text(text, output)
    if not quiet:
        for note in (*made.notes, made.exit_reason):
            say(f"seamark: {note}")
        for gap in made.bom.gaps if verbose else made.bom.gaps[:_SHOWN]:
            say(f"  {gap}")
        if len(made.bom.gaps) > _SHOWN and not verbose:
            say(f"  and {len(made.bom.gaps) - _SHOWN} more (--verbose, and in the document)")
    return int(made.exit_code)


def _score(
    request: "SbomRequest", shape: Shape, output: str, fail_under: float, *, quiet: bool
) -> int:
    from seamark.govern.documents.bom import score_views
    from seamark.system.sbom import score_code, scored

    with ProgressBar(shown=not quiet) as watcher:
        found = scored(request, watcher=watcher)
    views = {Shape.JSON: score_views.as_json, Shape.MD: score_views.as_markdown}
    write_text(views.get(shape, score_views.as_text)(found), output)
    return int(score_code(found, fail_under, request.allow_incomplete))


def _diff(
    pair: tuple[str, str], path: str, shape: Shape, output: str, *, allow_incomplete: bool
) -> int:
    from seamark.govern.documents.bom import compare_views
    from seamark.system.sbom import difference, difference_code

    found = difference(*pair, project=path, today=date.today())
    views = {Shape.JSON: compare_views.as_json, Shape.MD: compare_views.as_markdown}
    write_text(views.get(shape, compare_views.as_text)(found), output)
    return int(difference_code(found, allow_incomplete))
