"""From what the engine collected to a report."""

import time
from collections.abc import Mapping

from seamark import __version__
from seamark.core.findings import Json
from seamark.core.reports import Report
from seamark.engine import Outcome
from seamark.scan.models.folders import models_of
from seamark.scan.ruleset import ruleset_version
from seamark.system.actor import current_actor


def now() -> str:
    """The present moment, RFC 3339 in UTC with seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def assemble(
    outcome: Outcome,
    *,
    target: str,
    started: str,
    seeds: Mapping[str, int],
    attributes: Mapping[str, Json],
) -> Report:
    """The report of one run. Lists of remarks from the checks come sorted by name."""
    gathered: dict[str, Json] = {**attributes, **dict(sorted(outcome.attributes.items()))}
    return Report(
        target=target,
        tool_version=__version__,
        ruleset=ruleset_version(),
        started=started,
        finished=now(),
        actor=current_actor(),
        files=tuple(outcome.files),
        models=models_of(outcome.files),
        findings=tuple(outcome.findings),
        metrics=tuple(outcome.metrics),
        checks=tuple(outcome.checks),
        incomplete=tuple(outcome.incomplete),
        interrupted=outcome.interrupted,
        seeds=seeds,
        attributes=gathered,
    )
