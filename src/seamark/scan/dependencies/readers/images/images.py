"""Container images: OCI layouts, and archives of ``docker save``, ``podman save`` and ``skopeo``.

The layers are put on top of each other without extracting them, and the lists of packages in the
result are read by their own readers. Sources: OCI image specification 1.1 (image-layout, index,
manifest, layer); Docker image specification 1.2. A manifest of something else than an image (a
model, an attestation) is no list of packages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from seamark.core.findings import Location
from seamark.core.paths import printable
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.kinds import Kind, kind_of
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.images.image_files import DATABASES, compact, is_list, wanted
from seamark.scan.dependencies.readers.images.image_layers import Layer, View
from seamark.scan.dependencies.readers.images.image_stores import (
    Archive,
    Document,
    Folder,
    Reading,
    Store,
)
from seamark.scan.dependencies.source import Source, Unreadable

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_HEX = re.compile(r"[0-9a-f]{64}")
_LAYER_TYPES = re.compile(
    r"application/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar"
    r"|docker\.image\.rootfs(?:\.foreign)?\.diff\.tar)(?:[+.](?:gzip|zstd))?"
)
_IMAGE_CONFIGS = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
_OF_AN_IMAGE = re.compile(
    r"blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}(?:/layer\.tar|/json|\.json|\.tar)"
)
_MAX_IMAGES = 64
_MAX_DEPTH = 4
_MAX_LAYERS = 1_000


@dataclass(slots=True)
class _Image:
    """One image: what it is called, its layers from the lowest, and what was wrong on the way."""

    name: str
    layers: list[Layer] = field(default_factory=list)


@dataclass(slots=True)
class MemberSource(Source):
    """A file in an image, as its reader sees it: neighbors are looked up in the image."""

    view: View = field(default_factory=View)
    prefix: str = ""

    def read(self) -> bytes:
        """The bytes. Raises :class:`Unreadable` where there is no such file."""
        import hashlib

        data = self.view.read(self.path)
        if data is None:
            raise Unreadable(self.view.problems.get(self.path, "it is not there"))
        self.digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return data

    def exists(self) -> bool:
        """Whether there is such a file, or was one that could not be kept."""
        return self.view.read(self.path) is not None or self.path in self.view.problems

    def has_folder(self, relative: str) -> bool:  # noqa: ARG002 - only files are known here
        """Always: files of the image are looked up without cost."""
        return True

    def at(self, line: int | None = None, member: str = "") -> Location:
        """A location in this file: its path is a member of the image."""
        path = f"{self.path}!{member}" if member else self.path
        return Location(path=self.shown, member=f"{self.prefix}{path}", line=line)

    def beside(self, relative: str) -> Source | None:
        """The file of the image that this one calls ``relative``; None where it leads out."""
        parts = self.path.split("/")[:-1]
        for part in relative.split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        path = "/".join(parts)
        return MemberSource(path, self.shown, self.root, view=self.view, prefix=self.prefix)


def read_layout(source: Source) -> Iterator[Item]:
    """Every package of every image in the folder of this ``oci-layout``. Raises ``Unreadable``."""
    source.read()
    directory = source.path[: -len("oci-layout")] or "."
    store = Folder(directory, Reading(wanted, compact))
    yield from _layout(store, source)


def read_archive(source: Source) -> Iterator[Item]:
    """Every package of every image in this archive. Raises ``Unreadable``."""
    try:
        with open(source.content or source.path, "rb") as file:
            archive = Archive(file, Reading(wanted, compact))
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror or error})") from error
    source.digest = archive.digest
    for name in sorted(archive.twice):
        reason = "the archive holds it twice"
        yield Unassessed(name=printable(name), reason=reason, location=source.at(member=name))
    if archive.document("oci-layout"):
        yield from _layout(archive, source)
    elif (manifest := archive.document("manifest.json")) is not None:
        yield from _saved(archive, manifest, source)
    elif any(map(_OF_AN_IMAGE.fullmatch, archive.names)):
        raise Unreadable("it looks like a container image, and has no manifest")


def _layout(store: Store, source: Source) -> Iterator[Item]:
    mark, index = store.document("oci-layout"), store.document("index.json")
    version = mark.value.get("imageLayoutVersion") if mark and isinstance(mark.value, dict) else ""
    if not isinstance(version, str) or not version.startswith("1."):
        raise Unreadable("it is no OCI image layout of version 1")
    if index is None:
        raise Unreadable("its index.json is missing")
    if not isinstance(_dict({"": index.value}, "").get("manifests"), list):
        raise Unreadable("its index.json has no list of manifests")
    images: list[_Image] = []
    yield from _index(index, store, source, images, depth=0)
    yield from _packages(images, source)


def _index(
    index: Document, store: Store, source: Source, images: list[_Image], *, depth: int
) -> Iterator[Unassessed]:
    """Follow descriptors to manifests; images are noted, what cannot be followed is yielded."""
    for entry in _list(index.value, "manifests"):
        descriptor = entry if isinstance(entry, dict) else {}
        name = _name(descriptor)
        if len(images) >= _MAX_IMAGES or depth >= _MAX_DEPTH:
            yield _problem(source, name, "there are too many manifests, or in too many layers")
            return
        document, reason = _described(descriptor, store)
        if document is None:
            yield _problem(source, name, reason)
        elif isinstance(document.value, dict) and "manifests" in document.value:
            if not isinstance(document.value["manifests"], list):
                yield _problem(source, name, "its index has no list of manifests")
            yield from _index(document, store, source, images, depth=depth + 1)
        else:
            yield from _manifest(document.value, name, store, source, images)


def _manifest(
    manifest: Any, name: str, store: Store, source: Source, images: list[_Image]
) -> Iterator[Unassessed]:
    if isinstance(manifest, dict) and manifest.get("mediaType") == _ARTIFACT:
        return
    if not isinstance(manifest, dict) or not isinstance(manifest.get("layers"), list):
        yield _problem(source, name, "its manifest has no list of layers")
        return
    config = manifest.get("config")
    of_an_image = isinstance(config, dict) and config.get("mediaType") in _IMAGE_CONFIGS
    layers = [each if isinstance(each, dict) else {} for each in _list(manifest, "layers")]
    types = [str(each.get("mediaType", "")).partition(";")[0].strip() for each in layers]
    if not of_an_image and not any(_LAYER_TYPES.fullmatch(each) for each in types):
        return
    if any(each.startswith("application/vnd.in-toto") for each in types):
        return  # BuildKit's attestations come as images of an unknown platform
    image = _Image(name)
    images.append(image)
    for number, (descriptor, kind) in enumerate(zip(layers, types, strict=True), 1):
        digest = str(descriptor.get("digest", ""))
        shown = f"{name}, layer {number}"
        if number > _MAX_LAYERS:
            yield _problem(source, shown, f"there are more than {_MAX_LAYERS} layers")
            return
        if not _LAYER_TYPES.fullmatch(kind):
            yield _problem(source, shown, f"its media type {printable(kind)[:100]} is not known")
            continue
        layer = store.layer(_blob(digest)) if _DIGEST.fullmatch(digest) else None
        if layer is None:
            yield _problem(source, shown, f"its blob {printable(digest)[:80]} is not there")
            continue
        if layer.damage:
            yield _problem(source, shown, layer.damage)
        elif layer.digest != digest:
            yield _problem(source, shown, _mismatch(digest))
        image.layers.append(layer)


def _saved(store: Store, manifest: Document, source: Source) -> Iterator[Item]:
    """``manifest.json``: a list of images with the paths of their layers."""
    if not isinstance(manifest.value, list):
        return  # the manifest of something else
    images: list[_Image] = []
    for number, entry in enumerate(manifest.value, 1):
        record = entry if isinstance(entry, dict) else {}
        if "Layers" not in record or "Config" not in record:
            return
        tags = [each for each in _list(record, "RepoTags") if isinstance(each, str)]
        image = _Image(printable(tags[0]) if tags else f"image {number}")
        if number > _MAX_IMAGES:
            yield _problem(source, image.name, "there are too many images")
            break
        images.append(image)
        plain, reason = _plain_digests(record, store)
        if reason:
            yield _problem(source, image.name, reason)
        names = _list(record, "Layers")
        if not isinstance(record["Layers"], list):
            yield _problem(source, image.name, "its manifest has no list of layers")
        if len(plain) != len(names) and not reason:
            yield _problem(source, image.name, "its configuration names another number of layers")
        for at, name in enumerate(names[:_MAX_LAYERS]):
            layer = store.layer(name) if isinstance(name, str) else None
            shown = f"{image.name}, layer {at + 1}"
            if layer is None:
                yield _problem(source, shown, f"its blob {printable(str(name))[:80]} is not there")
                continue
            if layer.damage:
                yield _problem(source, shown, layer.damage)
            elif at < len(plain) and layer.plain != plain[at]:
                yield _problem(source, shown, _mismatch(str(plain[at])))
            image.layers.append(layer)
    yield from _packages(images, source)


def _plain_digests(record: dict[str, Any], store: Store) -> tuple[list[Any], str]:
    """The digests of the layers' tars as the configuration has them, and what is wrong with it."""
    name = record["Config"]
    config = store.document(name) if isinstance(name, str) else None
    if config is None:
        return [], "its configuration is not there"
    told = _HEX.search(str(name))
    if told and config.digest != f"sha256:{told.group()}":
        return [], "the digest of its configuration is not that of its name"
    return _list(_dict(config.value, "rootfs"), "diff_ids"), ""


