"""VEX statements: one status of one vulnerability in some products at some time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seamark.core.findings import Location
from seamark.scan.dependencies.purls import Purl, parse_purl


class VexStatus(StrEnum):
    """The four labels of VEX."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
"""The five labels of the VEX working group that OpenVEX uses."""

CYCLONEDX_JUSTIFICATIONS = (
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
)


@dataclass(frozen=True, slots=True)
class Product:
    """What a statement is about: identifiers (package URLs, IRIs) of one thing and its parts.

    With ``parts`` the vulnerability is in them, as the product uses them.
    """

    identifiers: tuple[str, ...]
    parts: tuple["Product", ...] = ()

    def names(self, purl: str) -> bool:
        """Whether one identifier means the package of this URL; without a version it means all."""
        wanted = parse_purl(purl)
        return any(_means(each, purl, wanted) for each in self.identifiers)

    @property
    def is_package(self) -> bool:
        """Whether it is a package of an ecosystem that lists of dependencies name."""
        found = (parse_purl(each) for each in self.identifiers)
        return any(each and each.type in _PACKAGES for each in found)


_PACKAGES = frozenset(
    {"pypi", "npm", "conda", "deb", "apk", "rpm", "cargo", "golang", "gem", "maven", "nuget"}
)


def _means(identifier: str, purl: str, wanted: Purl | None) -> bool:
    if identifier == purl:
        return True
    said = parse_purl(identifier)
    if said is None or wanted is None or said.package != wanted.package:
        return False
    if said.version and not same_version(said.type, said.version, wanted.version):
        return False
    there = dict(wanted.qualifiers)
    return all(there.get(key, value) == value for key, value in said.qualifiers)


def same_version(kind: str, one: str, other: str) -> bool:
    """Whether two versions are one: for PyPI by PEP 440 (``1.0`` is ``1``), else by spelling."""
    if one == other:
        return True
    if kind != "pypi":
        return False
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, complete: what it inherits from its document is filled in.

    ``names`` are the vulnerability's name and aliases. ``reason`` is the justification, a free
    text or both. ``time`` decides which of two statements about the same counts: the later.
    ``order`` tells statements of the same time apart.
    """

    names: frozenset[str]
    products: tuple[Product, ...]
    status: VexStatus
    time: datetime
    location: Location
    justification: str = ""
    impact: str = ""
    action: str = ""
    order: int = 0

    @property
    def reason(self) -> str:
        """Why, in the statement's own words."""
        return ": ".join(each for each in (self.justification, self.impact) if each)

    @property
    def clears(self) -> bool:
        """Whether there is nothing to repair, by this statement."""
        return self.status in (VexStatus.NOT_AFFECTED, VexStatus.FIXED)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A statement that is not believed, and why, as a clause without a full stop."""

    what: str
    reason: str
    location: Location


@dataclass(frozen=True, slots=True)
class Statements:
    """All statements of one document."""

    path: str
    statements: tuple[Statement, ...]
    ignored: tuple[Ignored, ...] = ()
