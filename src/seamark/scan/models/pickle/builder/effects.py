"""What code reachable from a loading method can do: a conservative search for effects.

Two bars. Methods that every load runs (``LOADING``) must be *understood*: each call in them, and
in what they call in the same release to a bounded depth, is one that can neither run code of the
caller's choosing nor touch files, processes, the network or the import system. Methods that a
pickle can only provoke (``PROVOKED``, property setters) must not reach a known *sink*.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from seamark.scan.models.pickle.builder import vocabulary as words
from seamark.scan.models.pickle.builder.package import (
    LOADING,
    PROVOKED,
    Class,
    Function,
    Package,
    dotted,
)

_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Examiner:
    """Looks for effects in one release.

    ``reviewed`` maps methods and functions (``module.Class.method``) that a person read and found
    inert to the reason; their bodies are not looked at.
    """

    package: Package
    reviewed: Mapping[str, str] = field(default_factory=dict)

    def effects(self, cls: Class) -> str:
        """Why loading an instance of ``cls`` may do something; nothing where it is inert."""
        for owner in self.package.ancestry(cls):
            if isinstance(owner, str):
                continue
            if owner.odd:
                return f"{owner.name} {owner.odd}"
            for strict, names in ((True, LOADING), (False, PROVOKED)):
                for name in names:
                    reason = self._method(owner, name, cls, strict=strict)
                    if reason:
                        return f"{owner.name}.{name} {reason}"
            for setter in owner.setters:
                reason = self._body(setter, owner.module, cls, _DEPTH, strict=False)
                if reason:
                    return f"the setter of {owner.name}.{setter.name} {reason}"
        return ""

    def sinks(self, function: Function, module: str) -> str:
        """The first known sink that a function reaches, or nothing."""
        return self._body(function, module, None, _DEPTH, strict=False)

    def _method(self, owner: Class, name: str, cls: Class, *, strict: bool) -> str:
        if name not in owner.methods or f"{owner.qualified}.{name}" in self.reviewed:
            return ""
        return self._body(owner.methods[name], owner.module, cls, _DEPTH, strict=strict)

    def _body(
        self, function: Function, module: str, cls: Class | None, depth: int, *, strict: bool
    ) -> str:
        names = {**self.package.names.get(module, {}), **_local_names(function, module)}
        for node in ast.walk(function):
            reason = ""
            if isinstance(node, ast.Import | ast.ImportFrom):
                reason = _import_effect(node, module) if strict else ""
            elif isinstance(node, ast.Call):
                reason = self._call(node, names, cls, depth, strict=strict)
            if reason:
                return reason
        return ""

    def _call(
        self,
        node: ast.Call,
        names: Mapping[str, str],
        cls: Class | None,
        depth: int,
        *,
        strict: bool,
    ) -> str:
        target = node.func
        called = dotted(target, names)
        if words.is_sink(called):
            return f"calls {called}"
        if called in words.ATTRIBUTES:
            return _attribute_effect(node, called, strict=strict)
        if called in words.BUILTINS or words.is_inert(called) or called == _LOCAL:
            return ""
        if isinstance(target, ast.Attribute):
            if _is_super(target):
                return (
                    ""
                    if target.attr in words.SUPER or not strict
                    else f"calls super().{target.attr}"
                )
            if cls and _is_self(target.value):
                return self._own(target.attr, cls, depth, strict=strict)
        if cls and _makes_own(target):
            return self._constructor(cls, depth, strict=strict)
        followed = self._follow(called, depth, strict=strict)
        if followed is not None:
            return followed
        if not strict or (isinstance(target, ast.Attribute) and target.attr in words.METHODS):
            return ""
        if isinstance(target, ast.Attribute) and target.attr in words.SUPER and cls:
            bases = {base.rpartition(".")[2] for base in cls.bases}
            if getattr(target.value, "id", getattr(target.value, "attr", "")) in bases:
                return ""
        return f"calls {called or ast.unparse(target)[:60]}"

    def _follow(self, called: str, depth: int, *, strict: bool) -> str | None:
        """What a function or class of the same release does; None where it is not one."""
        resolved = self.package.resolve(called) if called else ""
        if resolved in self.reviewed:
            return ""
        if resolved in self.package.functions:
            if not depth:
                return f"calls {resolved} too deep to follow" if strict else ""
            module = resolved.rpartition(".")[0]
            function = self.package.functions[resolved]
            return self._body(function, module, None, depth - 1, strict=strict)
        if resolved in self.package.classes:
            return self._constructor(self.package.classes[resolved], depth, strict=strict)
        return None

    def _constructor(self, cls: Class, depth: int, *, strict: bool) -> str:
        if not depth:
            return f"makes {cls.name} too deep to follow" if strict else ""
        for owner in self.package.ancestry(cls):
            if isinstance(owner, str):
                if strict and owner not in words.BASES:
                    return f"makes {cls.name}, which has the base {owner}"
                continue
            for name in ("__new__", "__init__", "__post_init__"):
                if name in owner.methods and f"{owner.qualified}.{name}" not in self.reviewed:
                    body = owner.methods[name]
                    reason = self._body(body, owner.module, cls, depth - 1, strict=strict)
                    if reason:
                        return reason
        return ""

    def _own(self, name: str, cls: Class, depth: int, *, strict: bool) -> str:
        for owner in self.package.ancestry(cls):
            if isinstance(owner, Class) and name in owner.methods:
                if f"{owner.qualified}.{name}" in self.reviewed:
                    return ""
                if not depth:
                    return f"calls {name} too deep to follow" if strict else ""
                body = owner.methods[name]
                return self._body(body, owner.module, cls, depth - 1, strict=strict)
        inert = not strict or name in words.METHODS or name in words.SUPER
        return "" if inert else f"calls self.{name}"


_LOCAL = "<local function>"


def _local_names(function: Function, module: str) -> dict[str, str]:
    """What imports and nested functions inside a function bind."""
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                found[alias.asname or alias.name] = f"{origin}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(node, Function) and node is not function:
            found[node.name] = _LOCAL  # Its body is walked with the function around it.
    return found


def _import_effect(node: ast.Import | ast.ImportFrom, module: str) -> str:
    own = module.partition(".")[0]
    if isinstance(node, ast.ImportFrom):
        roots = [own if node.level else (node.module or "").partition(".")[0]]
    else:
        roots = [alias.name.partition(".")[0] for alias in node.names]
    strange = [root for root in roots if root != own and root not in words.IMPORTABLE]
    return f"imports {strange[0]}" if strange else ""


def _attribute_effect(node: ast.Call, called: str, *, strict: bool) -> str:
    """``getattr(x, computed)`` reaches anything; ``setattr(self, key, value)`` is as BUILD does."""
    own = bool(node.args) and _is_self(node.args[0])
    constant = len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    if constant or not strict or (own and called != "getattr"):
        return ""
    return f"{called} with a computed name"


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _makes_own(node: ast.expr) -> bool:
    """``cls(...)``, ``type(self)(...)`` and ``self.__class__(...)``."""
    return ast.unparse(node) in ("cls", "type(self)", "self.__class__")


def _is_super(node: ast.Attribute) -> bool:
    value = node.value
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "super"
    )
