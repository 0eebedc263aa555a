"""The one closed grammar of gates, contracts, threat files and alert rules.

::

    either     = both {"or" both}
    both       = negation {"and" negation}
    negation   = ["not"] negation | comparison
    comparison = sum {("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in") sum}
    sum        = product {("+" | "-") product}
    product    = sign {("*" | "/" | "%") sign}
    sign       = "-" sign | atom
    atom       = number | text | "true" | "false" | "[" either, … "]" | "(" either ")"
               | name | function "(" either, … ")"

Comparisons chain as in mathematics (``0 < x <= 1``). Everything has a kind that is known before
anything runs: unlike things do not compare, numbers are not true or false, and only numbers and
ordered choices have an order. There are no loops, no attributes and no assignment; length and
depth are bounded, so that every expression ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from seamark.core.errors import ExpressionError, SeamarkError

Value = bool | int | float | str | tuple["Value", ...]
Facts = Mapping[str, object]
"""Values by name; functions of the vocabulary are callables. A missing name is unknown."""


class UnknownValueError(SeamarkError):
    """An expression needs a fact that is not there, so that it is neither true nor false."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is. ``of`` is the kind of a list's members; ``choices`` are in their order."""

    name: str
    of: "Kind | None" = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"list of {self.of}" if self.of else self.name


NUMBER = Kind("number")
TEXT = Kind("text")
TRUTH = Kind("truth value")
NOTHING = Kind("nothing")
"""The kind of the members of an empty list: equal to every other."""


def list_of(kind: Kind) -> Kind:
    """The kind of a list."""
    return Kind("list", of=kind)


def choice(*names: str) -> Kind:
    """The kind of a word out of a few, ordered as given; a misspelt one is an error at once."""
    return Kind("choice", choices=names)


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of a vocabulary: the kinds it takes and gives."""

    takes: tuple[Kind, ...]
    gives: Kind


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names and functions that expressions of one purpose may use, beside the built-in ones."""

    names: Mapping[str, Kind] = field(default_factory=dict)
    functions: Mapping[str, Signature] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. ``source`` is as it was written."""

    source: str
    kind: Kind
    evaluate: Callable[[Facts], Value]

    def holds(self, facts: Facts) -> bool:
        """Whether it is true for these facts.

        Raises ``UnknownValueError`` where a fact is missing and ``ExpressionError`` where the
        expression is no condition.
        """
        if self.kind != TRUTH:
            raise ExpressionError(
                f"'{self.source}' gives a {self.kind}, not true or false.",
                hint="Compare it with something.",
            )
        return self.evaluate(facts) is True


def compile_expression(source: str, vocabulary: Vocabulary = Vocabulary()) -> Expression:
    """Check an expression against a vocabulary. Raises ``ExpressionError`` with the position."""
    from seamark.core.expression_parser import Parser

    node = Parser(source, vocabulary).whole()
    return Expression(source, node.kind, node.evaluate)


def compile_condition(source: str, vocabulary: Vocabulary = Vocabulary()) -> Expression:
    """Like :func:`compile_expression`, and it must be true or false. Raises ``ExpressionError``."""
    made = compile_expression(source, vocabulary)
    if made.kind != TRUTH:
        raise ExpressionError(
            f"'{source}' gives a {made.kind}, not true or false.",
            hint="Compare it with something.",
        )
    return made
