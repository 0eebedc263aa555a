"""What a reader yields, and a listing: all that one file says of dependencies."""

from dataclasses import dataclass, field
from enum import StrEnum

from seamark.core.components import Component
from seamark.core.findings import Location


class Role(StrEnum):
    """What a file is for, which decides what may be asked of it."""

    DECLARATION = "declaration"
    """What a project needs: ranges are right here (``pyproject.toml``, ``package.json``)."""

    REQUIREMENTS = "requirements"
    """What somebody installs from, pinned or not (``requirements.txt``, ``environment.yml``)."""

    LOCK = "lock"
    """Exact versions of everything (``poetry.lock``); a version left open is a defect."""

    INSTALLED = "installed"
    """What is there (``*.dist-info``, the status file of dpkg)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassessed:
    """Something that should have been read or judged and could not be: never silence.

    ``name`` is what it is about (a package, a file), ``reason`` a clause without a full stop
    ("its version is no PEP 440 version"). ``whole`` says that the rest of the file was not read.
    """

    name: str
    reason: str
    location: Location
    whole: bool = False


class IndexUse(StrEnum):
    """How a list uses a package index."""

    MAIN = "main"
    """Instead of the usual one."""
    EXTRA = "extra"
    """Beside the main one; whichever has the higher version wins (dependency confusion)."""
    EXPLICIT = "explicit"
    """Only for packages that name it (Poetry, uv); no confusion."""
    LINKS = "links"
    """A page or folder of archives (``--find-links``)."""
    TRUSTED = "trusted"
    """A host whose certificate is not checked (``--trusted-host``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A package index that a list uses.

    ``url`` never holds credentials; ``secret`` says that the file had some in it.
    """

    url: str
    use: IndexUse
    location: Location
    name: str = ""
    secret: bool = False


Item = Component | Index | Unassessed
"""What a reader yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All that one file says of dependencies.

    ``kind`` is the name of the format (``poetry-lock``), ``path`` as shown to the user, ``digest``
    of the bytes (``sha256:…``; empty for a directory). ``includes`` are shown paths of other files
    that it refers to (``-r``, ``-c``) and that were read as listings of their own.
    """

    path: str
    kind: str
    role: Role
    ecosystem: str
    digest: str = ""
    components: tuple[Component, ...] = ()
    indexes: tuple[Index, ...] = ()
    unassessed: tuple[Unassessed, ...] = ()
    includes: tuple[str, ...] = field(default=())
