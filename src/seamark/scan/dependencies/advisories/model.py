"""What the database knows of one vulnerability, and that it concerns one component."""

from dataclasses import dataclass, field

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
