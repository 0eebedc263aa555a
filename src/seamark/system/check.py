"""``seamark check``: a project, judged by its own gates."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from seamark.core.baseline import Baseline
from seamark.core.errors import ConfigurationError, UsageError
from seamark.core.findings import Json
from seamark.core.globs import matches_path
from seamark.core.policy import FailOn, GatePolicy, judge
from seamark.core.reports import Report
from seamark.core.waivers import Waiver, with_waiver_findings
from seamark.engine import Budgets, run_checks
from seamark.engine.plan import Unwatched, Watcher
from seamark.scan.models.scanner import printable
from seamark.system.assemble import assemble, now
from seamark.system.baseline_file import FILE_NAME, load_baseline
from seamark.system.git import Changed, changed_since, staged
from seamark.system.memory import PROJECT_FILE
from seamark.system.plan import plan_checks
from seamark.system.project import Project, System
from seamark.system.project_file import load_project
from seamark.system.scan import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What ``seamark check`` is asked to do.

    ``path`` is the project's directory or its ``seamark.yaml``. ``fail_on`` replaces the
    project's threshold. ``changed_since`` and ``only_staged`` limit the model scan.
    """

    path: str = "."
    fail_on: FailOn | None = None
    allow_incomplete: bool = False
    changed_since: str = ""
    only_staged: bool = False
    receipts: bool = True
    jobs: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A report with all that it is to be judged by."""

    root: str
    project: Project
    report: Report
    baseline: Baseline | None
    partial: bool = False
    warnings: tuple[str, ...] = field(default=())


def check(request: CheckRequest, *, today: date, watcher: Watcher = Unwatched()) -> Judged:
    """Run the project's checks and judge the report.

    Raises ``UsageError`` and ``ConfigurationError`` before anything has run.
    """
    checked = run_project(request, watcher=watcher)
    policy = checked.project.policy()
    if request.fail_on:
        policy = GatePolicy(fail_on=request.fail_on, gates=policy.gates)
    waivers = checked.project.accepted()
    # A scan of a part cannot say that a waiver matches nothing.
    relevant = [w for w in waivers if not checked.partial or _matches_any(w, checked.report)]
    report = with_waiver_findings(checked.report, relevant, today)
    judgment = judge(
        report,
        policy,
        waivers=waivers,
        baseline=checked.baseline or Baseline(),
        today=today,
        allow_incomplete=request.allow_incomplete,
        allow_empty=checked.partial,
    )
    return Judged(report, judgment)


def run_project(request: CheckRequest, *, watcher: Watcher = Unwatched()) -> Checked:
    """Run the project's checks without judging. Raises as :func:`check`."""
    root, project = open_project(request.path)
    baseline = load_baseline(os.path.join(root, FILE_NAME))
    with tempfile.TemporaryDirectory(prefix="seamark-staged-") as copies:
        changed = _changed(request, root, copies)
        plan, warnings = plan_checks(
            project, root, changed=changed, receipts=request.receipts, seed=request.seed
        )
        started = now()
        budgets = Budgets(total_seconds=project.total_seconds)
        outcome = run_checks(plan, jobs=request.jobs, budgets=budgets, watcher=watcher)
    attributes: dict[str, Json] = {}
    if changed is not None:
        attributes["changed"] = request.changed_since or "staged"
    if warnings:
        attributes["warnings"] = list(warnings)
    report = assemble(
        outcome,
        target=project.system.name,
        started=started,
        seeds={planned.check.id: request.seed for planned in plan if not planned.why_not},
        attributes=attributes,
    )
    if changed is None:
        report = replace(report, incomplete=(*report.incomplete, *_absent(project, report)))
    return Checked(
        root=root, project=project, report=report, baseline=baseline,
        partial=changed is not None, warnings=warnings,
    )  # fmt: skip


def open_project(path: str) -> tuple[str, Project]:
    """The project's directory and settings; sensible ones where there is no ``seamark.yaml``."""
    if os.path.isfile(path):
        return os.path.dirname(path) or ".", load_project(path)
    if not os.path.isdir(path):
        raise UsageError(
            f"There is no directory '{printable(path)}'.",
            hint="Name the project's directory or its seamark.yaml.",
        )
    file = os.path.join(path, PROJECT_FILE)
    if os.path.lexists(file):
        return path, load_project(file)
    for other in ("seamark.yml", ".seamark.yaml", ".seamark.yml"):
        if os.path.lexists(os.path.join(path, other)):
            raise ConfigurationError(f"{other} is not read.", hint=f"Rename it to {PROJECT_FILE}.")
    name = os.path.basename(os.path.realpath(path)) or "project"
    return path, Project(system=System(name=printable(name)))


def _changed(request: CheckRequest, root: str, copies: str) -> Sequence[Changed] | None:
    if request.changed_since and request.only_staged:
        raise UsageError("--changed-since and --staged exclude each other.", hint="Use one.")
    if request.changed_since:
        return changed_since(root, request.changed_since)
    return staged(root, copies) if request.only_staged else None


def _absent(project: Project, report: Report) -> list[str]:
    """Models that the project names and the scan did not meet."""
    if report.interrupted:
        return []
    paths = [file.path for file in report.files]
    missing = [
        asset.path
        for asset in project.models
        if asset.path and not any(matches_path(path, asset.path) for path in paths)
    ]
    return [f"seamark.yaml names the model {path}, and there is no such file." for path in missing]


def _matches_any(waiver: Waiver, report: Report) -> bool:
    return any(waiver.matches(finding) for finding in report.all_findings())
