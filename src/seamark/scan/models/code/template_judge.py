"""Judges the syntax tree of a template: which nodes reach, hide, load or explode."""

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from seamark.core.rules import Rule
from seamark.scan.models.code import template_rules as rules
from seamark.scan.models.code.template_bindings import collect
from seamark.scan.models.code.template_costs import find_explosions
from seamark.scan.models.code.template_folding import MAX_ALTERNATIVES, Folder
from seamark.scan.models.code.template_names import (
    FOREIGN,
    INTERNALS,
    PROVIDED,
    RUNS,
    Reach,
    formats_internals,
    judge_attribute,
)
from seamark.scan.models.code.template_sources import Sources
from seamark.scan.models.code.template_syntax import walk
from seamark.scan.models.code.template_values import ANY, UNKNOWN
from seamark.scan.models.paths import leads_outside

_BY_ATTRIBUTE = frozenset("attr map selectattr rejectattr groupby sort unique sum min max".split())


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that one rule objects to: what it is about, where, and a sentence on it."""

    rule: Rule
    about: str
    line: int
    message: str


class TemplateJudge:
    """Judges one template. Every ``_see_*`` method looks at one kind of node."""

    def __init__(self, tree: nodes.Template) -> None:
        self._root = tree
        self._nodes = list(walk(tree))
        bindings, self._defined = collect(self._nodes)
        self._folder = Folder(bindings)
        self._sources = Sources(self._nodes, bindings)

    def sights(self) -> Iterator[Sight]:
        """Everything that a rule objects to, in the order of the text."""
        for node in self._nodes:
            if isinstance(node, nodes.Getattr):
                yield from self._judge_name(node, node.attr, computed=False)
            elif isinstance(node, nodes.Getitem):
                yield from self._see_item(node)
            elif isinstance(node, nodes.Filter):
                yield from self._see_filter(node)
            elif isinstance(node, nodes.Call):
                yield from self._see_call(node)
            elif isinstance(node, nodes.Name):
                yield from self._see_name(node)
            elif isinstance(node, nodes.Const):
                yield from self._see_constant(node)
            elif isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
                yield from self._see_loading(node)
        for explosion in find_explosions(self._root, self._folder):
            yield Sight(rules.EXPLODES, explosion.about, explosion.line, explosion.message)
        if self._folder.exhausted:
            text = "The template's expressions have too many alternatives to follow them all."
            yield Sight(rules.TOO_LARGE, "alternatives", 1, text)

    def _judge_name(self, node: nodes.Node, name: str, *, computed: bool) -> Iterator[Sight]:
        reach = judge_attribute(name)
        shown = name.replace(ANY, "…")
        if reach is Reach.INTERNAL and computed:
            yield Sight(
                rules.HIDES_NAME,
                shown,
                node.lineno,
                f"The template puts together the name {shown} and reads that attribute.",
            )
        elif reach is Reach.INTERNAL:
            yield Sight(
                rules.REACHES_INTERNALS,
                name,
                node.lineno,
                f"The template reads {name}, an internal of Python.",
            )
        elif reach is Reach.PRIVATE:
            yield Sight(
                rules.COMPUTED_ATTRIBUTE,
                name,
                node.lineno,
                f"The template reads the private attribute {name}.",
            )

    def _see_item(self, node: nodes.Getitem) -> Iterator[Sight]:
        if isinstance(node.arg, nodes.Const):
            if isinstance(node.arg.value, str):
                yield from self._judge_name(node, node.arg.value, computed=False)
            return
        if not isinstance(node.arg, nodes.Slice):
            for text in self._folder.texts(node.arg):
                yield from self._judge_name(node, text, computed=True)
            self._folder.cut = False
            values = self._folder.values(node.arg)
            unsure = self._folder.cut or len(values) >= MAX_ALTERNATIVES
            unsure = unsure or any(
                value is UNKNOWN or (isinstance(value, str) and ANY in value) for value in values
            )
            if unsure and self._sources.holds_own_text(node.arg):
                yield Sight(
                    rules.COMPUTED_ATTRIBUTE,
                    "subscript",
                    node.lineno,
                    "The template makes a key of its own text, in a way that was not followed.",
                )

    def _see_filter(self, node: nodes.Filter) -> Iterator[Sight]:
        if node.name in RUNS:
            yield self._runs(node, node.name)
        if node.name not in _BY_ATTRIBUTE:
            return
        arguments: list[nodes.Expr] = [*node.args, *(pair.value for pair in node.kwargs)]
        known = False
        for argument in arguments:
            literal = isinstance(argument, nodes.Const)
            for text in self._folder.texts(argument):
                known = True
                for part in text.split("."):
                    yield from self._judge_name(node, part, computed=not literal)
        if node.name == "attr" and not known:
            yield Sight(
                rules.COMPUTED_ATTRIBUTE,
                "attr",
                node.lineno,
                "The template reads an attribute whose name is known only while rendering.",
            )

    def _see_call(self, node: nodes.Call) -> Iterator[Sight]:
        callee = node.node
        if isinstance(callee, nodes.Name):
            name = callee.name
            if name not in PROVIDED | FOREIGN | self._defined and not _is_dunder(name):
                yield Sight(
                    rules.UNKNOWN_NAME,
                    name,
                    node.lineno,
                    f"The template calls {name}, which no renderer of chat templates provides.",
                )
        elif isinstance(callee, nodes.Getattr):
            if callee.attr in RUNS:
                yield self._runs(node, callee.attr)
            if callee.attr in {"format", "format_map"}:
                yield from self._see_format(callee)
        elif isinstance(callee, nodes.Getitem):
            for text in self._folder.texts(callee.arg):
                if text in RUNS:
                    yield self._runs(node, text)

    def _see_format(self, callee: nodes.Getattr) -> Iterator[Sight]:
        for pattern in self._folder.texts(callee.node):
            name = formats_internals(pattern)
            if name is not None:
                yield from self._judge_name(callee, name, computed=True)

    def _see_name(self, node: nodes.Name) -> Iterator[Sight]:
        if node.ctx != "load" or node.name in self._defined:
            return
        if _is_dunder(node.name):
            yield from self._judge_name(node, node.name, computed=False)
        elif node.name in FOREIGN:
            yield Sight(
                rules.UNKNOWN_NAME,
                node.name,
                node.lineno,
                f"The template uses {node.name}, through which live objects are reached.",
            )

    def _see_constant(self, node: nodes.Const) -> Iterator[Sight]:
        # Wherever such a string flows, a template has no other use for it.
        if isinstance(node.value, str) and node.value in INTERNALS:
            yield from self._judge_name(node, node.value, computed=False)

    def _see_loading(
        self, node: nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends
    ) -> Iterator[Sight]:
        values = self._folder.values(node.template)
        paths = [
            str(path)
            for value in values
            for path in (value if isinstance(value, list | tuple) else [value])
        ]
        for path in paths:
            outside = leads_outside(path)
            yield Sight(
                rules.READS_FILES if outside else rules.LOADS_TEMPLATE,
                path,
                node.lineno,
                f"The template loads {path.replace(ANY, '…')!r} with "
                f"{type(node).__name__.lower()}.",
            )

    def _runs(self, node: nodes.Node, name: str) -> Sight:
        return Sight(
            rules.REACHES_INTERNALS,
            name,
            node.lineno,
            f"The template calls {name}, which runs code or a program.",
        )


def _is_dunder(name: str) -> bool:
    return len(name) > 4 and name.startswith("__") and name.endswith("__")
