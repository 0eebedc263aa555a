"""Tar archives, and the checkpoints that torch once wrote as tar."""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models import paths
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import tar_headers as headers
from seamark.scan.models.archives.capped import capped
from seamark.scan.models.archives.folders import Folders
from seamark.scan.models.archives.member_names import (
    examine_duplicates,
    examine_name,
    leads_out,
    visible,
)
from seamark.scan.models.archives.sniffers import is_tar
from seamark.scan.models.archives.tar_headers import BLOCK
from seamark.scan.models.archives.tar_walk import Member, Walk
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import OpenBeside, Reader, Scope

_SEARCHED = 16 << 20
_CHUNK = 1 << 20
_TORCH_PARTS = frozenset({"sys_info", "pickle", "storages", "tensors"})
_LONGEST_SHOWN = 1024
_GREATEST_PLAIN = 8 << 30


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one tar archive and in all its members."""
    walk = Walk(blob, scope.meter)
    members = []
    for member in walk:
        members.append(member)
        if len(members) > scope.meter.limits.members:
            raise LimitExceeded(f"holds more than {scope.meter.limits.members} members")
    names = [member.name for member in members]
    checkpoint = {"pickle", "storages"} <= {name.removeprefix("./") for name in names}
    scope.set_format("pytorch-tar" if checkpoint else "tar")
    yield from capped(_structure(members, blob, scope), scope)
    folders = Folders(names)
    files = {member.name.removeprefix("./"): member for member in members if not member.sparse}
    held = 0
    # Full members first: what a crowd of empty ones hides is examined before the limit ends it.
    for index, member in enumerate(sorted(members, key=lambda each: not each.size), 1):
        held += max(min(member.size, blob.size - member.data), 0)
        scope.meter.check_members(index, held)
        beside = _opener(member, files, blob)
        yield from _examine_content(member, folders, beside, blob, scope, checkpoint)
    yield from _examine_rest(walk, blob, scope)


def _structure(members: list[Member], blob: Blob, scope: Scope) -> Iterator[Finding]:
    for member in members:
        for name in dict.fromkeys((member.name, member.header.name)):
            yield from examine_name(name, scope)
        yield from _examine_kind(member, scope)
        yield from _examine_extensions(member, scope)
        if member.data + member.size > blob.size:
            name = visible(member.name)
            yield scope.finding(
                rules.UNREADABLE_MEMBER,
                f"The member {name!r} is cut off at the end of the file.",
                anchor=name,
                offset=member.at,
            )
    files = (m.name.removeprefix("./") for m in members if m.header.kind != headers.DIRECTORY)
    yield from examine_duplicates(files, scope)


def _examine_kind(member: Member, scope: Scope) -> Iterator[Finding]:
    name, kind = visible(member.name), member.header.kind
    if kind in headers.DEVICES:
        yield scope.finding(
            rules.SPECIAL_FILE,
            f"The member {name!r} is a device or pipe.",
            anchor=name,
            offset=member.at,
        )
    if kind in (headers.SYMBOLIC_LINK, headers.HARD_LINK):
        # A symbolic link counts from its own folder, a hard link from the archive's root.
        start = member.name.rpartition("/")[0] if kind == headers.SYMBOLIC_LINK else ""
        escapes = leads_out(member.link, start=start)
        target = visible(member.link)
        yield scope.finding(
            rules.LINK_ESCAPES if escapes else rules.LINK,
            f"The member {name!r} is a link to {target!r}.",
            anchor=name,
            offset=member.at,
            evidence={"member": name, "target": target},
        )


def _examine_extensions(member: Member, scope: Scope) -> Iterator[Finding]:
    """Extended headers that replace what the plain header could have said itself."""
    name, plain = visible(member.name), member.header
    path = member.extended.get("path", "")
    if path.isascii() and 0 < len(path) <= 100 and path.rstrip("/") != plain.name.rstrip("/"):
        yield scope.finding(
            rules.AMBIGUOUS,
            f"The member {name!r} is called {visible(plain.name)!r} by its plain header.",
            anchor=f"{name}: path",
            offset=member.at,
            evidence={"extended": name, "plain": visible(plain.name)},
        )
    told = member.extended.get("size", "")
    if told and plain.size < _GREATEST_PLAIN and told != str(plain.size):
        yield scope.finding(
            rules.AMBIGUOUS,
            f"The member {name!r} has {visible(told)} bytes by its extended header and "
            f"{plain.size} by its plain one, so readers disagree where the next one begins.",
            anchor=f"{name}: size",
            offset=member.at,
            evidence={"extended": visible(told), "plain": plain.size},
        )


def _opener(member: Member, files: Mapping[str, Member], blob: Blob) -> OpenBeside:
    """Opens plain files beside a member, or below its folder: their bytes lie in the archive."""

    def opened(name: str, levels: int = 0, /) -> Blob | None:
        path = paths.beside(member.name, name, levels)
        found = files.get(path) if path is not None else None
        if found is None or found.header.kind not in (b"0", b"\0", b"7"):
            return None
        return blob.slice(found.data, found.size)

    return opened


def _examine_content(
    member: Member,
    folders: Folders,
    beside: OpenBeside,
    blob: Blob,
    scope: Scope,
    checkpoint: bool,
) -> Iterator[Finding]:
    kind = member.header.kind
    if member.size == 0 and kind not in (b"0", b"\0", b"7"):
        scope.meter.spend_member()
        return
    shown = visible(member.name, _LONGEST_SHOWN)
    if member.sparse:
        scope.skip(f"the member {shown!r} is sparse; only its stored pieces were examined")
    content = blob.slice(member.data, member.size)

    def siblings() -> frozenset[str]:
        return folders.beside(member.name)

    reader = _reader_of(member.name, checkpoint)
    if reader is not None:
        from seamark.scan.models.router import examine_as

        yield from examine_as(reader, content, scope, shown, siblings)
    else:
        yield from scope.examine(content, shown, siblings, folders.above(member.name), beside)
    plain = member.header.size
    if 0 < plain < member.size:
        # Readers that ignore the extended size find their next header in here.
        start = member.data + -(-plain // BLOCK) * BLOCK
        yield from _examine_recognized(blob, start, member.data + member.size, scope)


def _reader_of(name: str, checkpoint: bool) -> Reader | None:
    """The reader of members that one loader reads in one way, whatever they hold."""
    part = name.removeprefix("./")
    if part == "model_config.yaml":  # a .nemo file, packed or not, is a tar with this in it
        from seamark.scan.models.packages import nemo

        return nemo.examine
    if not checkpoint or part not in _TORCH_PARTS:
        return None
    from seamark.scan.models.torch import tar_checkpoint

    return tar_checkpoint.reader_of(part)


def _examine_rest(walk: Walk, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What lies behind the last member that an ordinary reader sees."""
    if walk.problem and walk.end < blob.size:
        yield scope.finding(
            rules.WRONG_CHECKSUM,
            f"Members end at byte {walk.end} because {walk.problem}; tolerant readers go on.",
            anchor="header",
            offset=walk.end,
        )
        yield from _examine_denied(blob, walk.end, scope)
    elif walk.problem:
        yield scope.finding(
            rules.UNREADABLE_MEMBER,
            f"The archive is cut off: {walk.problem}.",
            anchor="end",
            offset=walk.end,
        )
    refused = BLOCK if walk.problem else 0  # that header was just looked at
    start = _first_content(blob, walk.end + refused, scope)
    if start is None:
        return
    if not walk.problem:
        yield scope.finding(
            rules.STRAY_BYTES,
            "Bytes follow the mark that ends the archive.",
            anchor="behind the end mark",
            offset=start,
        )
    yield from _examine_recognized(blob, start, blob.size, scope)


