"""The check ``config``: what configures containers, clusters, servers, stores and pipelines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from seamark.core.checks import Check, Part, Remark, Result, Target
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.paths import printable
from seamark.core.rules import Rule
from seamark.core.verdicts import Verdict
from seamark.scan.config.settings import settings_of
from seamark.scan.ruleset import declared_rules
from seamark.scan.walk import Kind as Met
from seamark.scan.walk import Selection, walk

CHECK_ID = "config"

JUDGES = (
    "dockerfiles",
    "downloads",
    "composes",
    "kubernetes",
    "kserve",
    "inference",
    "notebooks",
    "serving",
    "switches",
    "stores",
    "objects",
    "agents",
    "endpoints",
)
"""Modules of ``judges`` in the order in which they are asked; each has a function ``judge``."""

_FILES_IN_PART = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One file that may configure something; ``problem`` says why it cannot be opened."""

    path: str
    shown: str
    problem: str = ""


def divide(target: Target) -> Iterator[Part | Result]:
    """Find the files by name; they are judged one by one, in parts of some hundred."""
    from seamark.scan.config.kinds import is_candidate

    settings = settings_of(target.options)
    selection = Selection(exclude=settings.exclude)
    items: list[Found] = []
    size = 0
    for entry in walk(target.paths, selection, base=target.root):
        if entry.kind is Met.EXCLUDED:
            yield Remark("excluded", entry.shown)
        if not is_candidate(entry.shown):
            continue
        if entry.kind is Met.FILE:
            items.append(Found(entry.path, entry.shown))
            size += entry.size
        elif entry.kind is Met.UNREADABLE:
            items.append(Found(entry.path, entry.shown, f"it cannot be read ({entry.reason})"))
        if len(items) >= _FILES_IN_PART:
            yield Part(items=tuple(items), bytes=size)
            items, size = [], 0
    if items:
        yield Part(items=tuple(items), bytes=size)


def run(target: Target, part: Part) -> Iterator[Result]:
    """Read each file of the part and let every judge look at it."""
    settings = settings_of(target.options)
    for item in part.items:
        if isinstance(item, Found):
            for finding in with_fingerprints(_unique(examine(item))):
                if settings.advice or finding.rule.verdict is not Verdict.CLEAN:
                    yield finding


def examine(item: Found) -> Iterator[Finding]:
    """Findings about one file."""
    from seamark.scan.config.documents.document import Unreadable
    from seamark.scan.config.pipelines import judge as pipelines
    from seamark.scan.config.read import read_case, read_text

    try:
        if item.problem:
            raise Unreadable(item.problem)
        text = read_text(item.path)
        pipeline = pipelines.kind_of(item.shown)
        if pipeline is not None:
            yield from pipelines.judge_text(pipeline, item.shown, text)
            return
        case = read_case(item.shown, text, where=item.path)
        if case is not None:
            for judge in judges():
                yield from judge(case)
    except Unreadable as problem:
        yield unread(item.shown, problem.reason, problem.line)


def judges() -> Iterator[Callable[..., Iterator[Finding]]]:
    """The judges in their order."""
    for name in JUDGES:
        yield import_module(f"seamark.scan.config.judges.{name}").judge


def unread(path: str, reason: str, line: int | None = None) -> Finding:
    """The finding about a file that is known and could not be examined."""
    from seamark.scan.config.rules import UNREAD

    return Finding(
        rule=UNREAD,
        message=f"The file could not be examined: {printable(reason)}.",
        location=Location(path=path, line=line),
    )


def _unique(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Each finding once: two rules may come to the same line by two ways."""
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        key = (finding.rule.id, str(finding.location), finding.anchor)
        if key not in seen:
            seen.add(key)
            yield finding


def all_rules() -> Iterator[Rule]:
    """Every rule of the check: imports each module of this package that declares some."""
    return declared_rules("seamark.scan.config")


CHECK = Check(
    id=CHECK_ID,
    title="Containers, clusters, servers, stores and pipelines are configured safely",
    more_rules=all_rules,
    run=run,
    divide=divide,
)
