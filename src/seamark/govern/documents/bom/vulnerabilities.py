"""Known vulnerabilities of a document's entries, with what is stated and accepted about them.

The status is what somebody said, never what we guess: without a statement it is under
investigation (an advisory concerns the version; whether the system is affected nobody has found
out). A VEX statement gives its own. A waiver of ``seamark.yaml`` accepts a risk, so the status is
``affected`` and its owner, reason and last day are the action statement; only a waiver whose reason
begins with one of OpenVEX's five justifications (``vulnerable_code_not_in_execute_path: …``) says
``not_affected``. An expired waiver says nothing, and a statement goes before a waiver.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from seamark.core.waivers import Waiver
from seamark.govern.documents.bom.compare import as_component, uncovered
from seamark.govern.documents.bom.model import Bom, Entry, Property, Status, Vulnerability
from seamark.govern.documents.bom.texts import clean
from seamark.scan.dependencies.advisories.model import Match
from seamark.scan.dependencies.case import Book
from seamark.scan.dependencies.vex.applying import Vex
from seamark.scan.dependencies.vex.model import JUSTIFICATIONS, Statement, VexStatus

Accepted = Callable[[str, frozenset[str]], Waiver | None]
"""The waiver that holds a finding about this package URL and these names; None where none does."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of one match: the part that entries of one vulnerability may share."""

    status: Status = Status.UNDER_INVESTIGATION
    justification: str = ""
    impact: str = ""
    action: str = ""


def with_vulnerabilities(
    bom: Bom, *, book: Book | None, book_problem: str = "", vex: Vex, accepted: Accepted
) -> Bom:
    """The document with all that the database knows of its entries.

    Without a database nothing is known, and a gap says so; ecosystems that it does not cover
    and versions that are open are gaps too.
    """
    gaps = [f"{each.what}: the VEX document was not read: {each.reason}." for each in vex.problems]
    gaps += [
        f"{ignored.location}: the statement about {clean(ignored.what)} is not believed: "
        f"{clean(ignored.reason)}."
        for document in vex.documents
        for ignored in document.ignored
    ]
    found: dict[tuple[str, _Said], Vulnerability] = {}
    if book is None:
        why = book_problem or "there is no advisory database"
        gaps.append(f"Nothing is said of vulnerabilities: {why}.")
    else:
        gaps += uncovered(bom.entries, book)
        known = frozenset(each.purl for each in bom.entries if each.purl)
        for entry, match in _matches(bom, book):
            said = _said(entry, match, vex, accepted, known)
            key = (match.advisory.id, said)
            former = found.get(key)
            if former:
                found[key] = replace(former, affects=(*former.affects, entry.ref))
            else:
                found[key] = _vulnerability(entry, match, said)
    ordered = sorted(found.values(), key=lambda each: (each.id, each.status, each.affects))
    return replace(
        bom, vulnerabilities=tuple(ordered), gaps=tuple(dict.fromkeys([*bom.gaps, *gaps]))
    )


def _matches(bom: Bom, book: Book) -> Iterator[tuple[Entry, Match]]:
    for entry in bom.entries:
        component = as_component(entry)
        if component and component.version:
            for match in book.affecting(component):
                yield entry, match


def _said(entry: Entry, match: Match, vex: Vex, accepted: Accepted, known: frozenset[str]) -> _Said:
    names = frozenset({match.advisory.id, *match.advisory.aliases})
    statement = vex.answer(names=names, purl=entry.purl, known=known)
    if statement:
        return _stated(statement)
    waiver = accepted(entry.purl, names)
    return _waived(waiver) if waiver else _Said()


def _stated(statement: Statement) -> _Said:
    """A statement in OpenVEX's words; a justification of CycloneDX goes into the impact."""
    ours = statement.justification in JUSTIFICATIONS
    spoken = statement.impact if ours else statement.reason
    clears = statement.status is VexStatus.NOT_AFFECTED
    return _Said(
        status=Status(statement.status.value),
        justification=statement.justification if ours and clears else "",
        impact=clean(spoken),
        action=clean(statement.action),
    )


def _waived(waiver: Waiver) -> _Said:
    label, _, rest = waiver.reason.strip().partition(":")
    if label in JUSTIFICATIONS:
        return _Said(
            status=Status.NOT_AFFECTED,
            justification=label,
            impact=clean(f"{rest.strip()} (stated by {waiver.owner})".strip()),
        )
    action = f"Accepted by {waiver.owner} until {waiver.expires.isoformat()}: {waiver.reason}"
    return _Said(status=Status.AFFECTED, action=clean(action))


def _vulnerability(entry: Entry, match: Match, said: _Said) -> Vulnerability:
    advisory = match.advisory
    properties: list[Property] = []
    if advisory.exploited:
        properties.append(("seamark:exploited-since", clean(advisory.exploited)))
    if advisory.epss is not None:
        properties.append(("seamark:epss", f"{advisory.epss:g}"))
    if advisory.malicious:
        properties.append(("seamark:malicious", "true"))
    if match.doubt:
        properties.append(("seamark:doubt", clean(match.doubt)))
    return Vulnerability(
        id=clean(advisory.id),
        affects=(entry.ref,),
        status=said.status,
        aliases=tuple(clean(each) for each in advisory.aliases),
        summary=clean(advisory.summary),
        severity=advisory.severity,
        score=advisory.score,
        vector=clean(advisory.vector),
        published=clean(advisory.published),
        fixed=tuple(clean(each) for each in match.fixed),
        justification=said.justification,
        impact=said.impact,
        action=said.action,
        properties=tuple(properties),
    )