def _packages(images: list[_Image], source: Source) -> Iterator[Item]:
    for image in images:
        view = View()
        for layer in image.layers:
            view.add(layer)
        if not any(is_list(path) for path in (*view.files, *view.problems)):
            reason = "no list of packages was found in it"
            yield Unassessed(name=image.name, reason=reason, location=source.at())
        yield from _read_view(view, source, f"{image.name}!" if len(images) > 1 else "")


def _read_view(view: View, source: Source, prefix: str) -> Iterator[Item]:
    for path, reason in sorted(view.problems.items()):
        where = MemberSource(path, source.shown, source.root, view=view, prefix=prefix).at()
        yield Unassessed(name=path, reason=reason, location=where)
    for path in DATABASES:
        aim = view.resolve(path)
        if aim != path and not wanted(aim):
            where = MemberSource(path, source.shown, source.root, view=view, prefix=prefix).at()
            reason = f"a link leads to {printable(aim)[:200]}, which was not read"
            yield Unassessed(name=path, reason=reason, location=where)
    for path in sorted(view.files):
        kind = kind_of(path) if is_list(path) else None
        if kind is not None:
            member = MemberSource(path, source.shown, source.root, view=view, prefix=prefix)
            better = member.beside(kind.unless) if kind.unless else None
            if better is not None and better.exists():
                continue
            yield from _read_member(member, kind)


