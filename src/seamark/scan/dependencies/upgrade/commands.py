"""Which command changes a list that only its own tool can write: locks, hashes, installed packages.

The options are those of pip 25, pip-tools 7, uv 0.8, Poetry 2, PDM 2, Pipenv 2024 and npm 10.
"""

import os
import shlex
from collections.abc import Iterable, Iterator

from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.upgrade.model import Command, Trial

Target = tuple[str, str, bool]
"""Name, version, and whether the list says that it is asked for directly."""

_NEWEST = "takes the newest version that the constraints allow, not the lowest that is fixed"


def commands_for(
    listing: Listing, targets: Iterable[Target], siblings: frozenset[str]
) -> Iterator[Command]:
    """The commands for one list, to be run in its folder.

    ``siblings`` are the names of other lists in that folder: a compiled list is made from one.
    """
    wanted = sorted(set(targets))
    if not wanted:
        return
    names = [name for name, _, _ in wanted]
    pins = [f"{name}=={version}" for name, version, _ in wanted]
    file = os.path.basename(listing.path)
    kind = listing.kind
    if kind == "requirements":
        yield _compiled(listing, file, pins, siblings)
    elif kind == "uv-lock":
        yield _command(listing, "uv lock", *_flags("--upgrade-package", pins))
    elif kind == "poetry-lock":
        yield _command(listing, "poetry update", *names, note=_NEWEST)
    elif kind == "pdm-lock":
        yield _command(listing, "pdm update --update-reuse", *names, note=_NEWEST)
    elif kind == "pipfile-lock":
        yield _command(listing, "pipenv upgrade", *pins)
    elif kind == "pylock":
        source = "pyproject.toml" if "pyproject.toml" in siblings else "requirements.in"
        options = (
            "--format",
            "pylock.toml",
            *_flags("--upgrade-package", pins),
            source,
            "-o",
            file,
        )
        yield _command(listing, "uv pip compile", *options)
    elif kind == "conda-lock":
        yield _command(listing, "conda-lock lock", *_flags("--update", names), "--lockfile", file)
    elif kind == "npm-lock":
        yield from _npm(listing, wanted)
    elif kind == "installed-python":
        yield _command(listing, "python -m pip install", *pins, note="in that environment")
    elif kind == "dpkg":
        yield _command(listing, "apt-get install --only-upgrade", *names)
    elif kind == "apk":
        yield _command(listing, "apk upgrade", *names)
    else:
        note = f"no command is known for {kind}: make it again with {', '.join(pins)}"
        yield Command(path=listing.path, line="", note=note)


def trial_of(listing: Listing, targets: Iterable[Target], siblings: frozenset[str]) -> Trial | None:
    """How to try a patched list; None where no tool tries such a list without installing it."""
    if listing.kind != "requirements":
        return None
    file = os.path.basename(listing.path)
    source = _source_of(file, siblings)
    # From these versions on: what excludes one of them may allow a later one.
    wanted = sorted({f"{name}>={version}" for name, version, _ in targets})
    flags = _flags("--upgrade-package", wanted)
    again = shlex.join(["uv", "pip", "compile", *flags, source, "-o", file]) if source else ""
    line = shlex.join(["pip", "install", "--dry-run", "-r", file])
    return Trial(path=listing.path, line=line, otherwise=again)


def _source_of(file: str, siblings: frozenset[str]) -> str:
    """The list that ``file`` is compiled from; empty where none is known."""
    likely = (f"{os.path.splitext(file)[0]}.in", "pyproject.toml")
    return next((each for each in likely if each in siblings and each != file), "")


def _compiled(listing: Listing, file: str, pins: list[str], siblings: frozenset[str]) -> Command:
    known = _source_of(file, siblings)
    source = known or f"{os.path.splitext(file)[0]}.in"
    note = "" if known else f"the file that {file} is made from is not known"
    options = ("--generate-hashes", *_flags("--upgrade-package", pins), source, "-o", file)
    return _command(listing, "uv pip compile", *options, note=note)


def _npm(listing: Listing, wanted: list[Target]) -> Iterator[Command]:
    direct = [f"{name}@{version}" for name, version, asked in wanted if asked]
    others = sorted({name for name, _, asked in wanted if not asked})
    if direct:
        yield _command(listing, "npm install", *direct)
    if others:
        yield _command(listing, "npm update", *others, note=_NEWEST)


def _flags(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _command(listing: Listing, words: str, *more: str, note: str = "") -> Command:
    line = shlex.join([*words.split(), *more])
    return Command(path=listing.path, line=line, note=note)
