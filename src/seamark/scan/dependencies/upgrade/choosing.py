"""Which version each vulnerable package is changed to: the lowest that no advisory affects."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from seamark.core.components import Component
from seamark.scan.dependencies.case import Book
from seamark.scan.dependencies.names import pypi_purl
from seamark.scan.dependencies.upgrade.constraints import Constraints
from seamark.scan.dependencies.upgrade.model import Blocked, Constraint
from seamark.scan.dependencies.versions import InvalidVersion, ordering
from seamark.scan.dependencies.versions.ranges import allows

_MOST_CANDIDATES = 500


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """One package in one version, the entries that have it, and what is known about it."""

    ecosystem: str
    name: str
    version: str
    advisories: tuple[str, ...]
    entries: tuple[Component, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is named by."""
        return self.ecosystem, self.name, self.version


@dataclass(frozen=True, slots=True)
class Chosen:
    """The version for a vulnerable package, and what was not weighed."""

    target: str
    together: tuple[str, ...] = ()


def choose(
    vulnerable: Iterable[Vulnerable], book: Book, constraints: Constraints
) -> tuple[dict[tuple[str, str, str], Chosen], list[Blocked]]:
    """A version for each, or why there is none.

    What a package asks of others counts as long as that package stays as it is; so packages are
    taken out of the plan until nothing changes any more.
    """
    ordered = sorted(vulnerable, key=lambda each: each.key)
    candidates = {each.key: _candidates(each, book) for each in ordered}
    changing = {each.key for each in ordered if candidates[each.key]}
    while True:
        names = {(ecosystem, name) for ecosystem, name, _ in changing}
        chosen: dict[tuple[str, str, str], Chosen] = {}
        for each in ordered:
            if each.key in changing:
                found = _first(each, candidates[each.key], constraints, names)
                if found is not None:
                    chosen[each.key] = found
        if set(chosen) == changing:
            break
        changing = set(chosen)
    blocked = [
        _blocked(each, candidates[each.key], constraints, names)
        for each in ordered
        if each.key not in chosen
    ]
    return chosen, blocked


def _candidates(vulnerable: Vulnerable, book: Book) -> tuple[str, ...]:
    """Versions that advisories call fixed, from the current one up, none of them affected."""
    order = ordering(vulnerable.ecosystem)
    if order is None:
        return ()
    component = vulnerable.entries[0]
    try:
        current = order.key(vulnerable.version)
    except InvalidVersion:
        return ()
    waiting = _fixed(component, book)
    seen: dict[str, bool] = {}
    while waiting and len(seen) < _MOST_CANDIDATES:
        version = waiting.pop()
        if version in seen:
            continue
        try:
            if order.key(version) <= current:
                seen[version] = False
                continue
        except InvalidVersion:
            seen[version] = False
            continue
        matches = book.affecting(_at(component, version))
        seen[version] = not matches
        waiting |= {fixed for match in matches for fixed in match.fixed}
    clean = [version for version, good in seen.items() if good]
    clean.sort(key=lambda each: (_is_early(vulnerable.ecosystem, each), order.key(each), each))
    return tuple(clean)


def _fixed(component: Component, book: Book) -> set[str]:
    return {fixed for match in book.affecting(component) for fixed in match.fixed}


def _at(component: Component, version: str) -> Component:
    """The component in another version; an OS package's purl names its source."""
    if component.ecosystem == "PyPI":
        return replace(component, version=version, purl=pypi_purl(component.name, version))
    return replace(component, version=version, purl=_other_purl(component.purl))


def _other_purl(purl: str) -> str:
    """Without versions: that of the source package would be the old one."""
    head, mark, qualifiers = purl.partition("?")
    kept = []
    for each in qualifiers.split("&"):
        key, _, value = each.partition("=")
        kept.append(f"{key}={value.partition('%40')[0].partition('@')[0]}")
    return head.partition("@")[0] + (mark + "&".join(kept) if mark else "")


def _is_early(ecosystem: str, version: str) -> bool:
    """Whether it is a prerelease, which is taken only where nothing else clears."""
    if ecosystem == "npm":
        return "-" in version
    if ecosystem == "PyPI":
        from packaging.version import Version

        return Version(version).is_prerelease
    return False


def _first(
    vulnerable: Vulnerable,
    candidates: tuple[str, ...],
    constraints: Constraints,
    changing: set[tuple[str, str]],
) -> Chosen | None:
    binding, loose = _constraints_on(vulnerable, constraints, changing)
    for version in candidates:
        if all(allows(vulnerable.ecosystem, each.wanted, version) is True for each in binding):
            unsure = [
                each.package
                for each in loose
                if allows(vulnerable.ecosystem, each.wanted, version) is not True
            ]
            return Chosen(version, tuple(sorted(set(unsure))))
    return None


def _constraints_on(
    vulnerable: Vulnerable, constraints: Constraints, changing: set[tuple[str, str]]
) -> tuple[list[Constraint], list[Constraint]]:
    """Those that bind, and those of packages that change as well."""
    paths = sorted({each.location.path for each in vulnerable.entries})
    name = vulnerable.ecosystem, vulnerable.name
    every = dict.fromkeys(each for path in paths for each in constraints.on(name, path))
    relevant = [each for each in every if _is_met(vulnerable, each)]
    loose = [each for each in relevant if (vulnerable.ecosystem, each.package) in changing]
    return [each for each in relevant if each not in loose], loose


def _is_met(vulnerable: Vulnerable, constraint: Constraint) -> bool:
    """Whether the constraint is about this version: npm locks hold several of one package."""
    return allows(vulnerable.ecosystem, constraint.wanted, vulnerable.version) is not False


def _blocked(
    vulnerable: Vulnerable,
    candidates: tuple[str, ...],
    constraints: Constraints,
    changing: set[tuple[str, str]],
) -> Blocked:
    binding: list[Constraint] = []
    if not candidates:
        reason = "no version is known in which it is fixed"
    else:
        every, _ = _constraints_on(vulnerable, constraints, changing)
        against = [
            each
            for each in every
            if not any(allows(vulnerable.ecosystem, each.wanted, v) is True for v in candidates)
        ]
        binding = against or every
        needed = sorted({each.package for each in binding if each.package})
        also = f"; {', '.join(needed)} must change, too" if needed else ""
        lowest = candidates[0]
        reason = f"{lowest} would clear it, and {'; '.join(map(str, binding))}{also}"
    return Blocked(
        ecosystem=vulnerable.ecosystem,
        name=vulnerable.name,
        current=vulnerable.version,
        advisories=vulnerable.advisories,
        reason=reason,
        locations=tuple(each.location for each in vulnerable.entries),
        constraints=tuple(binding),
    )
