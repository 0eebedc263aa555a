"""OCI layouts that hold models: KitOps ModelKits, CNCF ModelPacks, Docker models, ORAS files.

The layout's blobs are files of their own and examined as such; here the index is followed to its
manifests, and each descriptor is held against the blob that it names.
Source: https://github.com/opencontainers/image-spec (image-layout, descriptor, manifest).
"""

import re
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models import paths
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.packages import oci_rules as rules
from seamark.scan.models.packages.oci_blobs import digest_holds, wrong_type
from seamark.scan.models.packages.oci_configs import describe_config, paths_of
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import OpenBeside, Scope
from seamark.scan.models.weights.json_trees import read_json

_DIGEST = re.compile(r"(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})")
_MOST_BLOBS = 5000
_MANIFEST_LIMIT = 4 << 20
_READ_BY_NAME = (".py", ".json", ".yaml", ".yml", ".jinja", ".jinja2", ".j2", ".txt", "mlmodel")
_TITLES = (
    "org.opencontainers.image.title",
    "org.cncf.model.filepath",
    "org.cnai.model.filepath",
    "ml.kitops.modelkit.path",
)

Entries = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Layer:
    """A descriptor whose blob is there, and the paths that clients write it to."""

    blob: Blob
    digest: str
    media_type: str
    titles: tuple[str, ...]


@dataclass(slots=True)
class _Walk:
    """The way through one layout: blobs are read once each; one may have many names."""

    scope: Scope
    seen: dict[str, Blob | None] = field(default_factory=dict)
    followed: set[tuple[str, str]] = field(default_factory=set)
    descriptors: int = 0
    layers: list[_Layer] = field(default_factory=list)
    hashed: int = 0


