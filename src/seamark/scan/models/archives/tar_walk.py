"""Members of a tar archive in their order, with the headers that extend them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.scan.models.archives import tar_headers as headers
from seamark.scan.models.archives.tar_headers import BLOCK, Header
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Malformed, Meter


@dataclass(slots=True)
class Member:
    """One member. ``name``, ``link`` and ``size`` are what readers of extensions see; ``header``
    is the plain header that others see. Data is ``[data, data + size)``; ``at`` the header.
    """

    header: Header
    name: str
    link: str
    size: int
    at: int
    data: int
    extended: dict[str, str] = field(default_factory=dict)
    long_name: bool = False

    @property
    def sparse(self) -> bool:
        """Whether the data is a map and pieces rather than the content itself."""
        return self.header.kind == headers.SPARSE or any(
            key.startswith("GNU.sparse.") for key in self.extended
        )


class Walk:
    """Goes through an archive from ``start``. After the loop ``end`` is the offset where members
    end, and ``problem`` says why, if not because of the mark for the end of the archive.
    """

    __slots__ = ("_global", "blob", "end", "meter", "problem", "start")

    def __init__(self, blob: Blob, meter: Meter, start: int = 0) -> None:
        self.blob = blob
        self.meter = meter
        self.start = start
        self.end = start
        self.problem = ""
        self._global: dict[str, str] = {}

    def __iter__(self) -> Iterator[Member]:
        at = self.start
        extended: dict[str, str] = {}
        name = link = ""
        while True:
            self.end = at
            block = self.blob.read(at, BLOCK)
            if block == headers.ZERO:
                self.end = at + BLOCK
                return
            if len(block) < BLOCK:
                self.problem = "the archive has no end mark" if block or at else "it is empty"
                return
            header = self._parse(block)
            if header is None:
                return
            data = at + BLOCK
            behind = data + _padded(header.size)
            if header.kind in (headers.LONG_NAME, headers.LONG_LINK):
                text = self._extension(data, header.size)
                long = text.partition(b"\0")[0].decode("utf-8", "backslashreplace")
                name, link = (long, link) if header.kind == headers.LONG_NAME else (name, long)
            elif header.kind in (headers.PAX, headers.PAX_OLD):
                extended |= headers.parse_pax(self._extension(data, header.size))
            elif header.kind == headers.PAX_GLOBAL:
                self._global |= headers.parse_pax(self._extension(data, header.size))
            else:
                member = self._member(header, at, {**self._global, **extended}, name, link)
                yield member
                behind = member.data + _padded(member.size)
                extended, name, link = {}, "", ""
            at = behind

    def _parse(self, block: bytes) -> Header | None:
        try:
            header = headers.parse_header(block)
        except Malformed as error:
            self.problem = error.reason
            return None
        if not header.checksum_holds:
            self.problem = "a header's checksum is wrong"
            return None
        return header

    def _extension(self, at: int, size: int) -> bytes:
        if size > headers.MOST_PAX:
            raise Malformed(f"an extended header claims {size} bytes", at)
        self.meter.spend_member()
        return self.blob.read(at, size)

    def _member(
        self, header: Header, at: int, extended: dict[str, str], name: str, link: str
    ) -> Member:
        data, size = at + BLOCK, header.size
        if header.kind in (headers.HARD_LINK, headers.SYMBOLIC_LINK, headers.DIRECTORY):
            size = 0
        if header.kind in headers.DEVICES:
            size = 0
        told = extended.get("size", "")
        if told.isascii() and told.isdigit() and len(told) < 20:
            size = int(told)
        if header.kind == headers.SPARSE:
            data = self._behind_map(at)
        return Member(
            header=header,
            name=extended.get("GNU.sparse.name") or extended.get("path") or name or header.name,
            link=extended.get("linkpath") or link or header.link,
            size=size,
            at=at,
            data=data,
            extended=extended,
            long_name=bool(name),
        )

    def _behind_map(self, at: int) -> int:
        """GNU sparse members continue their map in further blocks."""
        more = self.blob.read(at + 482, 1)
        data = at + BLOCK
        while more and more[0]:
            self.meter.spend_member()
            more = self.blob.read(data + 504, 1)
            data += BLOCK
        return data


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
