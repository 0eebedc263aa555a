"""Where a name comes from: the constants and inputs that an operator's path is made of.

A backward walk through one graph, and through the callers of its functions. What a graph computes
from constants by other means than joining is said to be computed, not guessed.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.tensorflow.nodes import (
    Body,
    Node,
    Place,
    attributes,
    message,
    name_and_operator,
    operator_of,
    read_node,
    read_value,
    tensor_texts,
)
from seamark.scan.models.tensorflow.operators import CONSTANT_OPERATORS, TRANSPARENT
from seamark.scan.models.weights.protobuf import Field, Wires

_STEPS = 4000
_STEPS_IN_ALL = 2_000_000
_INDEXED = 500_000
_SKIPS_FIRST = frozenset({"If", "StatelessIf", "_If", "Case", "StatelessCase", "RemoteCall"})


@dataclass(slots=True)
class Origin:
    """What a path is made of.

    ``texts`` are the constant parts and, last, all of them joined. ``constants`` and ``variables``
    name the nodes that hold those, the latter where a variable is set to them; ``arguments`` are
    the inputs of functions that nothing in the graph calls, as (function, position), and
    ``placeholders`` what a request can set. ``computed`` says that operators make it which are
    not followed.
    """

    texts: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    arguments: list[tuple[str, int]] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    computed: bool = False


class Origins:
    """Answers for one graph and its functions; indexes a body when it is first asked about."""

    def __init__(self, wires: Wires, bodies: dict[str, Body]) -> None:
        self._wires = wires
        self._bodies = bodies
        self._indexes: dict[str, dict[str, int]] = {}
        self._assignments: dict[str, list[Place]] = {}
        self._callers: dict[str, list[tuple[Body, Node, int]]] | None = None
        self._indexed = 0
        self._steps = 0

    def of(self, body: Body, reference: str) -> Origin:
        """The origin of the input ``reference`` of a node in ``body``."""
        origin = Origin()
        pending = [(body, reference)]
        seen: set[tuple[str, str]] = set()
        while pending:
            where, name = pending.pop()
            name = name.partition(":")[0]
            if name.startswith("^") or (where.name, name) in seen:
                continue
            seen.add((where.name, name))
            self._steps += 1
            if self._steps > _STEPS_IN_ALL:
                raise LimitExceeded("has too many operators that name files")
            if len(seen) > _STEPS:
                origin.computed = True
                break
            pending += self._follow(where, name, origin)
        if len(origin.texts) > 1:
            origin.texts.append("".join(origin.texts))
        return origin

    def node(self, body: Body, reference: str) -> Node | None:
        """The node that an input refers to, or None where it is an argument or missing."""
        at = self._index(body).get(reference.partition(":")[0].removeprefix("^"))
        return None if at is None else read_node(self._wires, _unpacked(at))

    def _follow(self, body: Body, name: str, origin: Origin) -> list[tuple[Body, str]]:
        node = self.node(body, name)
        if node is None:
            return self._follow_argument(body, name, origin)
        if node.operator in CONSTANT_OPERATORS:
            self._take_constant(node, origin)
            return []
        if node.operator == "VarHandleOp":
            return self._follow_variable(body, name, origin)
        if node.operator in ("Placeholder", "PlaceholderV2", "_Arg"):
            origin.placeholders.append(node.name)
        elif node.operator not in TRANSPARENT:
            origin.computed = True
        return [(body, each) for each in reversed(node.inputs)]

    def _follow_variable(self, body: Body, name: str, origin: Origin) -> list[tuple[Body, str]]:
        """What the graph sets a variable to. One that it only restores holds no path."""
        followed = []
        for place in self._assignments.get(body.name, ()):
            inputs = read_node(self._wires, place).inputs
            if len(inputs) > 1 and inputs[0].partition(":")[0] == name:
                origin.variables.append(inputs[1].partition(":")[0])
                followed.append((body, inputs[1]))
        return followed

    def _follow_argument(self, body: Body, name: str, origin: Origin) -> list[tuple[Body, str]]:
        if name not in body.args:
            origin.computed = True
            return []
        position = body.args.index(name)
        callers = self._calls().get(body.name, [])
        if not callers:
            origin.arguments.append((body.name, position))
        followed = []
        for caller, node, offset in callers:
            inputs = [each for each in node.inputs if not each.startswith("^")]
            if offset + position < len(inputs):
                followed.append((caller, inputs[offset + position]))
            else:
                origin.computed = True
        return followed

    def _take_constant(self, node: Node, origin: Origin) -> None:
        origin.constants.append(node.name)
        for name, place in attributes(self._wires, node.place):
            if name != "value":
                continue
            tensor = read_value(self._wires, place).tensor
            if tensor is not None:
                texts, complete = tensor_texts(self._wires, tensor)
                origin.texts += texts
                origin.computed |= not complete

    def _index(self, body: Body) -> dict[str, int]:
        """Places of a body's nodes by name, each packed into one number: there may be many."""
        index = self._indexes.get(body.name)
        if index is None:
            index = self._indexes[body.name] = {}
            for part in self._parts(body):
                name, operator = name_and_operator(self._wires, part)
                index[name] = part.start << 40 | part.end - part.start
                if operator == "AssignVariableOp":
                    self._assignments.setdefault(body.name, []).append(_place(part))
        return index

    def _parts(self, body: Body) -> Iterator[Field]:
        """The nodes of a body, up to where it is damaged: that its reader has said."""
        for place in body.places:
            with suppress(Malformed):
                for part in self._wires.fields(*place):
                    if part.number == body.number:
                        self._count()
                        yield part

    def _calls(self) -> dict[str, list[tuple[Body, Node, int]]]:
        if self._callers is None:
            self._callers = {}
            for body in self._bodies.values():
                self._add_calls(body, self._callers)
        return self._callers

    def _add_calls(self, body: Body, callers: dict[str, list[tuple[Body, Node, int]]]) -> None:
        for part in self._parts(body):
            operator = operator_of(self._wires, part)
            if operator in self._bodies:
                node = read_node(self._wires, _place(part))
                callers.setdefault(operator, []).append((body, node, 0))
            elif operator in _CALLS:
                node = read_node(self._wires, _place(part))
                offset = 1 if operator in _SKIPS_FIRST else 0
                for _, value in attributes(self._wires, node.place):
                    for called in read_value(self._wires, value).functions:
                        callers.setdefault(called, []).append((body, node, offset))

    def _count(self) -> None:
        self._indexed += 1
        if self._indexed > _INDEXED:
            raise LimitExceeded(f"asks for more than {_INDEXED} nodes by name")


_CALLS = _SKIPS_FIRST | frozenset(
    "PartitionedCall StatefulPartitionedCall TPUPartitionedCall BatchFunction While "
    "StatelessWhile _While XlaLaunch SymbolicGradient".split()
)
"""Operators whose inputs are those of the functions that they name."""


def _unpacked(at: int) -> Place:
    start = at >> 40
    return Place(start, start + (at & (1 << 40) - 1))


def _place(part: Field) -> Place:
    return Place(message(part).start, part.end)
