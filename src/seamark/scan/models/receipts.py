"""Receipts: what was found clean and has not changed need not be read again.

One line a file, ``HMAC space JSON``, appended as files are scanned. The key lies in the user's
own configuration folder, so that receipts that come with a repository are worth nothing. Kept are
only reports without findings, complete, and made without a look at neighbouring files; whatever
does not verify is ignored and scanned again. See docs/decisions/0006-receipts.md.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum

from seamark.core.metadata import NOTHING, Metadata
from seamark.core.reports import Coverage, FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.surroundings import Folder
from seamark.scan.ruleset import ruleset_digest

MAX_BYTES = 128 << 20
_COMPACT_BYTES = 16 << 20
_SETTLED_NS = 2_000_000_000
_CHUNK = 1 << 20
Identity = tuple[int, int, int, int, int]


class Trust(Enum):
    """What an unchanged file is recognized by."""

    IDENTITY = "identity"
    """Device, inode, size and times: for a scan."""
    DIGEST = "digest"
    """The bytes, hashed again: for a gate."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was found of a file that looked like ``identity``."""

    identity: Identity
    report: FileReport


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """The receipts of earlier runs by shown path; ``warning`` says why some were ignored."""

    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    warning: str = ""

    def find(self, path: str, shown: str) -> Receipt | None:
        """The receipt of the file, if its size is still the same."""
        known = self.receipts.get(shown)
        if known is None:
            return None
        identity = identify(path)
        return known if identity and identity[2] == known.identity[2] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptStore:
    """Where receipts are kept, under which key, and how far they are believed.

    ``context`` is :func:`context_of` the scanner: receipts of another are not served.
    """

    path: str
    key: bytes = field(repr=False)
    context: str
    trust: Trust = Trust.IDENTITY

    def open(self) -> ReceiptBook:
        """Read what is there for this rule set and these options. Never raises."""
        try:
            with open(self.path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return ReceiptBook()
        except OSError as error:
            return ReceiptBook(warning=f"Receipts could not be read: {error.strerror}.")
        if len(data) > MAX_BYTES:
            return ReceiptBook(warning="The receipts are too large and were ignored.")
        found: dict[str, Receipt] = {}
        foreign = 0
        for line in data.splitlines():
            mac, _, text = line.partition(b" ")
            if not hmac.compare_digest(mac, self._mac(text)):
                foreign += 1
                continue
            entry = json.loads(text)  # ours: the HMAC says so
            if entry["context"] == self.context:
                found[entry["path"]] = _receipt(entry)
        warning = f"{foreign} receipts are not ours and were ignored." if foreign else ""
        return ReceiptBook(found, warning)

    def confirms(self, path: str, known: Receipt) -> bool:
        """Whether the file is still the one of the receipt, as far as this store must be sure."""
        identity = identify(path)
        if self.trust is Trust.IDENTITY:
            return identity == known.identity
        return known.report.digest is not None and hash_file(path) == known.report.digest

    def writer(self, scanner: Scanner) -> "ReceiptWriter":
        """Scans files and keeps receipts of those that allow it."""
        return ReceiptWriter(self, scanner)

    def compact(self, *, keep: int = 100_000) -> None:
        """Rewrite the file with the newest receipt of each path, when it has grown too far."""
        try:
            if os.path.getsize(self.path) < _COMPACT_BYTES:
                return
        except OSError:
            return
        lines = [self.line(known) for known in list(self.open().receipts.values())[-keep:]]
        temporary = f"{self.path}.{os.getpid()}"
        try:
            with open(temporary, "wb") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except OSError:  # a receipt that is lost costs a scan, nothing else
            return

    def line(self, known: Receipt) -> bytes:
        """One receipt as it is kept."""
        report = known.report
        coverage = report.coverage
        entry: dict[str, object] = {
            "context": self.context,
            "path": report.path,
            "identity": known.identity,
            "digest": report.digest,
            "format": report.format,
            "coverage": [coverage.bytes, coverage.opcodes, coverage.members, coverage.note],
        }
        if report.metadata:
            entry["metadata"] = asdict(report.metadata)
        text = json.dumps(entry, separators=(",", ":")).encode()
        return self._mac(text) + b" " + text + b"\n"

    def _mac(self, text: bytes) -> bytes:
        return hmac.digest(self.key, text, "sha256").hex().encode()


class ReceiptWriter:
    """Scans files of one part of the work and appends their receipts at its end."""

    def __init__(self, store: ReceiptStore, scanner: Scanner) -> None:
        self._store = store
        self._scanner = scanner
        self._lines: list[bytes] = []

    def scan(self, path: str, shown: str) -> FileReport:
        """Scan one file; keep a receipt if nothing but its own bytes decided the report."""
        before = identify(path)
        folder = Folder(path)
        try:
            report = self._scanner.scan_file(path, shown=shown, folder=folder)
        finally:
            folder.close()
        clean = report.verdict is Verdict.CLEAN and not report.findings and report.digest
        if clean and not folder.looked and before and before == identify(path) and _settled(before):
            self._lines.append(self._store.line(Receipt(before, report)))
        return report

    def close(self) -> None:
        """Append what was kept. A folder that cannot be written costs the receipts only."""
        if not self._lines:
            return
        try:
            os.makedirs(os.path.dirname(self._store.path) or ".", exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self._store.path, flags, 0o600)
            try:
                os.write(handle, b"".join(self._lines))  # one write: others append too
            finally:
                os.close(handle)
        except OSError:
            pass
        self._lines.clear()


def identify(path: str) -> Identity | None:
    """Device, inode, size, modification and change time (ns) of the file; None if unreadable."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def context_of(scanner: Scanner) -> str:
    """A digest of all that decides a report beside the file: rule set and options."""
    allowed = sorted(scanner.options.allow)
    text = f"{ruleset_digest()}\0{scanner.limits!r}\0{allowed!r}\0{scanner.digest}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def hash_file(path: str) -> str | None:
    """``sha256:…`` of a regular file's bytes; None where it cannot be read."""
    state = hashlib.sha256()
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        with open(handle, "rb", buffering=0) as file:
            while chunk := file.read(_CHUNK):
                state.update(chunk)
    except OSError:
        return None
    return "sha256:" + state.hexdigest()


def _settled(identity: Identity) -> bool:
    # A file that changed a moment ago may change again within the clock's granularity.
    newest = max(identity[3], identity[4])
    return newest < time.time_ns() - _SETTLED_NS


def _receipt(entry: dict[str, "list[int]"]) -> Receipt:
    raw: Mapping[str, object] = entry
    identity = tuple(entry["identity"])
    assert len(identity) == 5
    read, opcodes, members, note = entry["coverage"]
    return Receipt(
        identity,
        FileReport(
            path=str(raw["path"]),
            digest=str(raw["digest"]),
            size=identity[2],
            format=str(raw["format"]),
            verdict=Verdict.CLEAN,
            coverage=Coverage(bytes=read, opcodes=opcodes, members=members, note=str(note)),
            metadata=_metadata(raw.get("metadata")),
        ),
    )


def _metadata(kept: object) -> Metadata:
    if not isinstance(kept, dict):
        return NOTHING
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    return Metadata(**{**kept, **lists})