def _read_member(member: MemberSource, kind: Kind) -> Iterator[Item]:
    listing = read_listing(member, named_kind(kind.name))
    for each in listing.unassessed:
        yield replace(each, name=member.path) if each.name == member.shown else each
    yield from listing.indexes
    yield from listing.components


def _described(descriptor: dict[str, Any], store: Store) -> tuple[Document | None, str]:
    """The document of a descriptor, or why there is none."""
    digest = descriptor.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        return None, "its descriptor has no digest"
    try:
        document = store.document(_blob(digest))
    except Unreadable as problem:
        return None, problem.reason
    if document is None:
        return None, f"its manifest {digest[:19]}… is not there"
    if document.digest != digest:
        return None, _mismatch(digest)
    return document, ""


def _mismatch(digest: str) -> str:
    if digest.startswith("sha512"):
        return "its digest is a SHA-512, which was not verified"
    return "its digest is not that of its name"


def _blob(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"blobs/{algorithm}/{value}"


def _name(descriptor: dict[str, Any]) -> str:
    notes = _dict(descriptor, "annotations")
    given = notes.get("io.containerd.image.name") or notes.get("org.opencontainers.image.ref.name")
    platform = _dict(descriptor, "platform").get("architecture")
    name = str(given or str(descriptor.get("digest", ""))[:19] or "a manifest")
    return printable(f"{name} ({platform})" if isinstance(platform, str) else name)[:200]


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _dict(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _problem(source: Source, name: str, reason: str) -> Unassessed:
    return Unassessed(name=name, reason=reason, location=source.at(), whole=True)
