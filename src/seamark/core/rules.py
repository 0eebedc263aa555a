"""A rule: one thing that can be wrong, declared once beside the code that finds it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from seamark.core.verdicts import Verdict


class Severity(StrEnum):
    """How much harm a broken rule can do. Independent of how sure the finding is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in the order of harm, 0 (info) to 4 (critical)."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """How sure a finding is that what it says is there, apart from how bad that would be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to a public framework, advisory or specification (``name``: ``CWE-502``)."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that can be wrong.

    ``id`` is three capitals and three digits (``PKL001``) and never changes its meaning.
    ``verdict`` is what one finding of this rule makes of the asset; ``clean`` marks a remark.
    ``reason`` says why it matters, ``remedy`` what to do; both are whole sentences.
    """

    id: str
    title: str
    severity: Severity
    verdict: Verdict
    reason: str
    remedy: str
    references: tuple[Reference, ...] = ()


def index_rules(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """Rules by id. Raises ``ValueError`` where two different rules share one id."""
    by_id: dict[str, Rule] = {}
    for rule in rules:
        if by_id.setdefault(rule.id, rule) != rule:
            raise ValueError(f"two rules are called {rule.id}")
    return dict(sorted(by_id.items()))


def cwe(number: int) -> Reference:
    """Reference to a weakness in MITRE's Common Weakness Enumeration."""
    return Reference(f"CWE-{number}", f"https://cwe.mitre.org/data/definitions/{number}.html")


def atlas(technique: str) -> Reference:
    """Reference to a MITRE ATLAS technique (``AML.T0011.000``)."""
    return Reference(technique, f"https://atlas.mitre.org/techniques/{technique}")


def cve(identifier: str) -> Reference:
    """Reference to a CVE record (``CVE-2025-32434``)."""
    return Reference(identifier, f"https://nvd.nist.gov/vuln/detail/{identifier}")


def ghsa(identifier: str) -> Reference:
    """Reference to a GitHub security advisory (``GHSA-vvpj-8cmc-gx39``)."""
    return Reference(identifier, f"https://github.com/advisories/{identifier}")


def owasp_ml(number: int) -> Reference:
    """Reference to an entry of the OWASP Machine Learning Security Top Ten (1 to 10)."""
    return Reference(
        f"OWASP ML{number:02}:2023",
        "https://owasp.org/www-project-machine-learning-security-top-10/",
    )


def owasp_llm(number: int) -> Reference:
    """Reference to an entry of the OWASP Top 10 for LLM Applications 2025 (1 to 10)."""
    return Reference(
        f"OWASP LLM{number:02}:2025",
        "https://genai.owasp.org/llm-top-10/",
    )
