"""Names that can be mistaken for those of popular packages (family TYP)."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.likeness import Imitations
from seamark.scan.dependencies.judges.popular import IMPORT_NAMES, popular_names
from seamark.scan.dependencies.names import PYPI

LOOKS_LIKE = Rule(
    id="TYP001",
    title="Package's name is close to a popular one",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Malicious packages are published under names that are mistyped or guessed, and act "
    "as soon as they are installed.",
    remedy="Compare the name with the one that the project you mean gives in its own "
    "documentation. If it is right, waive this finding.",
    references=(cwe(1357), cwe(494)),
)
IMPORT_NAME = Rule(
    id="TYP002",
    title="Name of a module in place of its package",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The module of this name comes from a package of another name. Whoever owns this "
    "name on the index decides what is installed instead.",
    remedy="Require the package by its own name.",
    references=(cwe(1357),),
)
RULES = (LOOKS_LIKE, IMPORT_NAME)


def judge(case: Case) -> Iterator[Finding]:
    """Findings on names, each name once a file. Those of the project itself are not judged."""
    by_ecosystem: dict[str, list[Component]] = {}
    for component in case.inventory.components:
        if not _is_local(component):
            by_ecosystem.setdefault(component.ecosystem, []).append(component)
    for ecosystem in sorted(by_ecosystem):
        yield from _judge(ecosystem, by_ecosystem[ecosystem])


def _is_local(component: Component) -> bool:
    return component.origin is not None and component.origin.kind is OriginKind.PATH


def _judge(ecosystem: str, components: Iterable[Component]) -> Iterator[Finding]:
    popular = popular_names(ecosystem)
    if popular is None:
        return
    seen: set[tuple[str, str]] = set()
    for component in components:
        key = (component.location.path, component.name)
        if key in seen:
            continue
        seen.add(key)
        if ecosystem == PYPI and component.name in IMPORT_NAMES:
            yield _import_name(component)
        elif component.name not in popular.known:
            likeness = _finder(ecosystem).of(component.name)
            if likeness is not None:
                yield _finding(component, likeness.like, likeness.how, likeness.confidence)


@lru_cache(maxsize=8)
def _finder(ecosystem: str) -> Imitations:
    popular = popular_names(ecosystem)
    return Imitations(popular.ranks if popular else {}, ecosystem)


def _finding(component: Component, like: str, how: str, confidence: Confidence) -> Finding:
    return Finding(
        rule=LOOKS_LIKE,
        message=f"{component.title} is the popular name {like} {how}.",
        location=component.location,
        anchor=component.name,
        confidence=confidence,
        evidence={"popular": like, "difference": how, "purl": component.purl},
    )


def _import_name(component: Component) -> Finding:
    package = IMPORT_NAMES[component.name]
    return Finding(
        rule=IMPORT_NAME,
        message=f"{component.title} is a module of the package {package}, not a package to name.",
        location=component.location,
        anchor=component.name,
        evidence={"package": package, "purl": component.purl},
    )
