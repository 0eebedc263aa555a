"""One call in a module, as the rules ask about it; and what a rule has seen there."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from seamark.core.rules import Confidence, Rule
from seamark.scan.code.facts import UNTRUSTED, Fact, Taint, spelled
from seamark.scan.code.flow import Flow
from seamark.scan.models.code.source_names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A broken rule at a node; ``about`` is the finding's anchor."""

    rule: Rule
    node: ast.AST
    about: str
    message: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Site:
    """A call and one name that its callee stands for.

    ``path`` is dotted, with ``()`` where an object was made (``flask.Flask().run``); ``text`` is
    the callee's spelling in the source, for what no name is known of.
    """

    node: ast.Call
    path: str
    text: str
    flow: Flow
    names: Names

    @property
    def method(self) -> str:
        """The last name of the callee."""
        return self.text.rpartition(".")[2]

    @property
    def function(self) -> str:
        """The name of the function around the call; empty at module level."""
        return self.flow.within[id(self.node)]

    @property
    def starred(self) -> bool:
        """Whether arguments come from ``**options``: then what is absent is not known."""
        return any(keyword.arg is None for keyword in self.node.keywords)

    def argument(self, position: int | None, *names: str) -> ast.expr | None:
        """The argument at ``position`` (None: only by name) or with one of these names."""
        for keyword in self.node.keywords:
            if keyword.arg in names:
                return keyword.value
        if position is None or position >= len(self.node.args):
            return None
        before = self.node.args[: position + 1]
        return None if any(isinstance(a, ast.Starred) for a in before) else before[-1]

    def constant(self, node: ast.expr | None) -> object:
        """The value of a literal, or the only one that its name is ever given; else None."""
        if isinstance(node, ast.Constant):
            return node.value
        values = self.names.folder.values(node) if node is not None else []
        if not values or any(each != values[0] for each in values):
            return None
        return values[0]

    def text_of(self, node: ast.expr | None) -> str:
        """The text that ``node`` is known to be; empty where it is not."""
        value = self.constant(node)
        return value if isinstance(value, str) else ""

    def says(self, value: bool, position: int | None, *names: str) -> bool:
        """Whether this argument is the literal ``value``, straight or through a name."""
        return self.constant(self.argument(position, *names)) is value

    def leading_text(self, node: ast.expr | None) -> str:
        """How the text begins, where at least its beginning is known (an f-string's head)."""
        known = self.text_of(node)
        if known or node is None:
            return known
        if isinstance(node, ast.JoinedStr) and node.values:
            return self.leading_text(node.values[0])
        if isinstance(node, ast.BinOp):
            return self.leading_text(node.left)
        return ""

    def fact(self, node: ast.expr | None) -> Fact:
        """What is known of the value."""
        return Fact() if node is None else self.flow.fact(node)

    def untrusted(self, node: ast.expr | None) -> Taint | None:
        """Why the value is not to be trusted; the worst reason first, None where there is none."""
        found = self.fact(node).taints & UNTRUSTED
        return next((t for t in (Taint.MODEL, Taint.REQUEST, Taint.NETWORK) if t in found), None)

    def sight(
        self,
        rule: Rule,
        message: str,
        *,
        about: str = "",
        confidence: Confidence = Confidence.HIGH,
    ) -> Sight:
        """What a rule has seen at this call; the anchor is the callee's name by default."""
        return Sight(
            rule=rule,
            node=self.node,
            about=about or self.called,
            message=message,
            confidence=confidence,
        )

    @property
    def called(self) -> str:
        """The callee as a person would write it."""
        return (self.path or self.text)[:120]


Judge = Callable[[Site], Iterator[Sight]]
"""Looks at one call."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a text must hold for a subject to matter.

    One of ``words``; one of ``also`` too, if there are any; and something that ``pattern`` finds.
    """

    words: tuple[str, ...]
    also: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The rules of one subject.

    One of ``triggers`` must hold for the subject to be asked about a file. ``calls`` are
    judges by full dotted name, ``methods`` by the last name of the callee; ``nodes`` looks at the
    whole tree for what is no call. ``follows`` says that it asks where values come from.
    """

    rules: tuple[Rule, ...]
    triggers: tuple[Trigger, ...]
    follows: bool = False
    calls: Mapping[str, Judge] = field(default_factory=dict)
    methods: Mapping[str, Judge] = field(default_factory=dict)
    every: Judge | None = None
    nodes: Callable[[list[ast.AST], Flow, Names], Iterator[Sight]] | None = None


_MAX_PATHS: Final = 6


def sites_of(call: ast.Call, flow: Flow, names: Names) -> list[Site]:
    """The call once for each name that its callee may stand for, or once without a name."""
    text = spelled(call.func)
    paths = sorted(flow.fact(call.func).origins)[:_MAX_PATHS] or [""]
    return [Site(call, path, text, flow, names) for path in paths]
