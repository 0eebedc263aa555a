"""CycloneDX as XML, from the tree that is also written as JSON.

The two forms differ in four ways: some values are attributes, lists have an element of their own
around each item, a few lists have none around them all, and elements stand in a fixed order.
"""

from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from seamark.govern.documents.bom.texts import without_controls

Tree = dict[str, Any]

ATTRIBUTES: Final = {
    "component": ("type", "bom-ref"),
    "service": ("bom-ref",),
    "license": ("acknowledgement",),
    "vulnerability": ("bom-ref",),
    "reference": ("type",),
    "dependency": ("ref",),
}
"""Values that are attributes, by element; ``reference`` is an external one."""

_ITEMS: Final = {
    "lifecycles": "lifecycle",
    "components": "component",
    "ancestors": "component",
    "services": "service",
    "hashes": "hash",
    "externalReferences": "reference",
    "occurrences": "occurrence",
    "performanceMetrics": "performanceMetric",
    "useCases": "useCase",
    "technicalLimitations": "technicalLimitation",
    "ethicalConsiderations": "ethicalConsideration",
    "owners": "owner",
    "endpoints": "endpoint",
    "compositions": "composition",
    "assemblies": "assembly",
    "vulnerabilities": "vulnerability",
    "references": "reference",
    "ratings": "rating",
    "affects": "target",
    "versions": "version",
    "annotations": "annotation",
    "subjects": "subject",
}
"""How the items of a list are called."""

_BARE: Final = frozenset({"data"})
"""Lists without an element around them all."""

_ORDER: Final = {
    "bom": (
        "metadata", "components", "services", "dependencies", "compositions", "properties",
        "vulnerabilities", "annotations",
    ),
    "metadata": ("timestamp", "lifecycles", "tools", "component", "properties"),
    "component": (
        "supplier", "name", "version", "description", "scope", "hashes", "licenses", "purl",
        "pedigree", "externalReferences", "properties", "components", "evidence", "modelCard",
        "data",
    ),
    "service": ("provider", "name", "version", "description", "endpoints", "properties"),
    "rating": ("source", "score", "severity", "method", "vector"),
    "vulnerability": (
        "id", "source", "references", "ratings", "description", "recommendation", "published",
        "analysis", "affects", "properties",
    ),
}  # fmt: skip
"""The order of elements where it is another than that of the JSON tree."""


def render(tree: Tree, version: str) -> str:
    """The whole document."""
    head = (
        f'<bom xmlns="http://cyclonedx.org/schema/bom/{version}" '
        f'serialNumber={quoteattr(tree["serialNumber"])} version="{tree["version"]}">'
    )
    content = {key: tree[key] for key in _ORDER["bom"] if key in tree}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head]
    for name, value in content.items():
        _write(lines, name, value, 1)
    lines.append("</bom>")
    # Texts were cleaned one by one; a path that was not must not make the document unreadable.
    return without_controls("\n".join(lines)) + "\n"


def _write(lines: list[str], name: str, value: Any, depth: int) -> None:
    pad = "  " * depth
    special = _SPECIAL.get(name)
    if special is not None and isinstance(value, list):
        lines.append(f"{pad}<{name}>")
        for item in value:
            special(lines, item, depth + 1)
        lines.append(f"{pad}</{name}>")
    elif isinstance(value, list):
        if name in _BARE:
            for item in value:
                _write(lines, name, item, depth)
            return
        lines.append(f"{pad}<{name}>")
        for item in value:
            _write(lines, _ITEMS[name], item, depth + 1)
        lines.append(f"{pad}</{name}>")
    elif isinstance(value, dict):
        _write_object(lines, name, value, depth)
    else:
        lines.append(f"{pad}<{name}>{escape(_text(value))}</{name}>")


def _write_object(lines: list[str], name: str, value: Tree, depth: int) -> None:
    if name == "modelParameters" and "datasets" in value:
        value = {**value, "datasets": _Datasets(value["datasets"])}
    attributes = [key for key in ATTRIBUTES.get(name, ()) if key in value]
    if name == "reference" and "id" in value:  # one to another name of a vulnerability
        attributes = []
    shown = "".join(f" {key}={quoteattr(_text(value[key]))}" for key in attributes)
    inner = {key: each for key, each in value.items() if key not in attributes}
    order = _ORDER.get(name)
    if order:
        inner = {key: inner[key] for key in order if key in inner}
    pad = "  " * depth
    lines.append(f"{pad}<{name}{shown}>")
    for key, each in inner.items():
        if isinstance(each, _Datasets):
            each.write(lines, depth + 1)
        else:
            _write(lines, key, each, depth + 1)
    lines.append(f"{pad}</{name}>")


class _Datasets(list[Tree]):
    """Datasets of a model: references here, the datasets themselves are components."""

    def write(self, lines: list[str], depth: int) -> None:
        pad = "  " * depth
        lines.append(f"{pad}<datasets>")
        lines.extend(f"{pad}  <ref>{escape(_text(each['ref']))}</ref>" for each in self)
        lines.append(f"{pad}</datasets>")


def _hash(lines: list[str], item: Tree, depth: int) -> None:
    lines.append(f"{'  ' * depth}<hash alg={quoteattr(item['alg'])}>{item['content']}</hash>")


def _property(lines: list[str], item: Tree, depth: int) -> None:
    name, value = quoteattr(item["name"]), escape(item["value"])
    lines.append(f"{'  ' * depth}<property name={name}>{value}</property>")


def _license(lines: list[str], item: Tree, depth: int) -> None:
    if "license" in item:
        _write_object(lines, "license", item["license"], depth)
        return
    said = quoteattr(item["acknowledgement"])
    text = escape(item["expression"])
    lines.append(f"{'  ' * depth}<expression acknowledgement={said}>{text}</expression>")


def _dependency(lines: list[str], item: Any, depth: int) -> None:
    pad = "  " * depth
    if isinstance(item, str):  # in a composition
        lines.append(f"{pad}<dependency ref={quoteattr(item)}/>")
        return
    needed = item.get("dependsOn", [])
    end = "" if needed else "/"
    lines.append(f"{pad}<dependency ref={quoteattr(item['ref'])}{end}>")
    if needed:
        lines.extend(f"{pad}  <dependency ref={quoteattr(ref)}/>" for ref in needed)
        lines.append(f"{pad}</dependency>")


def _reference(lines: list[str], item: Any, depth: int) -> None:
    """An assembly or a subject is the attribute of an empty element."""
    lines.append(f"{'  ' * depth}<assembly ref={quoteattr(item)}/>")


def _subject(lines: list[str], item: Any, depth: int) -> None:
    lines.append(f"{'  ' * depth}<subject ref={quoteattr(item)}/>")


_SPECIAL: Final = {
    "hashes": _hash,
    "properties": _property,
    "licenses": _license,
    "dependencies": _dependency,
    "assemblies": _reference,
    "subjects": _subject,
}
"""Lists whose items are written in a way of their own."""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
