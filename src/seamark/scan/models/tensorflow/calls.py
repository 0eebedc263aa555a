"""Graphs that cannot end: functions that call themselves, takers that nothing feeds, aborts.

What is found here costs whoever runs the graph its process or its time, and no data.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from seamark.core.findings import Finding
from seamark.scan.models.limits import Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.nodes import attributes, read_value

if TYPE_CHECKING:
    from seamark.scan.models.tensorflow.graphs import Graph

CALLING = frozenset(
    """PartitionedCall StatefulPartitionedCall TPUPartitionedCall If StatelessIf _If Case
    StatelessCase While StatelessWhile _While For XlaLaunch SymbolicGradient
    BatchFunction""".split()
)
"""Operators that run the functions that their attributes name; a function's own name does too."""

_STOPS = {
    "Abort": "ends the process that runs it",
    "SleepOp": "waits for as long as the graph says",
    "SleepIdentityOp": "waits for as long as the graph says",
}
_QUEUE = tuple(
    f"Queue{kind}{version}" for kind in ("Enqueue", "EnqueueMany") for version in ("", "V2")
)
_FED_BY: Mapping[str, tuple[str, ...]] = {
    **{
        f"QueueDequeue{kind}{version}": _QUEUE
        for kind in ("", "Many", "UpTo")
        for version in ("", "V2")
    },
    "Unstage": ("Stage",),
    "StagePeek": ("Stage",),
    "MapUnstage": ("MapStage",),
    "MapUnstageNoKey": ("MapStage",),
    "OrderedMapUnstage": ("OrderedMapStage",),
    "OrderedMapUnstageNoKey": ("OrderedMapStage",),
    "BarrierTakeMany": ("BarrierInsertMany",),
}
"""Operators that wait for a value, and those that bring one."""


def examine_endless(graph: "Graph", scope: Scope) -> Iterator[Finding]:
    """Findings about graphs that stop or hold their process. Raises ``Malformed`` at last."""
    for operator, what in _STOPS.items():
        if operator in graph.first:
            yield scope.finding(
                rules.STOPS,
                f"'{operator}' {what}.",
                anchor=operator,
                offset=graph.first[operator],
            )
    for operator, feeders in _FED_BY.items():
        if operator in graph.first and not any(each in graph.first for each in feeders):
            yield scope.finding(
                rules.ENDLESS,
                f"'{operator}' waits for what nothing in the graph brings.",
                anchor=operator,
                offset=graph.first[operator],
            )
    called, damaged = _calls(graph)
    for name in _on_a_circle(called, scope):
        yield scope.finding(
            rules.ENDLESS,
            f"The function '{name[:100]}' calls itself.",
            anchor=name[:200],
            offset=graph.bodies[name].places[0].start,
        )
    if damaged:
        raise damaged


def _calls(graph: "Graph") -> tuple[dict[str, set[str]], Malformed | None]:
    """The functions that each function calls, and what was damaged on the way."""
    called: dict[str, set[str]] = {}
    damaged: Malformed | None = None
    for caller, operator, place in graph.calls:
        if operator not in CALLING:
            if operator and operator in graph.bodies:
                called.setdefault(caller, set()).add(operator)
            continue
        try:
            for _name, value in attributes(graph.wires, place):
                names = read_value(graph.wires, value).functions
                # The main graph has no name, so a call of '' is damage and no circle.
                called.setdefault(caller, set()).update(filter(None, names))
        except Malformed as error:
            damaged = error
    return called, damaged


def _on_a_circle(called: Mapping[str, Iterable[str]], scope: Scope) -> Iterator[str]:
    """One function of each circle of calls that a walk in depth comes upon."""
    done: set[str] = set()
    for start in called:
        if start in done:
            continue
        path: dict[str, Iterator[str]] = {start: iter(called[start])}
        while path:
            scope.meter.check_time()
            last = next(reversed(path))
            following = next(path[last], None)
            if following is None:
                done.add(last)
                del path[last]
            elif following in path:
                yield following
            elif following in called and following not in done:
                path[following] = iter(called[following])
