"""From a zip member to its content: expand, verify, and hand it to whoever reads it."""

import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from seamark.core.findings import Finding
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.folders import Folders
from seamark.scan.models.archives.layouts import Layout
from seamark.scan.models.archives.member_names import leads_out, visible
from seamark.scan.models.archives.zip_content import Content, opened, peek
from seamark.scan.models.archives.zip_members import Member, View
from seamark.scan.models.blobs import Blob
from seamark.scan.models.paths import beside
from seamark.scan.models.scope import OpenBeside, Scope

_LONGEST_TARGET = 4096
_LONGEST_SHOWN = 1024
Key = tuple[int, int, int]


class Archive:
    """One reading of an archive: its bytes, its place, and what kind of archive it is.

    ``hosted``: it rides on a file of another format, whose bytes come first.
    """

    __slots__ = ("_done", "_folders", "_named", "blob", "hosted", "layout", "scope")

    def __init__(
        self,
        blob: Blob,
        scope: Scope,
        layout: Layout,
        *,
        done: set[Key] | None = None,
        hosted: bool = False,
    ) -> None:
        self.blob = blob
        self.scope = scope
        self.layout = layout
        self.hosted = hosted
        self._done = done if done is not None else set()
        self._folders = Folders()
        self._named: dict[str, Member] = {}

    def again(self, layout: Layout) -> "Archive":
        """The same archive in another reading; content that was examined is not repeated."""
        return Archive(self.blob, self.scope, layout, done=self._done, hosted=self.hosted)

    def examine_all(self, members: Sequence[Member]) -> Iterator[Finding]:
        """Findings in the content of every member; one that fails does not end the walk."""
        self._folders = Folders(member.entry.name for member in members)
        self._named = {member.entry.name.removeprefix("./"): member for member in members}
        held = 0
        # Full members first: what a crowd of empty ones hides is examined before the limit ends it.
        for index, member in enumerate(sorted(members, key=lambda each: not each.entry.packed), 1):
            held += max(member.end - member.start, 0) if member.entry.packed else 0
            self.scope.meter.check_members(index, min(held, self.blob.size))
            yield from self._examine_member(member)

    def _examine_member(self, member: Member) -> Iterator[Finding]:
        entry = member.entry
        kind = stat.S_IFMT(entry.mode)
        if kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
            name = visible(entry.name)
            yield self.scope.finding(
                rules.SPECIAL_FILE, f"The member {name!r} is a device or pipe.", anchor=name
            )
        if kind == stat.S_IFLNK:
            yield from self._examine_link(member)
        elif entry.name.endswith("/") and entry.size == 0 and entry.packed <= 2:
            self.scope.meter.spend_member()
        elif (
            not member.differences
            and not member.flags & records.HIDING
            and self.layout.opaque(entry.name)
            and not self._is_disguised(member)
        ):
            self.scope.meter.spend_member()
            self.scope.tally.members += 1
        elif member.flags & records.HIDING or entry.aes:
            yield from self._examine_hidden(member)
        else:
            for view in member.views:
                yield from self.examine_view(entry.name, view)
        if not member.views:
            yield self._unreadable(entry.name, "it lies outside the file")

    def _is_disguised(self, member: Member) -> bool:
        """Whether raw data is also what another loader acts on. Mostly one small read."""
        for view in member.views[:1]:
            head = peek(self.blob, view)
            if head is None or self.layout.suspect(head):
                with opened(self.blob, view, self.scope.meter) as content:
                    return content.blob is not None and self.layout.disguised(content.blob)
        return False

    def examine_view(self, name: str, view: View, *, hidden: bool = False) -> Iterator[Finding]:
        """Findings in the content that one view of a member gives.

        ``hidden`` members come without sizes to hold them to.
        """
        key = (view.data, view.packed, view.method)
        if key in self._done:
            return
        self._done.add(key)
        with opened(self.blob, view, self.scope.meter) as content:
            if not hidden:
                yield from self._verify(name, view, content)
            elif content.broken and content.blob is None:
                yield self._unreadable(name, content.broken)
            if content.blob is not None:
                yield from self._route(name, content.blob)
            if content.unused and not hidden:
                yield from self.examine_stray(
                    (content.unused_at, content.unused_at + content.unused)
                )

    def _verify(self, name: str, view: View, content: Content) -> Iterator[Finding]:
        shown = visible(name)
        if content.broken or content.blob is None:
            yield self._unreadable(name, content.broken)
            return
        if content.blob.size != view.size or content.unused:
            what = f"{content.blob.size} bytes instead of {view.size}"
            if content.unused:
                what += f" and leaves {content.unused} packed bytes unused"
            yield self.scope.finding(
                rules.SIZE_LIES,
                f"The member {shown!r} gives {what}.",
                anchor=shown,
                evidence={"member": shown, "told": view.size, "found": content.blob.size},
            )
        optional = self.layout.zero_checksums and view.crc == 0
        if view.crc is not None and content.crc is not None and content.crc != view.crc:
            if optional:
                return
            yield self.scope.finding(
                rules.WRONG_CHECKSUM,
                f"The checksum of the member {shown!r} does not match its content.",
                anchor=shown,
                evidence={"member": shown, "told": view.crc, "found": content.crc},
            )

    def _unreadable(self, name: str, reason: str) -> Finding:
        shown = visible(name)
        return self.scope.finding(
            rules.UNREADABLE_MEMBER,
            f"The member {shown!r} could not be read in full: {reason}.",
            anchor=shown,
            evidence={"member": shown},
        )

    def _route(self, name: str, content: Blob) -> Iterator[Finding]:
        def siblings() -> frozenset[str]:
            return self._folders.beside(name)

        shown = visible(name, _LONGEST_SHOWN)
        reader = self.layout.reader_of(name)
        if reader is None:
            above = self._folders.above(name)
            with ExitStack() as open_members:
                opener = self._opener(name, open_members)
                yield from self.scope.examine(content, shown, siblings, above, opener)
            return
        from seamark.scan.models.router import examine_as

        yield from examine_as(reader, content, self.scope, shown, siblings)

    def _opener(self, name: str, open_members: ExitStack) -> OpenBeside:
        """Opens members beside ``name`` or below its folder, where their headers agree."""
        known: dict[str | None, Blob | None] = {None: None}

        def opened_beside(relative: str, levels: int = 0, /) -> Blob | None:
            path = beside(name, relative, levels)
            if path not in known:
                known[path] = find(path)
            return known[path]

        def find(path: str | None) -> Blob | None:
            found = self._named.get(path) if path is not None else None
            if found is None or found.differences or found.flags & records.HIDING:
                return None
            if len(found.views) != 1 or stat.S_IFMT(found.entry.mode) == stat.S_IFLNK:
                return None
            content = open_members.enter_context(
                opened(self.blob, found.views[0], self.scope.meter)
            )
            return None if content.broken else content.blob

        return opened_beside

    def _examine_hidden(self, member: Member) -> Iterator[Finding]:
        """A member that is flagged as encrypted: is it?"""
        name = visible(member.entry.name)
        entry = member.entry
        readable = False
        for view in member.views:
            with opened(self.blob, view, self.scope.meter, checksum=True) as content:
                if content.blob is None or not self._is_plain(entry.crc, content):
                    continue
                readable = True
                yield self.scope.finding(
                    rules.FLAGS_LIE,
                    f"The member {name!r} is flagged as encrypted or patched, but is plain.",
                    anchor=name,
                    offset=member.start,
                    evidence={"member": name, "flags": member.flags},
                )
                yield from self._route(entry.name, content.blob)
        if not readable:
            yield self.scope.finding(
                rules.ENCRYPTED,
                f"The member {name!r} is encrypted.",
                anchor=name,
                offset=member.start,
                evidence={"member": name},
            )

    def _is_plain(self, crc: int, content: Content) -> bool:
        from seamark.scan.models.router import detect

        if content.blob is None or not content.blob.size:
            return False
        if not content.broken and content.crc == crc:
            return True
        return detect(content.blob) is not None

    def _examine_link(self, member: Member) -> Iterator[Finding]:
        name = visible(member.entry.name)
        for view in member.views[:1]:
            with opened(self.blob, view, self.scope.meter) as content:
                raw = content.blob.read(0, _LONGEST_TARGET) if content.blob else b""
            target = raw.decode("utf-8", "backslashreplace")
            folder = member.entry.name.rpartition("/")[0]
            escapes = leads_out(target, start=folder)
            yield self.scope.finding(
                rules.LINK_ESCAPES if escapes else rules.LINK,
                f"The member {name!r} is a link to {visible(target)!r}.",
                anchor=name,
                offset=member.start,
                evidence={"member": name, "target": visible(target)},
            )

    def examine_stray(self, gap: tuple[int, int]) -> Iterator[Finding]:
        """Examine bytes outside all members where a reader recognizes them."""
        from seamark.scan.models.router import detect

        rest = self.blob.slice(gap[0], gap[1] - gap[0])
        if self.blob.read(gap[0], 4) == records.LOCAL:
            return  # hidden members, examined as such
        if detect(rest) is not None:
            yield from self.scope.examine(rest, f"(bytes {gap[0]} to {gap[1]})")
