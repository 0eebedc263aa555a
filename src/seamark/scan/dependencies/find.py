"""Which lists of dependencies lie under some paths."""

import os
from collections.abc import Iterator, Mapping, Sequence

from seamark.scan.dependencies.kinds import FOLDER, Kind, kind_of, kinds_of
from seamark.scan.dependencies.listings import Role
from seamark.scan.dependencies.source import Source
from seamark.scan.walk import Entry, Selection, walk
from seamark.scan.walk import Kind as Met


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
    folders: set[str] = set()
    for entry in walk(paths, selection, base=root):
        if entry.kind is Met.EXCLUDED:
            yield entry.shown
        if entry.kind in (Met.EXCLUDED, Met.LINK_TO_DIRECTORY):
            continue
        yield from _folder_in_place(entry, root, folders)
        where = copies.get(entry.shown, entry.path)
        kinds = kinds_of(entry.path.replace(os.sep, "/"))
        kind = next((each for each in kinds if each.recognizes(where)), None)
        problem = ""
        if entry.kind is Met.LINK_OUTSIDE:
            problem = "it is a link that leads out of the project"
        elif entry.kind is Met.UNREADABLE and kind is None and os.path.isdir(entry.path):
            kind, problem = FOLDER, f"it is a folder that cannot be read ({entry.reason})"
        if kind is None:
            continue
        if kind.unless and os.path.isfile(os.path.join(os.path.dirname(entry.path), kind.unless)):
            continue
        limit = root if _below(root, entry.path) else os.path.dirname(entry.path)
        content = copies.get(entry.shown, "")
        yield (
            Source(entry.path, entry.shown, limit, content=content, problem=problem),
            kind,
        )


def _folder_in_place(entry: Entry, root: str, seen: set[str]) -> Iterator[tuple[Source, Kind]]:
    """The folder of this entry, once, where its name is that of a list: no tool can read it."""
    shown = os.path.dirname(entry.shown)
    if shown in seen:
        return
    seen.add(shown)
    kind = kind_of(shown.replace(os.sep, "/"))
    if kind is not None and kind.role is not Role.INSTALLED and kind.name != "dockerfile":
        path = os.path.dirname(entry.path)
        yield Source(path, shown, root, problem="it is a folder"), kind


def _below(root: str, path: str) -> bool:
    limit = os.path.realpath(root)
    return os.path.realpath(path).startswith(limit.rstrip("/") + "/")
