"""Follows values through the functions of one module, in the order in which they would run.

Intraprocedural: assignments, formatting, calls of methods; of functions in the same module what
they return, of objects what is set on ``self``. Loops are followed twice, arms of branches are
joined. Names of modules and functions come from the resolver that the model scanner uses.
"""

import ast
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Final

from seamark.scan.code import origins
from seamark.scan.code.facts import NOTHING, Environment, Fact, Taint, spelled
from seamark.scan.models.code.source_names import Names

_MAX_STEPS: Final = 3_000_000
_PARAMETER: Final = Fact(taints=frozenset({Taint.PARAMETER}))
_REQUEST: Final = Fact(frozenset({"fastapi.request"}))
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_INDIRECT: Final = ("builtins.", "importlib.", "pkgutil.", "operator.")
_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class TooCostlyError(Exception):
    """Following the module takes more steps than any honest one needs."""


class Flow:
    """The facts of one module's expressions.

    ``calls`` are all calls in the order in which they were met, each once. The second of two
    ``passes`` knows what functions further down return and what objects hold.
    """

    def __init__(self, tree: ast.Module, names: Names, *, passes: int = 2) -> None:
        self._names = names
        self._facts: dict[int, Fact] = {}
        self._returns: dict[str, Fact] = {}
        self._attributes: dict[str, Fact] = {}
        self._result = NOTHING
        self._steps = 0
        self._loops = 0
        self.calls: dict[int, ast.Call] = {}
        self.within: dict[int, str] = defaultdict(str)
        self._scope = ""
        for _ in range(passes):
            self._waiting: deque[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Environment]] = (
                deque()
            )
            self._run(tree.body, Environment())
            while self._waiting:
                self._function(*self._waiting.popleft())

    def fact(self, node: ast.expr) -> Fact:
        """What is known of an expression; nothing where it was never reached."""
        return self._facts.get(id(node), NOTHING)

    # Statements

    def _run(self, body: list[ast.stmt], scope: Environment) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement, scope)
            else:
                self._children(statement, scope)

    def _children(self, node: ast.AST, scope: Environment) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child, scope)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, around: Environment) -> None:
        scope = Environment(around)
        given = self._given(node)
        args = node.args
        for argument in [*args.posonlyargs, *args.args, *args.kwonlyargs]:
            scope.variables[argument.arg] = _argument(argument, given)
        defaults = dict(
            zip(reversed([*args.posonlyargs, *args.args]), reversed(args.defaults), strict=False)
        )
        for argument, default in [
            *defaults.items(),
            *zip(args.kwonlyargs, args.kw_defaults, strict=True),
        ]:
            if default is not None:
                known = scope.variables[argument.arg]
                fact = self.evaluate(default, around)
                if "fastapi.Depends()" not in fact.origins:
                    fact = fact.join(known)
                scope.variables[argument.arg] = fact
        for rest in (args.vararg, args.kwarg):
            if rest is not None:
                scope.variables[rest.arg] = given
        outer_result, outer_scope, outer_loops = self._result, self._scope, self._loops
        self._result, self._scope, self._loops = NOTHING, node.name, 0
        self._run(node.body, scope)
        known = self._returns.get(node.name, NOTHING)
        self._returns[node.name] = known.join(self._result)
        self._result, self._scope, self._loops = outer_result, outer_scope, outer_loops

    def _given(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Fact:
        """What the parameters carry: decorators say who calls."""
        for decorator in node.decorator_list:
            called = isinstance(decorator, ast.Call)
            callee = decorator.func if isinstance(decorator, ast.Call) else decorator
            last = spelled(callee).rpartition(".")[2]
            if last in origins.TOOL_DECORATORS:
                return Fact(taints=frozenset({Taint.PARAMETER, Taint.MODEL}))
            if called and isinstance(callee, ast.Attribute) and last in origins.WEB_ROUTES:
                return Fact(taints=frozenset({Taint.PARAMETER, Taint.REQUEST}))
        return _PARAMETER

    def _define(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list:
            self.evaluate(decorator, scope)
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.evaluate(default, scope)
        scope.variables[node.name] = Fact(frozenset({f"<local>.{node.name}"}))
        self._waiting.append((node, scope))

    def _class(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.ClassDef)
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.evaluate(part, scope)
        scope.variables[node.name] = Fact(frozenset({f"<local>.{node.name}"}))
        inner = Environment(scope)
        self._run([s for s in node.body if not isinstance(s, _FUNCTIONS)], inner)
        for name, fact in inner.variables.items():
            self._attributes[name] = self._attributes.get(name, NOTHING).join(fact)
        for item in node.body:
            if isinstance(item, _FUNCTIONS):
                for decorator in item.decorator_list:
                    self.evaluate(decorator, scope)
                self._waiting.append((item, scope))

    def _import(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names:  # the resolver knows it; a variable before it is forgotten
            alias = (name.asname or name.name).partition(".")[0]
            scope.variables.pop(alias, None)
            if scope.get(alias) is not None:
                scope.variables[alias] = Fact(self._resolved(ast.Name(alias, ast.Load())))

    def _assignment(self, node: ast.stmt, scope: Environment) -> None:
        if isinstance(node, ast.Assign):
            fact = self.evaluate(node.value, scope)
            for target in node.targets:
                self._bind(target, fact, scope, node.value)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._bind(node.target, self.evaluate(node.value, scope), scope, node.value)
        elif isinstance(node, ast.AugAssign):
            fact = self.evaluate(node.value, scope)
            self._bind(node.target, self.evaluate(node.target, scope).join(fact), scope, None)

    def _bind(
        self, target: ast.expr, fact: Fact, scope: Environment, value: ast.expr | None
    ) -> None:
        if isinstance(target, ast.Name):
            scope.variables[target.id] = fact
        elif isinstance(target, ast.Attribute):
            self.evaluate(target.value, scope)
            known = self._attributes.get(target.attr, NOTHING)
            kept = Fact(fact.origins, fact.taints - {Taint.PARAMETER})
            self._attributes[target.attr] = known.join(kept)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            item = fact.step("[]")
            for index, part in enumerate(target.elts):
                own = parts[index] if index < len(parts) else None
                self._bind(part, self.fact(own) if own is not None else item, scope, own)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, fact, scope, None)
        elif isinstance(target, ast.Subscript):
            self.evaluate(target.slice, scope)
            if isinstance(target.value, ast.Name) and fact.taints:
                known = scope.get(target.value.id) or NOTHING
                scope.variables[target.value.id] = known.carrying(fact.taints)

    def _branch(self, node: ast.stmt, scope: Environment) -> None:
        # An elif chain nests in the tree; it is followed without recursion.
        arms: list[Environment] = []
        while isinstance(node, ast.If):
            self.evaluate(node.test, scope)
            arm = self._fork(scope)
            checked, positive = _checked_names(node.test)
            if positive:
                _trust(checked, arm)
            self._run(node.body, arm)
            leaves = bool(node.body) and isinstance(node.body[-1], _ENDS)
            if not leaves:
                arms.append(arm)
            elif not positive:
                _trust(checked, scope)
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]
                continue
            self._run(node.orelse, scope)
            break
        for arm in arms:
            scope.merge(arm)

    def _loop(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.For | ast.AsyncFor | ast.While)
        arm = self._fork(scope)
        self._loops += 1
        for _ in range(2 if self._loops == 1 else 1):  # an inner loop runs again with the outer
            if isinstance(node, ast.While):
                self.evaluate(node.test, arm)
            else:
                self._bind(node.target, self.evaluate(node.iter, arm).step("[]"), arm, None)
            self._run(node.body, arm)
        self._loops -= 1
        scope.merge(arm)
        self._run(node.orelse, scope)

    def _with(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items:
            fact = self.evaluate(item.context_expr, scope)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, fact, scope, item.context_expr)
        self._run(node.body, scope)

    def _try(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.Try | ast.TryStar)
        self._run(node.body, scope)
        for handler in node.handlers:
            arm = self._fork(scope)
            self._run(handler.body, arm)
            scope.merge(arm)
        self._run(node.orelse, scope)
        self._run(node.finalbody, scope)

    def _match(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.Match)
        fact = self.evaluate(node.subject, scope)
        for case in node.cases:
            arm = self._fork(scope)
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    arm.variables[name] = fact.step("[]")
            self._run(case.body, arm)
            scope.merge(arm)

    def _return(self, node: ast.stmt, scope: Environment) -> None:
        assert isinstance(node, ast.Return)
        if node.value is not None:
            self._result = self._result.join(self.evaluate(node.value, scope))

    def _fork(self, scope: Environment) -> Environment:
        self._count(1 + len(scope.variables) // 16)
        return scope.fork()

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MAX_STEPS:
            raise TooCostlyError("following its values takes too long")

    # Expressions

    def evaluate(self, node: ast.expr, scope: Environment) -> Fact:
        """The fact of ``node`` in ``scope``; remembered for the judges."""
        self._count(1)
        handler = _EXPRESSIONS.get(type(node))
        fact = handler(self, node, scope) if handler else self._parts(node, scope)
        known = self._facts.get(id(node))
        self._facts[id(node)] = fact if known is None else known.join(fact)
        return fact

    def _constant(self, _node: ast.expr, _scope: Environment) -> Fact:
        return NOTHING

    def _parts(self, node: ast.expr, scope: Environment) -> Fact:
        """Whatever is made of several values carries what they carry."""
        taints: frozenset[Taint] = frozenset()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                taints |= self.evaluate(child, scope).taints
        return Fact(taints=taints) if taints else NOTHING

    def _operation(self, node: ast.expr, scope: Environment) -> Fact:
        taints: frozenset[Taint] = frozenset()
        while isinstance(node, ast.BinOp):  # a long sum nests to the left
            taints |= self.evaluate(node.right, scope).taints
            node = node.left
        taints |= self.evaluate(node, scope).taints
        return Fact(taints=taints) if taints else NOTHING

    def _answer(self, node: ast.expr, scope: Environment) -> Fact:
        """A comparison says yes or no, whatever it compares."""
        self._parts(node, scope)
        return NOTHING

    def _either(self, node: ast.expr, scope: Environment) -> Fact:
        if isinstance(node, ast.IfExp):
            self.evaluate(node.test, scope)
            return self.evaluate(node.body, scope).join(self.evaluate(node.orelse, scope))
        assert isinstance(node, ast.BoolOp)
        fact = NOTHING
        for value in node.values:
            fact = fact.join(self.evaluate(value, scope))
        return fact

    def _same(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Await | ast.Starred | ast.FormattedValue | ast.YieldFrom)
        return self.evaluate(node.value, scope)

    def _yield(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Yield)
        if node.value is not None:
            self._result = self._result.join(self.evaluate(node.value, scope))
        return NOTHING

    def _named(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.NamedExpr)
        fact = self.evaluate(node.value, scope)
        self._bind(node.target, fact, scope, node.value)
        return fact

    def _lambda(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Lambda)
        inner = Environment(scope)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            inner.variables[argument.arg] = _PARAMETER
        self.evaluate(node.body, inner)
        return NOTHING

    def _comprehension(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
        inner = Environment(scope)
        for generator in node.generators:
            fact = self.evaluate(generator.iter, inner).step("[]")
            self._bind(generator.target, fact, inner, None)
            for condition in generator.ifs:
                self.evaluate(condition, inner)
        if isinstance(node, ast.DictComp):
            self.evaluate(node.key, inner)
            return Fact(taints=self.evaluate(node.value, inner).taints)
        return Fact(taints=self.evaluate(node.elt, inner).taints)

    def _name(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Name)
        known = scope.get(node.id)
        if known is not None:
            return known
        found = self._resolved(node)
        return Fact(found) if found else NOTHING

    def _resolved(self, node: ast.expr) -> frozenset[str]:
        return frozenset(target.path for target in self._names.resolve(node))

    def _attribute(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Attribute)
        base = self.evaluate(node.value, scope)
        fact = base.step("." + node.attr)
        if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            held = self._attributes.get(node.attr, NOTHING)
            method = Fact(frozenset({f"<local>.{node.attr}"}))
            return held if held is not NOTHING else method
        found = {origins.read_taint(path) for path in fact.origins} - {None}
        return fact.carrying(frozenset(each for each in found if each is not None))

    def _subscript(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Subscript)
        base = self.evaluate(node.value, scope)
        self.evaluate(node.slice, scope)
        fact = base.step("[]")
        if "os.environ" in base.origins and self._secret(node.slice):
            fact = fact.carrying(frozenset({Taint.SECRET}))
        return fact

    def _secret(self, key: ast.expr) -> bool:
        return any(origins.names_secret(text) for text in self._names.folder.texts(key))

    def _call(self, node: ast.expr, scope: Environment) -> Fact:
        assert isinstance(node, ast.Call)
        self.calls.setdefault(id(node), node)
        self.within[id(node)] = self._scope
        callee = self.evaluate(node.func, scope)
        given: frozenset[Taint] = frozenset()
        for argument in node.args:
            given |= self.evaluate(argument, scope).taints
        for keyword in node.keywords:
            given |= self.evaluate(keyword.value, scope).taints
        return self._called(node, callee, given)

    def _called(self, node: ast.Call, callee: Fact, given: frozenset[Taint]) -> Fact:
        text = spelled(node.func)
        head, _, name = text.rpartition(".")
        receiver = head.rpartition(".")[2] if head else name
        method = name if head else ""
        # getattr(torch, "load"), import_module("torch"); a partial has arguments of its own
        indirect = any(path.startswith(_INDIRECT) for path in callee.origins)
        looked_up = self._resolved(node) if indirect else frozenset()
        result = Fact(looked_up) if looked_up else Fact(callee.step("()").origins)
        taints = callee.taints - {Taint.SECRET}
        for path in callee.origins or {""}:
            brought = origins.call_taint(path, text, receiver, method)
            if brought is not None:
                taints |= {brought}
            if path in ("os.getenv", "os.environ.get") and node.args and self._secret(node.args[0]):
                taints |= {Taint.SECRET}
        local = [path for path in callee.origins if path.startswith("<local>.")]
        if local:
            for path in local:
                returned = self._returns.get(path.removeprefix("<local>."), NOTHING)
                if Taint.PARAMETER in returned.taints:
                    taints |= given
                taints |= returned.taints - {Taint.PARAMETER}
                result = result.join(Fact(returned.origins))
        elif origins.is_cleaner(name):
            taints = frozenset()
        elif origins.is_carrier(name):
            taints |= given
        return result.carrying(taints) if taints else result


def _argument(argument: ast.arg, given: Fact) -> Fact:
    kind = spelled(argument.annotation).rpartition(".")[2] if argument.annotation else ""
    if argument.arg in ("self", "cls"):
        return _PARAMETER
    if kind in origins.FRAMEWORK_OBJECTS:
        return _REQUEST if kind == "Request" else _PARAMETER
    return given


def _checked_names(test: ast.expr) -> tuple[set[str], bool]:
    """Names that ``test`` looks up in a set of allowed ones, and whether it asks for presence."""
    negated = False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, True
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return set(), True
    operator = test.ops[0]
    if not isinstance(operator, ast.In | ast.NotIn) or not isinstance(test.left, ast.Name):
        return set(), True
    return {test.left.id}, isinstance(operator, ast.In) != negated


def _trust(names: set[str], scope: Environment) -> None:
    for name in names:
        known = scope.get(name)
        if known is not None:
            scope.variables[name] = Fact(known.origins)


_STATEMENTS: Final[Mapping[type[ast.stmt], Callable[[Flow, ast.stmt, Environment], None]]] = {
    ast.FunctionDef: Flow._define,
    ast.AsyncFunctionDef: Flow._define,
    ast.ClassDef: Flow._class,
    ast.Import: Flow._import,
    ast.ImportFrom: Flow._import,
    ast.Assign: Flow._assignment,
    ast.AnnAssign: Flow._assignment,
    ast.AugAssign: Flow._assignment,
    ast.If: Flow._branch,
    ast.For: Flow._loop,
    ast.AsyncFor: Flow._loop,
    ast.While: Flow._loop,
    ast.With: Flow._with,
    ast.AsyncWith: Flow._with,
    ast.Try: Flow._try,
    ast.TryStar: Flow._try,
    ast.Match: Flow._match,
    ast.Return: Flow._return,
}

_EXPRESSIONS: Final[Mapping[type[ast.expr], Callable[[Flow, ast.expr, Environment], Fact]]] = {
    ast.Constant: Flow._constant,
    ast.Name: Flow._name,
    ast.Attribute: Flow._attribute,
    ast.Subscript: Flow._subscript,
    ast.Call: Flow._call,
    ast.BinOp: Flow._operation,
    ast.Compare: Flow._answer,
    ast.UnaryOp: Flow._answer,
    ast.BoolOp: Flow._either,
    ast.IfExp: Flow._either,
    ast.Await: Flow._same,
    ast.Starred: Flow._same,
    ast.FormattedValue: Flow._same,
    ast.YieldFrom: Flow._same,
    ast.Yield: Flow._yield,
    ast.NamedExpr: Flow._named,
    ast.Lambda: Flow._lambda,
    ast.ListComp: Flow._comprehension,
    ast.SetComp: Flow._comprehension,
    ast.GeneratorExp: Flow._comprehension,
    ast.DictComp: Flow._comprehension,
}
