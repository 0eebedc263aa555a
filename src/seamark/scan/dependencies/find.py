"""Which lists of dependencies lie under some paths."""

import os
from collections.abc import Iterator, Mapping, Sequence

from seamark.scan.dependencies.kinds import Kind, kinds_of
from seamark.scan.dependencies.source import Source
from seamark.scan.walk import Kind as Met
from seamark.scan.walk import Selection, walk


def find_sources(
    root: str,
    paths: Sequence[str] = (".",),
    *,
    selection: Selection = Selection(),
    staged: Mapping[str, str] | None = None,
) -> Iterator[tuple[Source, Kind] | str]:
    """Every list under ``paths`` (relative to ``root``) with its kind; names of what is excluded.

    What lies elsewhere is read only where ``paths`` name it. ``staged`` maps shown paths to
    where their bytes are instead. Links to lists inside of the project are read as files.
    """
    copies = staged or {}
    for entry in walk(paths, selection, base=root):
        if entry.kind is Met.EXCLUDED:
            yield entry.shown
        if entry.kind in (Met.EXCLUDED, Met.LINK_TO_DIRECTORY):
            continue
        where = copies.get(entry.shown, entry.path)
        kinds = kinds_of(entry.path.replace(os.sep, "/"))
        kind = next((each for each in kinds if each.recognizes(where)), None)
        if kind is None:
            continue
        if kind.unless and os.path.isfile(os.path.join(os.path.dirname(entry.path), kind.unless)):
            continue
        limit = root if _below(root, entry.path) else os.path.dirname(entry.path)
        content = copies.get(entry.shown, "")
        yield Source(path=entry.path, shown=entry.shown, root=limit, content=content), kind


def _below(root: str, path: str) -> bool:
    limit = os.path.realpath(root)
    return os.path.realpath(path).startswith(limit.rstrip("/") + "/")
