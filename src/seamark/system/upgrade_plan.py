"""``seamark upgrade-plan``: what to change so that known vulnerabilities are gone."""

from dataclasses import dataclass, replace
from datetime import date

from seamark.core.verdicts import ExitCode
from seamark.scan.dependencies.advisories.database import open_book
from seamark.scan.dependencies.advisories.model import State
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import take_inventory
from seamark.scan.dependencies.upgrade.model import Plan
from seamark.scan.dependencies.upgrade.planning import make_plan
from seamark.scan.walk import Selection
from seamark.system.locate import open_project
from seamark.system.sbom_inputs import dependency_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What ``seamark upgrade-plan`` is asked to do. ``database`` is a path; empty for the usual."""

    path: str = "."
    database: str = ""
    allow_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the database that it is made from, and how the command ends.

    ``note`` is for a person: whose settings apply, and where the patch's paths begin.
    """

    plan: Plan
    state: State | None
    exit_code: ExitCode
    exit_reason: str
    note: str = ""


def plan_upgrades(request: PlanRequest, *, today: date) -> Planned:
    """The plan for a project. Raises ``UsageError`` and ``ConfigurationError``.

    Code 1 says that there is something to change or that cannot be cleared, 3 that something
    could not be assessed, 0 that no known vulnerability is there.
    """
    located = open_project(request.path)
    settings = dependency_settings(located.project)
    if request.database:
        settings = replace(settings, database=request.database)
    selection = Selection(exclude=tuple(located.project.scan.exclude))
    found = find_sources(located.root, selection=selection)
    sources = [each for each in found if not isinstance(each, str)]
    inventory = take_inventory(sources, root=located.root)
    book, problem = open_book(settings, root=located.root)
    case = Case(
        inventory=inventory, settings=settings, book=book, today=today, book_problem=problem
    )
    plan = make_plan(case)
    if not inventory.listings:
        plan = replace(plan, gaps=(*plan.gaps, "There is no list of dependencies."))
    code, reason = _ending(plan, request.allow_incomplete)
    note = ""
    if located.above:
        note = f"All of {located.root}: its project file applies here; paths are relative to it."
    return Planned(plan, book.state if book else None, code, reason, note)


def _ending(plan: Plan, allow_incomplete: bool) -> tuple[ExitCode, str]:
    changes, blocked, gaps = len(plan.changes), len(plan.blocked), len(plan.gaps)
    missing = f" {_count(gaps, 'thing')} could not be assessed." if gaps else ""
    if changes or blocked:
        stays = f", {_count(blocked, 'package')} cannot be cleared" if blocked else ""
        return ExitCode.FAILED, f"{_count(changes, 'package')} to change{stays}.{missing}"
    if gaps and not allow_incomplete:
        return ExitCode.INCOMPLETE, f"Nothing to change is known.{missing}"
    return ExitCode.PASSED, f"Nothing to change.{missing}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
