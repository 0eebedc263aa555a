"""The model-file scan as a check: walk, divide into parts, scan each file.

Also its Python face :func:`scan_paths`, which needs neither engine nor command line.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import walk_packages

from seamark.core.checks import Check, Part, Remark, Result, Target
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.reports import Coverage, FileReport
from seamark.core.rules import Rule
from seamark.core.verdicts import worst
from seamark.scan.models import rules
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.walk import Entry, Kind, Selection, walk

CHECK_ID = "models"
_BUILDER = "seamark.scan.models.pickle.builder"
_PART_FILES = 128
_PART_BYTES = 256 << 20

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
    """What the model scan can be told: how to scan a file, and which files."""

    scanner: Scanner = field(default_factory=Scanner)
    selection: Selection = field(default_factory=Selection)


def scan_paths(
    paths: Iterable[str | os.PathLike[str]],
    *,
    scanner: Scanner = Scanner(),
    selection: Selection = Selection(),
) -> Iterator[FileReport]:
    """Report on every file under ``paths``, one after the other. Never raises for bad input."""
    for entry in walk([os.fspath(path) for path in paths], selection):
        if entry.kind is not Kind.EXCLUDED:
            yield scan_entry(entry, scanner)


def scan_entry(entry: Entry, scanner: Scanner) -> FileReport:
    """Report on one thing that the walk met and did not exclude."""
    if entry.kind is Kind.FILE:
        return scanner.scan_file(entry.path, shown=entry.shown)
    rule, name, message = _ODD[entry.kind]
    return _report(entry, rule, name, message.format(reason=entry.reason.rstrip(".")))


def divide(target: Target) -> Iterator[Part | Result]:
    """Walk the target's paths; parts of some hundred files, each directory's files together."""
    options = options_of(target)
    items: list[Entry] = []
    size = 0
    for entry in walk(target.paths, options.selection):
        if entry.kind is Kind.EXCLUDED:
            yield Remark("excluded", entry.shown)
            continue
        items.append(entry)
        size += entry.size
        if len(items) >= _PART_FILES or size >= _PART_BYTES:
            yield Part(items=tuple(items), bytes=size)
            items, size = [], 0
    if items:
        yield Part(items=tuple(items), bytes=size)


def run(target: Target, part: Part) -> Iterator[Result]:
    """Scan the files of one part."""
    scanner = options_of(target).scanner
    for item in part.items:
        assert isinstance(item, Entry)
        yield scan_entry(item, scanner)


def crashed(_target: Target, part: Part, reason: str) -> Iterator[Result]:
    """The file during whose examination the process died: ``unclear``, and by name."""
    for item in part.items:
        assert isinstance(item, Entry)
        message = f"The process that examined this file died: {reason.rstrip('.')}."
        yield _report(item, rules.READER_FAILED, "unknown", message)


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
    package = import_module("seamark.scan.models")
    for module in walk_packages(package.__path__, "seamark.scan.models."):
        if not module.name.startswith(_BUILDER):
            yield from getattr(import_module(module.name), "RULES", ())


CHECK = Check(
    id=CHECK_ID,
    title="Model files are safe to load",
    more_rules=all_rules,
    run=run,
    divide=divide,
    crashed=crashed,
)
