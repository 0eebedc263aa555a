"""Tar as a stream: one pass, plain or compressed, bounded in bytes, members and names.

What is read here is hostile until proven otherwise: nothing is extracted, no header is believed
beyond the bytes that are there. Formats: ustar, GNU and pax (``scan.models.archives.tar_headers``).
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from seamark.scan.models.archives import tar_headers as tar
from seamark.scan.models.limits import Malformed

CHUNK = 1 << 20
MAX_MEMBERS = 1_000_000
MAX_EXPANDED = 16 << 30
"""Bytes of one image that come out of compression; some ten seconds a core."""
_FREE = 256 << 20
_MOST_TIMES = 200
"""How many times its size something may expand beyond ``_FREE``; real layers stay below 50."""
_MAX_NAME = 4096
_MAX_WINDOW = 64 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Damaged(Exception):  # noqa: N818 - a signal to the reader of images, not an error
    """The stream cannot be read on; the message is a clause without a full stop."""


class Exhausted(Damaged):
    """A limit was met."""


class Readable(Protocol):
    """Bytes one after the other."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


@dataclass(slots=True)
class Budget:
    """What may still be spent on one image, all of its layers together."""

    members: int = MAX_MEMBERS
    expanded: int = MAX_EXPANDED

    def member(self) -> None:
        """Count one member. Raises :class:`Exhausted`."""
        self.members -= 1
        if self.members < 0:
            raise Exhausted(f"it has more than {MAX_MEMBERS} members")

    def expand(self, size: int) -> None:
        """Count bytes out of a compressed stream. Raises :class:`Exhausted`."""
        self.expanded -= size
        if self.expanded < 0:
            raise Exhausted(f"it expands to more than {MAX_EXPANDED >> 30} GiB")