def examine_layout(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``oci-layout``: the mark of a layout. Raises ``Malformed`` where it is none."""
    scope.set_format("oci")
    scope.tally.bytes += blob.size
    document = read_json(blob, "the layout's mark")
    if not isinstance(document, dict) or "imageLayoutVersion" not in document:
        raise Malformed("the mark of the OCI layout has no version")
    scope.describe(folder="oci", format_version=_text(document["imageLayoutVersion"]))
    return iter(())


def examine_index(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``index.json``, and every manifest that it leads to. Raises ``Malformed``."""
    scope.set_format("oci")
    scope.tally.bytes += blob.size
    walk = _Walk(scope)
    waiting: deque[Entries] = deque([_document(blob)])
    while waiting:
        document = waiting.popleft()
        for descriptor, role in _descriptors(document):
            found = yield from _examine_descriptor(descriptor, role, walk)
            if found is not None and role in ("manifest", "config"):
                described = _document(found) if found.size <= _MANIFEST_LIMIT else {}
                if role == "manifest":
                    waiting.append(described)
                else:
                    yield from _examine_config(described, descriptor, scope)
    yield from _examine_layers(walk)


def _document(blob: Blob) -> Entries:
    if blob.size > _MANIFEST_LIMIT:
        raise LimitExceeded(f"has a manifest of {blob.size} bytes (at most {_MANIFEST_LIMIT})")
    document = read_json(blob, "the manifest")
    return document if isinstance(document, dict) else {}


def _descriptors(document: Entries) -> Iterator[tuple[Entries, str]]:
    for key, role in (("manifests", "manifest"), ("layers", "layer"), ("blobs", "layer")):
        listed = document.get(key)
        for each in listed if isinstance(listed, list) else []:
            if isinstance(each, dict):
                yield each, role
    each = document.get("config")
    if isinstance(each, dict) and "digest" in each:
        yield each, "config"


def _examine_descriptor(
    descriptor: Entries, role: str, walk: _Walk
) -> Generator[Finding, None, Blob | None]:
    """Findings about one descriptor; returns its blob where it is there.

    A manifest or configuration is returned once only.
    """
    scope = walk.scope
    digest = _text(descriptor.get("digest"))
    yield from _examine_annotations(descriptor, scope)
    match = _DIGEST.fullmatch(digest)
    if match is None:
        yield scope.finding(
            rules.ODD_DIGEST, f"The digest of a {role} is {digest[:200]!r}.", anchor=digest[:200]
        )
        return None
    walk.descriptors += 1
    if walk.descriptors > _MOST_BLOBS:
        raise LimitExceeded(f"names more than {_MOST_BLOBS} blobs")
    new = digest not in walk.seen
    if new:
        algorithm, value = match[1] or match[3], match[2] or match[4]
        blob = walk.seen[digest] = scope.beside(f"blobs/{algorithm}/{value}")
        if blob is None:
            yield scope.finding(
                rules.MISSING_BLOB, f"The {role} {digest[:27]}… is not here.", anchor=digest
            )
        else:
            yield from _examine_content(blob, descriptor, algorithm, value, walk)
    blob = walk.seen[digest]
    if blob is not None and role == "layer":
        titles = tuple(dict.fromkeys(_paths(descriptor)))
        walk.layers.append(_Layer(blob, digest, _text(descriptor.get("mediaType")), titles))
    followed = role, digest
    if followed in walk.followed:
        return None
    walk.followed.add(followed)
    return blob


def _examine_content(
    blob: Blob, descriptor: Entries, algorithm: str, value: str, walk: _Walk
) -> Iterator[Finding]:
    size = descriptor.get("size")
    digest = f"{algorithm}:{value}"
    if size != blob.size:
        yield walk.scope.finding(
            rules.WRONG_CONTENT,
            f"The blob {digest[:27]}… has {blob.size} bytes instead of {str(size)[:40]}.",
            anchor=f"{digest}:size",
        )
        return
    holds = digest_holds(blob, algorithm, value, walk.hashed, walk.scope.meter)
    if holds is not None:
        walk.hashed += blob.size
        walk.scope.tally.bytes += blob.size
    if holds is False:
        yield walk.scope.finding(
            rules.WRONG_CONTENT, f"The blob {digest[:27]}… has another digest.", anchor=digest
        )


def _examine_annotations(descriptor: Entries, scope: Scope) -> Iterator[Finding]:
    for path in _paths(descriptor):
        if leads_outside(path):
            yield scope.finding(
                rules.TITLE_LEADS_OUT, f"A layer is written to {path[:200]!r}.", anchor=path[:200]
            )
    urls = descriptor.get("urls")
    for url in (urls if isinstance(urls, list) else [])[:20]:
        yield scope.finding(
            rules.FOREIGN_LAYER, f"A layer comes from {str(url)[:200]!r}.", anchor=str(url)[:200]
        )


def _paths(descriptor: Entries) -> list[str]:
    annotations = descriptor.get("annotations")
    if not isinstance(annotations, dict):
        return []
    return [path for key in _TITLES if isinstance(path := annotations.get(key), str) and path]


def _examine_config(config: Entries, descriptor: Entries, scope: Scope) -> Iterator[Finding]:
    describe_config(config, _text(descriptor.get("mediaType")), scope)
    for path in paths_of(config):
        if leads_outside(path):
            yield scope.finding(
                rules.TITLE_LEADS_OUT,
                f"The configuration places a part at {path[:200]!r}.",
                anchor=path[:200],
            )


def _examine_layers(walk: _Walk) -> Iterator[Finding]:
    """Media types against contents; and files that loaders know by name, under that name."""
    scope = walk.scope
    every = frozenset(title.rpartition("/")[2] for layer in walk.layers for title in layer.titles)
    named = {
        title.removeprefix("./"): layer.blob for layer in walk.layers for title in layer.titles
    }
    examined: set[tuple[str, str]] = set()
    for layer in walk.layers:
        said = wrong_type(layer.blob, layer.media_type)
        if said:
            yield scope.finding(
                rules.WRONG_TYPE,
                f"The layer {layer.digest[:27]}… is called {layer.media_type[:120]} and {said}.",
                anchor=layer.digest,
            )
        for title in layer.titles:
            if (layer.digest, title) in examined or leads_outside(title):
                continue
            examined.add((layer.digest, title))
            if title.lower().endswith(_READ_BY_NAME):
                shown = title[:1024]
                yield from scope.examine(
                    layer.blob, shown, lambda: every, beside=_opener(shown, named)
                )


def _opener(title: str, named: Mapping[str, Blob]) -> OpenBeside:
    """Opens layers by the paths that they are written to."""

    def opened(name: str, levels: int = 0, /) -> Blob | None:
        path = paths.beside(title, name, levels)
        return None if path is None else named.get(path)

    return opened


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
