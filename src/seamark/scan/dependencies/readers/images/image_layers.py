"""Layers of a container image, and the file system that they give together: only what is asked for.

Source: OCI image specification, "Image Layer Filesystem Changeset". A whiteout (``.wh.NAME``) hides
what lower layers have, an opaque mark (``.wh..wh..opq``) all of a directory; neither concerns its
own layer. Links are followed within the image only, whatever they say.
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seamark.core.paths import printable
from seamark.scan.dependencies.readers.images.tar_streams import (
    CHUNK,
    Budget,
    Exhausted,
    Member,
    Readable,
    TarStream,
)
from seamark.scan.models.archives import tar_headers as tar

MAX_FILE = 64 << 20
MAX_KEPT = 64 << 20
"""Bytes of all files that are kept of one image."""
MAX_LINKS = 200_000
MAX_REMOVED = 200_000
MAX_DIRECTORIES = 300_000
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_RESERVED = ".wh..wh."
_HOPS = 40

Wanted = Callable[[str], bool]
Compact = Callable[[str, bytes], bytes]


@dataclass(slots=True)
class Kept:
    """What all layers of one image may keep in memory."""

    bytes: int = MAX_KEPT
    links: int = MAX_LINKS
    removed: int = MAX_REMOVED


@dataclass(slots=True)
class Layer:
    """What one layer changes, of what is wanted.

    ``digest`` is that of its blob, ``plain`` that of the tar in it. ``files`` are contents by path,
    ``links`` symbolic ones by path, ``same`` paths that are hard links, ``directories`` those above
    its files (one takes the place of a lower layer's link). ``problems`` are paths that could not
    be kept, and why; ``damage`` says why the layer was not read to its end.
    """

    digest: str = ""
    plain: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    directories: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)
    damage: str = ""


def read_layer(
    stream: Readable, layer: Layer, wanted: Wanted, compact: Compact, budget: Budget, kept: Kept
) -> None:
    """Note in ``layer`` what the tar in ``stream`` changes. Raises :class:`Damaged`."""
    reader = TarStream(stream, budget)
    directories: set[str] = set()
    for member in reader.members():
        path = inside(member.name)
        if path is None:
            layer.problems.setdefault(
                printable(member.name)[:200], "its name leads out of the image"
            )
        elif member.kind == tar.DIRECTORY:
            layer.links.pop(path, None)
            directories.add(path)
            if len(directories) > MAX_DIRECTORIES:
                raise Exhausted(f"it has more than {MAX_DIRECTORIES} directories")
        elif path:
            _note(member, path, reader, layer, wanted, compact, kept)
    above = {each for path in (*layer.files, *layer.same) for each in _ancestors(path)}
    layer.directories = directories & above


def inside(name: str) -> str | None:
    """A member's name as a path without ``./`` and ``/`` at its ends; None where it leads out."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts else "/".join(parts)


def _note(
    member: Member,
    path: str,
    reader: TarStream,
    layer: Layer,
    wanted: Wanted,
    compact: Compact,
    kept: Kept,
) -> None:
    directory, _, name = path.rpartition("/")
    if name.startswith(_WHITEOUT):
        _whiteout(directory, name, layer, kept)
    elif member.kind == tar.SYMBOLIC_LINK:
        kept.links -= 1
        if kept.links < 0:
            raise Exhausted(f"it has more than {MAX_LINKS} symbolic links")
        layer.links[path] = member.link
        layer.files.pop(path, None)
    elif wanted(path):
        if path in layer.files or path in layer.same or path in layer.problems:
            layer.problems[path] = "a layer holds it twice"
        elif member.kind == tar.HARD_LINK:
            layer.same[path] = inside(member.link) or ""
        elif not member.is_file or member.sparse:
            layer.problems[path] = "it is no regular file"
        elif member.size > MAX_FILE:
            layer.problems[path] = f"it is larger than {MAX_FILE >> 20} MiB"
        else:
            layer.files[path] = _keep(path, reader, compact, kept)
            layer.links.pop(path, None)


def _whiteout(directory: str, name: str, layer: Layer, kept: Kept) -> None:
    kept.removed -= 1
    if kept.removed < 0:
        raise Exhausted(f"it removes more than {MAX_REMOVED} paths")
    if name == _OPAQUE:
        layer.opaque.add(directory)
    elif not name.startswith(_RESERVED):  # .wh..wh.plnk and .wh..wh.aufs are AUFS's own
        hidden = name.removeprefix(_WHITEOUT)
        if hidden not in ("", ".", ".."):
            layer.removed.add(f"{directory}/{hidden}" if directory else hidden)


def _keep(path: str, reader: TarStream, compact: Compact, kept: Kept) -> bytes:
    pieces = []
    while piece := reader.take(CHUNK):
        pieces.append(piece)
    data = compact(path, b"".join(pieces))
    kept.bytes -= len(data) + len(path)
    if kept.bytes < 0:
        raise Exhausted(f"its lists of packages are larger than {MAX_KEPT >> 20} MiB")
    return data


@dataclass(slots=True)
class View:
    """The file system that layers give together: wanted files, links, and what is wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        """Put a layer on top."""
        self._remove(layer)
        for path in sorted(layer.directories):
            self.links.pop(self._placed(path), None)
        self.links.update((self._placed(path), aim) for path, aim in layer.links.items())
        over = set(layer.links)
        if over:  # a link in place of a directory hides what the directory held
            _drop(self.files, lambda path: any(each in over for each in _ancestors(path)))
        for path, reason in layer.problems.items():
            self.files.pop(path, None)
            self.problems[path] = reason
        for path, data in layer.files.items():
            if path not in layer.problems:
                self._put(path, data)
        for path, aim in layer.same.items():
            if path in layer.problems:
                continue
            data_there = layer.files.get(aim, self.files.get(self._placed(aim)))
            if data_there is None:
                self.files.pop(self._placed(path), None)
                self.problems[path] = f"it is a link to {printable(aim)[:200]}, which was not kept"
            else:
                self._put(path, data_there)

    def resolve(self, path: str) -> str:
        """Where links lead to from ``path``, the path itself included; never out of the root."""
        done: list[str] = []
        waiting = path.split("/")[::-1]
        hops = 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done[-1:] = []
                continue
            aim = self.links.get("/".join([*done, part]))
            if aim is None or hops >= _HOPS:
                done.append(part)
                continue
            hops += 1
            if aim.startswith("/"):
                done = []
            waiting.extend(aim.split("/")[::-1])
        return "/".join(done)

    def read(self, path: str) -> bytes | None:
        """The file that ``path`` leads to; None where there is none."""
        return self.files.get(self.resolve(path))

    def _put(self, path: str, data: bytes) -> None:
        placed = self._placed(path)
        self.files[placed] = data
        self.links.pop(placed, None)
        self.problems.pop(placed, None)

    def _placed(self, path: str) -> str:
        """Where a layer's path lies, through links of directories."""
        directory, name = posixpath.split(path)
        parent = self.resolve(directory)
        return f"{parent}/{name}" if parent else name

    def _remove(self, layer: Layer) -> None:
        removed = {self._placed(path) for path in layer.removed}
        opaque = {self.resolve(path) for path in layer.opaque}
        if not removed and not opaque:
            return

        def gone(path: str) -> bool:
            if path in removed or (opaque and "" in opaque):
                return True
            return any(each in removed or each in opaque for each in _ancestors(path))

        for table in (self.files, self.links, self.problems):
            _drop(table, gone)


def _drop(table: dict[str, bytes] | dict[str, str], gone: Callable[[str], bool]) -> None:
    for path in [path for path in table if gone(path)]:
        del table[path]


def _ancestors(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
