"""What hides behind the last byte that a format uses: appended archives and streams.

A zip reader looks for its directory from the end of the file, so a zip archive can ride on any
other file. One read of at most 64 KiB + 22 bytes tells.
"""

import struct
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope

_END = struct.Struct("<4s4H2LH")  # APPNOTE 4.3.16, end of central directory record
_LONGEST_COMMENT = 0xFFFF


def find_zip_end(blob: Blob) -> int | None:
    """Offset of a zip end-of-central-directory record that closes the file, else None.

    Stricter than zip readers on purpose: the comment must reach exactly to the end and the
    directory must lie before the record, so that random weights do not look like an archive.
    """
    window = min(blob.size, _END.size + _LONGEST_COMMENT)
    base = blob.size - window
    tail = blob.read(base, window)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            fields = _END.unpack_from(tail, at)
            directory, comment = fields[5], fields[7]
            inside = directory == 0xFFFFFFFF or directory <= base + at
            if inside and at + _END.size + comment == len(tail):
                return base + at
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return None


def examine_appended_zip(blob: Blob, scope: Scope, *, host: str) -> Iterator[Finding]:
    """Findings where a zip archive closes a file that is a ``host`` (``safetensors``)."""
    end = find_zip_end(blob)
    if end is None:
        return
    yield scope.finding(
        rules.POLYGLOT,
        f"The {host} content ends in a zip archive that zip readers open as a whole.",
        anchor="zip",
        offset=end,
        evidence={"first": host, "second": "zip"},
    )
    from seamark.scan.models.archives.zip import examine_appended
    from seamark.scan.models.router import examine_as

    yield from examine_as(examine_appended, blob, scope, "(appended zip)")


def examine_trailing(blob: Blob, scope: Scope, start: int) -> Iterator[Finding]:
    """Examine by content what follows the last byte that the format uses, from ``start``."""
    if start < blob.size:
        yield from scope.examine(blob.slice(start, blob.size - start), "(trailing bytes)")
