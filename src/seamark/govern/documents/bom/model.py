"""The document: what a system is made of, in the words that all standard forms share."""

from dataclasses import dataclass, field
from enum import StrEnum

from seamark.core.findings import Location
from seamark.core.rules import Severity


class Kind(StrEnum):
    """What an entry is."""

    SYSTEM = "system"
    PACKAGE = "package"
    IMAGE = "image"
    MODEL = "model"
    FILE = "file"
    DATASET = "dataset"
    PROMPT = "prompt"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure that a model's card gives: what was measured, the value, and on which data."""

    type: str
    value: str
    slice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model says of itself; nothing of it is verified, and what it does not say is empty.

    ``approach`` is one of CycloneDX's five (``supervised`` …). ``datasets`` are references to
    entries of the same document. ``use_cases``, ``limitations`` and ``risks`` are the first
    paragraphs of the card's chapters.
    """

    task: str = ""
    approach: str = ""
    architecture: str = ""
    datasets: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    use_cases: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


Property = tuple[str, str]
"""A name in the namespace ``seamark:`` and a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that the system is made of.

    ``ref`` names it within the document, the same in every run. ``hashes`` (``sha256:…``) are of
    the thing itself, one an algorithm; ``artifacts`` are hashes of archives of which any one may
    be installed as it. ``license`` is an SPDX expression, ``license_texts`` what is said of the
    license and is none. ``requires`` are references of what it needs; None where nothing says,
    which differs from needing nothing. ``owner`` is who answers for it, ``url`` where it comes
    from or is served. ``external`` marks what the system is derived from without containing it
    (a base model). ``parts`` are files inside it, ``ancestors`` references of base models.
    """

    ref: str
    kind: Kind
    name: str
    version: str = ""
    purl: str = ""
    ecosystem: str = ""
    description: str = ""
    owner: str = ""
    url: str = ""
    hashes: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    license: str = ""
    license_texts: tuple[str, ...] = ()
    occurrences: tuple[Location, ...] = ()
    requires: tuple[str, ...] | None = None
    optional: bool = False
    external: bool = False
    parts: tuple["Entry", ...] = ()
    ancestors: tuple[str, ...] = ()
    card: Card | None = None
    properties: tuple[Property, ...] = ()


class Status(StrEnum):
    """What is known of a vulnerability in this system, in OpenVEX's words."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A known vulnerability of entries that share one status.

    ``justification`` is one of OpenVEX's five and goes with ``not_affected``; ``impact`` says in
    words why, ``action`` what is to be done. ``severity`` None is unknown, which is never low.
    ``fixed`` are versions that repair it, ``published`` an ISO 8601 day.
    """

    id: str
    affects: tuple[str, ...]
    status: Status = Status.UNDER_INVESTIGATION
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: Severity | None = None
    score: float | None = None
    vector: str = ""
    published: str = ""
    fixed: tuple[str, ...] = ()
    justification: str = ""
    impact: str = ""
    action: str = ""
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bom:
    """A bill of materials.

    ``subject`` is the system itself. ``entries`` are sorted by reference, each reference once.
    ``gaps`` say, in whole sentences, what should be in the document and could not be read;
    ``excluded`` are places that the owner left out.
    ``tool`` and ``tool_version`` are who wrote it.
    """

    subject: Entry
    entries: tuple[Entry, ...]
    vulnerabilities: tuple[Vulnerability, ...] = ()
    gaps: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tool: str = "seamark"
    tool_version: str = ""
    origin: str = field(default="", compare=False)

    def of(self, *kinds: Kind) -> tuple[Entry, ...]:
        """The entries of these kinds."""
        return tuple(each for each in self.entries if each.kind in kinds)

    def by_ref(self) -> dict[str, Entry]:
        """Entries by reference, the subject included."""
        return {each.ref: each for each in (self.subject, *self.entries)}
