"""The check ``secrets``: files are found, divided, read in pieces, and what they hold is judged."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from seamark.core.checks import Check, Gap, Part, Remark, Result, Target
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.rules import Rule
from seamark.scan.walk import Entry, Kind, Selection, walk

CHECK_ID = "secrets"

_PART_FILES = 512
_PART_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOptions:
    """Options of the check.

    ``key`` (32 bytes) makes anchors of values: fingerprints are stable for whoever has it and say
    nothing to others; without it names take their place. ``files`` are (path, shown) of what
    changed or is staged, None means to walk. ``fast`` demands or forbids Hyperscan; results are
    the same.
    """

    selection: Selection = field(default_factory=Selection)
    files: tuple[tuple[str, str], ...] | None = None
    key: bytes | None = field(default=None, repr=False)
    fast: bool | None = None


def divide(target: Target) -> Iterator[Part | Result]:
    """Walk the paths; parts of some hundred files."""
    options = options_of(target)
    items: list[Entry] = []
    size = 0
    for entry in _entries(target, options):
        if entry.kind is Kind.EXCLUDED:
            yield Remark("excluded", entry.shown)
        elif entry.kind is Kind.UNREADABLE:
            yield Gap(f"{entry.shown} was not searched for secrets: {entry.reason}.")
        elif entry.kind is Kind.FILE:
            items.append(entry)
            size += entry.size
            if len(items) >= _PART_FILES or size >= _PART_BYTES:
                yield Part(items=tuple(items), bytes=size)
                items, size = [], 0
    if items:
        yield Part(items=tuple(items), bytes=size)


def _entries(target: Target, options: SecretOptions) -> Iterator[Entry]:
    if options.files is None:
        yield from walk(target.paths, options.selection, base=target.root)
        return
    for path, shown in options.files:
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            yield Entry(path, shown, Kind.UNREADABLE, reason=str(error))
            continue
        kind = Kind.FILE if stat.S_ISREG(status.st_mode) else Kind.SPECIAL
        yield Entry(path, shown, kind, status.st_size)


def run(target: Target, part: Part) -> Iterator[Result]:
    """Search every file of the part."""
    from seamark.recognizers.secrets.engine import recognizer
    from seamark.scan.secrets.files import search_file

    options = options_of(target)
    engine = recognizer(fast=options.fast)
    findings: list[Finding] = []
    for entry in part.items:
        if isinstance(entry, Entry):
            findings += search_file(entry, engine, key=options.key)
    yield from with_fingerprints(findings)


def crashed(_target: Target, part: Part, why: str) -> Iterable[Result]:
    """What is said of a file that could not be searched because the process died."""
    from seamark.scan.secrets.rules import UNREAD

    for entry in part.items:
        if isinstance(entry, Entry):
            yield from with_fingerprints(
                [
                    Finding(
                        rule=UNREAD,
                        message=f"The file could not be searched: {why}.",
                        location=Location(path=entry.shown),
                        anchor="crashed",
                    )
                ]
            )


def options_of(target: Target) -> SecretOptions:
    """The options that the target carries; by themselves they are those of ``seamark.yaml``."""
    options = target.options.get(CHECK_ID)
    if isinstance(options, SecretOptions):
        return options
    exclude = target.options.get("exclude", ())
    globs = tuple(str(each) for each in exclude) if isinstance(exclude, (list, tuple)) else ()
    return SecretOptions(selection=Selection(exclude=globs))


def all_rules() -> Iterator[Rule]:
    """The rule of each kind of credential, and those about files."""
    from seamark.recognizers.secrets.catalog import all_kinds
    from seamark.scan.secrets.rules import RULES

    yield from RULES
    for kind in all_kinds():
        yield kind.rule


CHECK = Check(
    id=CHECK_ID,
    title="No credential lies in the files",
    more_rules=all_rules,
    run=run,
    divide=divide,
    crashed=crashed,
)
