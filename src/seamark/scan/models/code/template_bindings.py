"""What the names of a template are given: by set, for, with, macros, calls and namespaces."""

from collections import defaultdict
from collections.abc import Iterable

from jinja2 import nodes

Given = dict[str, list[tuple[str, nodes.Node]]]


def collect(tree: Iterable[nodes.Node]) -> tuple[Given, frozenset[str]]:
    """``(bindings, defined)`` of all nodes of a template.

    ``bindings`` lists every expression that a name (or ``namespace.key``) is ever given;
    ``defined`` holds every name that the template itself defines, known value or not.
    """
    given: Given = defaultdict(list)
    defined: set[str] = set()
    macros: dict[str, nodes.Macro] = {}
    calls: list[nodes.Call] = []
    for node in tree:
        if isinstance(node, nodes.Assign):
            _bind(given, node.target, "is", node.node)
        elif isinstance(node, nodes.AssignBlock) and isinstance(node.target, nodes.Name):
            _bind_block(given, node)
        elif isinstance(node, nodes.For):
            _bind(given, node.target, "in", node.iter)
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=False):
                _bind(given, target, "is", value)
        elif isinstance(node, nodes.Macro):
            macros[node.name] = node
            defined.add(node.name)
            _bind_defaults(given, node)
        elif isinstance(node, nodes.Call):
            calls.append(node)
        if isinstance(node, nodes.Name) and node.ctx in {"store", "param"}:
            defined.add(node.name)
    for call in calls:
        if isinstance(call.node, nodes.Name) and call.node.name in macros:
            _bind_arguments(given, macros[call.node.name], call)
    return dict(given), frozenset(defined)


def _bind(given: Given, target: nodes.Node, how: str, value: nodes.Node) -> None:
    if isinstance(target, nodes.Name):
        given[target.name].append((how, value))
        if isinstance(value, nodes.Call):  # namespace(key=...) and dict(key=...)
            for pair in value.kwargs:
                given[f"{target.name}.{pair.key}"].append(("is", pair.value))
    elif isinstance(target, nodes.NSRef):
        given[f"{target.name}.{target.attr}"].append((how, value))
    elif isinstance(target, nodes.Tuple) and isinstance(value, nodes.Tuple | nodes.List):
        for part, given_part in zip(target.items, value.items, strict=False):
            _bind(given, part, how, given_part)


def _bind_block(given: Given, node: nodes.AssignBlock) -> None:
    # A block's text is its outputs one after the other; anything else in it is not known.
    if isinstance(node.target, nodes.Name) and all(
        isinstance(part, nodes.Output) for part in node.body
    ):
        parts = [item for part in node.body for item in getattr(part, "nodes", [])]
        value: nodes.Expr = nodes.Concat(parts)
        if node.filter is not None:
            value = nodes.Filter(
                value, node.filter.name, node.filter.args, node.filter.kwargs, None, None
            )
        given[node.target.name].append(("is", value))


def _bind_defaults(given: Given, macro: nodes.Macro) -> None:
    for argument, default in zip(reversed(macro.args), reversed(macro.defaults), strict=False):
        given[argument.name].append(("is", default))


def _bind_arguments(given: Given, macro: nodes.Macro, call: nodes.Call) -> None:
    for argument, value in zip(macro.args, call.args, strict=False):
        given[argument.name].append(("is", value))
    for pair in call.kwargs:
        given[pair.key].append(("is", pair.value))
