"""Chat templates as syntax trees: jinja2's parser only, nothing is ever rendered.

Chat templates use two stock extensions (``break``/``continue`` and ``do``) and one tag of
their own, ``{% generation %}``, which marks what an assistant wrote.
"""

from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

MAX_NODES = 100_000
"""Nodes of one template that are looked at. The largest public templates have under 5,000."""


class TemplateTooLargeError(Exception):
    """The tree has more nodes, or is nested deeper, than a template may."""


class GenerationTag(Extension):
    """``{% generation %}...{% endgeneration %}`` as transformers knows it."""

    tags = {"generation"}  # noqa: RUF012 - the attribute belongs to jinja2

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag's body in a scope of its own; see :class:`jinja2.ext.Extension`."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


@cache
def _environment() -> Environment:
    # Autoescaping matters to rendering only, and nothing is rendered here.
    extensions: list[str | type[Extension]] = [
        "jinja2.ext.loopcontrols",
        "jinja2.ext.do",
        GenerationTag,
    ]
    return Environment(extensions=extensions)  # noqa: S701


def parse(text: str) -> nodes.Template:
    """The syntax tree. Raises ``TemplateSyntaxError``, ``ValueError`` or ``RecursionError``."""
    return _environment().parse(text)


def walk(root: nodes.Node) -> Iterator[nodes.Node]:
    """All nodes, parents first, in the order of the text; needs no recursion."""
    waiting: list[nodes.Node] = [root]
    count = 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > MAX_NODES:
            raise TemplateTooLargeError(f"it has more than {MAX_NODES} parts")
        yield node
        waiting.extend(reversed(list(node.iter_child_nodes())))
