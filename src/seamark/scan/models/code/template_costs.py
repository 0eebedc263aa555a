"""Templates that use up time or memory: loops over huge ranges, repetition, powers."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from jinja2 import nodes

from seamark.scan.models.code.template_folding import Folder

MAX_ROUNDS = 1_000_000
"""Rounds of constant loops, nested ones multiplied, that a template may ask for."""

MAX_LENGTH = 10_000_000
"""Length of text that one constant repetition or padding may ask for."""

_PADDING = frozenset("center ljust rjust zfill indent".split())


@dataclass(frozen=True, slots=True)
class Explosion:
    """A construct that grows beyond bounds."""

    about: str
    line: int
    message: str


def find_explosions(root: nodes.Node, folder: Folder) -> Iterator[Explosion]:
    """Constructs of a template that cost more than a template may, in the order of the text."""
    waiting: list[tuple[nodes.Node, int]] = [(root, 1)]
    while waiting:
        node, rounds = waiting.pop()
        if isinstance(node, nodes.For):
            rounds *= max(1, _length(node.iter, folder))
            if rounds > MAX_ROUNDS:
                text = f"A loop in the template runs {_about(rounds)} times."
                yield Explosion("for", node.lineno, text)
                rounds = 1  # said once; loops inside are judged by themselves
        else:
            yield from _see(node, folder)
        waiting.extend((child, rounds) for child in reversed(list(node.iter_child_nodes())))


def _see(node: nodes.Node, folder: Folder) -> Iterator[Explosion]:
    if isinstance(node, nodes.Mul):
        yield from _see_repetition(node, folder)
    elif isinstance(node, nodes.Pow):
        yield from _see_power(node, folder)
    elif isinstance(node, nodes.Call):
        yield from _see_call(node, folder)
    elif isinstance(node, nodes.Filter) and node.name in _PADDING:
        yield from _see_padding(node, node.name, node.args, folder)


def _length(iterable: nodes.Node, folder: Folder) -> int:
    if (
        isinstance(iterable, nodes.Call)
        and isinstance(iterable.node, nodes.Name)
        and iterable.node.name == "range"
    ):
        bounds = [_number(argument, folder) for argument in iterable.args[:3]]
        if bounds and None not in bounds:
            return _range_length([bound for bound in bounds if bound is not None])
    if isinstance(iterable, nodes.Filter) and iterable.node is not None:
        return _length(iterable.node, folder)
    if isinstance(iterable, nodes.Getitem) and isinstance(iterable.arg, nodes.Slice):
        return _length(iterable.node, folder)
    found = [len(v) for v in folder.values(iterable) if isinstance(v, list | str | dict)]
    return max(found, default=1)


def _range_length(bounds: list[int]) -> int:
    start, stop = (0, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
    step = bounds[2] if len(bounds) == 3 else 1
    return max(0, (stop - start) // step) if step else 0


def _see_repetition(node: nodes.Mul, folder: Folder) -> Iterator[Explosion]:
    for sides in ((node.left, node.right), (node.right, node.left)):
        count = _number(sides[1], folder)
        lengths = [len(v) for v in folder.values(sides[0]) if isinstance(v, str | list)]
        if count is not None and lengths and prod((max(lengths), count)) > MAX_LENGTH:
            yield Explosion("*", node.lineno, f"The template repeats text {_about(count)} times.")


def _see_power(node: nodes.Pow, folder: Folder) -> Iterator[Explosion]:
    exponent = _number(node.right, folder)
    nested = isinstance(node.left, nodes.Pow) or isinstance(node.right, nodes.Pow)
    if nested or (exponent is not None and exponent > 10_000):
        yield Explosion("**", node.lineno, "The template computes a power of astronomic size.")


def _see_call(node: nodes.Call, folder: Folder) -> Iterator[Explosion]:
    if isinstance(node.node, nodes.Name):
        if node.node.name == "range" and _length(node, folder) > MAX_ROUNDS:
            yield Explosion("range", node.lineno, "The template asks for a range without end.")
        if node.node.name == "lipsum":
            yield from _see_padding(node, "lipsum", node.args, folder)
    elif isinstance(node.node, nodes.Getattr) and node.node.attr in _PADDING:
        yield from _see_padding(node, node.node.attr, node.args, folder)


def _see_padding(
    node: nodes.Expr, name: str, arguments: list[nodes.Expr], folder: Folder
) -> Iterator[Explosion]:
    for argument in arguments:
        count = _number(argument, folder)
        if count is not None and count > MAX_LENGTH:
            yield Explosion(name, node.lineno, f"The template pads text to {_about(count)}.")


def _number(node: nodes.Node, folder: Folder) -> int | None:
    found = [value for value in folder.values(node) if isinstance(value, int)]
    return max(found, default=None)


def _about(count: int) -> str:
    return f"{count:,}" if count.bit_length() < 64 else "more than 10^19"
