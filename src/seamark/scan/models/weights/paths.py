"""Where a path inside a model file leads when a loader on any system follows it."""

import re
from enum import Enum

_SCHEME = re.compile(
    r"[a-z][a-z0-9+.-]{1,30}://|(?:file|data|https?|ftp|smb|jar|javascript):", re.IGNORECASE
)
_VARIABLE = re.compile(r"~|.*(?:\$[{(A-Za-z_]|%[A-Za-z_]{1,40}%)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:")


class PathKind(Enum):
    """What a path does; the value completes "which …" in a message."""

    INSIDE = "stays inside the folder"
    ABSOLUTE = "is an absolute path"
    PARENT = "leaves the folder"
    HOME = "points into a home folder or an environment variable"
    ADDRESS = "is an address on a network"
    BROKEN = "is not a usable file name"


def classify_path(path: str) -> PathKind:
    """Judge ``path`` for POSIX and Windows at once: what one of them follows counts."""
    if not path or "\0" in path:
        return PathKind.BROKEN
    flat = path.replace("\\", "/")
    if flat.startswith("/") or _DRIVE.match(flat):
        return PathKind.ADDRESS if flat.startswith("//") else PathKind.ABSOLUTE
    if _SCHEME.match(flat):
        return PathKind.ADDRESS
    if _VARIABLE.match(flat):
        return PathKind.HOME
    if ".." in flat.split("/"):
        return PathKind.PARENT
    return PathKind.INSIDE
