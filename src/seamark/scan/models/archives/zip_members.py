"""Members as both of their headers describe them, and where their bytes lie."""

from collections.abc import Iterator
from typing import NamedTuple

from seamark.core.findings import Finding
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.member_names import visible
from seamark.scan.models.archives.zip_readings import Reading
from seamark.scan.models.archives.zip_records import Entry, Local
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Meter
from seamark.scan.models.scope import Scope


class View(NamedTuple):
    """Where a reader finds a member's bytes, how it expands them and what it expects."""

    data: int
    packed: int
    method: int
    size: int
    crc: int | None


class Member(NamedTuple):
    """One member. ``views`` are the ways to read it, the directory's first; honest ones have one.

    ``start`` is the local header's offset in the blob, ``end`` that behind data and descriptor.
    ``other_name`` is what the local header calls it, where that differs. ``differences`` say in
    words what the headers disagree about. ``flags`` are those of both headers.
    """

    entry: Entry
    start: int
    end: int
    views: tuple[View, ...]
    flags: int
    other_name: str = ""
    differences: tuple[str, ...] = ()


def read_members(blob: Blob, reading: Reading, meter: Meter) -> list[Member]:
    """Every member of the directory with its local header, in the directory's order."""
    members = []
    shift = reading.shift
    for index, entry in enumerate(reading.entries):
        if not index % 1024:
            meter.check_time()
        start = entry.offset + shift
        local = records.read_local(blob, start, len(entry.raw_name))
        if local is None:
            members.append(_without_header(blob, entry, start))
            continue
        end = local.data + entry.packed
        views: tuple[View, ...] = (
            View(local.data, entry.packed, entry.method, entry.size, entry.crc),
        )
        differences: tuple[str, ...] = ()
        if local.flags & records.STREAMED:
            length = _descriptor(blob, end, entry)
            end += length or 0
            # Writers that know the sizes may set the flag and leave the descriptor out.
            told = (local.crc, local.packed, local.size)
            if length is None and told != (entry.crc, entry.packed, entry.size):
                differences = ("data descriptor",)
        if not _agrees(entry, local):
            differences += tuple(_differences(entry, local))
            views += _local_view(entry, local)
        other = ""
        if local.raw_name != entry.raw_name:
            other = records.decode_name(local.raw_name, local.flags)
        flags = entry.flags | local.flags
        members.append(Member(entry, start, end, views, flags, other, differences))
    return members


def _agrees(entry: Entry, local: Local) -> bool:
    """The usual case at little cost."""
    if local.flags != entry.flags or local.method != entry.method:
        return False
    if local.raw_name != entry.raw_name:
        return False
    told = (local.crc, local.packed, local.size)
    if told == (entry.crc, entry.packed, entry.size):
        return True
    return bool(local.flags & records.STREAMED) and told == (0, 0, 0)


def _differences(entry: Entry, local: Local) -> Iterator[str]:
    if local.raw_name != entry.raw_name:
        yield "name"
    watched = records.HIDING if entry.raw_name.isascii() else records.HIDING | records.UTF8
    if (local.flags ^ entry.flags) & watched:
        yield "flags"
    if local.method != entry.method:
        yield "method"
    unset = local.flags & records.STREAMED
    for what, here, there in (
        ("checksum", local.crc, entry.crc),
        ("packed size", local.packed, entry.packed),
        ("size", local.size, entry.size),
    ):
        if here != there and not (unset and here == 0):
            yield what


def _local_view(entry: Entry, local: Local) -> tuple[View, ...]:
    """The local header's view of the bytes, where it differs from the directory's."""
    streamed = local.flags & records.STREAMED and not local.packed
    packed = entry.packed if streamed else local.packed
    if local.method == records.STORED and not streamed:
        packed = max(packed, local.size)  # some readers take the size of stored members
    if (local.method, packed) == (entry.method, entry.packed):
        return ()
    size = entry.size if streamed else local.size
    return (View(local.data, packed, local.method, size, None),)


def _descriptor(blob: Blob, at: int, entry: Entry) -> int | None:
    """Length of the data descriptor at ``at``; None where none agrees with the directory.

    It may lack its signature, and has 4- or 8-byte sizes (APPNOTE 4.3.9).
    """
    data = blob.read(at, 24)
    crc = entry.crc.to_bytes(4, "little")
    for signed in (4, 0):
        if signed and not data.startswith(records.DESCRIPTOR):
            continue
        for width in (4, 8):
            limit = 1 << 8 * width
            if entry.packed >= limit or entry.size >= limit:
                continue
            sizes = entry.packed.to_bytes(width, "little") + entry.size.to_bytes(width, "little")
            if data[signed : signed + 4 + 2 * width] == crc + sizes:
                return signed + 4 + 2 * width
    return None


def _without_header(blob: Blob, entry: Entry, start: int) -> Member:
    """The directory points to something that is no local header; relaxed readers go on."""
    raw = blob.read(start, records.LOCAL_SIZE)
    lengths = int.from_bytes(raw[26:28], "little") + int.from_bytes(raw[28:30], "little")
    data = start + records.LOCAL_SIZE + lengths
    view = View(data, entry.packed, entry.method, entry.size, entry.crc)
    views = (view,) if len(raw) == records.LOCAL_SIZE else ()
    return Member(entry, start, start, views, entry.flags, "", ("local header",))


def examine_members(members: list[Member], scope: Scope) -> Iterator[Finding]:
    """Findings where the two headers of a member disagree."""
    for member in members:
        if not member.differences:
            continue
        name = visible(member.entry.name)
        what = ", ".join(member.differences)
        message = f"The headers of {name!r} disagree about: {what}."
        if member.differences == ("local header",):
            message = f"The directory says that {name!r} is where no member begins."
        evidence = {"member": name, "differences": list(member.differences)}
        if member.other_name:
            evidence["local_name"] = visible(member.other_name)
        yield scope.finding(
            rules.HEADERS_DISAGREE,
            message,
            anchor=f"{name}: {what}",
            offset=member.start,
            evidence=evidence,  # type: ignore[arg-type]
        )
