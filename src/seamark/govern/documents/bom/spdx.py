"""SPDX 2.3 as JSON. Source: https://spdx.github.io/spdx-spec/v2.3/.

Files are packages of the purpose FILE: the specification demands a SHA-1 of what it calls a file,
which the scan does not compute, because SHA-1 proves nothing. Hashes of several archives of which
any one may be installed are an annotation: checksums of one package would contradict each other.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

from seamark.govern.documents.bom.model import Bom, Entry, Kind, Vulnerability
from seamark.govern.documents.bom.texts import content_digest, digest_parts, short, uri

Tree = dict[str, Any]

NO_TIME: Final = "1970-01-01T00:00:00Z"
"""The specification demands a time; without one that was asked for, it is this one."""

_NAMESPACE: Final = uuid.UUID("f7a4c8f5-0f0a-5e58-8f3f-3d6c1f9d2b7e")
_NONE: Final = "NOASSERTION"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_DOWNLOAD = re.compile(
    r"(?:(?:git|hg|svn|bzr)\+)?(?:https?|ssh|git|svn|sftp|ftp)://"
    r"(?:[\w.!~*'()%;:&=+$,-]+@)?[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,5}(?::[0-9]{1,5})?(?:/\S*)?",
    re.IGNORECASE,
)
_PURPOSES: Final = {
    Kind.SYSTEM: "APPLICATION",
    Kind.PACKAGE: "LIBRARY",
    Kind.IMAGE: "CONTAINER",
    Kind.FILE: "FILE",
}
ALGORITHMS: Final = {
    "md5": "MD5", "sha1": "SHA1", "sha224": "SHA224", "sha256": "SHA256", "sha384": "SHA384",
    "sha512": "SHA512", "sha3-256": "SHA3-256", "sha3-384": "SHA3-384", "sha3-512": "SHA3-512",
    "blake2b-256": "BLAKE2b-256", "blake2b-384": "BLAKE2b-384", "blake2b-512": "BLAKE2b-512",
    "blake3": "BLAKE3",
}  # fmt: skip


def as_json(bom: Bom, *, timestamp: str = "") -> str:
    """The document as JSON."""
    return json.dumps(as_tree(bom, timestamp=timestamp), indent=2, ensure_ascii=False) + "\n"


def as_tree(bom: Bom, *, timestamp: str = "") -> Tree:
    """The document as JSON values. Its namespace is derived from its content (UUIDv5)."""
    created = timestamp or NO_TIME
    extracted: dict[str, str] = {}
    known = _known(bom)
    entries = [bom.subject, *_with_parts(bom.entries)]
    body: Tree = {
        "packages": [
            _package(each, bom, extracted, created, known.get(each.ref, ())) for each in entries
        ],
        "relationships": list(_relationships(bom)),
    }
    if extracted:
        body["hasExtractedLicensingInfos"] = [
            {"licenseId": key, "name": text[:200], "extractedText": text}
            for key, text in sorted(extracted.items())
        ]
    remarks = [f"Incomplete: {each}" for each in bom.gaps]
    remarks += [f"Excluded: {each}" for each in bom.excluded]
    if remarks:
        body["annotations"] = [_annotation(bom, text, created) for text in remarks]
    content = content_digest(body, created)
    name = _UNSAFE.sub("-", bom.subject.name).strip("-") or "system"
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": bom.subject.name or "system",
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{uuid.uuid5(_NAMESPACE, content)}",
        "creationInfo": {
            "created": created,
            "creators": [f"Tool: {bom.tool}-{bom.tool_version}".rstrip("-")],
            **({} if timestamp else {"comment": "No time was recorded: see seamark sbom --help."}),
        },
        "documentDescribes": [spdx_id(bom.subject)],
        **body,
    }


def spdx_id(entry: Entry) -> str:
    """The identifier of an entry: readable, stable, and unique by a digest of its reference."""
    plain = _UNSAFE.sub("-", entry.name).strip("-.")[:60]
    return f"SPDXRef-{entry.kind.value}-{plain}-{short(entry.ref, 12)}"


def _with_parts(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from entry.parts


def _known(bom: Bom) -> dict[str, list[Vulnerability]]:
    """Vulnerabilities by the reference of what they affect."""
    found: dict[str, list[Vulnerability]] = {}
    for each in bom.vulnerabilities:
        for ref in each.affects:
            found.setdefault(ref, []).append(each)
    return found


def _package(
    entry: Entry, bom: Bom, extracted: dict[str, str], created: str, known: Iterable[Vulnerability]
) -> Tree:
    tree: Tree = {
        "SPDXID": spdx_id(entry),
        "name": entry.name or "unnamed",
        "versionInfo": entry.version,
        "supplier": f"Organization: {entry.owner}" if entry.owner else "",
        "downloadLocation": _location(entry),
        "filesAnalyzed": False,
        "licenseConcluded": _NONE,
        "licenseDeclared": _license(entry, extracted),
        "copyrightText": _NONE,
        "description": entry.description,
        "primaryPackagePurpose": _PURPOSES.get(entry.kind, "OTHER"),
        "checksums": _checksums(entry.hashes),
        "externalRefs": _external(entry, known),
        "comment": "" if entry.kind in _PURPOSES else f"This is a {entry.kind.value}.",
        "annotations": [_annotation(bom, text, created) for text in _remarks(entry)],
    }
    return {key: value for key, value in tree.items() if value not in ("", [])}


def _location(entry: Entry) -> str:
    """A URL or a repository (``git+https://…``) as the specification allows it."""
    return entry.url if _DOWNLOAD.fullmatch(entry.url) else _NONE


def _license(entry: Entry, extracted: dict[str, str]) -> str:
    """The expression, with what is none as references to its text."""
    parts = [f"({entry.license})" if " " in entry.license else entry.license]
    for text in entry.license_texts:
        reference = f"LicenseRef-seamark-{short(text, 12)}"
        extracted[reference] = text
        parts.append(reference)
    for known in re.findall(r"LicenseRef-[A-Za-z0-9.-]+", entry.license):
        extracted.setdefault(known, f"The license that is called {known}.")
    return " AND ".join(each for each in parts if each) or _NONE


def _checksums(digests: tuple[str, ...]) -> list[Tree]:
    found = []
    for digest in digests:
        parts = digest_parts(digest)
        if parts:
            found.append({"algorithm": ALGORITHMS[parts[0]], "checksumValue": parts[1]})
    return found


def _external(entry: Entry, known: Iterable[Vulnerability]) -> list[Tree]:
    found: list[Tree] = []
    if entry.purl:
        found.append(_reference("PACKAGE-MANAGER", "purl", entry.purl))
    found += [_advisory(each) for each in known]
    return found


def _reference(category: str, kind: str, locator: str) -> Tree:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}


