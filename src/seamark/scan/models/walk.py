"""Which files lie under the paths that the user named: deterministic, bounded, never silent.

Directories are read with ``os.scandir`` and sorted by their bytes. What is left out is yielded
too: excluded directories, links that are not followed, what cannot be read.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from seamark.core.globs import matches_path
from seamark.scan.models.scanner import printable

DEFAULT_EXCLUDES = (
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".seamark",
    ".tox",
    ".mypy_cache",
    ".ruff_cache",
)
"""Directories that hold no model of the project; each one met is listed in the report."""


class Kind(Enum):
    """What the walk met."""

    FILE = "file"
    SPECIAL = "special"
    LINK_OUTSIDE = "link-outside"
    LINK_BROKEN = "link-broken"
    LINK_TO_DIRECTORY = "link-to-directory"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing met: where it is, how it is shown, what it is, and for the odd ones why."""

    path: str
    shown: str
    kind: Kind
    size: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which files are wanted.

    ``include`` and ``exclude`` are globs over the shown path (``seamark.core.globs``); an empty
    ``include`` means all. ``exclude_directories`` are names that are skipped wherever they are.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_directories: frozenset[str] = frozenset(DEFAULT_EXCLUDES)

    def wants(self, shown: str) -> bool:
        """Whether a file with this path is to be examined."""
        return not self.include or any(matches_path(shown, glob) for glob in self.include)

    def leaves_out(self, shown: str) -> bool:
        """Whether the user excluded this file or directory."""
        return any(matches_path(shown, glob) for glob in self.exclude)


def walk(paths: Sequence[str], selection: Selection = Selection()) -> Iterator[Entry]:
    """Everything under ``paths``, each file once, in an order that depends on names only.

    A path that the user named is examined whatever its name is; exclusions concern what is
    found beneath it.
    """
    seen: set[str] = set()
    for path in paths:
        path = os.path.normpath(path)
        if path in seen:
            continue
        seen.add(path)
        try:
            status = os.stat(path)
        except OSError as error:
            yield Entry(path, printable(path), Kind.UNREADABLE, reason=_why(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            root = os.path.realpath(path)
            yield from _walk_directory(path, root, selection, seen)
        else:
            kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
            yield Entry(path, printable(path), kind, status.st_size)


def _walk_directory(top: str, root: str, selection: Selection, seen: set[str]) -> Iterator[Entry]:
    # An explicit stack: a tree may be deeper than Python recurses.
    stack: list[str] = [top]
    while stack:
        directory = stack.pop()
        try:
            with os.scandir(directory) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Entry(directory, printable(directory), Kind.UNREADABLE, reason=_why(error))
            continue
        below: list[str] = []
        for entry in found:
            path = entry.name if directory == "." else os.path.join(directory, entry.name)
            if path in seen:
                continue
            seen.add(path)
            met = _classify(entry, path, root, selection)
            if met is None:
                below.append(path)
            else:
                yield from met
        stack.extend(reversed(below))


def _classify(
    entry: "os.DirEntry[str]", path: str, root: str, selection: Selection
) -> Sequence[Entry] | None:
    """What this directory entry is; None where it is a directory to descend into."""
    shown = printable(path)
    try:
        if entry.is_symlink():
            return _link(path, shown, root, selection)
        if entry.is_dir(follow_symlinks=False):
            left_out = entry.name in selection.exclude_directories or selection.leaves_out(shown)
            return (Entry(path, shown, Kind.EXCLUDED),) if left_out else None
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return (Entry(path, shown, Kind.UNREADABLE, reason=_why(error)),)
    if not selection.wants(shown):
        return ()
    if selection.leaves_out(shown):
        return (Entry(path, shown, Kind.EXCLUDED),)
    kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
    return (Entry(path, shown, kind, status.st_size),)


def _link(path: str, shown: str, root: str, selection: Selection) -> Sequence[Entry]:
    if not selection.wants(shown):
        return ()
    if selection.leaves_out(shown):
        return (Entry(path, shown, Kind.EXCLUDED),)
    try:
        aim = os.path.realpath(path, strict=True)
        status = os.stat(aim)
    except OSError as error:
        return (Entry(path, shown, Kind.LINK_BROKEN, reason=_why(error)),)
    inside = aim == root or aim.startswith(root.rstrip("/") + "/")
    target = printable(os.path.relpath(aim, root)) if inside else "a place outside"
    if stat.S_ISDIR(status.st_mode):
        kind = Kind.LINK_TO_DIRECTORY if inside else Kind.LINK_OUTSIDE
        return (Entry(path, shown, kind, reason=target),)
    if not inside:
        return (Entry(path, shown, Kind.LINK_OUTSIDE, reason=target),)
    kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
    return (Entry(path, shown, kind, status.st_size),)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
