"""Declarations beside their locks: what is declared and pinned nowhere, and locks that are stale
(family PIN).
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.lists import Lists, for_building
from seamark.scan.dependencies.judges.projects import own_names
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.names import NPM, PYPI, pypi_name

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

UNPINNED = Rule(
    id="PIN020",
    title="Declared dependencies are pinned by no list",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Ranges are right in a declaration, but then something has to say what is installed. "
    "No lock or pinned list of the project does, so no advisory can be matched.",
    remedy="Lock the project (poetry lock, uv lock, pip-compile, npm install …) and keep the lock "
    "with it.",
    references=(cwe(1357),),
)
STALE = Rule(
    id="PIN021",
    title="Lock does not fit its declaration",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The lock lacks what is declared, or holds versions that the declaration excludes. "
    "What is really installed is then resolved anew, and was not examined.",
    remedy="Write the lock again with its tool, and examine that one.",
)
BUILD_OPEN = Rule(
    id="PIN022",
    title="Requirements of the build are not pinned",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Tools that build the package are resolved anew for each build. They are no part of "
    "what runs, but they decide what is in it.",
    remedy="Pin them where releases are built, for example with PIP_CONSTRAINT.",
    references=(cwe(1357),),
)
RULES = (UNPINNED, STALE, BUILD_OPEN)

_LOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "pyproject": ("poetry-lock", "pdm-lock", "uv-lock", "pylock"),
    "pipfile": ("pipfile-lock",),
    "package-json": ("npm-lock",),
}
"""Which kinds of locks are made from a kind of declaration."""

_OF_ALL_GROUPS: Final = ("poetry-lock", "uv-lock", "pipfile-lock", "npm-lock")
"""Locks that hold every group, whatever was asked for."""

_SHOWN: Final = 8
_NOT_LOCKED: Final = frozenset(
    {"peer", "peerOptional", "optional", "bundled", "uv:build-constraint"}
)
_LIMITS: Final = frozenset({"uv:constraint", "uv:override", "pdm:override"})
"""Groups that ask for nothing: they only limit what others ask for."""
_ELSEWHERE: Final = (OriginKind.VCS, OriginKind.URL, OriginKind.PATH)


def judge(case: Case) -> Iterator[Finding]:
    """Findings on declarations, and on locks that do not fit them."""
    lists = Lists(case.inventory)
    declarations = [each for each in lists.all if each.role is Role.DECLARATION]
    own = frozenset(own_names(case.inventory))
    for declaration in declarations:
        yield from _unpinned(declaration, lists, own)
        for lock in _locks_of(declaration, lists.all):
            yield from _stale(declaration, lock, own)


def _unpinned(declaration: Listing, lists: Lists, own: frozenset[str]) -> Iterator[Finding]:
    pinned = lists.pinned_for(declaration)
    wanted = [each for each in declaration.components if not _is_elsewhere(each)]
    open_ones = [
        each
        for each in wanted
        if not each.version and each.name not in own and not pinned.cover(each)
    ]
    for rule, building in ((UNPINNED, False), (BUILD_OPEN, True)):
        names = sorted({each.title for each in open_ones if for_building(each) is building})
        if not names:
            continue
        several = f"{len(names)} dependencies are" if len(names) > 1 else "One dependency is"
        what = (
            "needed to build and pinned by no list"
            if building
            else ("declared and pinned by no list")
        )
        more = ", …" if len(names) > _SHOWN else ""
        yield Finding(
            rule=rule,
            message=f"{several} {what}: {', '.join(names[:_SHOWN])}{more}.",
            location=Location(path=declaration.path),
            anchor=declaration.kind,
            evidence={"names": list(names[:100]), "count": len(names)},
        )


def _is_elsewhere(component: Component) -> bool:
    """Whether it comes from no index: then ``versions`` judges it."""
    return component.origin is not None and component.origin.kind in _ELSEWHERE


def _locks_of(declaration: Listing, listings: tuple[Listing, ...]) -> Iterator[Listing]:
    """The locks made from this declaration that could be read: those in its directory."""
    kinds = _LOCKS.get(declaration.kind, ())
    directory = os.path.dirname(declaration.path)
    for lock in listings:
        readable = not any(each.whole for each in lock.unassessed)
        if lock.kind in kinds and readable and os.path.dirname(lock.path) == directory:
            yield lock


def _stale(declaration: Listing, lock: Listing, own: frozenset[str]) -> Iterator[Finding]:
    locked: dict[str, list[str]] = {}
    for component in lock.components:
        locked.setdefault(component.name, []).append(component.version)
    present = set(locked) | {_normal(each.name, lock) for each in lock.unassessed} | own
    wanted = [each for each in declaration.components if _must_be_locked(each, lock)]
    chosen = {
        each.name for each in wanted if each.marker and _fits(each, locked.get(each.name, []))
    }
    for component in wanted:
        problem = ""
        if component.name not in present:
            if not _LIMITS.issuperset(component.groups or ("",)):
                problem = "is declared, but it is not in the lock"
        elif component.marker and component.name in chosen:
            continue  # several that exclude each other, such as one for each version of Python
        elif not _fits(component, locked.get(component.name, [])):
            asked = component.constraint or f"=={component.version}"
            held = ", ".join(sorted(set(locked[component.name])))
            problem = f"is declared as {asked}, but the lock holds {held}"
        if problem:
            yield Finding(
                rule=STALE,
                message=f"{component.title} {problem} {os.path.basename(lock.path)}."
                if "not in" in problem
                else f"{component.title} {problem}.",
                location=Location(path=lock.path),
                anchor=component.name,
                evidence={"declared": str(component.location)},
            )


def _normal(name: str, lock: Listing) -> str:
    return pypi_name(name) if lock.ecosystem == PYPI else name


def _must_be_locked(component: Component, lock: Listing) -> bool:
    if component.ecosystem != lock.ecosystem or for_building(component):
        return False
    if component.origin is not None and component.origin.kind is OriginKind.PATH:
        return False
    if set(component.groups) & _NOT_LOCKED:
        return False
    if lock.kind in _OF_ALL_GROUPS:
        return True
    return not component.groups and not (lock.kind == "pylock" and component.marker)


def _fits(component: Component, versions: list[str]) -> bool:
    """Whether a locked version is one that the declaration allows; True where none can tell."""
    known = [version for version in versions if version]
    if component.ecosystem == NPM or _is_elsewhere(component) or not known:
        return True
    if component.version:
        specifiers = _specifiers(f"=={component.version}")
    else:
        specifiers = _specifiers(component.constraint)
    if specifiers is None:
        return True
    return any(_allows(specifiers, version) for version in known)


def _specifiers(text: str) -> "SpecifierSet | None":
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None


def _allows(specifiers: "SpecifierSet", version: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return specifiers.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True
