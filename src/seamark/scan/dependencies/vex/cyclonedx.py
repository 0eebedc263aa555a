"""VEX in CycloneDX: ``vulnerabilities[].analysis`` of a bill of materials, or of one of its own.

Source: https://cyclonedx.org/capabilities/vex/ and the JSON reference of 1.4 to 1.7.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.vex.fields import mapping, mappings, moment, text
from seamark.scan.dependencies.vex.model import (
    CYCLONEDX_JUSTIFICATIONS,
    Ignored,
    Product,
    Statement,
    Statements,
    VexStatus,
)

_STATES: Final = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "false_positive": VexStatus.NOT_AFFECTED,
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
}
_MOST = 100_000


def is_cyclonedx(document: Mapping[str, Any]) -> bool:
    """Whether the document says that it is one."""
    return text(document, "bomFormat") == "CycloneDX"


def statements_of(document: Mapping[str, Any], source: Source) -> Statements:
    """Its statements: vulnerabilities with an analysis. Raises :class:`Unreadable`."""
    listed = document.get("vulnerabilities")
    if not isinstance(listed, list):
        raise Unreadable("it has no list of vulnerabilities")
    issued = moment(mapping(document, "metadata"), "timestamp")
    references = dict(_references(document))
    found: list[Statement] = []
    ignored: list[Ignored] = []
    for number, each in enumerate(listed):
        where = source.at(member=f"vulnerabilities[{number}]")
        if not isinstance(each, dict):
            ignored.append(Ignored("a vulnerability", "it is no object", where))
            continue
        if not each.get("analysis"):
            continue  # a list of known vulnerabilities, about which nothing is stated
        for made in _statements(each, source, number, issued, references):
            if isinstance(made, Statement):
                found.append(made)
            else:
                ignored.append(Ignored(text(each, "id") or "a vulnerability", made, where))
    return Statements(source.shown, tuple(found), tuple(ignored))


def _references(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Package URLs by ``bom-ref``, of nested components too."""
    waiting: list[Mapping[str, Any]] = [
        *mappings(document, "components"),
        mapping(mapping(document, "metadata"), "component"),
    ]
    for number, component in enumerate(waiting):  # grows while it runs
        if number > _MOST:
            raise Unreadable(f"it has more than {_MOST} components")
        if text(component, "bom-ref") and text(component, "purl"):
            yield text(component, "bom-ref"), text(component, "purl")
        waiting.extend(mappings(component, "components"))


def _statements(
    each: Mapping[str, Any],
    source: Source,
    number: int,
    issued: datetime | None,
    references: Mapping[str, str],
) -> Iterator[Statement | str]:
    names = frozenset(_names(each))
    analysis = mapping(each, "analysis")
    state = text(analysis, "state")
    justification, detail = text(analysis, "justification"), text(analysis, "detail")
    time = (
        moment(analysis, "lastUpdated")
        or moment(analysis, "firstIssued")
        or moment(each, "updated")
        or issued
    )
    problem = _problem(names, state, justification, detail, time)
    products: list[Product] = []
    for target in mappings(each, "affects"):
        made = _product(target, references, _STATES.get(state))
        if isinstance(made, str):
            yield made
        else:
            products += made
    if problem or time is None:
        yield problem
    elif not products:
        if not each.get("affects"):
            yield "it names nothing that it affects"
    else:
        yield Statement(
            names=names,
            products=tuple(products),
            status=_STATES[state],
            time=time,
            location=source.at(member=f"vulnerabilities[{number}]"),
            justification=justification or ("" if state != "false_positive" else state),
            impact=detail,
            order=number,
        )


def _problem(
    names: frozenset[str], state: str, justification: str, detail: str, time: datetime | None
) -> str:
    if not names:
        return "it names no vulnerability"
    if state not in _STATES:
        return f"its state '{state}' is none of CycloneDX"
    if time is None:
        return "it has no time, so that nobody can say which statement is the later"
    if justification and justification not in CYCLONEDX_JUSTIFICATIONS:
        return f"its justification '{justification}' is none of CycloneDX"
    if _STATES[state] is VexStatus.NOT_AFFECTED and not justification and not detail:
        return f"it says {state} without justification or detail"
    return ""


def _names(each: Mapping[str, Any]) -> Iterator[str]:
    if text(each, "id"):
        yield text(each, "id")
    for reference in mappings(each, "references"):
        if text(reference, "id"):
            yield text(reference, "id")


def _product(
    target: Mapping[str, Any], references: Mapping[str, str], state: VexStatus | None
) -> list[Product] | str:
    """What is affected, one for each version that is said; or why that cannot be told."""
    reference = text(target, "ref")
    if reference.startswith("urn:cdx:"):  # a BOM-Link: the fragment is the reference there
        reference = unquote(reference.partition("#")[2])
    identifier = references.get(reference, reference)
    if not identifier:
        return "it refers to nothing"
    versions = target.get("versions")
    if not versions:
        return [Product((identifier,))]
    clears = state in (VexStatus.NOT_AFFECTED, VexStatus.FIXED)
    found = []
    for each in mappings(target, "versions"):
        version, status = text(each, "version"), text(each, "status")
        if not version:
            return "it speaks of a range of versions, which is not evaluated"
        if clears and status in ("affected", "unknown"):
            return f"it calls version {version} {status}, against its own state"
        found.append(Product((_versioned(identifier, version),)))
    return found or "its list of versions cannot be read"


def _versioned(identifier: str, version: str) -> str:
    """The package URL with this version in place of its own."""
    from urllib.parse import quote

    head, mark, tail = identifier.partition("?")
    slash, at = head.rfind("/"), head.rfind("@")
    plain = head[:at] if at > slash else head
    return f"{plain}@{quote(version, safe='')}{mark}{tail}"
