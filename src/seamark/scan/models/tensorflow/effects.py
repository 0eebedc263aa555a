"""Judges the nodes of a graph that may reach files, servers, Python or compiled programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.nodes import (
    Body,
    Node,
    Place,
    attributes,
    message,
    read_node,
    read_tensor,
    read_value,
)
from seamark.scan.models.tensorflow.operators import LOOPS, REACHING, URL_ATTRIBUTES, Effect
from seamark.scan.models.tensorflow.origins import Origin, Origins
from seamark.scan.models.weights.protobuf import Wires

_BY_EFFECT: Mapping[Effect, tuple[Rule | None, Rule]] = {
    # where the path is set at run time or stays inside, where it leads outside
    Effect.READS: (rules.READS_FILE, rules.OUTSIDE_FILE),
    Effect.LISTS: (rules.READS_FILE, rules.OUTSIDE_FILE),
    Effect.READS_DATA: (rules.READS_FILE, rules.READS_FILE),
    Effect.LOADS_TABLE: (None, rules.READS_FILE),
    Effect.RESTORES: (None, rules.READS_FILE),
    Effect.SAVES: (None, rules.OUTSIDE_FILE),
    Effect.WRITES: (rules.WRITES_FILE, rules.OUTSIDE_FILE),
    Effect.WRITES_DATA: (rules.READS_FILE, rules.OUTSIDE_FILE),
    Effect.CACHES: (None, rules.OUTSIDE_FILE),
    Effect.CONNECTS: (rules.NETWORK, rules.NETWORK),
    Effect.CALLS_PYTHON: (rules.RUNS_PYTHON, rules.RUNS_PYTHON),
    Effect.RUNS_PROGRAM: (rules.COMPILED, rules.COMPILED),
}
_TRACED = frozenset({Effect.RESTORES, Effect.SAVES, Effect.LOADS_TABLE, Effect.CACHES})
"""Honest where the path is followed to the loader's own, so a computed one is worth a look."""

_PROTOS = frozenset({"DecodeProtoV2", "EncodeProto"})
_LOCAL_STREAMS = ("stdout", "stderr", "log(")


