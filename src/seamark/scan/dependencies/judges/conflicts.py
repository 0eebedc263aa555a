"""One package pinned twice, differently, for the same installation (family PIN)."""

from collections.abc import Iterator

from seamark.core.components import Component
from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.lists import Lists
from seamark.scan.dependencies.judges.markers import Markers
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.names import PYPI

CONTRADICTION = Rule(
    id="PIN025",
    title="Package is pinned to two versions at once",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Both pins can apply to the same installation. Installers refuse that, or take one of "
    "the two, so which version runs cannot be told from the list.",
    remedy="Keep one of the pins, or give them markers that exclude each other.",
)
RULES = (CONTRADICTION,)

_MANY = 50
"""Versions of one package that are compared."""


def judge(case: Case) -> Iterator[Finding]:
    """Findings on pins of requirements files, and of those that they are installed with."""
    lists = Lists(case.inventory)
    done: set[str] = set()
    for listing in lists.all:
        if listing.role is not Role.REQUIREMENTS or listing.path in done:
            continue
        together = [each for each in lists.together(listing) if each.role is Role.REQUIREMENTS]
        done |= {each.path for each in together}
        yield from _judge(together, lists.markers)


def _judge(together: list[Listing], markers: Markers) -> Iterator[Finding]:
    pins: dict[str, list[Component]] = {}
    for listing in together:
        for component in listing.components:
            if component.ecosystem == PYPI and component.version:
                pins.setdefault(component.name, []).append(component)
    for name in sorted(pins):
        yield from _contradictions(pins[name], markers)


def _contradictions(pins: list[Component], markers: Markers) -> Iterator[Finding]:
    """Each version that contradicts an earlier one; of very many versions, only that they are."""
    first: list[Component] = []
    for component in pins:
        if any(same_version(component.version, each.version) for each in first):
            continue
        if len(first) >= _MANY:
            text = f"{component.title} is pinned to more than {_MANY} versions."
            yield _finding(component, text)
            return
        other = next((each for each in first if _both_apply(each, component, markers)), None)
        first.append(component)
        if other is not None:
            text = (
                f"{component.title} is pinned to {component.version}, and to "
                f"{other.version} in {other.location}."
            )
            yield _finding(component, text)


def _finding(component: Component, text: str) -> Finding:
    return Finding(
        rule=CONTRADICTION, message=text, location=component.location, anchor=component.name
    )


def same_version(left: str, right: str) -> bool:
    """Whether two texts are one version (``1.0`` and ``1.0.0``)."""
    from packaging.version import InvalidVersion, Version

    if left == right:
        return True
    try:
        return Version(left) == Version(right)
    except InvalidVersion:
        return False


def _both_apply(left: Component, right: Component, markers: Markers) -> bool:
    if left.groups and right.groups and left.groups != right.groups:
        return False
    if not left.marker or not right.marker or left.marker == right.marker:
        return True
    places = markers.where(left.marker), markers.where(right.marker)
    return places[0] is None or places[1] is None or bool(places[0] & places[1])