class Part:
    """The next ``size`` bytes of a stream, hashed on the way."""

    def __init__(self, stream: Readable, size: int | None = None) -> None:
        self._stream = stream
        self._left = size
        self._hash = hashlib.sha256()
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes."""
        wanted = CHUNK if size < 0 else min(size, CHUNK)
        if self._left is not None:
            wanted = min(wanted, self._left)
        data = self._stream.read(wanted) if wanted else b""
        if self._left is not None:
            if wanted and not data:
                raise Damaged("it is cut off")
            self._left -= len(data)
        self.count += len(data)
        self._hash.update(data)
        return data

    def finish(self) -> str:
        """Read what is left, and give the digest of all (``sha256:…``)."""
        while self.read(CHUNK):
            pass
        return f"sha256:{self._hash.hexdigest()}"


class Peeked:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The first bytes, fewer at the end."""
        while len(self._ahead) < size and (more := self._stream.read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes."""
        if self._ahead:
            cut = len(self._ahead) if size < 0 else size
            data, self._ahead = self._ahead[:cut], self._ahead[cut:]
            return data
        return self._stream.read(size)


class Expanded:
    """What a stream holds: itself, or what comes out of gzip or zstd; within the budget."""

    def __init__(self, raw: Part, budget: Budget) -> None:
        self._raw = raw
        self._budget = budget
        self._count = 0
        ahead = Peeked(raw)
        magic = ahead.peek(4)
        self.compressed = magic[:2] == _GZIP or magic == _ZSTD
        self._stream: Readable = ahead
        if magic[:2] == _GZIP:
            self._stream = gzip.GzipFile(fileobj=_Seekless(ahead))  # type: ignore[call-overload]
        elif magic == _ZSTD:
            import zstandard

            reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
            # The stubs ask for a whole file object where only read() is used.
            wrapped: Any = ahead
            self._stream = reader.stream_reader(wrapped, read_across_frames=True)

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes. Raises :class:`Damaged`."""
        wanted = CHUNK if size < 0 else min(size, CHUNK)
        if not self.compressed:
            return self._stream.read(wanted)
        import zstandard

        try:
            data = self._stream.read(wanted)
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            raise Damaged(f"its compression is damaged ({error})") from error
        self._count += len(data)
        self._budget.expand(len(data))
        if self._count > _FREE + _MOST_TIMES * self._raw.count:
            raise Exhausted(f"it expands to more than {_MOST_TIMES} times its size")
        return data


class _Seekless:
    """What ``gzip`` asks of a file, without going back."""

    def __init__(self, stream: Readable) -> None:
        self.read = stream.read


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member. ``kind`` is the type of its header; ``sparse`` data is not as the file is."""

    name: str
    kind: bytes
    size: int
    link: str = ""
    sparse: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it extracts as a regular file."""
        return self.kind == b"0" or self.kind in (b"\0", b"7", tar.SPARSE)


class TarStream:
    """The members of a tar one after the other; :meth:`content` is of the last one given."""

    def __init__(self, stream: Readable, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._left = 0
        self._padding = 0

    def members(self) -> Iterator[Member]:
        """Every member. Raises :class:`Damaged`."""
        extra: dict[str, str] = {}
        everywhere: dict[str, str] = {}
        while (header := self._header()) is not None:
            block, found = header
            self._left, self._padding = found.size, -found.size % tar.BLOCK
            if found.kind in (tar.LONG_NAME, tar.LONG_LINK):
                key = "path" if found.kind == tar.LONG_NAME else "linkpath"
                text = self._small().partition(b"\0")[0].decode("utf-8", "backslashreplace")
                extra[key] = text
            elif found.kind in (tar.PAX, tar.PAX_OLD, tar.PAX_GLOBAL):
                records = self._pax()
                (everywhere if found.kind == tar.PAX_GLOBAL else extra).update(records)
            else:
                self._budget.member()
                member = self._member(found, everywhere | extra)
                extra = {}
                if found.kind == tar.SPARSE and block[482]:
                    self._skip_sparse_map()
                self._left, self._padding = member.size, -member.size % tar.BLOCK
                yield member
            self._pass_over()

    def content(self) -> Readable:
        """The bytes of the member that was given last."""
        return _Content(self)

    def take(self, size: int) -> bytes:
        """At most ``size`` bytes of the member."""
        wanted = min(size, self._left)
        data = self._stream.read(wanted) if wanted else b""
        if wanted and not data:
            raise Damaged("it is cut off")
        self._left -= len(data)
        return data

    def _header(self) -> tuple[bytes, tar.Header] | None:
        block = self._block()
        if block == tar.ZERO:
            after = self._block()
            if after not in (tar.ZERO, b""):
                raise Damaged("there is more behind its end")
            return None
        if not block:
            return None
        try:
            header = tar.parse_header(block)
        except Malformed as problem:
            raise Damaged(f"a header of it is malformed ({problem})") from problem
        if not header.checksum_holds:
            raise Damaged("a header of it has a wrong checksum")
        return block, header

    def _member(self, header: tar.Header, records: dict[str, str]) -> Member:
        size = records.get("size", "")
        if size and not (size.isascii() and size.isdigit() and len(size) < 20):
            raise Damaged("a member of it has a size that is no number")
        name = records.get("GNU.sparse.name") or records.get("path") or header.name
        link = records.get("linkpath") or header.link
        if len(name) > _MAX_NAME or len(link) > _MAX_NAME:
            raise Exhausted(f"a name in it has more than {_MAX_NAME} characters")
        is_link = header.kind in (tar.HARD_LINK, tar.SYMBOLIC_LINK, tar.DIRECTORY, *tar.DEVICES)
        sparse = header.kind == tar.SPARSE or any(key.startswith("GNU.sparse") for key in records)
        return Member(
            name=name,
            kind=header.kind,
            size=0 if is_link else int(size or header.size),
            link=link,
            sparse=sparse,
        )

    def _block(self) -> bytes:
        data = b""
        while len(data) < tar.BLOCK and (more := self._stream.read(tar.BLOCK - len(data))):
            data += more
        if 0 < len(data) < tar.BLOCK:
            raise Damaged("it is cut off")
        return data

    def _skip_sparse_map(self) -> None:
        while True:
            block = self._block()
            if not block:
                raise Damaged("it is cut off")
            if not block[504]:
                return

    def _small(self) -> bytes:
        if self._left > tar.MOST_PAX:
            raise Exhausted("a header of it is larger than 1 MiB")
        data = b""
        while more := self.take(self._left):
            data += more
        return data

    def _pax(self) -> dict[str, str]:
        try:
            return tar.parse_pax(self._small())
        except Malformed as problem:
            raise Damaged(f"a header of it is malformed ({problem})") from problem

    def _pass_over(self) -> None:
        while self._left:
            self.take(CHUNK)
        while self._padding:
            data = self._stream.read(self._padding)
            if not data:
                raise Damaged("it is cut off")
            self._padding -= len(data)


class _Content:
    def __init__(self, stream: TarStream) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.take(CHUNK if size < 0 else size)
