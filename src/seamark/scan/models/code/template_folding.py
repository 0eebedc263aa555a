"""What an expression of a template may come to, worked out without rendering it.

A small abstract evaluator over plain values: strings, numbers, lists and dictionaries. Each
expression has a few alternatives (both arms of a condition, every value that a variable is ever
given, wherever that happens). What cannot be known is ``UNKNOWN``; text that is known in part
holds ``ANY`` in the place of the rest, so ``'__' ~ x ~ '__'`` is still seen for what it is.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from jinja2 import nodes

from seamark.scan.models.code.template_functions import (
    apply_filter,
    apply_function,
    apply_method,
    apply_operator,
    take_item,
    take_slice,
)
from seamark.scan.models.code.template_values import (
    MAX_ITEMS,
    MAX_TEXT,
    UNKNOWN,
    as_text,
    is_known_text,
    items,
)

MAX_ALTERNATIVES: Final = 16
"""Values of one expression that are followed; there may be more."""
_MAX_DEPTH: Final = 60
_MAX_STEPS: Final = 100_000


Bindings = Mapping[str, list[tuple[str, nodes.Node]]]
"""Every expression that a name is ever given, with how: ``is``, or ``in`` for a loop's items."""


class Folder:
    """Folds expressions of one template; ``bindings`` says what its names are given."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._open: set[str] = set()
        self._steps = 0
        self.cut = False
        """Were alternatives left out since this was last set to False?"""

    @property
    def exhausted(self) -> bool:
        """Has folding been given up because the template asks for too much of it?"""
        return self._steps > _MAX_STEPS

    def texts(self, node: nodes.Node) -> list[str]:
        """The strings that ``node`` may be; empty where nothing of it is known."""
        return [value for value in self.values(node) if is_known_text(value)]

    def values(self, node: nodes.Node, depth: int = 0) -> list[object]:
        """The values that ``node`` may have; contains ``UNKNOWN`` where there may be others."""
        self._steps += 1
        if depth > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return [UNKNOWN]
        fold = _FOLDS.get(type(node))
        found: list[object] = [UNKNOWN] if fold is None else fold(self, node, depth + 1)
        return _bounded(found)

    def product(self, parts: Iterable[nodes.Node], depth: int) -> list[list[object]]:
        """Combinations of the alternatives of ``parts``, cut off where they become too many."""
        rows: list[list[object]] = [[]]
        for part in parts:
            options = self.values(part, depth)
            if len(rows) * len(options) > MAX_ALTERNATIVES:
                options = options[:1]
                self.cut = True
            rows = [[*row, option] for row in rows for option in options]
        return rows

    def bound(self, name: str, depth: int) -> list[object]:
        """Values that the variable ``name`` is given anywhere in the template."""
        given = self._bindings.get(name)
        if given is None or name in self._open:
            self.cut = self.cut or name in self._open
            return [UNKNOWN]
        self.cut = self.cut or len(given) > MAX_ALTERNATIVES
        self._open.add(name)
        try:
            found: list[object] = []
            for how, expression in given[:MAX_ALTERNATIVES]:
                values = self.values(expression, depth)
                found += (
                    [item for value in values for item in items(value)] if how == "in" else (values)
                )
            return found
        finally:
            self._open.discard(name)


def _bounded(values: list[object]) -> list[object]:
    kept: list[object] = []
    for value in values[:MAX_ALTERNATIVES]:
        if (isinstance(value, str) and len(value) > MAX_TEXT) or (
            isinstance(value, list | tuple | dict) and len(value) > MAX_ITEMS
        ):
            kept.append(UNKNOWN)
        else:
            kept.append(value)
    return kept or [UNKNOWN]


def _fold_const(_folder: Folder, node: nodes.Node, _depth: int) -> list[object]:
    assert isinstance(node, nodes.Const)
    return [node.value]


def _fold_data(_folder: Folder, node: nodes.Node, _depth: int) -> list[object]:
    assert isinstance(node, nodes.TemplateData)
    return [node.data]


def _fold_output(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Output | nodes.Concat)
    rows = folder.product(node.nodes, depth)
    return ["".join(map(as_text, row)) for row in rows]


def _fold_sequence(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.List | nodes.Tuple)
    return list(folder.product(node.items[: MAX_ITEMS + 1], depth))


def _fold_dict(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Dict)
    result: dict[object, object] = {}
    for pair in node.items[:MAX_ITEMS]:
        key = folder.values(pair.key, depth)[0]
        if isinstance(key, str | int | float):
            options = folder.values(pair.value, depth)
            folder.cut = folder.cut or len(options) > 1
            result[key] = options[0]
    return [result]


def _fold_name(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Name)
    return folder.bound(node.name, depth)


def _fold_condition(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.CondExpr)
    arms = [node.expr1] if node.expr2 is None else [node.expr1, node.expr2]
    return [value for arm in arms for value in folder.values(arm, depth)]


def _fold_either(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.And | nodes.Or)
    return folder.values(node.left, depth) + folder.values(node.right, depth)


def _fold_arithmetic(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.BinExpr)
    rows = folder.product((node.left, node.right), depth)
    return [apply_operator(node.operator, left, right) for left, right in rows]


def _fold_negation(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Neg)
    return [
        -value if isinstance(value, int | float) else UNKNOWN
        for value in folder.values(node.node, depth)
    ]


def _fold_item(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Getitem)
    if isinstance(node.arg, nodes.Slice):
        ends = [node.arg.start, node.arg.stop, node.arg.step]
        bounds = [folder.values(end, depth)[0] if end is not None else None for end in ends]
        return [take_slice(value, bounds) for value in folder.values(node.node, depth)]
    rows = folder.product((node.node, node.arg), depth)
    return [take_item(value, key) for value, key in rows]


def _fold_attribute(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Getattr)
    if isinstance(node.node, nodes.Name):
        known = folder.bound(f"{node.node.name}.{node.attr}", depth)
        if known != [UNKNOWN]:
            return known
    return [
        value.get(node.attr, UNKNOWN) if isinstance(value, dict) else UNKNOWN
        for value in folder.values(node.node, depth)
    ]


def _fold_filter(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Filter)
    if node.node is None:
        return [UNKNOWN]
    named: dict[str, object] = {
        str(pair.key): folder.values(pair.value, depth)[0] for pair in node.kwargs
    }
    rows = folder.product([node.node, *node.args], depth)
    return [apply_filter(node.name, row[0], row[1:], named) for row in rows]


def _fold_call(folder: Folder, node: nodes.Node, depth: int) -> list[object]:
    assert isinstance(node, nodes.Call)
    named: dict[str, object] = {
        str(pair.key): folder.values(pair.value, depth)[0] for pair in node.kwargs
    }
    if isinstance(node.node, nodes.Name):
        name = node.node.name
        return [apply_function(name, row, named) for row in folder.product(node.args, depth)]
    if isinstance(node.node, nodes.Getattr):
        rows = folder.product([node.node.node, *node.args], depth)
        return [apply_method(node.node.attr, row[0], row[1:], named) for row in rows]
    return [UNKNOWN]


_Fold = Callable[[Folder, nodes.Node, int], list[object]]
_FOLDS: Final[Mapping[type[nodes.Node], _Fold]] = {
    nodes.Const: _fold_const,
    nodes.TemplateData: _fold_data,
    nodes.Output: _fold_output,
    nodes.Concat: _fold_output,
    nodes.List: _fold_sequence,
    nodes.Tuple: _fold_sequence,
    nodes.Dict: _fold_dict,
    nodes.Name: _fold_name,
    nodes.CondExpr: _fold_condition,
    nodes.And: _fold_either,
    nodes.Or: _fold_either,
    nodes.Add: _fold_arithmetic,
    nodes.Sub: _fold_arithmetic,
    nodes.Mul: _fold_arithmetic,
    nodes.Mod: _fold_arithmetic,
    nodes.Div: _fold_arithmetic,
    nodes.FloorDiv: _fold_arithmetic,
    nodes.Pow: _fold_arithmetic,
    nodes.Neg: _fold_negation,
    nodes.Getitem: _fold_item,
    nodes.Getattr: _fold_attribute,
    nodes.Filter: _fold_filter,
    nodes.Call: _fold_call,
}
