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
from seamark.core.paths import printable

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
    REMOTE = "remote"
    SPECIAL = "special"
    LINK_OUTSIDE = "link-outside"
    LINK_BROKEN = "link-broken"
    LINK_TO_DIRECTORY = "link-to-directory"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"
    UNWANTED = "unwanted"


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


def walk(
    paths: Sequence[str], selection: Selection = Selection(), *, base: str = ""
) -> Iterator[Entry]:
    """Everything under ``paths``, each file once, in an order that depends on names only.

    Paths are relative to ``base`` (by default the working directory) and are shown as given. A
    path that the user named is examined whatever its name is; exclusions concern what is found
    beneath it. Files elsewhere are reached through links only if the user named the link.
    """
    seen: set[str] = set()
    for named in paths:
        shown = os.path.normpath(named)
        if shown in seen:
            continue
        seen.add(shown)
        path = _join(base, shown)
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            yield Entry(path, printable(shown), Kind.UNREADABLE, reason=_why(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_directory(base, shown, selection, seen)
        else:
            kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
            yield Entry(path, printable(shown), kind, status.st_size)


def _walk_directory(base: str, top: str, selection: Selection, seen: set[str]) -> Iterator[Entry]:
    root = os.path.realpath(_join(base, top))
    # An explicit stack: a tree may be deeper than Python recurses.
    stack: list[str] = [top]
    while stack:
        directory = stack.pop()
        path = _join(base, directory)
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Entry(path, printable(directory), Kind.UNREADABLE, reason=_why(error))
            continue
        below: list[str] = []
        for entry in found:
            name = entry.name if directory == "." else f"{directory.rstrip('/')}/{entry.name}"
            if name in seen:
                continue
            seen.add(name)
            met = _classify(entry, _join(base, name), printable(name), root, selection)
            if met is None:
                below.append(name)
            elif met.kind is not Kind.UNWANTED:
                yield met
        stack.extend(reversed(below))


def _classify(
    entry: "os.DirEntry[str]", path: str, shown: str, root: str, selection: Selection
) -> Entry | None:
    """What this directory entry is; None where it is a directory to descend into."""
    try:
        link = entry.is_symlink()
        if not link and entry.is_dir(follow_symlinks=False):
            left_out = entry.name in selection.exclude_directories or selection.leaves_out(shown)
            return Entry(path, shown, Kind.EXCLUDED) if left_out else None
        if not selection.wants(shown):
            return Entry(path, shown, Kind.UNWANTED)
        if selection.leaves_out(shown):
            return Entry(path, shown, Kind.EXCLUDED)
        if link:
            return _link(path, shown, root)
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Entry(path, shown, Kind.UNREADABLE, reason=_why(error))
    kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
    return Entry(path, shown, kind, status.st_size)


def _link(path: str, shown: str, root: str) -> Entry:
    try:
        aim = os.path.realpath(path, strict=True)
        status = os.stat(aim)
    except OSError as error:
        return Entry(path, shown, Kind.LINK_BROKEN, reason=_why(error))
    if not (aim == root or aim.startswith(root.rstrip("/") + "/")):
        return Entry(path, shown, Kind.LINK_OUTSIDE, reason="a place outside")
    if stat.S_ISDIR(status.st_mode):
        target = printable(os.path.relpath(aim, root))
        return Entry(path, shown, Kind.LINK_TO_DIRECTORY, reason=target)
    kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
    return Entry(path, shown, kind, status.st_size)


def _join(base: str, name: str) -> str:
    return name if base in ("", ".") else os.path.join(base, name)


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
