"""``seamark baseline``: take today's findings as known, watch them age, forget what is gone."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from seamark.core.baseline import Baseline, BaselineEntry, prune_baseline, update_baseline
from seamark.core.errors import UsageError
from seamark.core.verdicts import Verdict
from seamark.engine.plan import Unwatched, Watcher
from seamark.system.actor import current_actor
from seamark.system.baseline_file import FILE_NAME, load_baseline, save_baseline
from seamark.system.check import Checked, CheckRequest, run_project
from seamark.system.locate import open_project


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineChange:
    """What became of the file: its path, the entries it holds now, and how many came and went.

    ``hostile`` names the place of each hostile finding that is held from now on.
    """

    path: str
    baseline: Baseline
    added: int
    removed: int
    left_out: int = 0
    hostile: tuple[str, ...] = ()


def create(
    root: str, *, today: date, owner: str = "", force: bool = False, watcher: Watcher = Unwatched()
) -> BaselineChange:
    """Write a first baseline. Raises ``UsageError`` where there is one."""
    directory = open_project(root).root
    if os.path.lexists(os.path.join(directory, FILE_NAME)) and not force:
        raise UsageError(
            f"{FILE_NAME} exists.", hint="Use seamark baseline update, or create --force."
        )
    return _write(_run(root, watcher), Baseline(), today=today, owner=owner)


def update(
    root: str, *, today: date, owner: str = "", watcher: Watcher = Unwatched()
) -> BaselineChange:
    """Add what is new, keep first days and owners, drop what vanished."""
    checked = _run(root, watcher)
    return _write(checked, checked.baseline or Baseline(), today=today, owner=owner)


def prune(root: str, *, watcher: Watcher = Unwatched()) -> BaselineChange:
    """Drop what vanished and add nothing."""
    checked = _run(root, watcher)
    path = os.path.join(checked.root, FILE_NAME)
    if checked.baseline is None:
        raise UsageError(f"There is no {FILE_NAME}.", hint="Use seamark baseline create.")
    kept, gone = prune_baseline(checked.baseline, checked.report)
    if gone:
        save_baseline(path, kept)
    return BaselineChange(path=path, baseline=kept, added=0, removed=len(gone))


def show(root: str, *, today: date) -> Sequence[tuple[BaselineEntry, int]]:
    """The entries with their age in days, oldest first."""
    directory = open_project(root).root
    baseline = load_baseline(os.path.join(directory, FILE_NAME)) or Baseline()
    aged = [(entry, entry.age(today)) for entry in baseline.entries.values()]
    return sorted(aged, key=lambda pair: (-pair[1], pair[0].path, pair[0].rule))


def _run(root: str, watcher: Watcher) -> Checked:
    checked = run_project(CheckRequest(path=root), watcher=watcher)
    report = checked.report
    if report.interrupted:
        raise KeyboardInterrupt
    if any(run.required and run.status.value == "not_run" for run in report.checks):
        # What did not run would look as if its findings had vanished.
        raise UsageError(
            f"The baseline was not written: {' '.join(report.incomplete)}",
            hint="Repair the check, or raise its budget, and try again.",
        )
    waivers = checked.project.accepted()
    if not waivers:
        return checked
    # What a waiver speaks of has its own owner and day; the baseline must not outlive it.
    files = tuple(
        replace(
            file,
            findings=tuple(
                f for f in file.findings if not any(waiver.matches(f) for waiver in waivers)
            ),
        )
        for file in report.files
    )
    loose = tuple(f for f in report.findings if not any(waiver.matches(f) for waiver in waivers))
    return replace(checked, report=replace(report, files=files, findings=loose))


def _write(checked: Checked, old: Baseline, *, today: date, owner: str) -> BaselineChange:
    owner = owner or checked.project.system.owner or current_actor().name
    new = update_baseline(old, checked.report, today=today, owner=owner)
    path = os.path.join(checked.root, FILE_NAME)
    save_baseline(path, new)
    names = set(new.entries)
    counted = [f for f in checked.report.all_findings() if f.rule.verdict.rank > 0]
    return BaselineChange(
        path=path,
        baseline=new,
        added=len(names - set(old.entries)),
        removed=len(set(old.entries) - names),
        left_out=len(counted) - len(names),
        hostile=tuple(
            finding.location.path
            for finding in counted
            if finding.rule.verdict is Verdict.HOSTILE
            and finding.fingerprint in names - set(old.entries)
        ),
    )
