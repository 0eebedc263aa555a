"""Examine one remote object: by ranged reads, or fetched whole where the user asks for that."""

import os
import shutil
from dataclasses import replace
from tempfile import TemporaryDirectory

from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.reports import FileReport
from seamark.core.rules import Rule
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models import rules
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.remote.addresses import WEB, parse
from seamark.scan.models.remote.blob import Traffic, blob_of
from seamark.scan.models.remote.folder import NoFolder, RemoteFolder
from seamark.scan.models.remote.listing import SEPARATOR
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import ObjectChangedError, RemoteError
from seamark.scan.models.remote.stores import Store, StoredObject
from seamark.scan.models.remote.web import WebObject
from seamark.scan.models.scanner import Scanner
from seamark.scan.walk import Entry

_Object = WebObject | StoredObject
_Around = RemoteFolder | NoFolder


def scan_remote(
    entry: Entry,
    scanner: Scanner,
    settings: RemoteSettings = DEFAULT,
    *,
    traffic: Traffic | None = None,
) -> FileReport:
    """Report on the object that :func:`listing.list_objects` met. Never raises for bad input.

    ``traffic`` learns what was fetched.
    """
    traffic = traffic if traffic is not None else Traffic()
    source: _Object | None = None
    around: _Around = NoFolder()
    try:
        source, around = _open(entry, traffic, settings)
        if settings.download:
            return _fetched(entry, source, around, scanner, settings)
        return _by_ranges(entry, source, around, scanner, traffic, settings)
    except RemoteError as error:
        rule = rules.CHANGED if isinstance(error, ObjectChangedError) else rules.UNREADABLE
        return _unread(entry, rule, f"Cannot read: {error.reason}.")
    except LimitExceeded as error:
        return _unread(entry, rules.LIMIT_EXCEEDED, f"Examination stopped: the object {error}.")
    except OSError as error:  # of the temporary file
        return _unread(entry, rules.UNREADABLE, f"Cannot keep it here: {error.strerror}.")
    finally:
        if source is not None:
            source.close()
        around.close()


def _open(entry: Entry, traffic: Traffic, settings: RemoteSettings) -> tuple[_Object, _Around]:
    url, _, key = entry.path.partition(SEPARATOR)
    address = parse(url)
    if address.scheme in WEB:
        return WebObject(url, settings=settings), NoFolder()
    store = Store(address, settings)
    key = key or store.root
    return store.open(key), RemoteFolder(store, key, traffic, settings)


def _by_ranges(
    entry: Entry,
    source: _Object,
    around: _Around,
    scanner: Scanner,
    traffic: Traffic,
    settings: RemoteSettings,
) -> FileReport:
    report = scanner.scan_blob(
        blob_of(source, traffic, settings),
        shown=entry.shown,
        around=around,
        changed=lambda: source.changed() or around.changed(),
        gaps=lambda: around.gaps,
    )
    return _noted(report, source, "read in parts, no digest")


def _fetched(
    entry: Entry, source: _Object, around: _Around, scanner: Scanner, settings: RemoteSettings
) -> FileReport:
    """The object in a temporary file: what is hashed is what is examined, to the byte."""
    with TemporaryDirectory(prefix="seamark-") as place:
        room = shutil.disk_usage(place).free - settings.spare_bytes
        most = min(settings.download_bytes, room)
        if source.size > most:
            raise RemoteError(f"its {source.size} bytes do not fit on the disk here")
        path = os.path.join(place, "object")
        received = 0
        with open(path, "wb") as file:
            for chunk in source.stream():
                received += len(chunk)
                if received > most:
                    raise RemoteError("it does not fit on the disk here")
                file.write(chunk)
        report = scanner.scan_file(path, shown=entry.shown, folder=around)
    report = replace(
        report,
        coverage=replace(report.coverage, skipped=(*report.coverage.skipped, *around.gaps)),
        verdict=worst([report.verdict, *([Verdict.UNCLEAR] if around.gaps else [])]),
    )
    return _noted(report, source, "fetched whole")


def _noted(report: FileReport, source: _Object, how: str) -> FileReport:
    """The report with what tells this version of the object from others."""
    note = f"{how}; {source.identity or 'the store names no version'}"
    both = f"{report.coverage.note}; {note}" if report.coverage.note else note
    return replace(report, coverage=replace(report.coverage, note=both))


def _unread(entry: Entry, rule: Rule, message: str) -> FileReport:
    finding = Finding(rule=rule, message=message, location=Location(path=entry.shown))
    return FileReport(
        path=entry.shown,
        digest=None,
        size=entry.size,
        format="unreadable",
        verdict=rule.verdict,
        findings=with_fingerprints([finding]),
    )
