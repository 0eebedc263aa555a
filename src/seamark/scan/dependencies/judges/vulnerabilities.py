"""Known vulnerabilities of exact versions (family VUL), most urgent first."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.checks import Remark
from seamark.core.components import Component
from seamark.core.errors import SeamarkError
from seamark.core.findings import Finding, Json, Location
from seamark.core.rules import Confidence, Reference, Rule, Severity
from seamark.scan.dependencies.advisories.model import Advisory, Match
from seamark.scan.dependencies.case import Book, Case
from seamark.scan.dependencies.judges import vulnerability_rules as rules
from seamark.scan.dependencies.judges.database import judge_database, unreadable
from seamark.scan.dependencies.judges.reachability import Reach, Reachability
from seamark.scan.dependencies.listings import Listing

_BY_SEVERITY = {
    Severity.CRITICAL: rules.CRITICAL,
    Severity.HIGH: rules.HIGH,
    Severity.MEDIUM: rules.MEDIUM,
    Severity.LOW: rules.LOW,
    Severity.INFO: rules.LOW,
}
_UNKNOWN_SCORE = 7.0
"""Where an unknown severity stands in the order: with the high ones."""
_NAMED = 4
_LISTS = 20
_IMAGES = "oci"


@dataclass(frozen=True, slots=True)
class Hit:
    """One advisory about one component; ``reach`` is whether the project imports it."""

    component: Component
    match: Match
    reach: Reach = Reach.UNKNOWN
    imported: Location | None = None


def judge(case: Case) -> Iterator[Finding | Remark]:
    """Findings on what is known to be bad, what could not be matched, and the database itself.

    Where the option ``vex`` names documents, what they clear is a remark.
    """
    results: Iterable[Finding | Remark] = _judge(case)
    if case.settings.vex:
        from seamark.scan.dependencies.vex.applying import apply, open_vex

        known = frozenset(each.purl for each in case.inventory.components)
        vex = open_vex(case.inventory.root, case.settings.vex, today=case.today)
        results = apply(results, vex, known=known)
    yield from results


def _judge(case: Case) -> Iterator[Finding | Remark]:
    yield from judge_database(case)
    if case.book is None:
        return
    yield from _uncovered(case, case.book)
    hits: list[Hit] = []
    try:
        hits.extend(_hits(case, case.book))
    except SeamarkError as error:  # the file is damaged; what was found before stands
        yield unreadable(error.what)
    yield from _doubtful(each for each in hits if each.match.doubt)
    certain = [each for each in hits if not each.match.doubt]
    for hit in sorted(_with_reach(certain, case), key=_urgency):
        yield _finding(hit)


def _hits(case: Case, book: Book) -> Iterator[Hit]:
    seen: set[tuple[Location, str, str, str]] = set()
    for component in case.inventory.components:
        for match in book.affecting(component):
            key = (component.location, component.name, component.version, match.advisory.id)
            if key not in seen:
                seen.add(key)
                yield Hit(component, match)


def _uncovered(case: Case, book: Book) -> Iterator[Finding]:
    """One finding an ecosystem, however many lists it has: there is one thing to do about it."""
    lists: dict[str, list[tuple[str, int]]] = {}
    for listing in case.inventory.listings:
        counts = Counter(each.ecosystem for each in listing.components)
        for ecosystem in sorted(counts):
            if ecosystem == _IMAGES:
                yield _images(listing, counts[ecosystem])
            elif not book.covers(ecosystem):
                lists.setdefault(ecosystem, []).append((listing.path, counts[ecosystem]))
    for ecosystem, found in sorted(lists.items()):
        count = sum(number for _, number in found)
        entries = f"{count:,} {'entry' if count == 1 else 'entries'}"
        where = f"{len(found):,} lists" if len(found) > 1 else "this list"
        yield Finding(
            rule=rules.NOT_COVERED,
            message=f"No advisories about {ecosystem or 'an unnamed ecosystem'} are at hand, so"
            f" {entries} of {where} could not be looked up.",
            location=Location(path=found[0][0] if len(found) == 1 else "."),
            anchor=ecosystem,
            evidence={
                "ecosystem": ecosystem,
                "count": count,
                "lists": [path for path, _ in found[:_LISTS]],
            },
        )


def _images(listing: Listing, images: int) -> Finding:
    what = "The base image of this file is" if images == 1 else f"{images} base images are"
    return Finding(
        rule=rules.NOT_LOOKED_INTO,
        message=f"{what} named here and not looked into.",
        location=Location(path=listing.path),
        anchor=_IMAGES,
        evidence={"count": images},
    )


def _doubtful(hits: Iterable[Hit]) -> Iterator[Finding]:
    """One finding for a component and a reason: a version that is none meets every advisory."""
    groups: dict[tuple[Component, str], list[str]] = {}
    for hit in hits:
        names = groups.setdefault((hit.component, hit.match.doubt), [])
        names.append(hit.match.advisory.id)
    for (component, doubt), names in groups.items():
        rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield Finding(
            rule=rules.NOT_COMPARABLE,
            message=f"Whether {component.title} {component.version} is affected by"
            f" {', '.join(names[:_NAMED])}{rest} could not be told: {doubt}.",
            location=component.location,
            anchor=f"{component.name} {doubt}",
            evidence={"advisories": [*names], "reason": doubt, "purl": component.purl},
        )


def _urgency(hit: Hit) -> tuple[object, ...]:
    """Malware, then KEV, EPSS, CVSS, reachability, name. What is unknown stands in between."""
    advisory = hit.match.advisory
    score = _UNKNOWN_SCORE if advisory.score is None else advisory.score
    if advisory.score is None and advisory.severity is not None:
        score = {"critical": 9.0, "high": 7.0, "medium": 4.0}.get(advisory.severity, 0.1)
    return (
        not advisory.malicious,
        not advisory.exploited,
        -1.0 if advisory.epss is None else -1.0 - advisory.epss,
        -score,
        _REACHES.index(hit.reach),
        hit.component.name,
        str(hit.component.location),
        advisory.id,
    )


def _finding(hit: Hit) -> Finding:
    component, advisory = hit.component, hit.match.advisory
    return Finding(
        rule=_rule(advisory),
        message=_message(hit),
        location=component.location,
        anchor=f"{component.name} {advisory.id}",
        confidence=Confidence.HIGH,
        evidence=_evidence(hit),
        references=tuple(
            Reference(name, address)
            for name, address in zip(
                (advisory.id, *advisory.aliases), advisory.references, strict=False
            )
        )[:_NAMED],
    )


def _rule(advisory: Advisory) -> Rule:
    if advisory.malicious:
        return rules.MALICIOUS
    if advisory.exploited:
        return rules.EXPLOITED
    return _BY_SEVERITY[advisory.severity] if advisory.severity else rules.UNKNOWN


def _message(hit: Hit) -> str:
    component, match = hit.component, hit.match
    advisory = match.advisory
    what = "is malicious by" if advisory.malicious else "is affected by"
    notes = []
    if advisory.exploited:
        notes.append(f"exploited in the wild, listed on {advisory.exploited}")
    if advisory.severity is None and not advisory.malicious:
        notes.append("its severity is not known")
    if not advisory.malicious:
        notes.append(f"fixed in {', '.join(match.fixed)}" if match.fixed else "no fix is known")
    told = f": {advisory.summary.rstrip('. ')}" if advisory.summary else ""
    end = f" ({'; '.join(notes)})" if notes else ""
    return f"{component.title} {component.version} {what} {advisory.id}{told}{end}."


def _evidence(hit: Hit) -> dict[str, Json]:
    advisory = hit.match.advisory
    severity = advisory.severity.value if advisory.severity else "unknown"
    evidence: dict[str, Json] = {
        "id": advisory.id,
        "aliases": [*advisory.aliases],
        "purl": hit.component.purl,
        "version": hit.component.version,
        "severity": severity,
        "score": advisory.score,
        "vector": advisory.vector,
        "epss": advisory.epss,
        "exploited": advisory.exploited,
        "fixed": [*hit.match.fixed],
        "records": [*hit.match.evidence],
        "reachability": hit.reach.value,
    }
    if hit.imported:
        evidence["imported"] = str(hit.imported)
    if advisory.malicious:
        evidence["malicious"] = True
    return evidence


def _with_reach(hits: list[Hit], case: Case) -> Iterator[Hit]:
    """The hits, each with what is known of the project's use; asked once a component."""
    if not hits:
        return
    reachability = Reachability(
        case,
        [each.component for each in hits],
        sorted({name for each in hits for name in each.match.advisory.modules}),
    )
    known: dict[str, tuple[Reach, Location | None]] = {}
    for hit in hits:
        component, modules = hit.component, hit.match.advisory.modules
        if component.purl not in known:
            known[component.purl] = reachability.reach(component), reachability.where(component)
        reach, where = known[component.purl]
        if modules:  # the record says which of its modules are vulnerable
            found = [reachability.reach_of(each) for each in modules]
            reach = min(found, key=_REACHES.index)
            where = None
        yield Hit(component, hit.match, reach, where)


_REACHES = (Reach.IMPORTED, Reach.UNKNOWN, Reach.NOT_SEEN)
"""Most urgent first."""
