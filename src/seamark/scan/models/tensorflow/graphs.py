"""``GraphDef``: every operator of the main graph and of its functions, and what they reach.

Schema: tensorflow/core/framework/graph.proto. One pass lists the operators; the nodes that reach
files, servers or Python are then judged by where their paths come from.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.calls import CALLING, examine_endless
from seamark.scan.models.tensorflow.dtypes import name_of
from seamark.scan.models.tensorflow.effects import Judge
from seamark.scan.models.tensorflow.nodes import (
    Body,
    Place,
    attributes,
    message,
    operator_of,
    read_tensor,
    read_value,
)
from seamark.scan.models.tensorflow.operators import (
    LOOPS,
    REACHING,
    URL_ATTRIBUTES,
    known_operators,
)
from seamark.scan.models.tensorflow.origins import Origins
from seamark.scan.models.weights.protobuf import Field, Wires

_NODES_FREE = 100_000
_BYTES_PER_NODE = 24
_OPERATORS = 20_000
_FUNCTIONS = 200_000
_REACHING_NODES = 20_000
_WEIGHT_BYTES = 256
"""Constants whose message is shorter hold shapes and axes, no weights."""

_INTERESTING = frozenset(REACHING) | frozenset(URL_ATTRIBUTES) | LOOPS


@dataclass(slots=True)
class Graph:
    """One graph and its function library, as far as a verdict needs them.

    ``operators`` counts nodes by operator, ``first`` is the offset of each one's first node;
    ``reaching`` lists the nodes that may reach beyond tensors, with their bodies; ``calls`` those
    that may run functions, with their bodies' names. ``assets`` names
    the constants that a loader replaces by asset paths, ``asset_arguments`` the inputs of
    functions that are bound to assets.
    """

    wires: Wires
    size: int
    main: Body = field(default_factory=lambda: Body("", 1))
    bodies: dict[str, Body] = field(default_factory=dict)
    operators: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    reaching: list[tuple[Body, str, Place]] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, Place]] = field(default_factory=list)
    weights: list[Place] = field(default_factory=list)
    assets: set[str] = field(default_factory=set)
    asset_arguments: set[tuple[str, int]] = field(default_factory=set)
    nodes: int = 0


def read_graph(graph: Graph, place: Place, scope: Scope) -> None:
    """Add the ``GraphDef`` at ``place`` to ``graph``. Raises ``Malformed``, ``LimitExceeded``."""
    wires = graph.wires
    graph.bodies.setdefault("", graph.main)
    graph.main.places.append(place)
    for part in wires.fields(*place):
        if part.number == 1:
            _take_node(graph, graph.main, message(part), scope)
        elif part.number == 2:
            for inner in wires.fields(message(part).start, part.end):
                if inner.number == 1:
                    _take_function(graph, Place(message(inner).start, inner.end), scope)


def _take_function(graph: Graph, place: Place, scope: Scope) -> None:
    wires = graph.wires
    body = Body("", 3, [place])
    nodes: list[Field] = []  # they wait for the name, which need not come first
    damaged: Malformed | None = None
    for part in _until_damage(wires, place):
        if isinstance(part, Malformed):
            damaged = part
        elif part.number == 3:
            nodes.append(message(part))
        elif part.number == 1:
            for inner in wires.fields(message(part).start, part.end):
                if inner.number == 1:
                    body.name = wires.text(message(inner))
                elif inner.number == 2:
                    body.args.append(_argument(wires, inner))
    known = graph.bodies.get(body.name)
    if known is None:
        graph.bodies[body.name] = body
        if len(graph.bodies) > _FUNCTIONS:
            raise LimitExceeded(f"holds more than {_FUNCTIONS} functions")
    else:  # both are read: which of them runs is not for us to guess
        graph.doubled.append(body.name)
        known.places.append(place)
        body = known
    for node in nodes:
        _take_node(graph, body, node, scope)
    if damaged:
        raise damaged


def _until_damage(wires: Wires, place: Place) -> Iterator[Field | Malformed]:
    """Fields, and as the last item what is wrong with the one where they end too early."""
    try:
        yield from wires.fields(*place)
    except Malformed as error:
        yield error


def _argument(wires: Wires, argument: Field) -> str:
    name = ""
    for part in wires.fields(message(argument).start, argument.end):
        if part.number == 1:
            name = wires.text(message(part))
    return name


def _take_node(graph: Graph, body: Body, node: Field, scope: Scope) -> None:
    graph.nodes += 1
    if not graph.nodes % 512:
        scope.meter.check_time()
    if graph.nodes > _NODES_FREE + graph.size // _BYTES_PER_NODE:
        raise LimitExceeded(f"holds {graph.nodes} nodes in {graph.size} bytes")
    operator = operator_of(graph.wires, node)
    graph.operators[operator] += 1
    if operator not in graph.first:
        graph.first[operator] = node.start
        if len(graph.first) > _OPERATORS:
            raise LimitExceeded(f"names more than {_OPERATORS} operators")
    if operator in _INTERESTING:
        graph.reaching.append((body, operator, Place(node.start, node.end)))
        if len(graph.reaching) > _REACHING_NODES:
            raise LimitExceeded(f"holds more than {_REACHING_NODES} nodes that reach out")
    if operator in CALLING or operator not in known_operators():
        graph.calls.append((body.name, operator, Place(node.start, node.end)))
    elif operator == "Const" and node.end - node.start >= _WEIGHT_BYTES:
        graph.weights.append(Place(node.start, node.end))


def judge_graph(graph: Graph, scope: Scope) -> Iterator[Finding]:
    """Findings about what was read into ``graph``; each operator and path once."""
    yield from _ambiguities(graph, scope)
    for operator, offset in graph.first.items():
        if operator not in known_operators() and operator not in graph.bodies:
            yield scope.finding(
                rules.CUSTOM_OPERATOR,
                f"The operator '{operator[:100]}' is not TensorFlow's, nor a function in here.",
                anchor=operator[:200],
                offset=offset,
                evidence={"operator": operator[:200], "nodes": graph.operators[operator]},
            )
    judge = Judge(graph.wires, Origins(graph.wires, graph.bodies), scope, graph.bodies)
    judge.assets, judge.asset_arguments = graph.assets, graph.asset_arguments
    reported: set[tuple[str, str]] = set()
    damaged: Malformed | None = None
    for body, operator, place in graph.reaching:
        scope.meter.check_time()
        try:
            for finding in judge.examine(body, operator, place):
                key = (finding.rule.id, finding.anchor)
                if key not in reported:
                    reported.add(key)
                    yield finding
        except Malformed as error:
            damaged = error  # other nodes may be whole
    yield from examine_endless(graph, scope)
    if damaged:
        raise damaged


def _ambiguities(graph: Graph, scope: Scope) -> Iterator[Finding]:
    for name in dict.fromkeys(graph.doubled):
        yield scope.finding(
            rules.AMBIGUOUS,
            f"Two functions are called '{name[:100]}'.",
            anchor=name[:200],
        )
    for name, body in graph.bodies.items():
        if name in known_operators():
            yield scope.finding(
                rules.AMBIGUOUS,
                f"A function has the name of the operator '{name[:100]}'.",
                anchor=name[:200],
                offset=body.places[0].start,
            )


def examine_weights(graph: Graph, blob: Blob, scope: Scope, *, describe: bool) -> Iterator[Finding]:
    """What hides in constants' numbers; says how many there are where they are the model."""
    counts: Counter[str] = Counter()
    tensors = 0
    regions: list[Region] = []
    for place in graph.weights:
        for name, value in attributes(graph.wires, place):
            found = read_value(graph.wires, value).tensor if name == "value" else None
            if found is None:
                continue
            tensor = read_tensor(graph.wires, found)
            count = 1
            for size in tensor.shape:
                count *= size if 0 <= size < 1 << 40 else 0
            tensors += 1
            counts[name_of(tensor.dtype)] += min(count, 1 << 62)
            if tensor.content is not None:
                start, end = tensor.content
                regions.append(Region(f"constant at {start}", start, end - start))
    yield from examine_regions(blob, scope, regions)
    if describe and tensors:
        scope.describe(tensors=tensors, parameters=sum(counts.values()), dtypes=dict(counts))


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in a ``GraphDef`` by itself: a frozen graph, or one for training."""
    from seamark.scan.models.weights.tails import examine_appended_zip

    graph = Graph(Wires(blob), blob.size)
    failure: Malformed | LimitExceeded | None = None
    try:
        read_graph(graph, Place(0, blob.size), scope)
    except (Malformed, LimitExceeded) as error:
        failure = error  # what was met before the damage is still worth knowing
    scope.tally.bytes += graph.wires.bytes_seen
    scope.describe(framework="TensorFlow")
    yield from judge_graph(graph, scope)
    if failure:
        raise failure
    yield from examine_weights(graph, blob, scope, describe=True)
    yield from examine_appended_zip(blob, scope, host="tf_graph")
