"""From tokens to closures, with every kind checked on the way. See ``core.expression``."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seamark.core.errors import ExpressionError
from seamark.core.expression import (
    NOTHING,
    NUMBER,
    TEXT,
    TRUTH,
    Facts,
    Kind,
    UnknownValueError,
    Value,
    Vocabulary,
    list_of,
)
from seamark.core.expression_functions import FUNCTIONS
from seamark.core.suggest import did_you_mean
from seamark.core.tokens import Token, error_at, tokens

MAX_DEPTH = 32
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = frozenset({"and", "or", "not", "in", "true", "false"})


@dataclass(frozen=True, slots=True)
class Node:
    """A checked part of an expression; ``literals`` are the texts that were written out in it."""

    kind: Kind
    evaluate: Callable[[Facts], Value]
    at: int
    literals: tuple[str, ...] = ()


class Parser:
    """One expression being read. Each method reads one level of the grammar."""

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self._source = source
        self._vocabulary = vocabulary
        self._tokens = list(tokens(source))
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        """The whole source as one expression."""
        node = self._either()
        if self._peek.kind != "end":
            raise self._error(self._peek.at, f"Unexpected '{self._peek.word}'")
        return node

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(self._peek.at, f"Nested deeper than {MAX_DEPTH} levels")
        node = self._both()
        while self._take("or"):
            left, right = self._truth(node), self._truth(self._both())
            node = Node(TRUTH, _or(left, right), left.at)
        self._depth -= 1
        return node

    def _both(self) -> Node:
        node = self._negation()
        while self._take("and"):
            left, right = self._truth(node), self._truth(self._negation())
            node = Node(TRUTH, _and(left, right), left.at)
        return node

    def _negation(self) -> Node:
        at = self._peek.at
        count = 0
        while self._take("not"):
            count += 1
        node = self._comparison()
        if not count:
            return node
        inner = self._truth(node).evaluate
        return Node(TRUTH, (lambda facts: inner(facts) is not (count % 2 == 1)), at)

    def _comparison(self) -> Node:
        first = left = self._sum()
        steps: list[Callable[[Facts], bool]] = []
        while self._peek.kind in ("sign", "name") and self._peek.word in _COMPARISONS:
            sign = self._advance()
            word = sign.word
            if word == "not":
                if not self._take("in"):
                    raise self._error(sign.at, "'not' must be followed by 'in' here")
                word = "not in"
            right = self._sum()
            steps.append(self._compare(word, sign.at, left, right))
            left = right
        if not steps:
            return first
        return Node(TRUTH, lambda facts: all(step(facts) for step in steps), first.at)

    def _compare(self, word: str, at: int, left: Node, right: Node) -> Callable[[Facts], bool]:
        a, b = left.evaluate, right.evaluate
        if word in ("in", "not in"):
            return self._membership(word == "in", at, left, right)
        kind = self._alike(left, right, at)
        if word in ("==", "!="):
            return lambda facts: (a(facts) == b(facts)) is (word == "==")
        compare = _ORDER[word]
        if kind == NUMBER:
            return lambda facts: compare(a(facts), b(facts))
        if kind.choices:
            rank = {name: number for number, name in enumerate(kind.choices)}
            return lambda facts: compare(rank[str(a(facts))], rank[str(b(facts))])
        raise self._error(at, f"A {kind} has no order", "Use == or !=.")

    def _membership(
        self, wanted: bool, at: int, left: Node, right: Node
    ) -> Callable[[Facts], bool]:
        a, b = left.evaluate, right.evaluate
        if right.kind == TEXT and left.kind == TEXT:
            return lambda facts: (str(a(facts)) in str(b(facts))) is wanted
        if right.kind.of is None:
            raise self._error(at, f"'in' needs a list or two texts, not a {right.kind}")
        self._alike(left, Node(right.kind.of, b, right.at, right.literals), at)
        return lambda facts: (a(facts) in _members(b(facts))) is wanted

    def _alike(self, left: Node, right: Node, at: int) -> Kind:
        for one, other in ((left, right), (right, left)):
            if one.kind.choices and other.kind == TEXT and other.literals:
                for word in other.literals:
                    if word not in one.kind.choices:
                        hint = did_you_mean(word, one.kind.choices)
                        raise self._error(other.at, f"'{word}' is not one of the choices", hint)
                return one.kind
        if left.kind == right.kind or left.kind == NOTHING or right.kind == NOTHING:
            return left.kind if right.kind == NOTHING else right.kind
        if {left.kind.of, right.kind.of} & {NOTHING} and left.kind.of and right.kind.of:
            return left.kind
        raise self._error(at, f"A {left.kind} and a {right.kind} do not compare")

    def _sum(self) -> Node:
        return self._arithmetic(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._arithmetic(("*", "/", "%"), self._sign)

    def _arithmetic(self, signs: tuple[str, ...], below: Callable[[], Node]) -> Node:
        node = below()
        while self._peek.kind == "sign" and self._peek.word in signs:
            sign = self._advance()
            left, right = self._number(node), self._number(below())
            node = Node(NUMBER, _calculate(sign.word, left, right), left.at)
        return node

    def _sign(self) -> Node:
        at = self._peek.at
        count = 0
        while self._take("-"):
            count += 1
        node = self._atom()
        if not count:
            return node
        inner = self._number(node).evaluate
        factor = -1 if count % 2 else 1
        return Node(NUMBER, lambda facts: factor * _as_number(inner(facts)), at)

    def _atom(self) -> Node:
        token = self._advance()
        word = token.word
        if token.kind == "number":
            number = float(word) if "." in word or "e" in word.lower() else int(word)
            return Node(NUMBER, lambda _facts: number, token.at)
        if token.kind == "text":
            return Node(TEXT, lambda _facts: word, token.at, literals=(word,))
        if token.kind == "name" and word in ("true", "false"):
            return Node(TRUTH, lambda _facts: word == "true", token.at)
        if token.kind == "name" and word not in _WORDS:
            return self._call(token) if self._take("(") else self._name(token)
        if token.kind == "sign" and word == "(":
            node = self._either()
            self._expect(")")
            return node
        if token.kind == "sign" and word == "[":
            return self._list(token)
        raise self._error(
            token.at, f"Unexpected '{word}'" if word else "The expression ends too early"
        )

    def _list(self, token: Token) -> Node:
        members = self._arguments("]")
        kind = members[0].kind if members else NOTHING
        for member in members[1:]:
            self._alike(members[0], member, member.at)
        parts = [member.evaluate for member in members]
        written = [member.literals for member in members]
        literals = tuple(word for words in written for word in words) if all(written) else ()
        return Node(
            list_of(kind), lambda facts: tuple(part(facts) for part in parts), token.at, literals
        )

    def _name(self, token: Token) -> Node:
        names = self._vocabulary.names
        name = token.word
        if name not in names:
            raise self._error(token.at, f"There is no '{name}'", did_you_mean(name, names))

        def look_up(facts: Facts) -> Value:
            value = facts.get(name)
            if value is None:
                raise UnknownValueError(f"{name} is not known.")
            return value  # type: ignore[return-value]  # the vocabulary's owner vouches for it

        return Node(names[name], look_up, token.at)

    def _call(self, token: Token) -> Node:
        name = token.word
        arguments = self._arguments(")")
        kinds = [argument.kind for argument in arguments]
        parts = [argument.evaluate for argument in arguments]
        if name in FUNCTIONS:
            built_in = FUNCTIONS[name]
            gives = built_in.check(kinds)
            if gives is None:
                raise self._error(token.at, f"{name} takes {built_in.takes}")
            apply = built_in.apply
            return Node(gives, lambda facts: apply([part(facts) for part in parts]), token.at)
        signature = self._vocabulary.functions.get(name)
        if signature is None:
            known = [*FUNCTIONS, *self._vocabulary.functions]
            raise self._error(token.at, f"There is no function '{name}'", did_you_mean(name, known))
        if tuple(kinds) != signature.takes:
            wanted = ", ".join(str(kind) for kind in signature.takes)
            raise self._error(token.at, f"{name} takes ({wanted})")

        def call(facts: Facts) -> Value:
            function = facts.get(name)
            value = function(*(part(facts) for part in parts)) if callable(function) else None
            if value is None:
                raise UnknownValueError(f"{self._source} needs what {name} does not know.")
            return value  # type: ignore[no-any-return]

        return Node(signature.gives, call, token.at)

    def _arguments(self, closing: str) -> list[Node]:
        found: list[Node] = []
        if self._take(closing):
            return found
        while True:
            found.append(self._either())
            if self._take(closing):
                return found
            self._expect(",")

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._peek
        if token.kind != "end":
            self._next += 1
        return token

    def _take(self, word: str) -> bool:
        token = self._peek
        if token.kind in ("sign", "name") and token.word == word:
            self._next += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._error(self._peek.at, f"Expected '{word}'")

    def _truth(self, node: Node) -> Node:
        if node.kind != TRUTH:
            raise self._error(node.at, f"Expected something true or false, not a {node.kind}")
        return node

    def _number(self, node: Node) -> Node:
        if node.kind != NUMBER:
            raise self._error(node.at, f"Expected a number, not a {node.kind}")
        return node

    def _error(self, at: int, what: str, hint: str = "") -> ExpressionError:
        return error_at(self._source, at, what, hint)


def _and(left: Node, right: Node) -> Callable[[Facts], Value]:
    return lambda facts: left.evaluate(facts) is True and right.evaluate(facts) is True


def _or(left: Node, right: Node) -> Callable[[Facts], Value]:
    return lambda facts: left.evaluate(facts) is True or right.evaluate(facts) is True


def _as_number(value: Value) -> float:
    assert isinstance(value, int | float)
    return value


def _members(value: Value) -> tuple[Value, ...]:
    assert isinstance(value, tuple)
    return value


def _calculate(sign: str, left: Node, right: Node) -> Callable[[Facts], Value]:
    def calculate(facts: Facts) -> Value:
        a, b = _as_number(left.evaluate(facts)), _as_number(right.evaluate(facts))
        try:
            if sign == "+":
                return a + b
            if sign == "-":
                return a - b
            if sign == "*":
                return a * b
            return a / b if sign == "/" else a % b
        except ZeroDivisionError:
            raise UnknownValueError("It divides by zero.") from None
        except OverflowError:
            raise UnknownValueError("A number in it is too large.") from None

    return calculate
