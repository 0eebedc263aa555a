"""Judges one Python file that travels with a model, from its syntax tree alone."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from seamark.core.rules import Confidence, Rule
from seamark.scan.models.code import rules
from seamark.scan.models.code.source_arguments import Arguments
from seamark.scan.models.code.source_effects import (
    CALL_ONLY,
    HIDING_MODULES,
    Effect,
    effect_of,
)
from seamark.scan.models.code.source_names import IMPORTERS, UNKNOWN_MEMBER, Names, Target
from seamark.scan.models.code.source_parsing import parse
from seamark.scan.models.code.source_regions import Regions, When

_MAX_NESTING: Final = 3
_SPELLINGS: Final = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
_HIDEABLE: Final = frozenset(
    {Effect.PROCESS, Effect.EXECUTE, Effect.NATIVE, Effect.UNPICKLE, Effect.CONNECT}
)
_MATTERS_LATER: Final = frozenset(
    {Effect.PROCESS, Effect.EXECUTE, Effect.NATIVE, Effect.CONNECT, Effect.REMOTE}
)


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that one rule objects to: what it is about, where, and a sentence on it."""

    rule: Rule
    about: str
    line: int
    message: str
    confidence: Confidence = Confidence.HIGH


class SourceJudge:
    """Judges one file. ``nesting`` counts code inside strings inside code."""

    def __init__(self, tree: ast.Module, *, nesting: int = 0) -> None:
        self._nesting = nesting
        self._regions = Regions(tree)
        self._names = Names(self._regions.nodes)
        self._arguments = Arguments(self._names)
        self._callees = {
            id(node.func) for node in self._regions.nodes if isinstance(node, ast.Call)
        }
        self._shadowed = {n.arg for n in self._regions.nodes if isinstance(n, ast.arg)}
        self._shadowed |= self._names.assigned.keys()

    def sights(self) -> Iterator[Sight]:
        """Everything that a rule objects to, in the order of the text."""
        sends = leaks = None
        for node in self._regions.nodes:
            when = self._regions.when(node)
            if isinstance(node, ast.Call):
                yield from self._see_call(node, when)
            if isinstance(node, _SPELLINGS) and id(node) not in self._callees:
                yield from self._see_reference(node, when)
            if when is When.IMPORT and isinstance(node, ast.Call | ast.Subscript):
                sends = sends or self._talks(node)
                leaks = leaks or self._arguments.reads_secret(node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._see_text(node, node.value)
        if not self._names.settled or self._names.folder.exhausted:
            text = "The code gives names too many meanings to follow them all."
            yield Sight(rules.NOT_READ, "names", 1, text)
        if sends and leaks:
            yield Sight(
                rules.FETCHES_OR_LEAKS,
                leaks,
                sends.lineno,
                f"Importing this file reads {leaks} and talks to the network.",
            )

    def _talks(self, node: ast.expr) -> ast.Call | None:
        if isinstance(node, ast.Call):
            for target in self._names.resolve(node.func):
                found = effect_of(target.path)
                if found and found[1] in {Effect.FETCH, Effect.CONNECT}:
                    return node
        return None

    def _see_call(self, call: ast.Call, when: When) -> Iterator[Sight]:
        for target in _ordered(self._names.resolve(call.func)):
            found = effect_of(target.path)
            if found is not None:
                yield from self._judge(target, found[0], found[1], call, when)
            elif target.path.endswith(UNKNOWN_MEMBER):
                yield from self._see_computed(target, call, when)
            elif when is When.IMPORT:
                yield from self._see_import_time(target, call)

    def _see_import_time(self, target: Target, call: ast.Call) -> Iterator[Sight]:
        if target.path == "builtins.open" and self._arguments.opens_for_writing(call):
            yield _acts(call, "open", "writes a file")
        unknown = call.args and not self._names.folder.texts(call.args[0])
        if target.path in IMPORTERS and unknown:
            yield _acts(call, "import", "imports a module whose name it computes")

    def _see_reference(self, node: ast.expr, when: When) -> Iterator[Sight]:
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return
        if isinstance(node, ast.Name) and node.id in self._shadowed:
            return  # its value was judged where it was given
        for target in _ordered(self._names.resolve(node)):
            found = effect_of(target.path)
            if found is None or found[0] in CALL_ONLY:
                continue
            if found[1] in {Effect.PROCESS, Effect.EXECUTE}:
                yield from self._judge(target, found[0], found[1], None, when, at=node)

    def _judge(
        self,
        target: Target,
        name: str,
        effect: Effect,
        call: ast.Call | None,
        when: When,
        *,
        at: ast.expr | None = None,
    ) -> Iterator[Sight]:
        node = at if at is not None else call
        assert node is not None
        line = node.lineno
        if target.hidden and effect in _HIDEABLE:
            text = f"The code reaches {name} by a name that it computes or looks up."
            yield Sight(rules.HIDES_CODE, name, line, text)
            return
        if call is not None and effect in {Effect.EXECUTE, Effect.UNPICKLE, Effect.PROCESS}:
            why = self._arguments.payload(call)
            if why is not None:
                rule = rules.FETCHES_OR_LEAKS if why.fetched else rules.HIDES_CODE
                yield Sight(rule, name, line, f"{name} is given {why.what}.")
                return
        yield from self._by_time(name, effect, call, when, line)

    def _by_time(
        self, name: str, effect: Effect, call: ast.Call | None, when: When, line: int
    ) -> Iterator[Sight]:
        at_import = when is When.IMPORT
        how = {When.IMPORT: "when it is imported", When.LOADING: "when its model is created"}
        text = f"The code {effect.value} with {name} {how.get(when, 'in a function')}."
        hostile = {
            Effect.PROCESS: when is not When.LATER,
            Effect.EXECUTE: at_import,
            Effect.CONNECT: at_import,
            Effect.DESTROY: at_import and name == "shutil.rmtree",
        }
        if call is not None and at_import and name in {"builtins.exec", "builtins.eval"}:
            inner = self._inside_text(call)
            if inner is not None:
                yield from inner
                return
        if hostile.get(effect, False):
            yield Sight(rules.RUNS_ON_LOAD, name, line, text)
        elif at_import:
            yield Sight(rules.ACTS_ON_IMPORT, name, line, text)
        elif effect in _MATTERS_LATER or (
            effect is Effect.FETCH and call is not None and self._arguments.fixed_address(call)
        ):
            yield Sight(rules.CAN_ACT, name, line, text)

    def _inside_text(self, call: ast.Call) -> list[Sight] | None:
        """Judges code that is given as a literal; None where it is no readable literal."""
        if not call.args or not isinstance(call.args[0], ast.Constant):
            return None
        if self._nesting >= _MAX_NESTING or not isinstance(call.args[0].value, str):
            return None
        try:
            tree = parse(call.args[0].value)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        inner = list(SourceJudge(tree, nesting=self._nesting + 1).sights())
        return inner or [_acts(call, "exec", "runs code that it holds as text")]

    def _see_computed(self, target: Target, call: ast.Call, when: When) -> Iterator[Sight]:
        module = target.path.rpartition(".")[0]
        if module not in HIDING_MODULES:
            return
        text = f"The code calls a function of {module} whose name it computes."
        rule = rules.CAN_ACT if when is When.LATER else rules.HIDES_CODE
        yield Sight(rule, f"{module}.?", call.lineno, text, Confidence.MEDIUM)

    def _see_text(self, node: ast.Constant, text: str) -> Iterator[Sight]:
        if len(text) > 300 or "\n" in text:
            return  # prose
        place = self._arguments.sensitive_place(text)
        if place is not None:
            yield Sight(
                rules.SENSITIVE_FILE,
                place,
                node.lineno,
                f"The code names {place}, a place of credentials or start-up files.",
            )


def _acts(call: ast.Call, about: str, does: str) -> Sight:
    text = f"The code {does} when it is imported."
    return Sight(rules.ACTS_ON_IMPORT, about, call.lineno, text)


def _ordered(targets: frozenset[Target]) -> list[Target]:
    return sorted(targets, key=lambda target: (not target.hidden, target.path))
