"""Where the blobs of a container image are: a folder (OCI layout), or one archive, also compressed.

An archive is read once from beginning to end, whatever its order, because it may be compressed:
what looks like JSON is kept, what looks like a layer is reduced to what is wanted of it.
"""

import hashlib
import os
import posixpath
import stat
from dataclasses import dataclass, field
from typing import Any, Protocol

from seamark.core.paths import printable
from seamark.scan.dependencies.documents import parse_json
from seamark.scan.dependencies.readers.images.image_layers import (
    Compact,
    Kept,
    Layer,
    Wanted,
    inside,
    read_layer,
)
from seamark.scan.dependencies.readers.images.tar_streams import (
    CHUNK,
    Budget,
    Damaged,
    Expanded,
    Part,
    Peeked,
    Readable,
    TarStream,
)
from seamark.scan.dependencies.source import Unreadable
from seamark.scan.models.archives import tar_headers as tar

MAX_DOCUMENT = 4 << 20
_MAX_DOCUMENTS = 32 << 20
_LAYER_ENDS = (".tar", ".tar.gz", ".tgz", ".tar.zst")


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON document and the digest of its bytes (``sha256:…``)."""

    value: Any
    digest: str
    size: int


@dataclass(slots=True)
class Reading:
    """What is wanted of the layers, and what reading them may cost."""

    wanted: Wanted
    compact: Compact
    budget: Budget = field(default_factory=Budget)
    kept: Kept = field(default_factory=Kept)

    def layer(self, stream: Readable) -> Layer:
        """The layer whose blob this is. What is wrong with it is in ``damage``."""
        layer = Layer()
        raw = Part(stream)
        try:
            expanded = Expanded(raw, self.budget)
            plain = Part(expanded) if expanded.compressed else None
            stream = plain or expanded
            read_layer(stream, layer, self.wanted, self.compact, self.budget, self.kept)
            of_tar = plain.finish() if plain else ""
            layer.digest = raw.finish()
            layer.plain = of_tar or layer.digest
        except Damaged as problem:
            layer.damage = str(problem)
        return layer


class Store(Protocol):
    """Blobs by name; None for one that is not there."""

    def document(self, name: str) -> Document | None:
        """A JSON document. Raises ``Unreadable``."""
        ...

    def layer(self, name: str) -> Layer | None:
        """A layer, reduced to what is wanted."""
        ...


class Folder:
    """The folder of an OCI layout; nothing outside of it is read."""

    def __init__(self, path: str, reading: Reading) -> None:
        self._path = path
        self._reading = reading

    def document(self, name: str) -> Document | None:
        """A JSON document. Raises ``Unreadable``."""
        descriptor = self._open(name)
        if descriptor is None:
            return None
        with open(descriptor, "rb") as file:
            return _document(file.read(MAX_DOCUMENT + 1), name)

    def layer(self, name: str) -> Layer | None:
        """A layer, reduced to what is wanted."""
        descriptor = self._open(name)
        if descriptor is None:
            return None
        with open(descriptor, "rb") as file:
            try:
                return self._reading.layer(file)
            except OSError as error:
                return Layer(damage=f"it cannot be read ({error.strerror or error})")

    def _open(self, name: str) -> int | None:
        path = os.path.join(self._path, *name.split("/"))
        limit = os.path.realpath(self._path).rstrip("/") + "/"
        try:
            if not os.path.realpath(path).startswith(limit):
                return None
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except (OSError, ValueError):
            return None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        return None


class Archive:
    """What ``docker save``, ``podman save`` or ``skopeo copy`` wrote into one file."""

    def __init__(self, stream: Readable, reading: Reading) -> None:
        """Reads all of it. Raises ``Unreadable`` where it breaks off."""
        self.documents: dict[str, bytes] = {}
        self.twice: set[str] = set()
        self._layers: dict[str, Layer] = {}
        self._links: dict[str, str] = {}
        self._reading = reading
        self._left = _MAX_DOCUMENTS
        raw = Part(stream)
        try:
            outer = TarStream(Expanded(raw, reading.budget), reading.budget)
            for member in outer.members():
                path = inside(member.name)
                if path and member.kind in (tar.SYMBOLIC_LINK, tar.HARD_LINK):
                    base = posixpath.dirname(path) if member.kind == tar.SYMBOLIC_LINK else ""
                    self._links[path] = posixpath.normpath(posixpath.join(base, member.link))
                elif path and member.is_file and not member.sparse:
                    self._take(path, member.size, outer.content())
            self.digest = raw.finish()
        except Damaged as problem:
            raise Unreadable(str(problem)) from problem

    def _take(self, path: str, size: int, content: Readable) -> None:
        if path in self.documents or path in self._layers or path in self._links:
            self.twice.add(path)
            return
        ahead = Peeked(content)
        first = ahead.peek(512)
        if size <= MAX_DOCUMENT and first.lstrip()[:1] in (b"{", b"["):
            self._left -= size
            if self._left < 0:
                raise Damaged(f"its documents are larger than {_MAX_DOCUMENTS >> 20} MiB")
            self.documents[path] = _all(ahead)
        elif path.startswith("blobs/") or path.endswith(_LAYER_ENDS):
            self._layers[path] = self._reading.layer(ahead)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of all documents and layers."""
        return (*self.documents, *self._layers)

    def document(self, name: str) -> Document | None:
        """A JSON document. Raises ``Unreadable``."""
        data = self.documents.get(self._links.get(name, name))
        return None if data is None else _document(data, name)

    def layer(self, name: str) -> Layer | None:
        """A layer, reduced to what is wanted."""
        return self._layers.get(self._links.get(name, name))


def _all(stream: Readable) -> bytes:
    pieces = []
    while piece := stream.read(CHUNK):
        pieces.append(piece)
    return b"".join(pieces)


def _document(data: bytes, name: str) -> Document:
    shown = printable(name)
    if len(data) > MAX_DOCUMENT:
        raise Unreadable(f"{shown} is larger than {MAX_DOCUMENT >> 20} MiB")
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    try:
        return Document(parse_json(data.decode("utf-8")), digest, len(data))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{shown} is no UTF-8 text") from error
    except Unreadable as problem:
        raise Unreadable(f"{shown}: {problem.reason}") from problem
