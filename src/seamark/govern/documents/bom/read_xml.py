"""CycloneDX as XML into the tree that its JSON has, as far as our reader looks at it.

No document type, no entities: nothing of a bill of materials needs them, and attacks do.
"""

from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

from seamark.govern.documents.bom.cyclonedx_xml import ATTRIBUTES
from seamark.scan.dependencies.source import Source, Unreadable

Tree = dict[str, Any]

MAX_DEPTH = 200
_WRAPPERS: Final = frozenset(
    {"components", "services", "hashes", "externalReferences", "occurrences", "properties",
     "performanceMetrics", "useCases", "technicalLimitations", "ethicalConsiderations", "owners",
     "endpoints", "compositions", "assemblies", "licenses", "authors", "datasets", "ancestors"}
)  # fmt: skip
_LISTS: Final = frozenset({"data"})
_ANY = frozenset(name for names in ATTRIBUTES.values() for name in names) | {"alg", "name"}


class _Element:
    """An element while it is open."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[_Element] = []
        self.text: list[str] = []


def tree_of_xml(source: Source) -> Tree:
    """The tree. Raises :class:`Unreadable` for what is no CycloneDX in XML."""
    top = _Element("", {})
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > MAX_DEPTH:
            raise Unreadable("it is nested too deeply", parser.CurrentLineNumber)
        element = _Element(name.rpartition("|")[2], attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def doctype(*_: object) -> None:
        raise Unreadable("it has a document type", parser.CurrentLineNumber)

    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = lambda text: stack[-1].text.append(text)
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(source.read(), True)
    except expat.ExpatError as error:
        reason = f"it is no valid XML ({expat.ErrorString(error.code)})"
        raise Unreadable(reason, error.lineno) from error
    root = top.children[0]
    if root.name != "bom":
        raise Unreadable(f"it is no CycloneDX: its root is <{root.name[:100]}>")
    tree = _value(root)
    if not isinstance(tree, dict):
        return {}
    tree["dependencies"] = [
        {"ref": each.attributes.get("ref", ""), "dependsOn": _referred(each)}
        for each in _within(root, "dependencies")
    ]
    tree["compositions"] = [_composition(each) for each in _within(root, "compositions")]
    return tree


def _within(element: _Element, name: str) -> list[_Element]:
    return [inner for each in element.children if each.name == name for inner in each.children]


def _referred(element: _Element) -> list[str]:
    return [each.attributes.get("ref", "") for each in element.children]


def _composition(element: _Element) -> Tree:
    found: Tree = {}
    for each in element.children:
        if each.name == "aggregate":
            found["aggregate"] = "".join(each.text).strip()
        else:
            found[each.name] = _referred(each)
    return found


def _value(element: _Element) -> Any:
    """Lists of wrapped items, objects of elements and attributes, texts of the rest."""
    said = "".join(element.text).strip()
    if element.name == "hash":
        return {"alg": element.attributes.get("alg", ""), "content": said}
    if element.name == "property":
        return {"name": element.attributes.get("name", ""), "value": said}
    if element.name == "licenses":
        return [
            {"expression": "".join(each.text).strip()}
            if each.name == "expression"
            else {"license": _value(each)}
            for each in element.children
        ]
    if element.name == "datasets":
        return [
            {"ref": "".join(each.text).strip()} if each.name == "ref" else _value(each)
            for each in element.children
        ]
    if element.name in _WRAPPERS:
        return [_value(each) for each in element.children]
    if not element.children and not (element.attributes.keys() & _ANY):
        return int(said) if element.name == "line" and said.isdecimal() else said
    return _object(element)


def _object(element: _Element) -> Tree:
    found: Tree = {key: value for key, value in element.attributes.items() if key in _ANY}
    for each in element.children:
        if each.name in ("dependencies", "compositions"):
            continue
        if each.name in _LISTS:
            found.setdefault(each.name, []).append(_value(each))
        else:
            found[each.name] = _value(each)
    return found
