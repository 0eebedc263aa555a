"""The check ``code``: what Python, notebooks and documents of the project would do."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seamark.core.checks import Check, Part, Remark, Result, Target
from seamark.core.errors import ConfigurationError
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.rules import Rule
from seamark.core.suggest import did_you_mean
from seamark.scan.code import parsing_rules
from seamark.scan.code.texts import MAX_BYTES, examine, kind_of, numbered
from seamark.scan.walk import Entry, Kind, Selection, walk

CHECK_ID = "code"
_PART_BYTES = 4 << 20
_PART_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOptions:
    """Options of the check.

    ``staged`` maps shown paths to where their staged bytes are, as pairs.
    """

    selection: Selection = field(default_factory=Selection)
    staged: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One file to examine: where its bytes are and how it is shown."""

    path: str
    shown: str


def options_of(target: Target) -> CodeOptions:
    """The options that the target carries. Raises ``ConfigurationError`` for unknown ones."""
    options = target.options.get(CHECK_ID)
    if isinstance(options, CodeOptions):
        return options
    for name in target.options:
        if name != "exclude":
            raise ConfigurationError(
                f"checks: code: options: there is no '{name}'.",
                hint=did_you_mean(name, ("exclude",)),
            )
    return CodeOptions(selection=Selection(exclude=_globs(target.options)))


def _globs(options: Mapping[str, object]) -> tuple[str, ...]:
    value = options.get("exclude", ())
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ConfigurationError("checks: code: options: exclude must be a list of texts.")


def divide(target: Target) -> Iterator[Part | Result]:
    """Find the files; parts are small enough to share among processes."""
    options = options_of(target)
    staged = dict(options.staged)
    items: list[Source] = []
    size = 0
    for entry in walk(target.paths, options.selection, base=target.root):
        if entry.kind is Kind.EXCLUDED:
            yield Remark("excluded", entry.shown)
        elif not kind_of(entry.shown):
            continue
        elif entry.kind is Kind.FILE or entry.shown in staged:
            items.append(Source(staged.get(entry.shown, entry.path), entry.shown))
            size += entry.size
        elif entry.kind in (Kind.UNREADABLE, Kind.LINK_OUTSIDE, Kind.SPECIAL):
            yield from with_fingerprints([_not_read(entry.shown, _why(entry))])
        if size >= _PART_BYTES or len(items) >= _PART_FILES:
            yield Part(items=tuple(items), bytes=size)
            items, size = [], 0
    if items:
        yield Part(items=tuple(items), bytes=size)


def _why(entry: Entry) -> str:
    if entry.kind is Kind.LINK_OUTSIDE:
        return "it is a link that leads out of the project"
    return entry.reason or "it is no regular file"


def run(_target: Target, part: Part) -> Iterator[Result]:
    """Examine the files of the part one after the other."""
    for item in part.items:
        if isinstance(item, Source):
            try:
                data = _read(item)
            except OSError as error:
                found = [_not_read(item.shown, error.strerror or str(error))]
            else:
                found = list(numbered(list(examine(data, item.shown))))
            yield from with_fingerprints(found)


def crashed(_target: Target, part: Part, reason: str) -> Iterator[Result]:
    """What to report where examining one file ended the process."""
    for item in part.items:
        if isinstance(item, Source):
            yield from with_fingerprints([_not_read(item.shown, reason)])


def _read(source: Source) -> bytes:
    """The bytes, one more than the limit at most: then the file counts as too large."""
    descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no regular file")
        return file.read(MAX_BYTES[kind_of(source.shown)] + 1)


def _not_read(shown: str, reason: str) -> Finding:
    return Finding(
        rule=parsing_rules.NOT_READ,
        message=f"The file could not be read: {reason.rstrip('.')}.",
        location=Location(path=shown),
        anchor="read",
    )


def all_rules() -> Iterator[Rule]:
    """Every rule of the check."""
    from seamark.scan.code import shell
    from seamark.scan.code.prefilter import load_subjects

    yield from parsing_rules.RULES
    yield from shell.RULES
    for subject, _ in load_subjects():
        yield from subject.rules


CHECK = Check(
    id=CHECK_ID,
    title="Code loads nothing unsafe, trusts no model's words, and guards its connections",
    more_rules=all_rules,
    run=run,
    divide=divide,
    crashed=crashed,
)
