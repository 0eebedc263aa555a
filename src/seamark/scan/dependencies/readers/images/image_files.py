"""Which files of an image are read: lists of what is installed, and what those need beside them."""

import re

from seamark.scan.dependencies.kinds import kind_of
from seamark.scan.dependencies.readers.system.dpkg import MAX_COPYRIGHT, licenses_of

DATABASES = (
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
)
_KINDS = frozenset(
    {
        "dpkg",
        "apk",
        "installed-python",
        "installed-python-damaged",
        "conda-meta",
        "npm-lock",
        "rpm-database",
    }
)
_PRESENCE = frozenset({"installed-python-damaged", "rpm-database"})
"""Of these only that they are there is looked at."""
_COPYRIGHT = re.compile(r"usr/share/doc/[^/]+/copyright")
_BESIDE = re.compile(
    r"(?:etc|usr/lib)/os-release|usr/share/doc/[^/]+/copyright"
    r"|.*\.dist-info/(?:direct_url\.json|INSTALLER|REQUESTED)"
    r"|.*\.egg-info/requires\.txt"
)


def is_list(path: str) -> bool:
    """Whether the file at ``path`` lists what is installed; locks of projects do not."""
    kind = kind_of(path)
    if kind is None or kind.name not in _KINDS:
        return False
    return kind.name != "npm-lock" or path.endswith("node_modules/.package-lock.json")


def wanted(path: str) -> bool:
    """Whether the file at ``path`` is kept."""
    return _BESIDE.fullmatch(path) is not None or is_list(path)


def compact(path: str, data: bytes) -> bytes:
    """What is kept of a file: of a package's terms only their names."""
    if _COPYRIGHT.fullmatch(path):
        names = licenses_of(data) if len(data) <= MAX_COPYRIGHT else ()
        return b"Format:\n" + b"".join(b"License: %s\n" % name.encode() for name in names)
    kind = kind_of(path)
    return b"" if kind is not None and kind.name in _PRESENCE else data
