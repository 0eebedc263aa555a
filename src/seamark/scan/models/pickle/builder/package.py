"""A release as syntax trees: its classes, functions and what names mean in each module."""

import ast
import builtins
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Class:
    """One module-level class. ``published`` is the module it claims to be from, if another."""

    module: str
    name: str
    bases: tuple[str, ...]
    methods: Mapping[str, Function]
    setters: tuple[Function, ...]
    published: str = ""
    odd: str = ""

    @property
    def qualified(self) -> str:
        """``module.name``."""
        return f"{self.module}.{self.name}"


@dataclass(slots=True)
class Package:
    """All modules of a release. ``names`` maps module → local name → what it stands for."""

    classes: dict[str, Class] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    stars: dict[str, list[str]] = field(default_factory=dict)

    def resolve(self, qualified: str, depth: int = 8) -> str:
        """Follow re-exports to where ``qualified`` is defined; itself where that is unknown."""
        while depth and qualified not in self.classes and qualified not in self.functions:
            module, _, name = qualified.rpartition(".")
            target = self.names.get(module, {}).get(name) or self._starred(module, name)
            if not target or target == qualified:
                return qualified
            qualified, depth = target, depth - 1
        return qualified

    def _starred(self, module: str, name: str) -> str:
        """Where ``from x import *`` in ``module`` takes ``name`` from."""
        for origin in self.stars.get(module, ()):
            if name in self.names.get(origin, {}):
                return f"{origin}.{name}"
        return ""

    def ancestry(self, cls: Class) -> Iterator[Class | str]:
        """The class, then its bases depth first; those of other packages as names."""
        seen: set[str] = set()
        waiting: list[Class | str] = [cls]
        while waiting:
            current = waiting.pop(0)
            key = current if isinstance(current, str) else current.qualified
            if key in seen:
                continue
            seen.add(key)
            yield current
            if isinstance(current, Class):
                found = [self.resolve(base) for base in current.bases]
                waiting = [self.classes.get(base, base) for base in found] + waiting


def parse(sources: Mapping[str, str]) -> Package:
    """Index ``sources`` (module → text). Files that do not parse are left out."""
    package = Package()
    for module, text in sources.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        is_package = any(other.startswith(module + ".") for other in sources)
        _index(package, module, tree, is_package=is_package)
    return package


def _index(package: Package, module: str, tree: ast.Module, *, is_package: bool) -> None:
    names = package.names.setdefault(module, {})
    statements = list(_top_level(tree.body))
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                names[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node, is_package=is_package)
            for alias in node.names:
                if alias.name == "*":
                    package.stars.setdefault(module, []).append(origin)
                else:
                    names[alias.asname or alias.name] = f"{origin}.{alias.name}"
        elif isinstance(node, Function):
            names[node.name] = f"{module}.{node.name}"
            package.functions[f"{module}.{node.name}"] = node
        elif isinstance(node, ast.ClassDef):
            names[node.name] = f"{module}.{node.name}"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            for target in node.targets:  # ``OldName = NewName``, as libraries keep old names
                if isinstance(target, ast.Name) and (aim := dotted(node.value, names)):
                    names.setdefault(target.id, aim if "." in aim else f"{module}.{aim}")
    for node in statements:
        if isinstance(node, ast.ClassDef):
            cls = _class(module, node, names, starred=module in package.stars)
            package.classes[cls.qualified] = cls


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module, also those under ``if`` and ``try``."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _top_level(node.body + node.orelse)
        elif isinstance(node, ast.Try):
            yield from _top_level(node.body)
            for handler in node.handlers:
                yield from _top_level(handler.body)
            yield from _top_level(node.orelse)


def _origin(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + (1 if is_package else 0)
    return ".".join([*parts[: max(keep, 0)], *([node.module] if node.module else [])])


def _class(module: str, node: ast.ClassDef, names: Mapping[str, str], *, starred: bool) -> Class:
    methods: dict[str, Function] = {}
    setters: list[Function] = []
    odd = "has a metaclass" if _metaclass(node) else ""
    for item in node.body:
        if isinstance(item, Function):
            if any(
                isinstance(d, ast.Attribute) and d.attr == "setter" for d in item.decorator_list
            ):
                setters.append(item)
            else:
                methods[item.name] = item
        elif isinstance(item, ast.Assign) and ast.unparse(item.value) not in _PLAIN:
            for target in item.targets:
                if isinstance(target, ast.Name) and target.id in LOADING:
                    odd = f"assigns {target.id}"
    bases = tuple(_base(base, names) for base in node.bases)
    if starred:  # A bare name that no statement binds may come from ``import *``.
        known = {*dir(builtins), "?"}
        bases = tuple(b if "." in b or b in known else f"{module}.{b}" for b in bases)
    return Class(module, node.name, bases, methods, tuple(setters), _published(node), odd)


def _base(node: ast.expr, names: Mapping[str, str]) -> str:
    """The base's name; ``class X(namedtuple(...))`` has a plain tuple type as its base."""
    if isinstance(node, ast.Call):
        made = dotted(node.func, names)
        return "tuple" if made in ("collections.namedtuple", "typing.NamedTuple") else "?"
    return dotted(node, names) or "?"


LOADING = "__new__ __setstate__ __setattr__ __getattr__ __getattribute__ __del__".split()
"""Methods that making an instance, setting its state and dropping it run."""
PROVOKED = "__hash__ __eq__ __setitem__ append extend add".split()
"""Methods that a pickle can provoke: an instance as key, as member, or as what items go into."""

_PLAIN = frozenset(["None", "dict.__setitem__", "dict.__getitem__", "object.__new__"])
_METACLASSES = frozenset(["ABCMeta", "EnumMeta", "EnumType"])


def _metaclass(node: ast.ClassDef) -> bool:
    for keyword in node.keywords:
        if keyword.arg == "metaclass":
            name = getattr(keyword.value, "attr", getattr(keyword.value, "id", ""))
            return name not in _METACLASSES
    return False


def _published(node: ast.ClassDef) -> str:
    """The argument of a ``@set_module("pandas")`` decorator, or a ``__module__`` assignment."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and decorator.args:
            called = getattr(decorator.func, "id", getattr(decorator.func, "attr", ""))
            value = decorator.args[0]
            if called == "set_module" and isinstance(value, ast.Constant):
                return str(value.value)
    for item in node.body:
        assigned = item.targets if isinstance(item, ast.Assign) else []
        named = any(isinstance(t, ast.Name) and t.id == "__module__" for t in assigned)
        if named and isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant):
            return str(item.value.value)
    return ""


def dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    """``a.b.c`` with its first part resolved in ``names``; empty where it is not a plain name."""
    if isinstance(node, ast.Subscript):
        node = node.value
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])
