"""Which dotted names the expressions of a Python file stand for, through aliases and detours.

Flow-insensitive: a name stands for everything that it is given anywhere in the file, and scopes
are not told apart. That can only add meanings, never lose one.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from seamark.scan.models.code.source_effects import DANGEROUS_MODULES
from seamark.scan.models.code.source_folding import SourceFolder

_MAX_DEPTH: Final = 40
_MAX_PARTS: Final = 8
_MAX_STEPS: Final = 1_000_000
_GLOBALS: Final = "<globals>"
_EACH: Final = "<each>"

UNKNOWN_MEMBER: Final = "<computed>"
"""The last part of a name that is known only while running (``os.<computed>``)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A dotted name; ``hidden`` where its spelling is computed or looked up by text."""

    path: str
    hidden: bool = False


_BUILTINS: Final = frozenset(
    "eval exec compile open __import__ getattr globals locals vars input breakpoint".split()
)
IMPORTERS: Final = frozenset(
    {"builtins.__import__", "importlib.import_module", "importlib.__import__"}
)
"""Functions that import a module by its name."""


class Names:
    """Resolves expressions of one file."""

    def __init__(self, nodes: list[ast.AST]) -> None:
        self._aliases: dict[str, set[Target]] = defaultdict(set)
        self._members: dict[str, list[ast.expr]] = defaultdict(list)
        self.assigned: dict[str, list[tuple[str, ast.expr]]] = defaultdict(list)
        for node in nodes:
            self._collect(node)
        self.folder = SourceFolder(self.assigned)
        self._items: dict[str, set[Target]] = defaultdict(set)
        self._attributes: dict[str, set[Target]] = defaultdict(set)
        self._steps = 0
        self.settled = self._settle()

    def _collect(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._collect_import(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.assigned[node.target.id].append(("+=", node.value))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self._assign_each(node.target, node.iter)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self._match(case.pattern, node.subject)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._collect_defaults(node.args)

    def _collect_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for name in node.names:
                path = name.name if name.asname else name.name.partition(".")[0]
                self._aliases[name.asname or path].add(Target(path))
        elif not node.level and node.module:
            for name in node.names:
                if name.name == "*":
                    for member in DANGEROUS_MODULES.get(node.module, ()):
                        self._aliases[member].add(Target(f"{node.module}.{member}"))
                else:
                    path = f"{node.module}.{name.name}"
                    self._aliases[name.asname or name.name].add(Target(path))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned[target.id].append(("=", value))
        elif isinstance(target, ast.Attribute):
            self._members[target.attr].append(value)
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            for part, part_value in zip(target.elts, value.elts, strict=False):
                self._assign(part, part_value)

    def _assign_each(self, target: ast.expr, iterable: ast.expr) -> None:
        if isinstance(iterable, ast.Tuple | ast.List | ast.Set):
            for item in iterable.elts:
                self._assign(target, item)
            return
        if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Attribute):
            # vars(os).items(): any member of what is looped over
            member = ast.Subscript(iterable.func.value, ast.Name(_EACH, ast.Load()), ast.Load())
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            for part in parts[-1:]:  # the value, where there is a key as well
                self._assign(part, member)

    def _match(self, pattern: ast.pattern, subject: ast.expr) -> None:
        """Give the names that ``pattern`` captures what they are of ``subject``."""
        if isinstance(pattern, ast.MatchAs):
            if pattern.name is not None:
                self.assigned[pattern.name].append(("=", subject))
            if pattern.pattern is not None:
                self._match(pattern.pattern, subject)
        elif isinstance(pattern, ast.MatchOr):
            for option in pattern.patterns:
                self._match(option, subject)
        elif isinstance(pattern, ast.MatchClass):
            for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
                self._match(inner, ast.Attribute(subject, name, ast.Load()))
        elif isinstance(pattern, ast.MatchMapping):
            for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
                self._match(inner, ast.Subscript(subject, key, ast.Load()))
        elif isinstance(pattern, ast.MatchSequence):
            for index, inner in enumerate(pattern.patterns):
                self._match(inner, ast.Subscript(subject, ast.Constant(index), ast.Load()))

    def _collect_defaults(self, args: ast.arguments) -> None:
        positional = [*args.posonlyargs, *args.args]
        for argument, default in zip(reversed(positional), reversed(args.defaults), strict=False):
            self.assigned[argument.arg].append(("=", default))
        for argument, keyword in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            if keyword is not None:
                self.assigned[argument.arg].append(("=", keyword))

    def _settle(self) -> bool:
        """Passes meanings on from name to name until nothing changes; False if that is too much.

        Names, the items of lists and dictionaries that a name holds, and attributes that the file
        sets on its own objects each have a table.
        """
        given = [
            (self._aliases[name], value)
            for name, pairs in self.assigned.items()
            for _, value in pairs
        ]
        given += [
            (self._attributes[name], value)
            for name, values in self._members.items()
            for value in values
        ]
        given += [
            (self._items[name], item)
            for name, pairs in self.assigned.items()
            for _, value in pairs
            for item in _items_of(value)
        ]
        given = [(table, value) for table, value in given if isinstance(value, _MEANINGFUL)]
        changed = True
        while changed:
            changed = False
            for table, value in given:
                new = self.resolve(value) - table
                if new:
                    table |= new
                    changed = True
                if self._steps > _MAX_STEPS:
                    return False
        return True

    def resolve(self, node: ast.expr, depth: int = 0) -> frozenset[Target]:
        """The dotted names that ``node`` may stand for; empty where it stands for none."""
        self._steps += 1
        if depth > _MAX_DEPTH:
            return frozenset()
        found = self._resolve(node, depth + 1)
        return frozenset(t for t in found if t.path.count(".") < _MAX_PARTS)

    def _resolve(self, node: ast.expr, depth: int) -> set[Target]:
        if isinstance(node, ast.Name):
            return self._resolve_name(node)
        if isinstance(node, ast.Attribute):
            return self._resolve_attribute(node, depth)
        if isinstance(node, ast.Subscript):
            return self._resolve_subscript(node, depth)
        if isinstance(node, ast.Call):
            return self._resolve_call(node, depth)
        if isinstance(node, ast.IfExp):
            return self._union([node.body, node.orelse], depth)
        if isinstance(node, ast.BoolOp):
            return self._union(node.values, depth)
        if isinstance(node, ast.NamedExpr | ast.Await | ast.Starred):
            return set(self.resolve(node.value, depth))
        return set()

    def _union(self, nodes: list[ast.expr], depth: int) -> set[Target]:
        return {target for node in nodes for target in self.resolve(node, depth)}

    def _resolve_name(self, node: ast.Name) -> set[Target]:
        if node.id == "__builtins__":
            return {Target("builtins")}
        found = set(self._aliases.get(node.id, ()))
        if node.id in _BUILTINS:
            found.add(Target(f"builtins.{node.id}"))
        return found

    def _resolve_attribute(self, node: ast.Attribute, depth: int) -> set[Target]:
        bases = self.resolve(node.value, depth)
        if node.attr in {"__call__", "__func__", "__wrapped__"}:
            return set(bases)
        found = {_member(base, node.attr) for base in bases}
        if not bases:
            found |= self._attributes.get(node.attr, set())
        return found

    def _resolve_subscript(self, node: ast.Subscript, depth: int) -> set[Target]:
        found = self._look_up(node.value, node.slice, depth)
        if isinstance(node.value, ast.Name):
            found |= self._items.get(node.value.id, set())
        return found | self._union(_items_of(node.value), depth)

    def _look_up(self, container: ast.expr, key: ast.expr, depth: int) -> set[Target]:
        """``sys.modules[key]``, ``os.__dict__[key]``, ``globals()[key]``, ``__builtins__[key]``."""
        found: set[Target] = set()
        for base in self.resolve(container, depth):
            texts = self.folder.texts(key)
            if base.path == "sys.modules":
                found |= {Target(text, not isinstance(key, ast.Constant)) for text in texts}
            elif base.path == _GLOBALS:
                for text in texts:
                    found |= {Target(t.path, True) for t in self._aliases.get(text, ())}
                    if text == "__builtins__":
                        found.add(Target("builtins", True))
            elif base.path.endswith(".__dict__") or base.path == "builtins":
                owner = base.path.removesuffix(".__dict__")
                found |= {Target(f"{owner}.{text}", True) for text in texts}
                if not texts:
                    found.add(Target(f"{owner}.{UNKNOWN_MEMBER}", True))
        return found

    def _resolve_call(self, node: ast.Call, depth: int) -> set[Target]:
        found: set[Target] = set()
        arguments = node.args
        if isinstance(node.func, ast.Attribute) and arguments:
            if node.func.attr in {"get", "pop", "__getitem__", "setdefault"}:
                found |= self._look_up(node.func.value, arguments[0], depth)
            elif node.func.attr == "__getattribute__":
                found |= self._read(node.func.value, arguments[-1], depth)
        for callee in self.resolve(node.func, depth):
            path = callee.path
            if path == "builtins.getattr" and len(arguments) >= 2:
                found |= self._read(arguments[0], arguments[1], depth)
            elif path in IMPORTERS and arguments:
                found |= self._imported(arguments[0])
            elif path == "builtins.vars" and arguments:
                bases = self.resolve(arguments[0], depth)
                found |= {Target(f"{base.path}.__dict__", True) for base in bases}
            elif path in {"builtins.globals", "builtins.locals"}:
                found.add(Target(_GLOBALS))
            elif path in {"functools.partial", "functools.partialmethod"} and arguments:
                found |= self.resolve(arguments[0], depth)
            elif path == "pkgutil.resolve_name" and arguments:
                texts = self.folder.texts(arguments[0])
                found |= {Target(text.replace(":", "."), True) for text in texts}
        return found | self._through_getter(node, depth)

    def _through_getter(self, node: ast.Call, depth: int) -> set[Target]:
        """``operator.attrgetter('system')(os)`` and ``operator.methodcaller('system')(os)``."""
        getter = node.func
        if not isinstance(getter, ast.Call) or not getter.args or not node.args:
            return set()
        paths = {target.path for target in self.resolve(getter.func, depth)}
        if paths & {"operator.attrgetter", "operator.methodcaller"}:
            return self._read(node.args[0], getter.args[0], depth)
        return set()

    def _read(self, owner: ast.expr, name: ast.expr, depth: int) -> set[Target]:
        texts = self.folder.texts(name) or [UNKNOWN_MEMBER]
        bases = self.resolve(owner, depth)
        return {Target(f"{base.path}.{text}", True) for base in bases for text in texts}

    def _imported(self, name: ast.expr) -> set[Target]:
        hidden = not isinstance(name, ast.Constant)
        found = set()
        for text in self.folder.texts(name):
            found |= {Target(text, hidden), Target(text.partition(".")[0], hidden)}
        return found


_MEANINGFUL: Final = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
    ast.IfExp,
    ast.BoolOp,
    ast.NamedExpr,
    ast.Await,
    ast.Starred,
)
"""Expressions that may stand for a dotted name."""


def _items_of(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return value.elts
    return value.values if isinstance(value, ast.Dict) else []


def _member(base: Target, name: str) -> Target:
    if base.path == "builtins" and name == "__dict__":
        return base
    return Target(f"{base.path}.{name}", base.hidden)
