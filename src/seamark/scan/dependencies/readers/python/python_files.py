"""Lists of requirements in files that a declaration refers to (``file = ["requirements.txt"]``)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from seamark.scan.dependencies.kinds import kind_of
from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    read_requirement,
    unassessed,
)
from seamark.scan.dependencies.readers.python.requirements_includes import include
from seamark.scan.dependencies.readers.python.requirements_lines import read_lines
from seamark.scan.dependencies.source import Source, Unreadable


def read_list_files(names: Sequence[str], source: Source, where: Context) -> Iterator[Item]:
    """What the files list: those that are lists by their names are read as listings of their own.

    The others hold one requirement a line, without options, as setuptools reads them.
    """
    for name in names:
        beside = None if "\0" in name or "://" in name else source.beside(name)
        if beside is None or kind_of(beside.shown) is not None:
            reason = include(source, name)
            if reason:
                yield unassessed(name, reason, where)
            continue
        try:
            for line in read_lines(beside):
                if line.text:
                    yield read_requirement(
                        line.text, replace(where, location=beside.at(line.number))
                    )
        except Unreadable as problem:
            yield unassessed(name, problem.reason, where)
