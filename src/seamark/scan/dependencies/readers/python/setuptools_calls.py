"""The arguments of ``setup()`` in a program that is not run: literals, and names bound to one."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from seamark.scan.dependencies.source import Unreadable
from seamark.scan.models.code.source_parsing import SourceTooCostlyError, parse

_MAX_NESTED = 50
_MAX_TEXTS = 100_000
_BUILDERS = frozenset(("append", "extend", "insert", "remove", "clear", "pop", "update", "add"))
Scope = Mapping[str, ast.expr]
Texts = list[tuple[str | None, int]]


class _Text(ast.Constant):
    """A constant that is a text, for the type checker alone."""

    value: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One keyword argument; ``**`` is the name of those that are unpacked."""

    name: str
    value: ast.expr
    scope: Scope

    @property
    def line(self) -> int:
        """The line of its value."""
        return self.value.lineno

    def text(self) -> str | None:
        """The text that it is; None for anything else."""
        value = _resolved(self.value, self.scope)
        return value.value if _is_text(value) else None

    def texts(self) -> Texts | None:
        """Its texts with their lines, None for one that is computed; None if the list itself is.

        A text of several lines is a list, as setuptools takes it.
        """
        try:
            return _Reading(self.scope).texts(self.value, 0)
        except _TooMany:
            return None

    def entries(self) -> list[tuple[str, "Argument"]] | None:
        """The entries of a dictionary with plain keys; None for anything else."""
        value = _resolved(self.value, self.scope)
        if not isinstance(value, ast.Dict):
            return None
        found: list[tuple[str, Argument]] = []
        for key, each in zip(value.keys, value.values, strict=True):
            if key is None or not _is_text(key):
                return None
            name = f"{self.name}[{key.value!r}]"
            found.append((key.value, Argument(name, each, self.scope)))
        return found


def setup_arguments(program: bytes) -> list[Argument] | None:
    """The keyword arguments of every call of ``setup()``; None where there is none.

    Raises :class:`Unreadable` for what is no Python.
    """
    try:
        tree = parse(program)
        nodes = list(ast.walk(tree))
    except SyntaxError as error:
        raise Unreadable(f"it is no valid Python ({error.msg})", error.lineno) from error
    except (SourceTooCostlyError, ValueError) as error:
        raise Unreadable(f"it is no valid Python ({error})") from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("it is nested too deeply") from error
    calls = [node for node in nodes if isinstance(node, ast.Call) and _calls_setup(node)]
    if not calls:
        return None
    scope = _scope(tree, nodes)
    return [
        Argument(keyword.arg or "**", keyword.value, scope)
        for call in calls
        for keyword in call.keywords
    ]


def _calls_setup(node: ast.Call) -> bool:
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr == "setup"
    return isinstance(called, ast.Name) and called.id == "setup"


def _scope(tree: ast.Module, nodes: list[ast.AST]) -> Scope:
    """Names of the module that are bound once, to an expression, and never changed after.

    A dictionary may be filled by its keys at the module's top (``extras["dev"] = [...]``).
    """
    bound: dict[str, ast.expr] = {}
    filled: dict[str, list[tuple[ast.expr, ast.expr]]] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        if statement.value is None:
            continue
        if isinstance(target, ast.Name):
            bound[target.id] = statement.value
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            filled.setdefault(target.value.id, []).append((target.slice, statement.value))
    changes = Counter(_changes(nodes))
    found: dict[str, ast.expr] = {}
    for name, value in bound.items():
        entries = filled.get(name, ())
        if changes[name] == 1:
            found[name] = value
        elif changes[name] == 1 + len(entries) and (whole := _filled(value, entries)):
            found[name] = whole
    return found


def _filled(value: ast.expr, entries: Sequence[tuple[ast.expr, ast.expr]]) -> ast.Dict | None:
    """The dictionary with its later entries; None where a key is computed or set twice."""
    if not isinstance(value, ast.Dict):
        return None
    keys = [*value.keys, *(key for key, _ in entries)]
    texts = [key.value for key in keys if key is not None and _is_text(key)]
    if len(set(texts)) != len(keys):
        return None
    whole = ast.Dict(keys=keys, values=[*value.values, *(each for _, each in entries)])
    return ast.copy_location(whole, value)


def _changes(nodes: list[ast.AST]) -> Iterator[str]:
    """The name of each thing that is assigned, deleted, filled or changed in place."""
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif _changes_in_place(node) and isinstance(node.value, ast.Name):
            yield node.value.id


def _changes_in_place(node: ast.AST) -> TypeGuard[ast.Subscript | ast.Attribute]:
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Attribute) and node.attr in _BUILDERS


def _resolved(value: ast.expr, scope: Scope) -> ast.expr:
    for _ in range(_MAX_NESTED):
        if not isinstance(value, ast.Name) or value.id not in scope:
            break
        value = scope[value.id]
    return value


class _TooMany(Exception):  # noqa: N818 - a signal inside of this module
    """The expression means more texts than anybody lists, e.g. by doubling names."""


@dataclass(slots=True)
class _Reading:
    """Reads one expression as a list of texts, at a bounded cost."""

    scope: Scope
    spent: int = 0

    def texts(self, value: ast.expr, depth: int) -> Texts | None:
        self._spend(1)
        value = _resolved(value, self.scope)
        if depth > _MAX_NESTED:
            return None
        if _is_text(value):
            lines = value.value.splitlines()
            self._spend(len(lines))
            return [(line, value.lineno) for line in lines]
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            left = self.texts(value.left, depth + 1)
            right = self.texts(value.right, depth + 1)
            if left is None and right is None:
                return None
            return _or_one(left, value.left) + _or_one(right, value.right)
        if isinstance(value, ast.Subscript):
            entry = self._entry(value)
            return None if entry is None else self.texts(entry, depth + 1)
        if not isinstance(value, ast.List | ast.Tuple | ast.Set):
            return None
        self._spend(len(value.elts))
        return [found for each in value.elts for found in self._element(each, depth)]

    def _entry(self, value: ast.Subscript) -> ast.expr | None:
        """What ``extras["dev"]`` stands for; None where that cannot be told."""
        table, key = _resolved(value.value, self.scope), value.slice
        if not isinstance(table, ast.Dict) or not _is_text(key):
            return None
        self._spend(len(table.keys))
        pairs = zip(table.keys, table.values, strict=True)
        found = [
            each for name, each in pairs if name and _is_text(name) and name.value == key.value
        ]
        return found[0] if len(found) == 1 else None

    def _element(self, each: ast.expr, depth: int) -> Texts:
        if isinstance(each, ast.Starred):
            return _or_one(self.texts(each.value, depth + 1), each)
        value = _resolved(each, self.scope)
        return [(value.value if _is_text(value) else None, each.lineno)]

    def _spend(self, count: int) -> None:
        self.spent += count
        if self.spent > _MAX_TEXTS:
            raise _TooMany


def _or_one(found: Texts | None, value: ast.expr) -> Texts:
    return [(None, value.lineno)] if found is None else found


def _is_text(value: ast.expr) -> TypeGuard[_Text]:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
