"""Scan what is about to be loaded, by the rules of ``seamark scan``, and load just that."""

import os
from collections.abc import Callable
from typing import Any

from seamark.core.paths import printable
from seamark.core.reports import FileReport
from seamark.harden.loading.policy import Policy, examined
from seamark.harden.loading.refusals import UnsafeModel, report_of
from seamark.harden.loading.sources import Source, open_path, open_rest
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.scope import Reader, nothing_above
from seamark.scan.models.surroundings import Folder

STREAM_LIMIT = 1 << 30
"""Bytes that are read ahead from what is no file on disk; more is unclear."""


class Nowhere:
    """The surroundings of bytes that lie in no folder."""

    def names(self, levels: int) -> frozenset[str]:
        """See :class:`~seamark.scan.models.surroundings.Surroundings`."""
        return nothing_above(levels)

    def open(self, _name: str, _levels: int = 0, /) -> Blob | None:
        """See :class:`~seamark.scan.models.surroundings.Surroundings`."""
        return None


def scan_source(source: Source, policy: Policy, *, reader: Reader | None = None) -> FileReport:
    """The scanner's report on the very bytes that will be loaded."""
    beside = Folder(source.name) if os.path.isfile(source.name) else None
    try:
        return policy.scanner.scan_blob(
            source.blob,
            shown=printable(source.name),
            around=beside or Nowhere(),
            changed=source.changed,
            reader=reader,
        )
    finally:
        if beside is not None:
            beside.close()


def scan_stream(data: bytes, policy: Policy, *, name: str = "<pickle>") -> FileReport:
    """The report on the one pickle stream with which ``data`` begins."""
    from seamark.scan.models.pickle.reader import examine_first

    return policy.scanner.scan_blob(
        BytesBlob(data),
        shown=printable(name),
        around=Nowhere(),
        changed=lambda: False,
        reader=examine_first,
    )


def load_examined(place: Any, policy: Policy, call: Callable[[Any], Any]) -> Any:
    """Examine a path or an open file, then ``call`` the loader with what was examined.

    ``call`` gets a file object. Raises
    :class:`~seamark.harden.loading.refusals.UnsafeModel`, and ``OSError`` as opening does.
    """
    named = isinstance(place, str | bytes | os.PathLike)
    path = os.fsdecode(place) if named else ""
    source = open_path(path) if named else open_rest(place, limit=STREAM_LIMIT)
    if source is None:
        shown = path or str(getattr(place, "name", "<stream>"))
        message = "It is no regular file, or cannot be read twice, so it was not examined."
        policy.refuse(UnsafeModel(report_of(rules.NOT_A_REGULAR_FILE, shown, message)))
        return call(place)
    try:
        policy.judge(scan_source(source, policy))
        with examined(policy):
            result = call(source.open())
        refuse_changed(source, policy)
        return result
    finally:
        source.close()


def load_in_place(path: str, policy: Policy, call: Callable[[], Any]) -> Any:
    """Examine a path that the loader opens itself; refuse if it is not the same file after."""
    source = open_path(path)
    if source is None:
        message = "It is no regular file, so it was not examined."
        policy.refuse(UnsafeModel(report_of(rules.NOT_A_REGULAR_FILE, path, message)))
        return call()
    try:
        policy.judge(scan_source(source, policy))
        result = call()
        refuse_changed(source, policy)
        return result
    finally:
        source.close()


def refuse_changed(source: Source, policy: Policy) -> None:
    """Refuse what was loaded from a file that somebody wrote to, or replaced, meanwhile."""
    replaced = False
    if os.path.isfile(source.name) and source.fd is not None:
        status, ours = os.stat(source.name), os.fstat(source.fd)
        replaced = (status.st_dev, status.st_ino) != (ours.st_dev, ours.st_ino)
    if source.changed() or replaced:
        message = "The file changed while it was loaded."
        policy.refuse(
            UnsafeModel(report_of(rules.CHANGED, printable(source.name), message, anchor="changed"))
        )
