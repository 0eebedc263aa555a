"""Scan one file: open, hash, route, judge."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from seamark.core.digests import digest_bytes
from seamark.core.findings import Finding, with_fingerprints
from seamark.core.paths import printable
from seamark.core.reports import FileReport
from seamark.core.rules import Rule
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob, BytesBlob, FileBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import contain, route
from seamark.scan.models.scope import Options, Reader, Scope, Tally
from seamark.scan.models.surroundings import Folder, Surroundings

_IN_MEMORY = 1 << 20
_CHUNK = 1 << 20
_LARGE = 1 << 30


@dataclass(frozen=True, slots=True)
class Scanner:
    """How files are scanned: limits for each file, user's options, digest or not."""

    limits: Limits = field(default_factory=Limits)
    options: Options = field(default_factory=Options)
    digest: bool = True

    def scan_file(
        self,
        path: str | os.PathLike[str],
        *,
        shown: str | None = None,
        folder: Surroundings | None = None,
    ) -> FileReport:
        """Report on one file. Never raises for bad input.

        ``shown`` is the path that the report carries. Who gives ``folder``, the file's own,
        learns from it whether other files had a say, and closes it.
        """
        path = os.fspath(path)
        shown = shown if shown is not None else printable(path)
        if folder is None:
            own = Folder(path)
            try:
                return self._scan_beside(path, shown, own)
            finally:
                own.close()
        return self._scan_beside(path, shown, folder)

    def scan_blob(
        self,
        blob: Blob,
        *,
        shown: str,
        around: Surroundings,
        changed: Callable[[], bool],
        gaps: Callable[[], Iterable[str]] = tuple,
        reader: Reader | None = None,
    ) -> FileReport:
        """Report, without a digest, on bytes that are read piece by piece from elsewhere.

        ``reader`` is for who knows how they will be loaded; otherwise the content decides. After
        reading, ``changed`` says whether the bytes are others by now, and ``gaps`` what
        could not be seen around them.
        """
        scope = self._scope(shown, around)
        scope.meter.admit(blob.size)
        found = list(contain(reader or route, blob, scope))
        try:
            if changed():
                found.append(scope.finding(rules.CHANGED, "It changed during the examination."))
        except OSError as error:
            reason = error.strerror or str(error)
            found.append(
                scope.finding(rules.UNREADABLE, f"Asking whether it changed failed: {reason}.")
            )
        for gap in gaps():
            scope.skip(gap)
        return _report(shown, None, blob.size, scope.tally, found)

    def _scope(self, shown: str, around: Surroundings) -> Scope:
        return Scope(
            path=shown,
            meter=Meter(self.limits),
            tally=Tally(),
            route=route,
            options=self.options,
            siblings=lambda: around.names(0),
            above=around.names,
            beside=around.open,
        )

    def _scan_beside(self, path: str, shown: str, folder: Surroundings) -> FileReport:
        scope = self._scope(shown, folder)
        tally = scope.tally
        try:
            # O_NONBLOCK: opening a FIFO must not wait for a writer.
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            tally.format = "unreadable"
            found = [scope.finding(rules.UNREADABLE, f"Cannot open: {error.strerror}.")]
            return _report(shown, None, 0, tally, found)
        try:
            return self._scan_open(fd, shown, scope)
        finally:
            os.close(fd)

    def _scan_open(self, fd: int, shown: str, scope: Scope) -> FileReport:
        status = os.fstat(fd)
        size = status.st_size
        refused = _why_not_plain(fd, status)
        if refused:
            rule, message = refused
            scope.tally.format = "special" if rule is rules.NOT_A_REGULAR_FILE else "unreadable"
            return _report(shown, None, size, scope.tally, [scope.finding(rule, message)])
        scope.meter.admit(size)
        blob: Blob = FileBlob(fd, 0, size)
        if size <= _IN_MEMORY:
            blob = BytesBlob(blob.read(0, size))
        found = list(route(blob, scope))
        digest: str | None = None
        if self.digest and _is_sparse(status):
            found.append(
                scope.finding(rules.SPARSE, f"The file claims {size} bytes and holds nearly none.")
            )
        elif self.digest:
            try:
                digest = _digest(blob)
            except OSError as error:
                reason = error.strerror or str(error)
                found.append(scope.finding(rules.UNREADABLE, f"Reading failed: {reason}."))
        if _identity(os.fstat(fd)) != _identity(status):
            # Otherwise the digest could name other bytes than those that were examined.
            found.append(scope.finding(rules.CHANGED, "The file changed during the examination."))
        return _report(shown, digest, size, scope.tally, found)

    def scan_bytes(self, data: bytes, *, name: str = "<bytes>") -> FileReport:
        """Report on bytes in memory, as if they were a file called ``name``."""
        tally = Tally()
        scope = Scope(
            path=name, meter=Meter(self.limits), tally=tally, route=route, options=self.options
        )
        scope.meter.admit(len(data))
        found = list(route(BytesBlob(data), scope))
        digest = digest_bytes(data) if self.digest else None
        return _report(name, digest, len(data), tally, found)


def _why_not_plain(fd: int, status: os.stat_result) -> tuple[Rule, str] | None:
    """Why this is nothing to examine: a pipe, a file of the kernel, a file that does not read."""
    if not stat.S_ISREG(status.st_mode):
        return rules.NOT_A_REGULAR_FILE, "This is not a regular file."
    try:
        first = os.pread(fd, 1, 0)
    except OSError as error:
        return rules.UNREADABLE, f"Reading failed: {error.strerror or error}."
    if first and not status.st_size:  # as under /proc
        return rules.NOT_A_REGULAR_FILE, "The file claims to be empty and holds something."
    return None


def _is_sparse(status: os.stat_result) -> bool:
    """Whether nearly all of a large file is holes: a cheap way to keep a scanner busy."""
    held = getattr(status, "st_blocks", status.st_size) * 512
    return status.st_size > _LARGE and held < status.st_size // 64


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _digest(blob: Blob) -> str:
    if isinstance(blob, BytesBlob):
        return digest_bytes(blob.data)
    state = hashlib.sha256()
    for offset in range(0, blob.size, _CHUNK):
        state.update(blob.read(offset, _CHUNK))
    return "sha256:" + state.hexdigest()


def _report(
    shown: str, digest: str | None, size: int, tally: Tally, found: list[Finding]
) -> FileReport:
    verdict = worst([finding.rule.verdict for finding in found])
    if tally.skipped:
        verdict = worst([verdict, Verdict.UNCLEAR])
    return FileReport(
        path=shown,
        digest=digest,
        size=size,
        format=tally.format,
        verdict=verdict,
        findings=with_fingerprints(found),
        coverage=tally.coverage(),
        metadata=tally.metadata,
    )


def scan_path(path: str | os.PathLike[str], *, scanner: Scanner = Scanner()) -> FileReport:
    """Report on one file. The shortest way to a verdict from Python."""
    return scanner.scan_file(path)


def scan_bytes(data: bytes, *, name: str = "<bytes>", scanner: Scanner = Scanner()) -> FileReport:
    """Report on bytes in memory, as if they were a file called ``name``."""
    return scanner.scan_bytes(data, name=name)
