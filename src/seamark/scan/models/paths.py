"""Where a path inside a model leads, when a loader on any system follows it.

The one judge of paths. Readers differ in what the loader does before it opens the file: one that
expands variables or takes addresses follows all of :class:`PathKind`; one that only joins the path
to the model's folder takes ``$x`` and ``%x%`` as they are written (:func:`leads_outside`).
"""

import re
from enum import Enum

_SCHEME = re.compile(
    r"(?:[a-z0-9+.-]{2,30}::){0,9}[a-z][a-z0-9+.-]{1,30}://"
    r"|(?:file|data|https?|ftp|smb|jar|javascript):",
    re.IGNORECASE,
)
"""``s3://``, ``file:/``, and fsspec's chains, ``simplecache::s3://``."""
_VARIABLE = re.compile(r".*(?:\$[{(A-Za-z_]|%[A-Za-z_]{1,40}%)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:")


class PathKind(Enum):
    """What a path does; the value completes "which …" in a message."""

    INSIDE = "stays inside the folder"
    ABSOLUTE = "is an absolute path"
    PARENT = "leaves the folder"
    STREAM = "names a drive or a stream"
    HOME = "points into a home folder"
    VARIABLE = "holds an environment variable"
    ADDRESS = "is an address on a network"
    BROKEN = "is not a usable file name"


def classify_path(path: str) -> PathKind:
    """Judge ``path`` for POSIX and Windows at once: what one of them follows counts."""
    if not path or "\0" in path:
        return PathKind.BROKEN
    flat = path.replace("\\", "/")
    parts = flat.split("/")
    if flat.startswith("/") or _DRIVE.match(flat):
        return PathKind.ADDRESS if flat.startswith("//") else PathKind.ABSOLUTE
    if _SCHEME.match(flat):
        return PathKind.ADDRESS
    if ".." in parts:
        return PathKind.PARENT
    if ":" in parts[0]:
        return PathKind.STREAM
    if flat.startswith("~"):
        return PathKind.HOME
    return PathKind.VARIABLE if _VARIABLE.match(flat) else PathKind.INSIDE


def leads_outside(path: str) -> bool:
    """Whether a loader that joins ``path`` to the model's folder leaves it; an empty one does."""
    return classify_path(path) not in (PathKind.INSIDE, PathKind.VARIABLE)


def beside(file: str, name: str, levels: int = 0) -> str | None:
    """The path of ``name`` in the folder of the member ``file``, or so many folders higher.

    None where the archive has no such folder, or ``name`` leads out of it.
    """
    folders = file.removeprefix("./").split("/")[:-1]
    if levels > len(folders) or not is_below(name):
        return None
    return "/".join([*folders[: len(folders) - levels], name])


def is_below(path: str) -> bool:
    """Whether a file system that expands nothing finds ``path`` in its folder or below."""
    return classify_path(path) in (PathKind.INSIDE, PathKind.VARIABLE, PathKind.HOME)
