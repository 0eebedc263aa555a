"""May a subscript's key be text that the template itself puts together?

A key that comes from the conversation (``types[param.type]``) or counts (``messages[i - 1]``) is
ordinary. One that is made of the template's own text, in a way that folding does not follow, may
be the name of any attribute, as Jinja looks up attributes by subscript too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from jinja2 import nodes

from seamark.scan.models.code.template_folding import Bindings

_GIVEN_BY_MACROS: Final = frozenset({"kwargs", "varargs", "caller"})
_CHOOSING: Final = frozenset("selectattr rejectattr select reject sort unique length".split())
"""Filters whose arguments choose among items and are no part of any."""

_MAX_NODES: Final = 5_000


class Sources:
    """Where the names of one template get their values from, known or not."""

    def __init__(self, tree: Iterable[nodes.Node], given: Bindings) -> None:
        self._from: dict[str, list[nodes.Node]] = defaultdict(list)
        self._blocks: set[str] = set()
        for name, pairs in given.items():
            self._from[name] += [value for _, value in pairs]
        for node in tree:
            if isinstance(node, nodes.For):
                self._give(node.target, node.iter)
            elif isinstance(node, nodes.Assign):
                self._give(node.target, node.node)
            elif isinstance(node, nodes.AssignBlock):
                self._blocks |= set(_names(node.target))
            elif isinstance(node, nodes.Macro):
                self._blocks.add(node.name)

    def _give(self, target: nodes.Node, value: nodes.Node) -> None:
        if isinstance(target, nodes.Tuple):
            for name in _names(target):
                self._from[name].append(value)

    def holds_own_text(self, key: nodes.Node) -> bool:
        """Does any text of the template flow into ``key``?"""
        waiting, seen = [key], set[int]()
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if len(seen) > _MAX_NODES:
                return True
            if isinstance(node, nodes.TemplateData):
                return True
            if isinstance(node, nodes.Const) and isinstance(node.value, str) and node.value:
                return True
            if isinstance(node, nodes.Name):
                if node.name in self._blocks | _GIVEN_BY_MACROS:
                    return True
                waiting += self._from.get(node.name, [])
            waiting += self._parts(node)
        return False

    def _parts(self, node: nodes.Node) -> list[nodes.Node]:
        """What the value of ``node`` is made of; the names of fields are no part of it."""
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            exact = self._from.get(f"{node.node.name}.{node.attr}")
            if exact is not None:
                return list(exact)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            return [node.node]
        if isinstance(node, nodes.Pair):
            return [node.value]
        if isinstance(node, nodes.Filter) and node.name in _CHOOSING:
            return [node.node] if node.node is not None else [node]
        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            return []
        if isinstance(node, nodes.CondExpr):
            return [arm for arm in (node.expr1, node.expr2) if arm is not None]
        return list(node.iter_child_nodes())


def _names(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name
    else:
        yield from (name.name for name in target.find_all(nodes.Name))
