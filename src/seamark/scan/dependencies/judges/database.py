"""The advisory database before the judge: is there one, is it the right one, is it fresh."""

import os
from collections.abc import Iterator
from datetime import date

from seamark.core.checks import Remark
from seamark.core.findings import Finding, Json, Location
from seamark.core.rules import Rule
from seamark.scan.dependencies.advisories.model import State
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges import vulnerability_rules as rules

_HERE = Location(path=".")


def judge_database(case: Case) -> Iterator[Finding | Remark]:
    """What every report says of the database, and what is wrong with it; once a report."""
    if case.book is None:
        yield Remark("advisories", {"problem": case.book_problem or "there is none"})
        if case.inventory.components:
            yield unreadable(case.book_problem or "there is none")
        return
    state = case.book.state
    systems = sorted({each.ecosystem for each in case.inventory.components})
    covered = [each for each in systems if case.book.covers(each)]
    ages: dict[str, Json] = {each: age_days(state.day_of(each), case.today) for each in covered}
    overall = age_days(state.newest, case.today)
    yield Remark("advisories", {**state.remark(), "age_days": overall, "ages": ages})
    wanted = case.settings.database_digest
    if wanted and wanted != state.digest:
        yield _finding(
            rules.OTHER_DIGEST,
            f"The advisory database has the digest {state.digest}, and {wanted} is demanded.",
            "digest",
        )
    elif not wanted and case.settings.database and _lies_within(state.path, case.inventory.root):
        yield _finding(
            rules.WITHIN_PROJECT,
            "The advisory database lies in the project that it judges, and no digest pins it.",
            "within",
        )
    yield from _stale(case, state, covered)


def _lies_within(path: str, root: str) -> bool:
    limit = os.path.realpath(root or ".")
    return os.path.realpath(path).startswith(limit.rstrip("/") + "/")


def _stale(case: Case, state: State, covered: list[str]) -> Iterator[Finding]:
    limit = case.settings.max_age_days
    old: list[str] = []
    for each in covered:
        day = state.day_of(each)
        age = age_days(day, case.today)
        if age is None:
            old.append(f"no record about {each} has a date")
        elif age < -1:
            old.append(f"records about {each} are of {day}, which has not come yet")
        elif age > limit:
            old.append(f"the newest record about {each} is of {day}, {age:,} days ago")
    if old:
        what = "that ships with Seamark " if state.shipped else ""
        yield _finding(
            rules.STALE,
            f"The advisory database {what}is too old to be believed ({'; '.join(old)};"
            f" {limit} days are allowed).",
            "age",
        )


def unreadable(reason: str) -> Finding:
    """The finding that nothing could be looked up."""
    reason = reason.rstrip(".")
    return _finding(
        rules.NO_DATABASE, f"No vulnerability could be looked up: {reason}.", "database"
    )


def age_days(day: str, today: date) -> int | None:
    """Days from an ISO date to ``today``; None where it is none."""
    try:
        return (today - date.fromisoformat(day)).days
    except ValueError:
        return None


def _finding(rule: Rule, message: str, anchor: str) -> Finding:
    return Finding(rule=rule, message=message, location=_HERE, anchor=anchor)
