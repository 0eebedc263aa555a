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
_ANNOTATIONS: Final = frozenset({"annotation", "returns"})
_WRITERS: Final = frozenset({"globals", "locals", "vars", "setattr", "__dict__"})
_TRUSTED: Final = frozenset({"TYPE_CHECKING", "__name__"})


def executed(
    start: Iterable[ast.AST],
    *,
    into_functions: bool,
    guards: frozenset[str] = _TRUSTED,
    annotations: bool = True,
) -> Iterator[ast.AST]:
    """Nodes that run when ``start`` runs, in the order of the text.

    Bodies of functions count only ``into_functions``. Of ``annotations`` count the calls, as
    naming a type does nothing. Blocks under ``if TYPE_CHECKING`` and ``if __name__ ==
    "__main__"`` never run where ``guards`` holds the name.
    """
    waiting = list(reversed(list(start)))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and _is_never_on_import(node.test, guards):
            waiting.extend(reversed(node.orelse))
            continue
        skip_body = isinstance(node, Function) and not into_functions
        children = []
        for field, value in ast.iter_fields(node):
            if field == "type_params" or (skip_body and field == "body"):
                continue
            if field in _ANNOTATIONS:
                children += _calls(value) if annotations and value is not None else []
                continue
            values = value if isinstance(value, list) else [value]
            children += [item for item in values if isinstance(item, ast.AST)]
        waiting.extend(reversed(children))


def _calls(annotation: ast.AST) -> list[ast.AST]:
    """The outermost calls in an annotation."""
    found: list[ast.AST] = []
    waiting = [annotation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            found.append(node)
        else:
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _is_never_on_import(test: ast.expr, guards: frozenset[str]) -> bool:
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [test.left, test.comparators[0]]
        names = {side.id for side in sides if isinstance(side, ast.Name)}
        texts = {side.value for side in sides if isinstance(side, ast.Constant)}
        return "__name__" in guards and names == {"__name__"} and texts == {"__main__"}
    last = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return last == "TYPE_CHECKING" and last in guards


def _trusted_guards(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Of the two names, those that the file itself gives no meaning of its own."""
    own: set[str] = set()
    off: set[int] = set()  # TYPE_CHECKING = False is an idiom of those who save the import
    for node in nodes:
        if isinstance(node, ast.Assign):
            if isinstance(node.value, ast.Constant) and not node.value.value:
                off |= {id(target) for target in node.targets}
        elif isinstance(node, ast.alias):
            own.add(node.asname or "")
        elif isinstance(node, ast.ImportFrom):
            if node.module not in {"typing", "typing_extensions"}:
                own |= {name.name for name in node.names}
        elif isinstance(node, ast.Name | ast.Attribute):
            if isinstance(node.ctx, ast.Store) and id(node) not in off:
                own.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.Constant):
            own |= {f"text {node.value}"} if node.value in _TRUSTED else set()
        elif isinstance(node, Function | ast.ClassDef | ast.MatchAs | ast.ExceptHandler):
            own.add(node.name or "")
        if getattr(node, "id", getattr(node, "attr", "")) in _WRITERS:
            own.add("writes")
    written = {name for name in _TRUSTED if "writes" in own and f"text {name}" in own}
    return _TRUSTED - own - written


class Regions:
    """The parts of one file by when they run."""

    def __init__(self, tree: ast.Module) -> None:
        self._functions: dict[str, list[Function]] = defaultdict(list)
        self._methods: dict[str, list[Function]] = defaultdict(list)
        self._classes: dict[str, ast.ClassDef] = {}
        self._instances: set[str] = set()
        self._guards = _trusted_guards(islice(ast.walk(tree), MAX_NODES))
        self._annotations = not any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(name.name == "annotations" for name in node.names)
            for node in tree.body
        )
        everything = list(islice(self._executed(tree.body, into_functions=True), MAX_NODES + 1))
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

    def _executed(self, start: Iterable[ast.AST], *, into_functions: bool) -> Iterator[ast.AST]:
        return executed(
            start,
            into_functions=into_functions,
            guards=self._guards,
            annotations=self._annotations,
        )

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
        batches: list[Iterator[ast.AST]] = [self._executed(body, into_functions=False)]
        while batches or waiting:
            if not batches:
                batches.append(self._executed(waiting.pop().body, into_functions=True))
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