def _examine_denied(blob: Blob, at: int, scope: Scope) -> Iterator[Finding]:
    """The member of a header that ordinary readers refuse, as tolerant ones see it."""
    try:
        header = headers.parse_header(blob.read(at, BLOCK).ljust(BLOCK, b"\0"))
    except Malformed:
        return
    if header.size:
        content = blob.slice(at + BLOCK, header.size)
        yield from scope.examine(content, visible(header.name))


def _first_content(blob: Blob, at: int, scope: Scope) -> int | None:
    """The first block from ``at`` on that is not zero, or None."""
    stop = min(blob.size, at + _SEARCHED)
    while at < stop:
        window = blob.read(at, min(_CHUNK, stop - at))
        rest = window.lstrip(b"\0")
        if rest:
            return at + (len(window) - len(rest)) // BLOCK * BLOCK
        at += len(window)
        scope.meter.check_time()
    if stop < blob.size:
        scope.skip(f"bytes {stop} to {blob.size} behind the archive's end were not searched")
    return None


def _examine_recognized(blob: Blob, start: int, end: int, scope: Scope) -> Iterator[Finding]:
    """Examine what begins at ``start``, and the first archive that begins in ``[start, end)``."""
    from seamark.scan.models.router import detect

    rest = blob.slice(start, end - start)
    found = detect(rest)
    if found is not None:
        yield from scope.examine(rest, f"(bytes {start} to {end})")
    if found is not None and found.name == "tar":
        return
    stop = min(end, start + _SEARCHED)
    for at in range(start + BLOCK, stop, BLOCK):
        if not at // BLOCK % 256:
            scope.meter.check_time()
        if is_tar(blob.read(at, BLOCK), blob):
            yield from scope.examine(blob.slice(at, end - at), f"(bytes {at} to {end})")
            return
    if stop < end:
        scope.skip(f"bytes {stop} to {end} outside all members were not searched")
