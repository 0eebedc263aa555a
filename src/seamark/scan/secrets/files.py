"""One file: opened safely, taken apart where it is an archive, searched piece by piece."""

import os
import stat
from collections.abc import Iterator

from seamark.core.findings import Finding, Location
from seamark.recognizers.secrets.engine import Recognizer
from seamark.scan.models.blobs import Blob, FileBlob
from seamark.scan.secrets import rules
from seamark.scan.secrets.containers import DEPTH, Allowance, kind_of, members
from seamark.scan.secrets.judge import Tally, judge
from seamark.scan.secrets.pieces import HEAD, left_out, pieces, wide_encoding
from seamark.scan.walk import Entry


def search_file(
    entry: Entry, recognizer: Recognizer, *, key: bytes | None = None
) -> Iterator[Finding]:
    """Every finding of one file, without fingerprints; never raises for what the file holds."""
    tally = Tally(entry.shown, key, recognizer)
    try:
        handle = os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        yield _unread(tally, "", str(getattr(error, "strerror", None) or error))
        return
    try:
        status = os.fstat(handle)
        if stat.S_ISREG(status.st_mode):
            blob = FileBlob(handle, 0, status.st_size)
            yield from _search(blob, tally, "", Allowance(), 0)
        else:
            yield _unread(tally, "", "it is no regular file")
    except OSError as error:
        yield _unread(tally, "", error.strerror or str(error))
    finally:
        os.close(handle)
    yield from tally.remarks()


def _search(
    blob: Blob, tally: Tally, member: str, allowance: Allowance, depth: int
) -> Iterator[Finding]:
    head = blob.read(0, 512)
    kind = kind_of(head)
    if kind and depth < DEPTH:
        yield from _inside(blob, kind, tally, member, allowance, depth)
        return
    if kind:
        yield _unread(tally, member, f"archives are nested deeper than {DEPTH}")
        return
    if wide_encoding(head) and blob.size > HEAD:
        yield _unread(tally, member, f"of UTF-16 text only the first {HEAD >> 20} MiB were read")
    for piece in pieces(blob):
        yield from judge(piece, tally, member=member)
    if skipped := left_out(blob):
        yield Finding(
            rule=rules.DECODED,
            message=f"{skipped} bytes of binary data were not searched.",
            location=Location(path=tally.path, member=member),
            anchor="binary data",
        )


def _inside(
    blob: Blob, kind: str, tally: Tally, member: str, allowance: Allowance, depth: int
) -> Iterator[Finding]:
    for each in members(blob, kind, allowance):
        name = "!".join(filter(None, (member, each.name)))
        if each.problem:
            yield _unread(tally, name, each.problem)
        if each.blob is not None:
            yield from _search(each.blob, tally, name, allowance, depth + 1)


def _unread(tally: Tally, member: str, why: str) -> Finding:
    return Finding(
        rule=rules.UNREAD,
        message=f"It could not be searched for credentials: {why}.",
        location=Location(path=tally.path, member=member),
        anchor=why,
    )
