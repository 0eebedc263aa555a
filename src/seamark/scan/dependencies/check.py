"""The check ``dependencies``: lists of packages, judged together."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module

from seamark.core.checks import Check, Part, Remark, Result, Target
from seamark.core.findings import Finding, with_fingerprints
from seamark.core.rules import Rule
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.kinds import Kind
from seamark.scan.dependencies.settings import Settings, settings_of
from seamark.scan.dependencies.source import Source
from seamark.scan.ruleset import declared_rules
from seamark.scan.walk import Selection

CHECK_ID = "dependencies"

JUDGES = (
    "pins",
    "sources",
    "typosquats",
    "install_code",
    "licenses",
    "vulnerabilities",
)
"""Modules of ``judges`` in the order in which they are asked; each has a function ``judge``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyOptions:
    """Options of the check.

    ``changed`` are shown paths that alone are to be judged (all lists are read nevertheless: a
    declaration is judged beside its lock), None means all; ``staged`` maps shown paths to where
    their staged bytes are. ``today`` decides the age of the advisory database.
    """

    settings: Settings = field(default_factory=Settings)
    selection: Selection = field(default_factory=Selection)
    changed: frozenset[str] | None = None
    staged: tuple[tuple[str, str], ...] = ()
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class Found:
    """One list to read."""

    source: Source
    kind: Kind


def divide(target: Target) -> Iterator[Part | Result]:
    """Find the lists; they are one part, because they are judged together."""
    options = options_of(target)
    items: list[Found] = []
    size = 0
    for each in find_sources(
        target.root, target.paths, selection=options.selection, staged=dict(options.staged)
    ):
        if isinstance(each, str):
            yield Remark("excluded", each)
            continue
        source, kind = each
        items.append(Found(source, kind))
        size += _size(source)
    concerned = options.changed is None or any(
        found.source.shown in options.changed for found in items
    )
    if items and concerned:
        yield Part(items=tuple(items), bytes=size)


def run(target: Target, part: Part) -> Iterator[Result]:
    """Read the lists of the part, then let every judge look at all of them."""
    from seamark.scan.dependencies.advisories.database import open_book
    from seamark.scan.dependencies.case import Case
    from seamark.scan.dependencies.inventory import take_inventory

    options = options_of(target)
    found = [item for item in part.items if isinstance(item, Found)]
    inventory = take_inventory(
        ((each.source, each.kind) for each in found), root=target.root or "."
    )
    yield from inventory.components
    book, problem = open_book(options.settings, root=target.root)
    case = Case(
        inventory=inventory,
        settings=options.settings,
        book=book,
        today=options.today,
        book_problem=problem,
        paths=target.paths,
    )
    findings: list[Finding] = []
    for name in JUDGES:
        judge = import_module(f"seamark.scan.dependencies.judges.{name}").judge
        for result in judge(case):
            if not isinstance(result, Finding):
                yield result
            elif _concerns(result, options.changed):
                findings.append(result)
    yield from with_fingerprints(findings)


def _concerns(finding: Finding, changed: frozenset[str] | None) -> bool:
    """Whether it is about what changed, or about no list at all (the database)."""
    path = finding.location.path
    return changed is None or path in changed or path == "."


def options_of(target: Target) -> DependencyOptions:
    """The options that the target carries, also where they are as ``seamark.yaml`` has them."""
    options = target.options.get(CHECK_ID)
    if isinstance(options, DependencyOptions):
        return options
    return DependencyOptions(settings=settings_of(target.options))


def _size(source: Source) -> int:
    try:
        return os.stat(source.content or source.path).st_size
    except OSError:
        return 0  # whoever reads it will say what is wrong


def all_rules() -> Iterator[Rule]:
    """Every rule of the check: imports each module of this package that declares some."""
    return declared_rules("seamark.scan.dependencies")


CHECK = Check(
    id=CHECK_ID,
    title="Dependencies are pinned, come from where they should, and have no known vulnerability",
    more_rules=all_rules,
    run=run,
    divide=divide,
)
