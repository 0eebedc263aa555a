"""Zip archives, read from both ends: what any loader could find in one is examined.

The end records give the directory, the directory the members, each member has a second header
of its own, and what lies between is looked through for members that the directory hides. Where
readers would differ, that is a finding, and the content of every reading is examined.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules as file_rules
from seamark.scan.models.archives import rules
from seamark.scan.models.archives import zip_records as records
from seamark.scan.models.archives.capped import capped
from seamark.scan.models.archives.layouts import find_layout
from seamark.scan.models.archives.member_names import examine_duplicates, examine_name, visible
from seamark.scan.models.archives.zip_examine import Archive
from seamark.scan.models.archives.zip_gaps import (
    Gap,
    describe_gap,
    examine_overlaps,
    find_gaps,
    find_hidden,
    is_padding,
)
from seamark.scan.models.archives.zip_members import (
    Member,
    examine_members,
    read_members,
)
from seamark.scan.models.archives.zip_readings import (
    MOST_READINGS,
    Reading,
    examine_reading,
    find_readings,
)
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import ExpansionBomb
from seamark.scan.models.scope import Scope


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one zip archive and in all its members."""
    yield from _examine_or_stop(blob, scope, hosted=False)


def examine_appended(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in a zip archive that ends a file of another format.

    What precedes the first member belongs to that format, whose reader looks at it.
    """
    yield from _examine_or_stop(blob, scope, hosted=True)


def _examine_or_stop(blob: Blob, scope: Scope, *, hosted: bool) -> Iterator[Finding]:
    try:
        yield from _examine(blob, scope, hosted)
    except ExpansionBomb as error:
        yield scope.finding(rules.BOMB, f"The archive {error}.", anchor="expansion")
        raise


def _examine(blob: Blob, scope: Scope, hosted: bool) -> Iterator[Finding]:
    readings, loose = find_readings(blob, scope.meter)
    if not readings:
        yield from _without_directory(blob, scope)
        return
    archive = Archive(blob, scope, find_layout(readings[0].entries), hosted=hosted)
    scope.set_format(archive.layout.format)
    primary = readings[0]
    members = read_members(blob, primary, scope.meter)
    yield from capped(_structure(archive, primary, members, whole=True), scope)
    yield from _loose_ends(loose, primary, scope)
    yield from _examine_comment(blob, primary, scope)
    yield from archive.examine_all(members)
    others = [reading for reading in readings[1:] if not _nested(reading, members)]
    for other in others:
        yield from _second_reading(blob, scope, archive, primary, other)
    if len(readings) >= MOST_READINGS and others:
        scope.skip(f"only {MOST_READINGS} of the archive's readings were examined")


def _structure(
    archive: Archive, reading: Reading, members: list[Member], *, whole: bool
) -> Iterator[Finding]:
    """What the structure says, without content. ``whole``: also what lies between members."""
    blob, scope = archive.blob, archive.scope
    yield from examine_reading(reading, scope)
    yield from examine_members(members, scope)
    for member in members:
        for name in dict.fromkeys((member.entry.name, member.entry.alternative, member.other_name)):
            yield from examine_name(name, scope)
        if member.entry.alternative and member.entry.raw_name.isascii():
            yield _two_names(member, scope)
    names = [member.entry.name for member in members]
    yield from examine_duplicates(names, scope, fold_case=archive.layout.fold_case)
    if archive.layout.inspect is not None:
        yield from archive.layout.inspect(reading.entries, scope)
    if whole:
        yield from examine_overlaps(members, scope)
        first = min((member.start for member in members), default=reading.directory)
        for gap in find_gaps(members, reading, blob.size):
            if archive.hosted and gap[0] == 0:
                continue
            yield from _examine_gap(archive, gap, describe_gap(gap, reading, first))


def _examine_comment(blob: Blob, reading: Reading, scope: Scope) -> Iterator[Finding]:
    """A comment is a remark for people; one that works as a pickle is a payload in waiting."""
    from seamark.scan.models.pickle.sniff import acts_as_pickle

    comment = blob.slice(reading.comment, reading.tail - reading.comment)
    if comment.size and acts_as_pickle(comment.read(0, 16), comment):
        yield scope.finding(
            file_rules.POLYGLOT,
            "The archive's comment works as a pickle.",
            anchor="comment",
            offset=reading.comment,
        )
        yield from scope.examine(comment, "(comment)")


def _two_names(member: Member, scope: Scope) -> Finding:
    name, other = visible(member.entry.name), visible(member.entry.alternative)
    return scope.finding(
        rules.HEADERS_DISAGREE,
        f"The member {name!r} has a second name {other!r} in its Unicode path field.",
        anchor=f"{name}: unicode path",
        offset=member.start,
        evidence={"member": name, "unicode_path": other},
    )


def _examine_gap(archive: Archive, gap: Gap, where: str) -> Iterator[Finding]:
    """Members and other content in bytes that the directory does not account for."""
    blob, scope = archive.blob, archive.scope
    if is_padding(blob, gap) or _is_signature(blob, gap):
        return
    hidden = find_hidden(blob, gap, scope)
    for member in hidden:
        name = visible(member.entry.name)
        yield scope.finding(
            rules.HIDDEN_MEMBER,
            f"The member {name!r} is {where} and not in the directory.",
            anchor=name,
            offset=member.start,
            evidence={"member": name},
        )
        yield from examine_name(member.entry.name, scope)
        yield from archive.examine_view(member.entry.name, member.views[0], hidden=True)
    if not hidden:
        yield scope.finding(
            rules.STRAY_BYTES,
            f"{gap[1] - gap[0]} bytes {where} belong to no member.",
            anchor=where,
            offset=gap[0],
            evidence={"length": gap[1] - gap[0]},
        )
    yield from archive.examine_stray(gap)


def _is_signature(blob: Blob, gap: Gap) -> bool:
    """A digital signature of the directory (APPNOTE 4.3.13), which nothing reads any more."""
    head = blob.read(gap[0], 6)
    return head[:4] == records.SIGNATURE and gap[1] - gap[0] == 6 + int.from_bytes(
        head[4:], "little"
    )


def _loose_ends(loose: list[int], primary: Reading, scope: Scope) -> Iterator[Finding]:
    for at in loose:
        if at > primary.end.at:
            yield scope.finding(
                rules.AMBIGUOUS,
                "Behind the end record another one begins that leads nowhere; readers that "
                "take the last one fail, others read the archive.",
                anchor="end record without directory",
                offset=at,
            )
            return


def _nested(reading: Reading, members: list[Member]) -> bool:
    """Whether the reading is that of an archive inside a member, where it is not ambiguous."""
    return any(
        member.start < reading.directory and reading.tail <= member.end for member in members
    )


def _second_reading(
    blob: Blob, scope: Scope, archive: Archive, primary: Reading, other: Reading
) -> Iterator[Finding]:
    yield scope.finding(
        rules.AMBIGUOUS,
        f"The archive has two directories: at byte {primary.directory} with "
        f"{len(primary.entries)} members, at byte {other.directory} with {len(other.entries)}.",
        anchor="two directories",
        offset=other.end.at,
        evidence={"directories": [primary.directory, other.directory]},
    )
    second = archive.again(find_layout(other.entries))
    members = read_members(blob, other, scope.meter)
    yield from capped(_structure(second, other, members, whole=False), scope)
    yield from second.examine_all(members)


def _without_directory(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """No end record leads to a directory: only readers from the front find members."""
    yield scope.finding(
        rules.UNREADABLE_MEMBER,
        "The archive has no usable directory; it is cut off or damaged.",
        anchor="directory",
    )
    members = find_hidden(blob, (0, blob.size), scope)
    archive = Archive(blob, scope, find_layout([member.entry for member in members]))
    scope.set_format(archive.layout.format)
    for member in members:
        yield from capped(examine_name(member.entry.name, scope), scope)
        if archive.layout.opaque(member.entry.name):
            scope.meter.spend_member()
            scope.tally.members += 1
        else:
            yield from archive.examine_view(member.entry.name, member.views[0], hidden=True)
