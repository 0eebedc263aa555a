"""Builds a database file from sources: OSV records, KEV and EPSS, merged.

``python -m seamark.scan.dependencies.advisories.build SOURCE... --output FILE`` writes the
snapshot that ships with Seamark: the same sources give the same bytes (with the same SQLite).
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing

from seamark.core.errors import SeamarkError
from seamark.scan.dependencies.advisories import schema
from seamark.scan.dependencies.advisories.assembling import Assembly, Input
from seamark.scan.dependencies.advisories.model import Provenance


def build(
    target: str,
    inputs: Sequence[Input],
    *,
    base: str = "",
    now: str = "",
    older: bool = False,
    progress: Callable[[int], object] | None = None,
) -> tuple[Provenance, ...]:
    """Write the database ``target``, which must not exist, and sync it to the disk.

    It holds ``inputs`` and those sources of the database ``base`` that they do not replace.
    ``now`` is noted as the time of import. Raises :class:`SeamarkError` where a source cannot be
    read, and, unless ``older``, where one is older or much smaller than what it replaces.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as out:
            work = _fill(out, inputs, base, now, older, progress)
    except sqlite3.Error as error:  # a full disk, mostly
        raise SeamarkError(
            f"Cannot write {target}: {error}.", hint="Nothing was changed."
        ) from error
    with open(target, "rb") as file:
        os.fsync(file.fileno())
    return tuple(work.sources)


def _fill(
    out: sqlite3.Connection, inputs: Sequence[Input], base: str, now: str, older: bool,
    progress: Callable[[int], object] | None,
) -> Assembly:  # fmt: skip
    out.execute("PRAGMA journal_mode = OFF")  # what is half written is thrown away
    out.execute("PRAGMA synchronous = OFF")
    schema.create(out)
    out.execute("BEGIN")
    work = Assembly(out, now, progress)
    for each in inputs:
        work.read(each)
    if base:
        work.carry(base, older=older)
    work.merge()
    out.execute("COMMIT")
    out.execute("VACUUM")
    return work


def main(words: Sequence[str]) -> int:
    """The command line: sources, ``--output FILE``."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--output", required=True)
    options = parser.parse_args(words)
    if os.path.exists(options.output):
        os.unlink(options.output)
    for each in build(options.output, [Input(path=path) for path in options.sources]):
        print(each.name, each.newest, each.records, each.withdrawn, each.unusable)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
