"""SPDX 2.2 and 2.3 (JSON) into our document, whichever tool wrote it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from seamark.core.findings import Location
from seamark.govern.documents.bom.model import Bom, Card, Entry, Kind
from seamark.govern.documents.bom.spdx import ALGORITHMS
from seamark.govern.documents.bom.texts import clean
from seamark.scan.dependencies.purls import parse_purl
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.vex.fields import mapping, mappings, text, texts

Tree = Mapping[str, Any]

OWN_LICENSE: Final = "LicenseRef-seamark-"
MOST = 500_000
_NAMES: Final = {spelled: plain for plain, spelled in ALGORITHMS.items()}
_ABSENT: Final = frozenset({"", "NOASSERTION", "NONE"})
_PURPOSES: Final = {"FILE": Kind.FILE, "CONTAINER": Kind.IMAGE}
_OWN: Final = {
    f"This is a {kind.value}.": kind
    for kind in (Kind.MODEL, Kind.DATASET, Kind.PROMPT, Kind.SERVICE)
}


def bom_of_spdx(tree: Tree, source: Source) -> Bom:
    """The document. Raises :class:`Unreadable` where its lists are none."""
    for name in ("packages", "relationships"):
        if not isinstance(tree.get(name, []), list):
            raise Unreadable(f"its {name} are no list")
    if len(tree.get("packages", [])) > MOST:
        raise Unreadable(f"it has more than {MOST} packages")
    relations = list(_relations(tree))
    described = {*texts(tree, "documentDescribes")} | {
        other for one, kind, other in relations if kind == "DESCRIBES" and one == "SPDXRef-DOCUMENT"
    }
    contained = {other for _, kind, other in relations if kind == "CONTAINS"}
    related = relations_of(relations)
    own = {
        text(each, "licenseId"): text(each, "extractedText")
        for each in mappings(tree, "hasExtractedLicensingInfos")
    }
    entries = [_entry(each, related, own) for each in mappings(tree, "packages")]
    subjects = [each for each in entries if each.ref in described]
    # Several described packages are content of a system that the document does not name.
    subject = (
        subjects[0]
        if len(subjects) == 1
        else Entry(ref="SPDXRef-DOCUMENT", kind=Kind.SYSTEM, name=clean(text(tree, "name")))
    )
    rest = [
        each
        for each in entries
        if each is not subject and not (each.ref in contained and each.kind is Kind.FILE)
    ]
    creators = texts(mapping(tree, "creationInfo"), "creators")
    tools = (each.partition(":")[2].strip() for each in creators if each.startswith("Tool:"))
    return Bom(
        subject=subject,
        entries=tuple(sorted(rest, key=lambda each: each.ref)),
        gaps=tuple(_gaps(tree)),
        tool=next(tools, ""),
        origin=source.shown,
    )


def _relations(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Relations forwards: ``B DEPENDENCY_OF A`` is ``A DEPENDS_ON B``."""
    for each in mappings(tree, "relationships"):
        one, other = text(each, "spdxElementId"), text(each, "relatedSpdxElement")
        kind = text(each, "relationshipType")
        if kind.endswith("DEPENDENCY_OF"):
            yield other, "DEPENDS_ON", one
        elif kind in ("CONTAINED_BY", "DESCRIBED_BY"):
            yield other, "CONTAINS" if kind == "CONTAINED_BY" else "DESCRIBES", one
        elif kind == "OTHER" and text(each, "comment") == "trained on":
            yield one, "TRAINED_ON", other
        else:
            yield one, kind, other


