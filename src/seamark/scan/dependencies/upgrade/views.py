"""The plan for people, and for programs (``seamark.upgrade-plan/1``)."""

import json
from collections.abc import Iterator
from typing import Any

from seamark.core.paths import printable
from seamark.scan.dependencies.advisories.model import State
from seamark.scan.dependencies.upgrade.model import Blocked, Change, Means, Plan

SCHEMA = "seamark.upgrade-plan/1"
_SHOWN = 4


def as_json(plan: Plan, *, state: State | None, exit_code: int, exit_reason: str) -> str:
    """The plan as JSON; versions, paths and advisories as their sources have them."""
    document = {
        "schema": SCHEMA,
        "exit_code": exit_code,
        "exit_reason": exit_reason,
        "database": state.remark() if state else None,
        "changes": [_change(each) for each in plan.changes],
        "blocked": [_blocked(each) for each in plan.blocked],
        "commands": [
            {"path": each.path, "command": each.line, "note": each.note} for each in plan.commands
        ],
        "patch": plan.patch,
        "trials": [
            {"path": each.path, "command": each.line, "otherwise": each.otherwise}
            for each in plan.trials
        ],
        "gaps": [*plan.gaps],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _change(change: Change) -> dict[str, Any]:
    return {
        "ecosystem": change.ecosystem,
        "name": change.name,
        "current": change.current,
        "target": change.target,
        "clears": [*change.clears],
        "uses": [
            {"location": str(use.location), "kind": use.list_kind, "by": use.means.value}
            for use in change.uses
        ],
        "together_with": [*change.together],
    }


def _blocked(blocked: Blocked) -> dict[str, Any]:
    return {
        "ecosystem": blocked.ecosystem,
        "name": blocked.name,
        "current": blocked.current,
        "advisories": [*blocked.advisories],
        "reason": blocked.reason,
        "locations": [str(each) for each in blocked.locations],
        "constraints": [
            {"by": each.by, "wanted": each.wanted, "package": each.package}
            for each in blocked.constraints
        ],
    }


def as_text(plan: Plan, *, exit_reason: str, patch_file: str = "") -> str:
    """The plan for a person."""
    return "\n".join(printable(line) for line in _lines(plan, exit_reason, patch_file)) + "\n"


def _lines(plan: Plan, exit_reason: str, patch_file: str) -> Iterator[str]:
    for change in plan.changes:
        yield f"{change.name} {change.current} -> {change.target}  clears {_named(change.clears)}"
        for use in change.uses:
            yield f"    {use.location} ({'patch' if use.means is Means.PATCH else 'command below'})"
        if change.together:
            yield f"    limited by {', '.join(change.together)}, which change, too: look twice"
    for blocked in plan.blocked:
        yield f"{blocked.name} {blocked.current} stays with {_named(blocked.advisories)}"
        yield f"    {blocked.reason}."
    if plan.commands:
        yield "Only their own tools can write these lists:"
        for command in plan.commands:
            yield f"    {command.path}: {command.line or command.note}"
            if command.line and command.note:
                yield f"        ({command.note})"
    if plan.patch and patch_file:
        yield f"The patch is in {patch_file}: git apply {patch_file}, or patch -p1 < {patch_file}"
    elif plan.patch:
        yield "Write the patch with --output FILE."
    if plan.trials:
        yield "Only an index knows whether the patched versions exist and agree:"
    for trial in plan.trials:
        yield f"    {trial.path}: {trial.line}"
        if trial.otherwise:
            yield f"        and if they do not: {trial.otherwise}"
    for gap in plan.gaps:
        yield f"Not assessed: {gap}"
    yield exit_reason


def _named(advisories: tuple[str, ...]) -> str:
    rest = len(advisories) - _SHOWN
    return ", ".join(advisories[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
