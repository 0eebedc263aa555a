"""OpenVEX 0.2 documents. Source: https://github.com/openvex/spec, OPENVEX-SPEC.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.vex.fields import mappings, moment, text, texts
from seamark.scan.dependencies.vex.model import (
    JUSTIFICATIONS,
    Ignored,
    Product,
    Statement,
    Statements,
    VexStatus,
)

CONTEXT = "https://openvex.dev/ns"


def is_openvex(document: Mapping[str, Any]) -> bool:
    """Whether the document says that it is one."""
    return text(document, "@context").startswith(CONTEXT)


def statements_of(document: Mapping[str, Any], source: Source) -> Statements:
    """Its statements. Raises :class:`Unreadable` where the document as a whole is none.

    Statements that the specification calls incomplete are ignored, each with the reason.
    """
    listed = document.get("statements")
    if not isinstance(listed, list):
        raise Unreadable("it has no list of statements")
    issued = moment(document, "timestamp") or moment(document, "last_updated")
    found: list[Statement] = []
    ignored: list[Ignored] = []
    for number, each in enumerate(listed):
        made = _statement(each, document, source, number, issued)
        if isinstance(made, Statement):
            found.append(made)
        else:
            name = _name(each)
            ignored.append(Ignored(name, made, source.at(member=f"statements[{number}]")))
    return Statements(source.shown, tuple(found), tuple(ignored))


def _name(statement: object) -> str:
    if not isinstance(statement, dict):
        return "a statement"
    vulnerability = statement.get("vulnerability")
    if isinstance(vulnerability, str):
        return vulnerability
    named = vulnerability if isinstance(vulnerability, dict) else {}
    return text(named, "name") or "a statement"


def _statement(
    each: object, document: Mapping[str, Any], source: Source, number: int, issued: Any
) -> Statement | str:
    """The statement, or why it is ignored."""
    if not isinstance(each, dict):
        return "it is no object"
    names = frozenset(_names(each.get("vulnerability")))
    if not names:
        return "it names no vulnerability"
    products = tuple(_products(each)) or tuple(_products(document))
    if not products:
        return "it names no product"
    try:
        status = VexStatus(text(each, "status"))
    except ValueError:
        return f"its status '{text(each, 'status')}' is none of VEX"
    time = moment(each, "last_updated") or moment(each, "timestamp") or issued
    if time is None:
        return "it has no time, so that nobody can say which statement is the later"
    justification, impact = text(each, "justification"), text(each, "impact_statement")
    if status is VexStatus.NOT_AFFECTED:
        if justification and justification not in JUSTIFICATIONS:
            return f"its justification '{justification}' is none of VEX"
        if not justification and not impact:
            return "it says not_affected without justification or impact statement"
    return Statement(
        names=names,
        products=products,
        status=status,
        time=time,
        location=source.at(member=f"statements[{number}]"),
        justification=justification if status is VexStatus.NOT_AFFECTED else "",
        impact=impact or text(each, "status_notes"),
        action=text(each, "action_statement"),
        order=number,
    )


def _names(vulnerability: object) -> Iterator[str]:
    if isinstance(vulnerability, str):  # the specification before 0.2
        yield vulnerability
    elif isinstance(vulnerability, dict) and text(vulnerability, "name"):
        yield text(vulnerability, "name")
        yield from texts(vulnerability, "aliases")


def _products(holder: Mapping[str, Any]) -> Iterator[Product]:
    """Products; before 0.2 plain identifiers, with subcomponents beside them."""
    listed = holder.get("products")
    beside = tuple(Product((each,)) for each in texts(holder, "subcomponents"))
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, str) and each:
            yield Product((each,), beside)
        elif isinstance(each, dict) and (found := _identifiers(each)):
            parts = (Product(_identifiers(part)) for part in mappings(each, "subcomponents"))
            yield Product(found, tuple(part for part in parts if part.identifiers))


def _identifiers(component: Mapping[str, Any]) -> tuple[str, ...]:
    named = component.get("identifiers")
    said = [text(component, "@id")]
    if isinstance(named, dict):
        said.append(text(named, "purl"))
    return tuple(dict.fromkeys(each for each in said if each))
