"""Names that can be mistaken for those of popular packages (family TYP).

A slip of the finger is made where a person writes a name. What only other packages of a lock ask
for was written by their authors, so there only names count that are made to look alike.
"""

from collections.abc import Iterator, Set
from functools import lru_cache

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.likeness import Imitations
from seamark.scan.dependencies.judges.popular import IMPORT_NAMES, popular_names
from seamark.scan.dependencies.judges.projects import own_names
from seamark.scan.dependencies.listings import Listing, Role
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
    own = frozenset(own_names(case.inventory))
    ecosystems = {each.ecosystem for each in case.inventory.components}
    for ecosystem in sorted(ecosystems):
        if popular_names(ecosystem) is not None:
            for listing in case.inventory.listings:
                yield from _judge(ecosystem, listing, own)


def _is_local(component: Component) -> bool:
    return component.origin is not None and component.origin.kind is OriginKind.PATH


def _judge(ecosystem: str, listing: Listing, own: Set[str]) -> Iterator[Finding]:
    popular = popular_names(ecosystem)
    components = [each for each in listing.components if each.ecosystem == ecosystem]
    if popular is None or not components:
        return
    inherited = _inherited(listing)
    seen: set[tuple[str, str]] = set()
    for component in components:
        key = (component.location.path, component.name)
        if key in seen or _is_local(component) or component.name in own:
            continue
        seen.add(key)
        if ecosystem == PYPI and component.name in IMPORT_NAMES:
            yield _import_name(component)
        elif component.name not in popular.known:
            likeness = _finder(ecosystem).of(component.name)
            if likeness is None or likeness.like in own:
                continue  # whoever wrote the popular one knows its name
            if likeness.confidence is Confidence.HIGH or component.name not in inherited:
                yield _finding(component, likeness.like, likeness.how, likeness.confidence)


def _inherited(listing: Listing) -> Set[str]:
    """Names in a lock that other packages ask for, and the project itself does not.

    Comments (``# via``) and other lists that are easily changed by hand prove nothing.
    """
    if listing.role is not Role.LOCK:
        return frozenset()
    asked = {
        name
        for each in listing.components
        if not _is_local(each)
        for name in each.requires or ()
        if name != each.name
    }
    direct = {each.name for each in listing.components if each.direct}
    own = {name for each in listing.components if _is_local(each) for name in each.requires or ()}
    return asked - direct - own


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
