"""Which checks run on a project, with what options, and which do not and why."""

import os
from collections.abc import Mapping, Sequence
from datetime import date

from seamark.core.checks import Target
from seamark.core.errors import ConfigurationError
from seamark.core.suggest import did_you_mean
from seamark.engine import Planned
from seamark.scan.dependencies.check import CHECK_ID as DEPENDENCIES
from seamark.scan.dependencies.check import DependencyOptions
from seamark.scan.dependencies.settings import settings_of
from seamark.scan.models.check import CHECK_ID, ScanOptions
from seamark.scan.models.limits import Limits
from seamark.scan.models.receipts import Trust
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.scope import Options
from seamark.scan.walk import Selection
from seamark.system.git import Changed
from seamark.system.memory import receipt_store
from seamark.system.project import Project
from seamark.system.registry import all_checks


def plan_checks(
    project: Project,
    root: str,
    *,
    changed: Sequence[Changed] | None = None,
    receipts: bool = True,
    seed: int = 0,
    today: date | None = None,
) -> tuple[list[Planned], tuple[str, ...]]:
    """The plan, ours first, and warnings. ``changed`` limits what is judged to these files.

    Raises ``ConfigurationError`` for settings of a check that does not exist.
    """
    checks = all_checks()
    for name in project.checks:
        if name not in checks:
            raise ConfigurationError(
                f"seamark.yaml sets up a check '{name}' that is not installed.",
                hint=did_you_mean(name, checks),
            )
    plan: list[Planned] = []
    warnings: list[str] = []
    for name, check in checks.items():
        settings = project.checks.get(name)
        options: dict[str, object] = dict(settings.options) if settings else {}
        if name == CHECK_ID:
            scan, warning = scan_options(project, root, changed=changed, receipts=receipts)
            options["scan"] = scan
            warnings += [warning] if warning else []
        elif name == DEPENDENCIES:
            selection = Selection(exclude=tuple(project.scan.exclude))
            options[name] = dependency_options(options, selection, changed=changed, today=today)
        else:
            options.setdefault("exclude", tuple(project.scan.exclude))
        enabled = settings is None or settings.enabled
        why_not = "" if enabled else "seamark.yaml switches it off"
        paths = (".",) if name in (CHECK_ID, DEPENDENCIES) else _paths(project, changed)
        why_not = why_not or ("" if paths else "no file has changed")
        plan.append(
            Planned(
                check=check,
                target=Target(root=root, paths=paths, options=options, seed=seed),
                required=not why_not and (settings is None or settings.required),
                why_not=why_not,
                seconds=settings.seconds if settings else None,
            )
        )
    return plan, tuple(warnings)


def _paths(project: Project, changed: Sequence[Changed] | None) -> tuple[str, ...]:
    """What a check of another package is to look at: all, or the changed files."""
    if changed is None:
        return (".",)
    selection = Selection(exclude=tuple(project.scan.exclude))
    return tuple(shown for _, shown in chosen(changed, selection))


def scan_options(
    project: Project, root: str, *, changed: Sequence[Changed] | None, receipts: bool
) -> tuple[ScanOptions, str]:
    """What ``seamark.yaml`` says about scanning, for a gate: receipts hold for the digest only."""
    limits = Limits(**project.scan.limits.model_dump())
    scanner = Scanner(limits=limits, options=Options(allow=frozenset(project.scan.allow)))
    selection = Selection(include=tuple(project.scan.include), exclude=tuple(project.scan.exclude))
    store, warning = None, ""
    if receipts:
        store, warning = receipt_store(root, scanner, trust=Trust.DIGEST)
    files = None if changed is None else chosen(changed, selection)
    made = ScanOptions(scanner=scanner, selection=selection, files=files, receipts=store)
    return made, warning


def dependency_options(
    options: Mapping[str, object],
    selection: Selection,
    *,
    changed: Sequence[Changed] | None,
    today: date | None,
) -> DependencyOptions:
    """What the check of dependencies is told. Raises ``ConfigurationError``.

    Of a changed project only changed lists are judged, but beside all the others.
    """
    return DependencyOptions(
        settings=settings_of(options),
        selection=selection,
        changed=None if changed is None else frozenset(each.shown for each in changed),
        staged=tuple((each.shown, each.path) for each in changed or ()),
        today=today or date.today(),
    )


def chosen(changed: Sequence[Changed], selection: Selection) -> tuple[tuple[str, str], ...]:
    """The changed files that a walk with this selection would have given."""
    return tuple(
        (each.path, each.shown)
        for each in changed
        if selection.wants(each.shown)
        and not selection.leaves_out(each.shown)
        and not selection.exclude_directories.intersection(os.path.dirname(each.shown).split("/"))
        and os.path.lexists(each.path)
    )
