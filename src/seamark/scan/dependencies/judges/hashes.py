"""Whether lists say by hash what they install (family PIN)."""

from collections.abc import Iterator
from typing import Final

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges.lists import INSTALLABLE, at_most, is_constraints, is_weak
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.names import PYPI

SOME_MISSING = Rule(
    id="PIN030",
    title="Entry has no hash, unlike others of its list",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Where one entry has a hash, pip demands one of all and refuses the list; a lock's tool "
    "writes them for all. Whoever then turns the check off, turns it off for everything.",
    remedy="Write the list again with hashes (pip-compile --generate-hashes, uv pip compile "
    "--generate-hashes).",
    references=(cwe(494), cwe(353)),
)
NONE = Rule(
    id="PIN031",
    title="List has no hashes",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Versions are pinned, but the index decides which files they are. A file that was "
    "exchanged there is installed unnoticed.",
    remedy="Write the list with hashes, or lock the project with a tool that records them.",
    references=(cwe(494), cwe(353)),
)
WEAK = Rule(
    id="PIN032",
    title="Entries have weak hashes only",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="MD5 and SHA-1 do not stop somebody who can make two files with the same hash.",
    remedy="Write the list again with a newer version of its tool, which records SHA-256 or "
    "SHA-512.",
    references=(cwe(328),),
)
NOT_ALL = Rule(
    id="PIN033",
    title="Lock has entries without a hash",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="The lock's tool records no hash for some entries: packages that lie in others, or "
    "that an index gives no hash for. What is fetched for them is not checked.",
    remedy="Look at the entries named here; write the lock again if they should have hashes.",
    references=(cwe(353),),
)
RULES = (SOME_MISSING, NONE, WEAK, NOT_ALL)

_WITHOUT: Final = frozenset({"conda-environment", "dockerfile"})
"""Kinds of lists in which no hash can be written."""
_SHOWN: Final = 8


def judge(case: Case) -> Iterator[Finding]:
    """Findings on hashes of lists to install from."""
    for listing in case.inventory.listings:
        if listing.role not in INSTALLABLE or listing.kind in _WITHOUT or is_constraints(listing):
            continue
        fetched = [each for each in listing.components if _is_fetched(each)]
        if fetched:
            yield from at_most(_judge(listing, fetched))


def _is_fetched(component: Component) -> bool:
    """Whether an installer fetches it as one certain file, which can have a hash."""
    kind = component.origin.kind if component.origin else OriginKind.INDEX
    if component.ecosystem == "oci":
        return False
    return kind is OriginKind.URL or (kind is OriginKind.INDEX and bool(component.version))


def _judge(listing: Listing, fetched: list[Component]) -> Iterator[Finding]:
    without = [each for each in fetched if not each.hashes]
    weak = [each for each in fetched if each.hashes and is_weak(each)]
    if len(without) == len(fetched):
        text = f"None of the {len(fetched)} pinned entries of this list has a hash."
        if len(fetched) == 1:
            text = "The one pinned entry of this list has no hash."
        yield _remark(NONE, listing, text, [])
    else:
        yield from _missing(listing, without)
    if weak:
        yield _remark(WEAK, listing, f"{_entries(weak)} only MD5 or SHA-1", weak)


def _missing(listing: Listing, without: list[Component]) -> Iterator[Finding]:
    other: list[Component] = []
    for each in without:
        # PyPI has a hash for every file, so a lock that lacks one was not written by its tool.
        if listing.kind != "requirements" and (each.origin or each.ecosystem != PYPI):
            other.append(each)
            continue
        yield Finding(
            rule=SOME_MISSING,
            message=f"{each.title} has no hash, while other entries of this list have one.",
            location=each.location,
            anchor=each.name,
        )
    if other:
        yield _remark(NOT_ALL, listing, f"{_entries(other)} no hash", other)


def _entries(components: list[Component]) -> str:
    return f"{len(components)} entries have" if len(components) > 1 else "One entry has"


def _remark(rule: Rule, listing: Listing, text: str, about: list[Component]) -> Finding:
    names = sorted({each.title for each in about})
    if names:
        more = ", …" if len(names) > _SHOWN else ""
        text = f"{text}: {', '.join(names[:_SHOWN])}{more}."
    return Finding(
        rule=rule, message=text, location=Location(path=listing.path), anchor=listing.kind
    )
