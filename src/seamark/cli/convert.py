"""``seamark convert``."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import require_writable, say, write_text


class Shape(StrEnum):
    """Values of ``--format``."""

    TEXT = "text"
    JSON = "json"


class To(StrEnum):
    """Values of ``--to``; a test holds them to ``Target``."""

    SAFETENSORS = "safetensors"
    SKOPS = "skops"
    ONNX = "onnx"
    WEIGHTS = "weights"


class Reader(StrEnum):
    """Values of ``--engine``; a test holds them to ``Engine``."""

    AUTO = "auto"
    OWN = "own"
    TORCH = "torch"


_PROOF = "Proof"
_RUN = "Running"


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A model file, or a folder of torch shards."),
    ],
    to: Annotated[To | None, typer.Option(help="The format; by default what suits.")] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The converted file.")
    ] = "",
    sample: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Inputs to compare outputs on (.npy, .npz); else drawn.",
            rich_help_panel=_PROOF,
        ),
    ] = "",
    samples: Annotated[
        int, typer.Option(min=1, max=100_000, help="Inputs to draw.", rich_help_panel=_PROOF)
    ] = 256,
    atol: Annotated[
        float | None,
        typer.Option(min=0, help="Absolute difference allowed.", rich_help_panel=_PROOF),
    ] = None,
    rtol: Annotated[
        float | None,
        typer.Option(min=0, help="Relative difference allowed.", rich_help_panel=_PROOF),
    ] = None,
    seed: options.Seed = 0,
    drop_other: Annotated[
        bool, typer.Option("--drop-other", help="Leave out what is no tensor; the report lists it.")
    ] = False,
    allow: Annotated[
        list[str],
        typer.Option(metavar="MODULE:NAME", help="A reference that the model may hold."),
    ] = [],  # noqa: B006
    engine: Annotated[
        Reader, typer.Option(help="Who reads torch checkpoints.", rich_help_panel=_RUN)
    ] = Reader.AUTO,
    python: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="The interpreter that has the libraries.", rich_help_panel=_RUN
        ),
    ] = "",
    format_: Annotated[
        Shape, typer.Option("--format", "-f", help="How to write the record.")
    ] = Shape.TEXT,
    report: Annotated[
        str, typer.Option(metavar="FILE", help="Write the record to FILE, - is stdout.")
    ] = "-",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Convert a clean model to a format that needs no code, and prove that it is equal.

    Example: seamark convert model.pt --to safetensors
    """
    from seamark.harden.conversion import Engine, Request, Target, as_json, as_text
    from seamark.system.convert import convert

    require_writable(report)
    record = convert(
        Request(
            source=source,
            to=Target(to.value) if to else None,
            output=output,
            sample=sample,
            samples=samples,
            atol=atol,
            rtol=rtol,
            seed=seed,
            python=python,
            engine=Engine(engine.value),
            drop_other=drop_other,
            allow=frozenset(allow),
            force=force,
        )
    )
    text = as_json(record) if format_ is Shape.JSON else as_text(record, verbose=verbose)
    write_text(text, report)
    if report != "-" and not quiet:
        say(record.exit_reason)
    sys.exit(int(record.exit_code))