def relations_of(
    relations: list[tuple[str, str, str]],
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """What each element is related to, by its identifier and the kind of relation."""
    found: dict[tuple[str, str], list[str]] = {}
    for one, kind, other in relations:
        found.setdefault((one, kind), []).append(other)
    return {key: tuple(sorted(set(others))) for key, others in found.items()}


def _gaps(tree: Tree) -> Iterator[str]:
    for each in mappings(tree, "annotations"):
        if text(each, "comment").startswith("Incomplete: "):
            yield text(each, "comment").removeprefix("Incomplete: ")


def _entry(
    package: Tree, related: Mapping[tuple[str, str], tuple[str, ...]], own: Mapping[str, str]
) -> Entry:
    ref = text(package, "SPDXID")
    purl = next(_purls(package), "")
    known = parse_purl(purl)
    needed = related.get((ref, "DEPENDS_ON"))
    said = _said(package)
    kind = _kind(package)
    declared, texts_ = _license(package, own)
    location = text(package, "downloadLocation")
    return Entry(
        ref=clean(ref),
        kind=kind,
        name=clean(text(package, "name")),
        version=clean(text(package, "versionInfo")),
        purl=clean(purl),
        ecosystem=known.ecosystem if known else "",
        description=clean(text(package, "description")),
        owner=_owner(package),
        url="" if location in _ABSENT else clean(location),
        hashes=tuple(_hashes(package)),
        artifacts=tuple(said.get("seamark:artifact", ())),
        license=declared,
        license_texts=texts_,
        occurrences=tuple(Location(path=clean(each)) for each in said.get("seamark:location", ())),
        requires=None if needed is None else tuple(each for each in needed if each != "NONE"),
        optional="optional" in said.get("seamark:scope", ()),
        ancestors=related.get((ref, "DESCENDANT_OF"), ()),
        card=_card(said, related.get((ref, "TRAINED_ON"), ())) if kind is Kind.MODEL else None,
    )


def _kind(package: Tree) -> Kind:
    own = _OWN.get(text(package, "comment"))
    return own or _PURPOSES.get(text(package, "primaryPackagePurpose"), Kind.PACKAGE)


def _purls(package: Tree) -> Iterator[str]:
    for each in mappings(package, "externalRefs"):
        if text(each, "referenceType") == "purl":
            yield text(each, "referenceLocator")


def _owner(package: Tree) -> str:
    named = [text(package, "supplier"), text(package, "originator")]
    found = next((each for each in named if each not in _ABSENT), "")
    return clean(found.partition(":")[2] or found)


def _hashes(package: Tree) -> Iterator[str]:
    for each in mappings(package, "checksums"):
        algorithm = _NAMES.get(text(each, "algorithm"))
        if algorithm:
            yield f"{algorithm}:{text(each, 'checksumValue').lower()}"


def _license(package: Tree, own: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The declared expression, else the concluded one; ``own`` references are texts, no licenses.

    They follow the expression, each joined by AND, as :mod:`.spdx` writes them.
    """
    said = next(
        (
            text(package, key)
            for key in ("licenseDeclared", "licenseConcluded")
            if text(package, key) not in _ABSENT
        ),
        "",
    )
    parts = said.split(" AND ")
    plain = [each for each in parts if not each.startswith(OWN_LICENSE)]
    found = tuple(clean(own.get(each) or each) for each in parts if each.startswith(OWN_LICENSE))
    return " AND ".join(plain), found


def _said(package: Tree) -> dict[str, list[str]]:
    """Our own remarks on the package, by name."""
    found: dict[str, list[str]] = {}
    for each in mappings(package, "annotations"):
        name, mark, value = text(each, "comment").partition("=")
        if mark and name.startswith("seamark:"):
            found.setdefault(name, []).append(value)
    return found


def _card(said: Mapping[str, list[str]], datasets: tuple[str, ...]) -> Card:
    def first(name: str) -> str:
        return next(iter(said.get(f"seamark:{name}", ())), "")

    return Card(
        task=first("task"),
        approach=first("approach"),
        architecture=first("architecture"),
        datasets=datasets,
        use_cases=tuple(said.get("seamark:use", ())),
        limitations=tuple(said.get("seamark:limitation", ())),
        risks=tuple(said.get("seamark:risk", ())),
    )
