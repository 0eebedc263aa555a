"""What an expression of Python source may come to, worked out without running it.

Only what obfuscators use to spell names and payloads: joins, slices, ``chr``, formatting, hex,
base64, rot13, XOR over a list. A name has the values that it is given anywhere in the file.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from seamark.scan.models.code.source_decoders import (
    Value,
    apply_function,
    apply_method,
    apply_operator,
)

_MAX_ALTERNATIVES: Final = 8
_MAX_LENGTH: Final = 1 << 18
_MAX_DEPTH: Final = 40
_MAX_STEPS: Final = 500_000

Assigned = Mapping[str, list[tuple[str, ast.expr]]]
"""What names are given: ``("=", value)``, or ``("+=", value)`` for what is added to them."""


class SourceFolder:
    """Folds expressions of one file."""

    def __init__(self, assigned: Assigned) -> None:
        self._assigned = assigned
        self._open: set[str] = set()
        self._local: dict[str, Value] = {}
        self._steps = 0

    @property
    def exhausted(self) -> bool:
        """Has folding been given up because the file asks for too much of it?"""
        return self._steps > _MAX_STEPS

    def texts(self, node: ast.expr) -> list[str]:
        """The strings that ``node`` may be; empty where it is not known."""
        return [value for value in self.values(node) if isinstance(value, str)]

    def values(self, node: ast.expr, depth: int = 0) -> list[Value]:
        """The values that ``node`` may have; empty where none is known."""
        self._steps += 1
        fold = _FOLDS.get(type(node))
        if fold is None or depth > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return []
        found = []
        for value in fold(self, node, depth + 1):
            if not isinstance(value, int) and len(value) > _MAX_LENGTH:
                continue
            found.append(value)
            if len(found) == _MAX_ALTERNATIVES:
                break
        return found

    def rows(self, parts: list[ast.expr], depth: int) -> list[tuple[Value, ...]]:
        """Combinations of what ``parts`` may be; empty where one of them is not known."""
        rows: list[list[Value]] = [[]]
        for part in parts:
            options = self.values(part, depth)
            if not options:
                return []
            if len(options) == 1 or len(rows) * len(options) > _MAX_ALTERNATIVES:
                for row in rows:  # in place: long literal lists come this way
                    row.append(options[0])
            else:
                rows = [[*row, option] for row in rows for option in options]
        return [tuple(row) for row in rows]

    def named(self, name: str, depth: int) -> Iterator[Value]:
        """The values that the variable ``name`` is given, and what they add up to."""
        if name in self._local:
            yield self._local[name]
            return
        if name in self._open:
            return
        self._open.add(name)
        try:
            total: Value | None = None
            for operator, expression in self._assigned.get(name, [])[:64]:
                options = self.values(expression, depth)
                if not options:
                    continue
                if operator == "=":
                    total = options[0]
                    yield from options
                elif total is not None:
                    total = apply_operator(ast.Add, total, options[0])
            if total is not None:
                yield total
        finally:
            self._open.discard(name)

    def each(self, node: ast.ListComp | ast.GeneratorExp, depth: int) -> Iterator[Value]:
        """A comprehension over known items, as one tuple."""
        generator = node.generators[0]
        if len(node.generators) != 1 or generator.ifs or not isinstance(generator.target, ast.Name):
            return
        for items in self.values(generator.iter, depth):
            if isinstance(items, int) or len(items) > 4096:
                continue
            results: list[Value] = []
            before = dict(self._local)
            for item in items:
                self._local[generator.target.id] = item
                results += self.values(node.elt, depth)[:1]
            self._local = before
            if len(results) == len(items):
                yield tuple(results)


def _constant(_folder: SourceFolder, node: ast.expr, _depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, str | bytes | int):
        yield node.value


def _formatted(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.JoinedStr)
    parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    for row in folder.rows(parts, depth):
        yield "".join(str(value)[:_MAX_LENGTH] for value in row if not isinstance(value, tuple))


def _name(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.Name)
    yield from folder.named(node.id, depth)


def _operation(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.BinOp)
    for left, right in folder.rows([node.left, node.right], depth):
        value = apply_operator(type(node.op), left, right)
        if value is not None:
            yield value


def _negative(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.UnaryOp)
    for value in folder.values(node.operand, depth):
        if isinstance(value, int):
            yield -value if isinstance(node.op, ast.USub) else value


def _sequence(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.List | ast.Tuple)
    if len(node.elts) <= 65_536:
        yield from folder.rows(node.elts, depth)


def _subscript(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Slice):
        ends = (node.slice.lower, node.slice.upper, node.slice.step)
        bounds = [
            None if end is None else next(iter(folder.values(end, depth)), "") for end in ends
        ]
        if all(bound is None or isinstance(bound, int) for bound in bounds) and bounds[2] != 0:
            start, stop, step = (bound if isinstance(bound, int) else None for bound in bounds)
            for value in folder.values(node.value, depth):
                if not isinstance(value, int):
                    yield value[start:stop:step]
        return
    for value, index in folder.rows([node.value, node.slice], depth):
        if (
            isinstance(index, int)
            and not isinstance(value, int)
            and -len(value) <= index < len(value)
        ):
            yield value[index]


def _either(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    if isinstance(node, ast.IfExp):
        arms = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        arms = node.values
    else:
        assert isinstance(node, ast.NamedExpr)
        arms = [node.value]
    for arm in arms:
        yield from folder.values(arm, depth)


def _comprehension(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.ListComp | ast.GeneratorExp)
    yield from folder.each(node, depth)


def _call(folder: SourceFolder, node: ast.expr, depth: int) -> Iterator[Value]:
    assert isinstance(node, ast.Call)
    name = node.func
    if isinstance(name, ast.Name) and name.id == "map" and len(node.args) == 2:
        function = node.args[0]
        called = (
            function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        )
        for items in folder.values(node.args[1], depth):
            if not isinstance(items, int) and len(items) <= 4096:
                found = [apply_function(called, (item,)) for item in items]
                known = [value for value in found if value is not None]
                if len(known) == len(found):
                    yield tuple(known)
        return
    rows = folder.rows(node.args, depth)
    if isinstance(name, ast.Attribute):
        for value in folder.values(name.value, depth):
            for row in rows:
                result = apply_method(name.attr, value, row)
                if result is not None:
                    yield result
        called = name.attr
    else:
        called = name.id if isinstance(name, ast.Name) else ""
    for row in rows:
        result = apply_function(called, row)
        if result is not None:
            yield result


_FOLDS: Final[Mapping[type[ast.expr], Callable[[SourceFolder, ast.expr, int], Iterator[Value]]]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.Name: _name,
    ast.BinOp: _operation,
    ast.UnaryOp: _negative,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Subscript: _subscript,
    ast.IfExp: _either,
    ast.BoolOp: _either,
    ast.NamedExpr: _either,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Call: _call,
}