def _advisory(found: Vulnerability) -> Tree:
    url = f"https://osv.dev/vulnerability/{uri(found.id)}"
    comment = f"{found.id}: {found.status.value.replace('_', ' ')}"
    return {**_reference("SECURITY", "advisory", url), "comment": comment}


def _remarks(entry: Entry) -> Iterator[str]:
    """What the form has no place for."""
    for place in entry.occurrences:
        yield f"seamark:location={place}"
    if entry.url and _location(entry) == _NONE:
        yield f"seamark:url={entry.url}"
    for artifact in entry.artifacts:
        yield f"seamark:artifact={artifact}"
    if entry.optional:
        yield "seamark:scope=optional"
    for name, value in entry.properties:
        yield f"{name}={value}"
    card = entry.card
    if card is None:
        return
    for name, value in (
        ("task", card.task),
        ("approach", card.approach),
        ("architecture", card.architecture),
    ):
        if value:
            yield f"seamark:{name}={value}"
    for metric in card.metrics:
        yield f"seamark:metric:{metric.type}={metric.value} {metric.slice}".rstrip()
    for name, texts in (
        ("use", card.use_cases),
        ("limitation", card.limitations),
        ("risk", card.risks),
    ):
        yield from (f"seamark:{name}={text}" for text in texts)


def _annotation(bom: Bom, text: str, created: str) -> Tree:
    return {
        "annotationDate": created,
        "annotationType": "OTHER",
        "annotator": f"Tool: {bom.tool}-{bom.tool_version}".rstrip("-"),
        "comment": text,
    }


def _relationships(bom: Bom) -> Iterator[Tree]:
    known = bom.by_ref()
    yield _relation("SPDXRef-DOCUMENT", "DESCRIBES", spdx_id(bom.subject))
    for entry in (bom.subject, *bom.entries):
        here = spdx_id(entry)
        for ref in entry.requires or ():
            if ref in known and ref not in entry.ancestors:
                yield _relation(here, "DEPENDS_ON", spdx_id(known[ref]))
        if entry.requires == () and entry.kind is Kind.PACKAGE:
            yield _relation(here, "DEPENDS_ON", "NONE")
        for ref in entry.ancestors:
            if ref in known:
                yield _relation(here, "DESCENDANT_OF", spdx_id(known[ref]))
        for ref in entry.card.datasets if entry.card else ():
            if ref in known:
                yield _relation(here, "OTHER", spdx_id(known[ref]), "trained on")
        for part in entry.parts:
            yield _relation(here, "CONTAINS", spdx_id(part))


def _relation(one: str, kind: str, other: str, comment: str = "") -> Tree:
    tree = {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
    return {**tree, "comment": comment} if comment else tree
