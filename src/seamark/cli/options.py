"""Options that several commands share, declared once."""

from enum import StrEnum
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    """Values of ``--format``; a test holds them to ``seamark.render.FORMATS``."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"
    MD = "md"
    GITLAB = "gitlab"


_OUT = "Output"
_JUDGE = "Judgment"
_RUN = "Running"

Format = Annotated[
    OutputFormat,
    typer.Option("--format", "-f", help="How to write the report.", rich_help_panel=_OUT),
]
Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to FILE, - is stdout.", rich_help_panel=_OUT
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress, no remarks.", rich_help_panel=_OUT)
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Coverage, and tracebacks.", rich_help_panel=_OUT),
]
NoColor = Annotated[
    bool,
    typer.Option(
        "--no-color",
        help="Plain text; NO_COLOR in the environment does the same.",
        rich_help_panel=_OUT,
    ),
]
FailOnText = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="hostile, review, unclear, or a severity: critical, high, medium, low.",
        rich_help_panel=_JUDGE,
    ),
]
AllowIncomplete = Annotated[
    bool,
    typer.Option(
        "--allow-incomplete",
        help="Exit 0 although something could not be examined; the report says so.",
        rich_help_panel=_JUDGE,
    ),
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", "-j", min=0, help="Processes; 0 decides itself.", rich_help_panel=_RUN),
]
Seed = Annotated[int, typer.Option("--seed", help="For what chance decides.", rich_help_panel=_RUN)]
Only = Annotated[
    list[str],
    typer.Option(
        metavar="CHECK",
        help="Run this check alone: models, dependencies; may be repeated.",
        rich_help_panel=_RUN,
    ),
]
Include = Annotated[
    list[str],
    typer.Option("--include", metavar="GLOB", help="Only these files.", rich_help_panel=_RUN),
]
Exclude = Annotated[
    list[str],
    typer.Option("--exclude", metavar="GLOB", help="Not these files.", rich_help_panel=_RUN),
]
NoDigest = Annotated[
    bool,
    typer.Option(
        "--no-digest",
        help="Do not hash: faster, but the report can neither be signed nor pass a gate.",
        rich_help_panel=_RUN,
    ),
]
Download = Annotated[
    bool,
    typer.Option(
        "--download",
        help="Fetch remote objects whole and hash them, instead of reading parts.",
        rich_help_panel=_RUN,
    ),
]
NoReceipts = Annotated[
    bool,
    typer.Option(
        "--no-receipts", help="Read every file, also unchanged ones.", rich_help_panel=_RUN
    ),
]
Staged = Annotated[
    bool,
    typer.Option("--staged", help="Only what git has staged.", rich_help_panel=_RUN),
]
ChangedSince = Annotated[
    str,
    typer.Option(
        "--changed-since",
        metavar="REF",
        help="Only files that differ from where this branch left REF.",
        rich_help_panel=_RUN,
    ),
]
FailOnOwn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="In place of the project's: hostile, review, unclear, or a severity.",
        rich_help_panel=_JUDGE,
    ),
]
