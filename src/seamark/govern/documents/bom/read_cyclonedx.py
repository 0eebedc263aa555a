"""CycloneDX 1.2 to 1.7 into our document, whichever tool wrote it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from seamark.core.findings import Location
from seamark.govern.documents.bom.cyclonedx import ALGORITHMS
from seamark.govern.documents.bom.model import Bom, Card, Entry, Kind, Metric, Property
from seamark.govern.documents.bom.texts import clean
from seamark.scan.dependencies.purls import parse_purl
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.vex.fields import mapping, mappings, text, texts

Tree = Mapping[str, Any]

BASE_MODEL: Final = ("seamark:role", "base-model")
MOST = 500_000
_NAMES: Final = {spelled: plain for plain, spelled in ALGORITHMS.items()}
_KINDS: Final = {
    "machine-learning-model": Kind.MODEL,
    "data": Kind.DATASET,
    "file": Kind.FILE,
    "container": Kind.IMAGE,
}


def bom_of_cyclonedx(tree: Tree, source: Source) -> Bom:
    """The document. Raises :class:`Unreadable` where its lists are none."""
    for name in ("components", "services", "dependencies", "compositions"):
        if not isinstance(tree.get(name, []), list):
            raise Unreadable(f"its {name} are no list")
    needed = {
        text(each, "ref"): tuple(sorted(set(texts(each, "dependsOn"))))
        for each in mappings(tree, "dependencies")
        if text(each, "ref")
    }
    unknown = _unknown(tree)
    metadata = mapping(tree, "metadata")
    subject = _entry(mapping(metadata, "component"), 0, needed, unknown)
    entries: list[Entry] = []
    for number, component in enumerate(_flat(tree), 1):
        entries.append(_entry(component, number, needed, unknown))
    for number, service in enumerate(mappings(tree, "services"), 1):
        entries.append(_service(service, number))
    tool = next(_tools(metadata), {})
    return Bom(
        subject=subject,
        entries=tuple(sorted(entries, key=lambda each: each.ref)),
        gaps=tuple(_gaps(tree, metadata, subject.ref)),
        tool=text(tool, "name"),
        tool_version=text(tool, "version"),
        origin=source.shown,
    )


def _flat(tree: Tree) -> Iterator[Tree]:
    """Components; nested ones that are no files of a model too: other tools nest packages."""
    waiting = list(mappings(tree, "components"))
    waiting += mappings(mapping(mapping(tree, "metadata"), "component"), "components")
    for number, component in enumerate(waiting):  # grows while it runs
        if number >= MOST:
            raise Unreadable(f"it has more than {MOST} components")
        yield component
        waiting.extend(each for each in mappings(component, "components") if not _is_part(each))


def _is_part(component: Tree) -> bool:
    return text(component, "type") == "file"


def _unknown(tree: Tree) -> frozenset[str]:
    """References of which the document says that their needs are not known."""
    return frozenset(
        ref
        for each in mappings(tree, "compositions")
        if text(each, "aggregate") in ("unknown", "not_specified", "incomplete")
        for ref in texts(each, "dependencies")
    )


def _gaps(tree: Tree, metadata: Tree, subject: str) -> Iterator[str]:
    told = [
        text(each, "value")
        for each in mappings(metadata, "properties")
        if text(each, "name") == "seamark:incomplete"
    ]
    yield from told
    for each in mappings(tree, "compositions"):
        partial = text(each, "aggregate").startswith("incomplete")
        if partial and subject in texts(each, "assemblies") and not told:
            yield "The document says of itself that it is incomplete."


def _tools(metadata: Tree) -> Iterator[Tree]:
    yield from mappings(mapping(metadata, "tools"), "components")
    yield from mappings(metadata, "tools")


def _entry(
    component: Tree,
    number: int,
    needed: Mapping[str, tuple[str, ...]],
    unknown: frozenset[str],
    *,
    part: bool = False,
) -> Entry:
    kind = _kind(component) if number or part else Kind.SYSTEM
    purl = text(component, "purl")
    group, plain = text(component, "group"), text(component, "name")
    ref = text(component, "bom-ref") or purl or f"{group}/{plain}@{text(component, 'version')}"
    known = parse_purl(purl)
    license_, license_texts = _licenses(component)
    requires = needed.get(ref) if ref not in unknown else None
    data = next(mappings(component, "data"), {})
    properties = tuple(_properties(component))
    return Entry(
        ref=clean(ref) or f"component:{number}",
        kind=kind,
        name=clean(f"{group}/{plain}" if group else plain),
        version=clean(text(component, "version")),
        purl=clean(purl),
        ecosystem=known.ecosystem if known else "",
        description=clean(text(component, "description")),
        owner=_owner(component, data),
        url=text(mapping(data, "contents"), "url"),
        hashes=tuple(_hashes(component)),
        artifacts=tuple(
            digest
            for each in mappings(component, "externalReferences")
            if text(each, "type") == "distribution"
            for digest in _hashes(each)
        ),
        license=license_,
        license_texts=license_texts,
        occurrences=tuple(_places(component)),
        requires=requires,
        optional=text(component, "scope") == "optional",
        external=component.get("isExternal") is True or BASE_MODEL in properties,
        parts=tuple(
            _entry(each, 0, {}, unknown, part=True)
            for each in mappings(component, "components")
            if _is_part(each)
        ),
        card=_card(component) if kind is Kind.MODEL else None,
        ancestors=tuple(
            clean(text(each, "bom-ref") or text(each, "purl") or text(each, "name"))
            for each in mappings(mapping(component, "pedigree"), "ancestors")
        ),
        properties=properties,
    )


def _kind(component: Tree) -> Kind:
    found = _KINDS.get(text(component, "type"), Kind.PACKAGE)
    data = next(mappings(component, "data"), {})
    if found is Kind.DATASET and text(data, "type") not in ("", "dataset"):
        return Kind.PROMPT
    return found


def _owner(component: Tree, data: Tree) -> str:
    """Who answers for it, under whichever of the names that the editions have had."""
    owners = mappings(mapping(data, "governance"), "owners")
    named = [
        text(mapping(component, "supplier"), "name"),
        text(mapping(component, "manufacturer"), "name"),
        text(component, "publisher"),
        text(component, "author"),
        *(text(each, "name") for each in mappings(component, "authors")),
        *(text(mapping(each, "organization"), "name") for each in owners),
    ]
    return clean(next(filter(None, named), ""))


def _hashes(holder: Tree) -> Iterator[str]:
    for each in mappings(holder, "hashes"):
        algorithm = _NAMES.get(text(each, "alg"))
        if algorithm and text(each, "content"):
            yield f"{algorithm}:{text(each, 'content').lower()}"


def _licenses(component: Tree) -> tuple[str, tuple[str, ...]]:
    """Identifiers and expressions joined; names apart."""
    ids: list[str] = []
    names: list[str] = []
    for each in mappings(component, "licenses"):
        chosen = mapping(each, "license")
        ids += [text(each, "expression"), text(chosen, "id")]
        names.append(clean(text(chosen, "name")))
    known = [each for each in dict.fromkeys(ids) if each]
    joined = (
        known[0]
        if len(known) == 1
        else " AND ".join(f"({each})" if " " in each else each for each in known)
    )
    return joined, tuple(each for each in dict.fromkeys(names) if each)


def _places(component: Tree) -> Iterator[Location]:
    for each in mappings(mapping(component, "evidence"), "occurrences"):
        line = each.get("line")
        number = line if isinstance(line, int) and not isinstance(line, bool) else None
        path, _, member = text(each, "location").partition("!")
        yield Location(path=clean(path), member=clean(member), line=number)


def _properties(component: Tree) -> Iterator[Property]:
    for each in mappings(component, "properties"):
        if text(each, "name"):
            yield clean(text(each, "name")), clean(text(each, "value"))


def _card(component: Tree) -> Card:
    said = mapping(component, "modelCard")
    parameters = mapping(said, "modelParameters")
    thoughts = mapping(said, "considerations")
    analysis = mapping(said, "quantitativeAnalysis")
    return Card(
        task=text(parameters, "task"),
        approach=text(mapping(parameters, "approach"), "type"),
        architecture=text(parameters, "modelArchitecture")
        or text(parameters, "architectureFamily"),
        datasets=tuple(
            text(each, "ref") or text(each, "name") for each in mappings(parameters, "datasets")
        ),
        metrics=tuple(
            Metric(type=text(each, "type"), value=text(each, "value"), slice=text(each, "slice"))
            for each in mappings(analysis, "performanceMetrics")
        ),
        use_cases=texts(thoughts, "useCases"),
        limitations=texts(thoughts, "technicalLimitations"),
        risks=tuple(text(each, "name") for each in mappings(thoughts, "ethicalConsiderations")),
    )


def _service(service: Tree, number: int) -> Entry:
    return Entry(
        ref=clean(text(service, "bom-ref")) or f"service:{text(service, 'name')}:{number}",
        kind=Kind.SERVICE,
        name=clean(text(service, "name")),
        version=clean(text(service, "version")),
        description=clean(text(service, "description")),
        owner=clean(text(mapping(service, "provider"), "name")),
        url=next(iter(texts(service, "endpoints")), ""),
        properties=tuple(_properties(service)),
    )
