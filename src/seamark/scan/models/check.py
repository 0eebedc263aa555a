"""The model-file scan as a check: walk, divide into parts, scan each file.

Also its Python face :func:`scan_paths`, which needs neither engine nor command line.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from seamark.core.checks import Check, Gap, Part, Remark, Result, Target
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.paths import printable
from seamark.core.reports import Coverage, FileReport
from seamark.core.rules import Rule
from seamark.core.verdicts import worst
from seamark.scan.models import rules
from seamark.scan.models.receipts import Receipt, ReceiptStore
from seamark.scan.models.remote.addresses import is_url
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.scanner import Scanner
from seamark.scan.ruleset import declared_rules
from seamark.scan.walk import Entry, Kind, Selection, walk

CHECK_ID = "models"
_BUILDER = "seamark.scan.models.pickle.builder"
_PART_FILES = 128
_PART_BYTES = 256 << 20
_TOGETHER = 32
"""Files whose small pickles go to the judge at once."""

_ODD: dict[Kind, tuple[Rule, str, str]] = {
    Kind.UNREADABLE: (rules.UNREADABLE, "unreadable", "Cannot read: {reason}."),
    Kind.SPECIAL: (rules.NOT_A_REGULAR_FILE, "special", "This is not a regular file."),
    Kind.LINK_BROKEN: (rules.UNREADABLE, "link", "The link cannot be followed: {reason}."),
    Kind.LINK_OUTSIDE: (rules.LINK_OUTSIDE, "link", "The link leads to {reason}."),
    Kind.LINK_TO_DIRECTORY: (
        rules.LINK_NOT_FOLLOWED,
        "link",
        "The link to the directory {reason} was not followed.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What the model scan can be told: how to scan a file, and which files.

    ``files`` names them one by one, as (path, shown), instead of a walk. ``receipts`` says where
    those of earlier runs are kept and how far they are believed; None neither reads nor writes.
    """

    scanner: Scanner = field(default_factory=Scanner)
    selection: Selection = field(default_factory=Selection)
    files: tuple[tuple[str, str], ...] | None = None
    receipts: ReceiptStore | None = None
    remote: RemoteSettings = DEFAULT


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to examine, and what a receipt says of it."""

    entry: Entry
    known: Receipt | None = None


def scan_paths(
    paths: Iterable[str | os.PathLike[str]],
    *,
    scanner: Scanner = Scanner(),
    selection: Selection = Selection(),
    base: str = "",
) -> Iterator[FileReport]:
    """Report on every file under ``paths``, one after the other. Never raises for bad input.

    Paths are relative to ``base``, by default the working directory, and are shown as given.
    """
    entries = walk([os.fspath(path) for path in paths], selection, base=base)
    wanted = (Item(entry) for entry in entries if entry.kind is not Kind.EXCLUDED)
    while group := tuple(islice(wanted, _TOGETHER)):
        _ask_ahead(group)
        for item in group:
            yield scan_entry(item.entry, scanner)


def scan_entry(entry: Entry, scanner: Scanner, remote: RemoteSettings = DEFAULT) -> FileReport:
    """Report on one thing that the walk met and did not exclude."""
    if entry.kind is Kind.FILE:
        return scanner.scan_file(entry.path, shown=entry.shown)
    if entry.kind is Kind.REMOTE:
        from seamark.scan.models.remote.scan import scan_remote

        return scan_remote(entry, scanner, remote)
    rule, name, message = _ODD[entry.kind]
    return _report(entry, rule, name, message.format(reason=entry.reason.rstrip(".")))


def divide(target: Target) -> Iterator[Part | Result]:
    """Walk the target's paths; parts of some hundred files, each directory's files together."""
    options = options_of(target)
    if options.receipts:
        options.receipts.compact()  # here, where no other process of this run appends yet
    book = options.receipts.open() if options.receipts else None
    if book and book.warning:
        yield Remark("receipts", book.warning)
    items: list[Item] = []
    size = 0
    for entry in _entries(target, options):
        if isinstance(entry, Gap):
            yield entry
            continue
        if entry.kind is Kind.EXCLUDED:
            yield Remark("excluded", entry.shown)
            continue
        known = book.find(entry.path, entry.shown) if book and entry.kind is Kind.FILE else None
        items.append(Item(entry, known))
        size += entry.size
        if len(items) >= _PART_FILES or size >= _PART_BYTES:
            yield Part(items=tuple(items), bytes=size)
            items, size = [], 0
    if items:
        yield Part(items=tuple(items), bytes=size)


def run(target: Target, part: Part) -> Iterator[Result]:
    """Scan the files of one part, or confirm what a receipt says of them."""
    options = options_of(target)
    writer = options.receipts.writer(options.scanner) if options.receipts else None
    try:
        for index, item in enumerate(part.items):
            assert isinstance(item, Item)
            if not index % _TOGETHER:
                _ask_ahead(part.items[index : index + _TOGETHER])
            known = item.known
            if known and options.receipts and options.receipts.confirms(item.entry.path, known):
                yield known.report
            elif writer and item.entry.kind is Kind.FILE:
                yield writer.scan(item.entry.path, item.entry.shown)
            else:
                yield scan_entry(item.entry, options.scanner, options.remote)
    finally:
        if writer:
            writer.close()


def _ask_ahead(items: Sequence[object]) -> None:
    """Let the judge of pickles begin with the small files among ``items`` that are not known."""
    wanted = [
        (item.entry.path, item.entry.size)
        for item in items
        if isinstance(item, Item) and item.known is None and item.entry.kind is Kind.FILE
    ]
    if len(wanted) > 1:
        from seamark.scan.models.pickle.ahead import ask_ahead

        ask_ahead(wanted)


def crashed(_target: Target, part: Part, reason: str) -> Iterator[Result]:
    """The file during whose examination the process died: ``unclear``, and by name."""
    for item in part.items:
        assert isinstance(item, Item)
        message = f"The process that examined this file died: {reason.rstrip('.')}."
        yield _report(item.entry, rules.READER_FAILED, "unknown", message)


def _entries(target: Target, options: ScanOptions) -> Iterator[Entry | Gap]:
    if options.files is None:
        local = [path for path in target.paths if not is_url(path)]
        yield from walk(local, options.selection, base=target.root)
        for url in dict.fromkeys(path for path in target.paths if is_url(path)):
            from seamark.scan.models.remote.listing import list_objects

            yield from list_objects(url, options.selection, options.remote)
        return
    for path, shown in options.files:
        for entry in walk([path]):
            yield replace(entry, shown=printable(shown))


def options_of(target: Target) -> ScanOptions:
    """The options that the target carries for this check."""
    options = target.options.get("scan", None)
    return options if isinstance(options, ScanOptions) else ScanOptions()


def _report(entry: Entry, rule: Rule, name: str, message: str) -> FileReport:
    finding = Finding(rule=rule, message=message, location=Location(path=entry.shown))
    return FileReport(
        path=entry.shown,
        digest=None,
        size=entry.size,
        format=name,
        verdict=worst([rule.verdict]),
        findings=with_fingerprints([finding]),
        coverage=Coverage(),
    )


def all_rules() -> Iterator[Rule]:
    """Every rule of the model scan: imports each module of this package that declares some."""
    return declared_rules("seamark.scan.models", besides=_BUILDER)


CHECK = Check(
    id=CHECK_ID,
    title="Model files are safe to load",
    more_rules=all_rules,
    run=run,
    divide=divide,
    crashed=crashed,
)
