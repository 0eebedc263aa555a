"""CycloneDX 1.6 and 1.7, as one tree that is written as JSON or as XML.

Source: https://cyclonedx.org/docs/1.6/json/ and 1.7. Both editions are written alike: what 1.7
adds (citations, patents, ranges) is nothing that we know. Hashes of several archives of which any
one may be installed are external references, each with its own: hashes of the component itself
would contradict each other.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

from seamark.core.findings import Location
from seamark.govern.documents.bom.cyclonedx_cards import model_card
from seamark.govern.documents.bom.cyclonedx_vulnerabilities import vulnerability_tree
from seamark.govern.documents.bom.model import Bom, Entry, Kind, Property
from seamark.govern.documents.bom.texts import clean, content_digest, digest_parts, uri

UNNAMED: Final = "unnamed"
"""For what has no name, which the schema demands."""

VERSIONS: Final = ("1.6", "1.7")
Tree = dict[str, Any]

_NAMESPACE: Final = uuid.UUID("6f0c6c5e-2f5b-5d0e-9b43-1f6c1a4f3b8a")
"""Ours alone, so that a serial number says that it was derived from the content."""

_TYPES: Final = {
    Kind.SYSTEM: "application",
    Kind.PACKAGE: "library",
    Kind.IMAGE: "container",
    Kind.MODEL: "machine-learning-model",
    Kind.FILE: "file",
    Kind.DATASET: "data",
    Kind.PROMPT: "data",
}
ALGORITHMS: Final = {
    "md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384",
    "sha512": "SHA-512", "sha3-256": "SHA3-256", "sha3-384": "SHA3-384", "sha3-512": "SHA3-512",
    "blake2b-256": "BLAKE2b-256", "blake2b-384": "BLAKE2b-384", "blake2b-512": "BLAKE2b-512",
    "blake3": "BLAKE3",
}  # fmt: skip


def as_json(bom: Bom, *, version: str = "1.6", timestamp: str = "") -> str:
    """The document as JSON."""
    tree = as_tree(bom, version=version, timestamp=timestamp)
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def as_xml(bom: Bom, *, version: str = "1.6", timestamp: str = "") -> str:
    """The document as XML."""
    from seamark.govern.documents.bom.cyclonedx_xml import render

    return render(as_tree(bom, version=version, timestamp=timestamp), version)


def as_tree(bom: Bom, *, version: str, timestamp: str = "") -> Tree:
    """The document as JSON values, keys in the order of the specification.

    Without ``timestamp`` (RFC 3339) there is none; the serial number is derived from the
    content (UUIDv5), so that the same content has the same one.
    """
    content = _content(bom, timestamp)
    known = content_digest(content, version)
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, known)}",
        "version": 1,
        **content,
    }


def _content(bom: Bom, timestamp: str) -> Tree:
    entries = [each for each in bom.entries if each.kind is not Kind.SERVICE]
    named = bom.by_ref()
    tool = {"type": "application", "name": bom.tool, "version": bom.tool_version}
    tree: Tree = {
        "metadata": {
            **({"timestamp": timestamp} if timestamp else {}),
            "lifecycles": [{"phase": "discovery"}],
            "tools": {"components": [_filled(tool)]},
            "component": _component(bom.subject, named),
            **_properties((*_told("incomplete", bom.gaps), *_told("excluded", bom.excluded))),
        },
        "components": [_component(each, named) for each in entries],
        "services": [_service(each) for each in bom.of(Kind.SERVICE)],
        "dependencies": list(_dependencies(bom)),
        "compositions": list(_compositions(bom)),
        "vulnerabilities": [
            vulnerability_tree(each, named, timestamp) for each in bom.vulnerabilities
        ],
        "annotations": list(_annotations(bom, timestamp)),
    }
    return _filled(tree)


def _filled(tree: Tree) -> Tree:
    """Without empty values: the schema allows few of them, and none says anything."""
    return {key: value for key, value in tree.items() if value not in ("", [], {}, None)}


def _component(entry: Entry, named: dict[str, Entry]) -> Tree:
    ancestors = [named[ref] for ref in entry.ancestors if ref in named]
    return _filled(
        {
            "type": _TYPES[entry.kind],
            "bom-ref": entry.ref,
            "supplier": {"name": entry.owner} if entry.owner else None,
            "name": entry.name or UNNAMED,
            "version": entry.version,
            "description": entry.description,
            "scope": _scope(entry),
            "hashes": hashes_tree(entry.hashes),
            "licenses": _licenses(entry),
            "purl": entry.purl,
            "pedigree": {"ancestors": [_ancestor(each) for each in ancestors]}
            if ancestors
            else None,
            "externalReferences": list(_references(entry)),
            "components": [_component(each, named) for each in entry.parts],
            "evidence": _evidence(entry),
            "modelCard": model_card(entry) if entry.card else None,
            "data": _data(entry),
            **_properties(entry.properties),
        }
    )


def _scope(entry: Entry) -> str:
    if entry.kind is not Kind.PACKAGE:
        return ""
    return "optional" if entry.optional else "required"


def _ancestor(entry: Entry) -> Tree:
    """A base model once more: references are not allowed here, and two of one are neither."""
    return _filled({"type": _TYPES[entry.kind], "name": entry.name or UNNAMED, "purl": entry.purl})


def _told(name: str, values: tuple[str, ...]) -> Iterator[Property]:
    return ((f"seamark:{name}", value) for value in values)


def _properties(pairs: tuple[Property, ...]) -> Tree:
    found = [{"name": name, "value": value} for name, value in pairs]
    return {"properties": found} if found else {}


def hashes_tree(digests: tuple[str, ...]) -> list[Tree]:
    """Digests as CycloneDX spells them; of an algorithm that it does not know, none."""
    found = []
    for digest in digests:
        parts = digest_parts(digest)
        if parts and parts[0] in ALGORITHMS:
            found.append({"alg": ALGORITHMS[parts[0]], "content": parts[1]})
    return found


def _licenses(entry: Entry) -> list[Tree]:
    """An expression, or names: the editions before 1.7 allow one or the others."""
    if entry.license and not entry.license_texts:
        if " " not in entry.license and not entry.license.startswith("LicenseRef-"):
            return [{"license": {"id": entry.license, "acknowledgement": "declared"}}]
        return [{"expression": entry.license, "acknowledgement": "declared"}]
    texts = ((entry.license,) if entry.license else ()) + entry.license_texts
    return [{"license": {"name": each, "acknowledgement": "declared"}} for each in texts]


def _references(entry: Entry) -> Iterator[Tree]:
    place = entry.url or _index_page(entry)
    for artifact in entry.artifacts:
        hashes = hashes_tree((artifact,))
        if hashes:
            yield {"url": place, "type": "distribution", "hashes": hashes}
    if entry.url and not entry.artifacts:
        kind = "vcs" if entry.url.startswith(("git", "ssh", "hg", "svn", "bzr")) else "distribution"
        yield {"url": entry.url, "type": kind if entry.kind is Kind.PACKAGE else "website"}


def _index_page(entry: Entry) -> str:
    """Where the archives are listed that a list without an address means."""
    if entry.ecosystem == "PyPI":
        return f"https://pypi.org/simple/{uri(entry.name)}/"
    return uri(entry.purl) or uri(entry.ref)


def _evidence(entry: Entry) -> Tree | None:
    places = [_occurrence(each) for each in entry.occurrences]
    return {"occurrences": places} if places else None


def _occurrence(place: Location) -> Tree:
    inside = f"!{place.member}" if place.member else ""
    found: Tree = {"location": clean(f"{place.path}{inside}")}
    if place.line is not None:
        found["line"] = place.line
    return found


def _data(entry: Entry) -> list[Tree]:
    if entry.kind not in (Kind.DATASET, Kind.PROMPT):
        return []
    owner = {"owners": [{"organization": {"name": entry.owner}}]} if entry.owner else None
    kind = "dataset" if entry.kind is Kind.DATASET else "configuration"
    contents = {"url": entry.url} if entry.url else None
    return [_filled({"type": kind, "name": entry.name, "contents": contents, "governance": owner})]


def _service(entry: Entry) -> Tree:
    return _filled(
        {
            "bom-ref": entry.ref,
            "provider": {"name": entry.owner} if entry.owner else None,
            "name": entry.name or UNNAMED,
            "version": entry.version,
            "description": entry.description,
            "endpoints": [entry.url] if entry.url else [],
            **_properties(entry.properties),
        }
    )


def _dependencies(bom: Bom) -> Iterator[Tree]:
    """Who needs whom; an entry of which nothing is known stands without ``dependsOn``."""
    known = bom.by_ref()
    for entry in (bom.subject, *bom.entries):
        needed = {*(entry.requires or ()), *(entry.card.datasets if entry.card else ())}
        found = sorted(ref for ref in needed if ref in known)
        yield {"ref": entry.ref, **({"dependsOn": found} if found else {})}


def _compositions(bom: Bom) -> Iterator[Tree]:
    """What is known to be complete: the whole only without gaps, edges only where lists say."""
    yield {
        "aggregate": "incomplete" if bom.gaps else "complete",
        "assemblies": [bom.subject.ref],
    }
    said = [each.ref for each in bom.entries if each.requires is not None]
    silent = [each.ref for each in bom.entries if each.requires is None]
    if said:
        yield {"aggregate": "complete", "dependencies": said}
    if silent:
        yield {"aggregate": "unknown", "dependencies": silent}


def _annotations(bom: Bom, timestamp: str) -> Iterator[Tree]:
    """Gaps as remarks on the whole; the schema demands a time, without one they are properties."""
    tool = _filled({"type": "application", "name": bom.tool, "version": bom.tool_version})
    for gap in bom.gaps if timestamp else ():
        yield {
            "subjects": [bom.subject.ref],
            "annotator": {"component": tool},
            "timestamp": timestamp,
            "text": gap,
        }
