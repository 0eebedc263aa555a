"""``seamark allowlist``: build allowlists from pinned library releases, offline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from seamark.core.errors import UsageError

app = typer.Typer(help="Build and verify the lists of references that models may hold.")


@app.callback()
def _group() -> None:
    """Build and verify the lists of references that models may hold."""


@app.command()
def build(
    release: Annotated[
        str, typer.Argument(metavar="LIBRARY==VERSION", help="The pinned release to examine.")
    ],
    source: Annotated[
        Path,
        typer.Option(
            "--from", metavar="PATH", help="Its wheel, its sdist, or a site-packages folder."
        ),
    ],
    recorded: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the recording script saw the release write."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Write the file there.")
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Modules to take classes from.")
    ] = None,
    explain: Annotated[bool, typer.Option(help="Say what was left out, and why.")] = False,
) -> None:
    """Examine one release without importing it, and list the classes whose loading is inert.

    Without --output the entries are printed as seamark.yaml takes them (module:name=c).

    Example: seamark allowlist build mylib==1.4.0 --from mylib-1.4.0-py3-none-any.whl
    """
    from seamark.scan.models.pickle.builder.build import Scope, build_allowlist
    from seamark.scan.models.pickle.builder.libraries import SCOPES
    from seamark.scan.models.pickle.builder.merge import load_curated

    library, _, version = release.partition("==")
    if not library or not version:
        raise UsageError(f"Not a pinned release: {release!r}.", hint="Write it as mylib==1.4.0.")
    curated = load_curated()
    built = build_allowlist(
        source,
        library=library,
        scope=Scope(include=tuple(include)) if include else SCOPES.get(library, Scope()),
        bases=curated["bases"],
        reviewed=curated["reviewed"],
        recorded=_recorded(recorded),
    )
    found = f"{built.release.library}=={built.release.version}"
    if found != f"{library}=={version}":
        raise UsageError(
            f"{source} is {found}, not {release}.", hint="Give the file of the pinned release."
        )
    if explain:
        for reference, reason in sorted(built.excluded.items()):
            typer.echo(f"left out {reference}: {reason}", err=True)
    for reference in built.unproved:
        typer.echo(f"seen, but not admitted: {reference}", err=True)
    if output is not None:
        typer.echo(str(built.write(output)))
        return
    for module, names in sorted(built.entries.items()):
        for name, kind in sorted(names.items()):
            typer.echo(f"{module}:{name}={kind}")


@app.command()
def merge(
    folder: Annotated[Path, typer.Argument(help="The folder with curated.json and built files.")],
) -> None:
    """Join a folder of built files into the one that scans load, and pin them all by digest.

    Example: seamark allowlist merge src/seamark/scan/models/pickle/allowlists
    """
    from seamark.scan.models.pickle.builder.merge import merge as join

    for name, digest in join(folder).items():
        typer.echo(f"{digest}  {name}")


@app.command()
def verify() -> None:
    """Check every shipped file against the manifest that pins it.

    Example: seamark allowlist verify
    """
    from seamark.scan.models.pickle.decide import ruleset_digest, verify_all

    files = verify_all()
    typer.echo(f"{len(files)} files match the manifest {ruleset_digest()}.")


def _recorded(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != "seamark.recorded/1":
            raise UsageError(f"{path} was not written by the recording script.")
        entries: dict[str, Any] = document["entries"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"Cannot read {path}: {error}.") from error
    return entries