@dataclass(slots=True)
class Judge:
    """Judges one node after another. ``assets`` and ``asset_arguments`` as in ``Graph``."""

    wires: Wires
    origins: Origins
    scope: Scope
    bodies: Mapping[str, Body]
    assets: set[str] = field(default_factory=set)
    asset_arguments: set[tuple[str, int]] = field(default_factory=set)

    def examine(self, body: Body, operator: str, place: Place) -> Iterator[Finding]:
        """Findings about the node at ``place``, which has that ``operator``."""
        if operator in LOOPS:
            yield from self._loop(place)
        elif operator in URL_ATTRIBUTES:
            yield from self._urls(operator, place)
        else:
            yield from self._reach(body, operator, place)

    def _reach(self, body: Body, operator: str, place: Place) -> Iterator[Finding]:
        reach = REACHING[operator]
        usual, outside = _BY_EFFECT[reach.effect]
        node = read_node(self.wires, place)
        inputs = [each for each in node.inputs if not each.startswith("^")]
        origins = [self.origins.of(body, inputs[i]) for i in reach.inputs if i < len(inputs)]
        texts = self._attribute_texts(place, reach.attributes)
        if reach.effect not in (Effect.CALLS_PYTHON, Effect.RUNS_PROGRAM, Effect.CONNECTS):
            for text in dict.fromkeys([*texts, *self._constants(origins, reach.effect)]):
                kind = classify_path(text)
                if text and kind is not PathKind.INSIDE:
                    yield self._finding(
                        outside,
                        node,
                        f"'{operator}' {reach.effect.value} '{text[:200]}', which {kind.value}.",
                        text,
                    )
                    return
        if reach.effect is Effect.READS and self._from_assets(origins):
            return
        if reach.effect in _TRACED and any(origin.computed for origin in origins):
            yield self._finding(
                rules.READS_FILE,
                node,
                f"'{operator}' {reach.effect.value} a place that the graph computes.",
                "computed",
            )
        elif usual is not None:
            named = [*texts, *(text for origin in origins for text in origin.texts)]
            what = f"'{named[0][:200]}'" if named else "what is named when it runs"
            yield self._finding(usual, node, f"'{operator}' {reach.effect.value} {what}.", "")

    def _constants(self, origins: list[Origin], effect: Effect) -> Iterator[str]:
        """Constant paths, without those that a loader replaces by assets.

        Tables are filled while a loader feeds them; elsewhere it sets a variable.
        """
        for origin in origins:
            held = origin.constants if effect is Effect.LOADS_TABLE else origin.variables
            replaced = held == origin.constants and self.assets.issuperset(held)
            if not (replaced and held):
                yield from origin.texts

    def _from_assets(self, origins: list[Origin]) -> bool:
        """Whether the path is nothing but assets that the loader binds to a function."""
        return bool(origins) and all(
            (origin.arguments or origin.variables)
            and not origin.computed
            and {*origin.constants, *origin.placeholders} <= {*origin.variables}
            and self.asset_arguments.issuperset(origin.arguments)
            and self.assets.issuperset(origin.variables)
            for origin in origins
        )

    def _attribute_texts(self, place: Place, names: tuple[str, ...]) -> list[str]:
        texts: list[str] = []
        if names:
            for name, value in attributes(self.wires, place):
                if name in names:
                    texts += read_value(self.wires, value).texts
        return [text for text in texts if text]

    def _urls(self, operator: str, place: Place) -> Iterator[Finding]:
        for text in self._attribute_texts(place, (URL_ATTRIBUTES[operator],)):
            if operator == "PrintV2" and text.startswith(_LOCAL_STREAMS):
                continue
            node = read_node(self.wires, place)
            kind = classify_path(text)
            if operator in _PROTOS:
                if text != "local://" and not text.startswith("bytes://"):
                    message = (
                        f"'{operator}' reads a schema from '{text[:200]}', which {kind.value}."
                    )
                    yield self._finding(rules.READS_FILE, node, message, text)
                continue
            if operator == "FixedUnigramCandidateSampler":
                if kind is not PathKind.INSIDE:
                    message = f"'{operator}' reads '{text[:200]}', which {kind.value}."
                    yield self._finding(rules.READS_FILE, node, message, text)
                continue
            # A copy's specification is operator;url;gate, and it may have no url at all.
            for url in text.split(";")[1:2] if "Copy" in operator else [text]:
                if not url:
                    continue
                rule = rules.WRITES_FILE if url.startswith("file:") else rules.NETWORK
                message = f"'{operator}' sends what it sees to '{url[:200]}'."
                yield self._finding(rule, node, message, url)

    def _loop(self, place: Place) -> Iterator[Finding]:
        for name, value in attributes(self.wires, place):
            if name != "cond":
                continue
            for called in read_value(self.wires, value).functions[:1]:
                if self._always_true(called):
                    yield self._finding(
                        rules.ENDLESS,
                        read_node(self.wires, place),
                        f"The condition '{called[:100]}' of a loop is always true.",
                        called,
                    )

    def _always_true(self, function: str) -> bool:
        body = self.bodies.get(function)
        if body is None:
            return False
        result = ""
        for part in self.wires.fields(*body.places[0]):
            if part.number == 4:  # ret: output name to node output
                for inner in self.wires.fields(message(part).start, part.end):
                    if inner.number == 2:
                        result = self.wires.text(message(inner))
        for _ in range(16):
            node = self.origins.node(body, result)
            if node is None:
                return False
            if node.operator == "Const":
                return self._is_true(node)
            if node.operator != "Identity" or not node.inputs:
                return False
            result = node.inputs[0]
        return False

    def _is_true(self, node: Node) -> bool:
        for name, value in attributes(self.wires, node.place):
            tensor = read_value(self.wires, value).tensor if name == "value" else None
            if tensor is not None:
                return read_tensor(self.wires, tensor).flag
        return False

    def _finding(self, rule: Rule, node: Node, message: str, what: str) -> Finding:
        return self.scope.finding(
            rule,
            message,
            anchor=f"{node.operator}:{what[:200]}" if what else node.operator[:200],
            offset=node.place.start,
            evidence={"operator": node.operator[:100], "node": node.name[:200]},
        )
