"""What the database knows of one vulnerability, and that it concerns one component."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seamark.core.findings import Json
from seamark.core.rules import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One vulnerability, under all of its names: records that are aliases count once.

    ``id`` is the name to show (CVE before GHSA before PYSEC before others), ``aliases`` the rest.
    ``severity`` is None where no record gives one: unknown is never low. ``score`` is the CVSS
    base score (0 to 10) of ``vector``. ``exploited`` is the day on which CISA's catalog (KEV)
    listed it, ``epss`` the probability (0 to 1) of exploitation within 30 days. ``malicious``
    says that the package itself is malware (``MAL-…``), not that it has a defect. ``modules`` are
    what must be imported to be exposed, where a record says so. Days are ISO 8601.
    """

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: Severity | None = None
    score: float | None = None
    vector: str = ""
    published: str = ""
    exploited: str = ""
    epss: float | None = None
    malicious: bool = False
    modules: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An advisory that concerns one version of one package.

    ``fixed`` are the versions in which it is repaired, as the records give them, lowest first;
    empty where there is none. ``doubt`` says why the match is not certain (records that
    contradict themselves, a version that the ecosystem's rules cannot order); empty otherwise.
    """

    advisory: Advisory
    fixed: tuple[str, ...] = ()
    doubt: str = ""
    evidence: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One source that a database was built from.

    ``kind`` is ``osv``, ``kev`` or ``epss``; ``name`` what it is replaced by (``PYSEC``), ``place``
    its address or the base name of its file, ``digest`` of the bytes (``sha256:…``). ``newest`` is
    the day of the newest record, ``imported`` when it came (RFC 3339). Records are counted as
    usable, withdrawn and not usable.
    """

    name: str
    kind: str
    place: str
    digest: str
    newest: str
    imported: str
    records: int
    withdrawn: int = 0
    unusable: int = 0
    etag: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a database is: how old, of which sources, how much of each ecosystem.

    ``newest`` is the day of its newest record, ``ecosystems`` are numbers of packages, ``days``
    the newest day of the sources that speak of an ecosystem: one fresh source of npm does not
    make old records of PyPI fresh. ``shipped`` marks the snapshot that comes with Seamark.
    """

    path: str
    digest: str
    newest: str
    imported: str
    advisories: int
    ecosystems: Mapping[str, int]
    days: Mapping[str, str]
    sources: tuple[Provenance, ...]
    unusable: int = 0
    shipped: bool = False

    def day_of(self, ecosystem: str) -> str:
        """The newest day of the sources that speak of ``ecosystem``; empty where none does."""
        base = ecosystem.partition(":")[0]
        return max(self.days.get(ecosystem, ""), self.days.get(base, ""))

    def remark(self) -> dict[str, Json]:
        """For a report: no path, which would name a person's folder."""
        return {
            "digest": self.digest,
            "newest": self.newest,
            "imported": self.imported,
            "advisories": self.advisories,
            "not_usable": self.unusable,
            "shipped": self.shipped,
            "packages": dict(sorted(self.ecosystems.items())),
            "sources": [
                {"name": each.name, "place": each.place, "digest": each.digest,
                 "newest": each.newest, "records": each.records, "licence": each.licence}
                for each in self.sources
            ],
        }  # fmt: skip
