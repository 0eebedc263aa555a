"""Do packages come from where they should (family SRC)?"""

from collections.abc import Iterator
from typing import Final

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding
from seamark.core.globs import like
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.indexes import host_of, judge_indexes
from seamark.scan.dependencies.judges.lists import Lists, Pins, at_most, name_of
from seamark.scan.dependencies.judges.origins import judge_origins
from seamark.scan.dependencies.listings import IndexUse, Listing, Role
from seamark.scan.dependencies.names import NPM, PYPI, pypi_name

INTERNAL = Rule(
    id="SRC020",
    title="Internal package is taken from a public index",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="The project says that no public index may provide this package. Anyone can publish "
    "under its name there, and what they publish is installed.",
    remedy="Bind the package to your own index, and reserve its name on the public one.",
    references=(cwe(427), cwe(829)),
)
RULES = (INTERNAL,)

_PUBLIC: Final = frozenset(
    "pypi.org pypi.python.org files.pythonhosted.org test.pypi.org registry.npmjs.org "
    "registry.yarnpkg.com conda.anaconda.org repo.anaconda.com".split()
)
_HOSTS: Final = {PYPI: "pypi.org", NPM: "registry.npmjs.org"}


def judge(case: Case) -> Iterator[Finding]:
    """Findings on indexes and origins, list by list."""
    lists = Lists(case.inventory)
    for listing in lists.all:
        yield from at_most(judge_indexes(listing, lists))
        if listing.role is not Role.INSTALLED:
            yield from at_most(judge_origins(listing, lists))
            yield from at_most(_internal(listing, lists, case.settings.internal))


def _internal(listing: Listing, lists: Lists, globs: tuple[str, ...]) -> Iterator[Finding]:
    if not globs:
        return
    settled = lists.pinned_for(listing) if listing.role is Role.DECLARATION else Pins()
    for component in listing.components:
        if name_of(component) in settled or not _is_internal(component, globs):
            continue
        host = _public_host(component, listing, lists)
        if host:
            yield Finding(
                rule=INTERNAL,
                message=f"{component.title} is internal, and {host} can provide it.",
                location=component.location,
                anchor=component.name,
                evidence={"purl": component.purl, "host": host},
            )


def _is_internal(component: Component, globs: tuple[str, ...]) -> bool:
    if component.ecosystem != PYPI:
        return any(like(component.name, glob) for glob in globs)
    return any(like(component.name, pypi_name(glob)) for glob in globs)


def _public_host(component: Component, listing: Listing, lists: Lists) -> str:
    """The public index from which the component may come; empty where none can be."""
    origin = component.origin
    if origin is not None:
        fetched = origin.kind in (OriginKind.INDEX, OriginKind.URL)
        host = host_of(origin.url)
        return host if fetched and host in _PUBLIC else ""
    usual = _HOSTS.get(component.ecosystem, "")
    if listing.role is Role.LOCK:
        return usual  # a lock names every other index
    indexes = [index for each in lists.together(listing) for index in each.indexes]
    used = [each for each in indexes if each.use in (IndexUse.MAIN, IndexUse.EXTRA)]
    public = [host_of(each.url) for each in used if host_of(each.url) in _PUBLIC]
    if public:
        return public[0]
    replaced = any(each.use is IndexUse.MAIN for each in used)
    return "" if replaced else usual
