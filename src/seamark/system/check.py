"""``seamark check``: a project, judged by its own gates."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from seamark.core.baseline import Baseline
from seamark.core.errors import UsageError
from seamark.core.findings import Json
from seamark.core.globs import matches_path
from seamark.core.paths import printable
from seamark.core.policy import FailOn, GatePolicy, judge
from seamark.core.reports import Report
from seamark.core.waivers import Waiver, with_waiver_findings
from seamark.engine import Budgets, run_checks
from seamark.engine.plan import Unwatched, Watcher
from seamark.system.assemble import assemble, now
from seamark.system.baseline_file import FILE_NAME, load_baseline
from seamark.system.git import Changed, changed_since, staged
from seamark.system.locate import Located, open_project
from seamark.system.memory import PROJECT_FILE
from seamark.system.plan import plan_checks
from seamark.system.project import Project
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
    """A report with all that it is to be judged by; ``notes`` are remarks for a person."""

    root: str
    project: Project
    report: Report
    baseline: Baseline | None
    partial: bool = False
    warnings: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    defaults: bool = False


def check(request: CheckRequest, *, today: date, watcher: Watcher = Unwatched()) -> Judged:
    """Run the project's checks and judge the report.

    Raises ``UsageError`` and ``ConfigurationError`` before anything has run.
    """
    checked = run_project(request, today=today, watcher=watcher)
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
    if checked.defaults:
        reason = f"{judgment.exit_reason} Defaults apply: no {PROJECT_FILE} was found."
        judgment = replace(judgment, exit_reason=reason)
    return Judged(report, judgment, checked.notes)


def run_project(
    request: CheckRequest, *, today: date | None = None, watcher: Watcher = Unwatched()
) -> Checked:
    """Run the project's checks without judging. Raises as :func:`check`."""
    located = open_project(request.path)
    root, project = located.root, located.project
    baseline = load_baseline(os.path.join(root, FILE_NAME))
    with tempfile.TemporaryDirectory(prefix="seamark-staged-") as copies:
        changed = _changed(request, root, copies)
        plan, warnings = plan_checks(
            project,
            root,
            changed=changed,
            receipts=request.receipts,
            seed=request.seed,
            today=today,
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
        report = replace(report, incomplete=(*report.incomplete, *_absent(project, report, root)))
    return Checked(
        root=root, project=project, report=report, baseline=baseline,
        partial=changed is not None, warnings=warnings, notes=tuple(_notes(located)),
        defaults=not located.file,
    )  # fmt: skip


def _notes(located: Located) -> Iterator[str]:
    """What a person should know about the project, beside the report."""
    if located.above:
        yield f"Checking all of {printable(located.root)}: its {PROJECT_FILE} applies here."
    if located.file and not located.project.system.owner.strip():
        yield f"Nobody owns this system: say in {PROJECT_FILE} who answers for it (system: owner)."


def _changed(request: CheckRequest, root: str, copies: str) -> Sequence[Changed] | None:
    if request.changed_since and request.only_staged:
        raise UsageError("--changed-since and --staged exclude each other.", hint="Use one.")
    if request.changed_since:
        return changed_since(root, request.changed_since)
    return staged(root, copies) if request.only_staged else None


def _absent(project: Project, report: Report, root: str) -> Iterator[str]:
    """Models that the project names and the scan did not meet, each with the reason."""
    if report.interrupted:
        return
    paths = [file.path for file in report.files]
    for asset in project.models:
        if asset.path and not any(matches_path(path, asset.path) for path in paths):
            why = _why_absent(asset.path, report, root)
            yield f"{PROJECT_FILE} names the model {printable(asset.path)}, and {why}."


def _why_absent(named: str, report: Report, root: str) -> str:
    plain = os.path.normpath(named)
    excluded = report.attributes.get("excluded")
    for left_out in excluded if isinstance(excluded, list) else ():
        place = str(left_out)
        if plain == place or plain.startswith(f"{place}/") or matches_path(place, named):
            return f"it was not examined: {place} is excluded"
    if os.path.lexists(os.path.join(root, plain)):
        return "it was not examined: scan.include leaves it out, or there is no file in it"
    return "there is no such file"


def _matches_any(waiver: Waiver, report: Report) -> bool:
    return any(waiver.matches(finding) for finding in report.all_findings())
