"""A component: one thing that a system is made of, as one file names it."""

from dataclasses import dataclass
from enum import StrEnum

from seamark.core.findings import Location


class OriginKind(StrEnum):
    """How a component is fetched where it does not come from its ecosystem's usual index."""

    INDEX = "index"
    URL = "url"
    VCS = "vcs"
    PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a component comes from: an index, an archive's URL, a repository, a path.

    ``url`` never holds credentials; ``secret`` says that the file had some in it. ``revision`` is
    what the file asks for in a repository: a commit (40 or 64 hex digits), a tag or a branch;
    empty where it says nothing.
    """

    kind: OriginKind
    url: str
    revision: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One package, as one file names it.

    ``ecosystem`` is the name that OSV uses (``PyPI``, ``npm``, ``Debian:12``, ``Alpine:v3.19``),
    or ``conda``; ``name`` is spelled as the ecosystem normalizes it (PEP 503 for PyPI), ``title``
    as the file does. ``version`` is exact, and empty where the file leaves it open: then
    ``constraint`` holds what it asks for (``>=1.2,<2``). ``purl`` is a package URL, with the
    version where there is one. ``hashes`` are ``sha256:…`` in hex, all that the file accepts.
    ``licenses`` are texts as found: SPDX expressions, names, classifiers. ``requires`` are
    normalized names of the same ecosystem that this one needs, where the file says so (edges of
    the graph); None where it does not say, which differs from needing nothing.
    ``groups`` are the file's names of optional sets (``dev``, ``extra:gpu``); empty is the main
    set. ``direct`` is None where the file does not tell direct from transitive ones.
    ``marker`` is an environment marker (PEP 508), as text. ``origin`` is None for the usual
    index. ``yanked`` is the reason or ``yes`` where the file itself records that.
    ``install_script`` says that the file records code which runs when this one is installed
    (npm's ``hasInstallScript``).
    """

    ecosystem: str
    name: str
    title: str
    purl: str
    location: Location
    version: str = ""
    constraint: str = ""
    hashes: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    requires: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    direct: bool | None = None
    marker: str = ""
    origin: Origin | None = None
    yanked: str = ""
    install_script: bool = False
