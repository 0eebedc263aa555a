"""Which parts of a Python file run when: at import, when a model is loaded, or only later."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice
from typing import Final

Function = ast.FunctionDef | ast.AsyncFunctionDef

MAX_NODES: Final = 150_000
"""Nodes of one file that are examined. The largest modeling file of transformers 5 has 27,000."""


class SourceTooLargeError(Exception):
    """The tree has more nodes than a file that travels with a model may."""


class When(IntEnum):
    """When a node runs; the smaller, the sooner."""

    IMPORT = 0
    LOADING = 1
    LATER = 2


_CLASS_HOOKS: Final = frozenset(
    {"__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__"}
)
_LOAD_HOOKS: Final = frozenset(
    "__init__ __new__ __post_init__ __setstate__ __reduce__ __del__ from_pretrained "
    "from_config _from_config __getattr__".split()
)
_SKIPPED_FIELDS: Final = frozenset({"annotation", "returns", "type_params"})


def executed(start: Iterable[ast.AST], *, into_functions: bool) -> Iterator[ast.AST]:
    """Nodes that run when ``start`` runs, in the order of the text.

    Bodies of functions count only ``into_functions``; annotations and the block under
    ``if __name__ == "__main__"`` never do.
    """
    waiting = list(reversed(list(start)))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and _is_never_on_import(node.test):
            waiting.extend(reversed(node.orelse))
            continue
        skip_body = isinstance(node, Function) and not into_functions
        children = []
        for field, value in ast.iter_fields(node):
            if field in _SKIPPED_FIELDS or (skip_body and field == "body"):
                continue
            values = value if isinstance(value, list) else [value]
            children += [item for item in values if isinstance(item, ast.AST)]
        waiting.extend(reversed(children))


def _is_never_on_import(test: ast.expr) -> bool:
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [test.left, test.comparators[0]]
        names = {side.id for side in sides if isinstance(side, ast.Name)}
        texts = {side.value for side in sides if isinstance(side, ast.Constant)}
        return names == {"__name__"} and texts == {"__main__"}
    last = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return last == "TYPE_CHECKING"


class Regions:
    """The parts of one file by when they run."""

    def __init__(self, tree: ast.Module) -> None:
        self._functions: dict[str, list[Function]] = defaultdict(list)
        self._methods: dict[str, list[Function]] = defaultdict(list)
        self._classes: dict[str, ast.ClassDef] = {}
        self._instances: set[str] = set()
        everything = list(islice(executed(tree.body, into_functions=True), MAX_NODES + 1))
        if len(everything) > MAX_NODES:
            raise SourceTooLargeError(f"it has more than {MAX_NODES:,} parts")
        self._index(everything)
        self._when: dict[int, When] = {id(node): When.LATER for node in everything}
        self.nodes = everything
        hooks = [f for name in _LOAD_HOOKS for f in self._methods.get(name, [])]
        hooks += self._functions.get("__getattr__", [])
        self._mark(self._reach((), hooks), When.LOADING)
        at_once = [f for name in _CLASS_HOOKS for f in self._methods.get(name, [])]
        at_once += self._metaclass_methods()
        self._mark(self._reach(tree.body, at_once), When.IMPORT)

    def when(self, node: ast.AST) -> When:
        """When ``node`` runs."""
        return self._when.get(id(node), When.LATER)

    def _index(self, nodes: list[ast.AST]) -> None:
        methods: set[int] = set()
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self._classes[node.name] = node
                for item in node.body:
                    if isinstance(item, Function):
                        self._methods[item.name].append(item)
                        methods.add(id(item))
            elif isinstance(node, Function) and id(node) not in methods:
                self._functions[node.name].append(node)
            elif isinstance(node, ast.Assign) and self._is_ours(node.value):
                self._instances |= {t.id for t in node.targets if isinstance(t, ast.Name)}

    def _metaclass_methods(self) -> list[Function]:
        metaclasses = {
            keyword.value.id
            for cls in self._classes.values()
            for keyword in cls.keywords
            if keyword.arg == "metaclass" and isinstance(keyword.value, ast.Name)
        }
        bodies = [self._classes[name].body for name in metaclasses if name in self._classes]
        return [item for body in bodies for item in body if isinstance(item, Function)]

    def _mark(self, nodes: Iterable[ast.AST], when: When) -> None:
        for node in nodes:
            self._when[id(node)] = when

    def _reach(self, body: Iterable[ast.AST], functions: Iterable[Function]) -> Iterator[ast.AST]:
        """Nodes that run with ``body`` and ``functions``, and in what they call in this file."""
        waiting = list(functions)
        seen = {id(function) for function in waiting}
        batches: list[Iterator[ast.AST]] = [executed(body, into_functions=False)]
        while batches or waiting:
            if not batches:
                batches.append(executed(waiting.pop().body, into_functions=True))
            for node in batches.pop():
                yield node
                for function in self._called(node):
                    if id(function) not in seen:
                        seen.add(id(function))
                        waiting.append(function)

    def _called(self, node: ast.AST) -> Iterator[Function]:
        """Functions of this file that run, or may be run by somebody, because of ``node``."""
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from self._named(decorator)
        elif isinstance(node, ast.Call):
            yield from self._named(node.func)
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if isinstance(argument, ast.Name):
                    yield from self._functions.get(argument.id, ())
        elif isinstance(node, ast.withitem) and self._is_ours(node.context_expr):
            yield from self._methods.get("__enter__", ())
            yield from self._methods.get("__exit__", ())

    def _named(self, callee: ast.expr) -> Iterator[Function]:
        if isinstance(callee, ast.Name):
            yield from self._functions.get(callee.id, ())
            if callee.id in self._classes:
                for name in ("__init__", "__new__", "__post_init__"):
                    for item in self._classes[callee.id].body:
                        if isinstance(item, Function) and item.name == name:
                            yield item
            elif callee.id in self._instances:
                yield from self._methods.get("__call__", ())
        elif isinstance(callee, ast.Attribute) and self._is_ours(callee.value):
            yield from self._methods.get(callee.attr, ())
        elif isinstance(callee, ast.Call) and self._is_ours(callee):
            yield from self._methods.get("__call__", ())

    def _is_ours(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Name):
            return value.id in {"self", "cls"} | self._instances or value.id in self._classes
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and (value.func.id in self._classes or value.func.id == "super")
        )
