"""``seamark scan``: the model files under some paths, without a project file."""

import os
from dataclasses import dataclass, field
from datetime import date

from seamark.core.checks import Target
from seamark.core.errors import UsageError
from seamark.core.findings import Json
from seamark.core.policy import FailOn, GatePolicy, Judgment, judge
from seamark.core.reports import Report
from seamark.engine import Budgets, Planned, run_checks
from seamark.engine.plan import Unwatched, Watcher
from seamark.scan.models.check import CHECK, ScanOptions
from seamark.scan.models.scanner import printable
from seamark.system.assemble import assemble, now


@dataclass(frozen=True, slots=True)
class Judged:
    """A report and what the gate policy makes of it."""

    report: Report
    judgment: Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What ``seamark scan`` is asked to do. ``jobs`` 0 decides by the amount of work."""

    paths: tuple[str, ...]
    options: ScanOptions = field(default_factory=ScanOptions)
    fail_on: FailOn = field(default_factory=FailOn)
    allow_incomplete: bool = False
    jobs: int = 0
    seed: int = 0
    budgets: Budgets = field(default_factory=Budgets)


def scan(request: ScanRequest, *, today: date, watcher: Watcher = Unwatched()) -> Judged:
    """Scan and judge. Raises ``UsageError`` for a path that does not exist: nothing ran."""
    for path in request.paths:
        if not os.path.lexists(path):
            raise UsageError(
                f"There is no '{printable(path)}'.", hint="Name a file or a directory that exists."
            )
    started = now()
    target = Target(paths=request.paths, options={"scan": request.options}, seed=request.seed)
    plan = [Planned(check=CHECK, target=target)]
    outcome = run_checks(plan, jobs=request.jobs, budgets=request.budgets, watcher=watcher)
    attributes: dict[str, Json] = {}
    if not request.options.scanner.digest:
        attributes["digest"] = False  # such a report can be neither signed nor pass a gate
    report = assemble(
        outcome,
        target=" ".join(printable(path) for path in request.paths),
        started=started,
        seeds={CHECK.id: request.seed},
        attributes=attributes,
    )
    judgment = judge(
        report,
        GatePolicy(fail_on=request.fail_on),
        today=today,
        allow_incomplete=request.allow_incomplete,
    )
    return Judged(report, judgment)
