"""GitHub's expressions (``${{ … }}``): a parser of bounded cost, and what flows into the result.

Grammar: https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions.
Only what can become part of the resulting text matters here: ``a == b`` yields a truth value,
``test && x || y`` yields ``x`` or ``y``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_TOKENS = 2000
_MAX_DEPTH = 50

# Every alternative consumes what no other can give back, so matching is linear.
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d[\d.eE+-]*))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<mark>&&|\|\||[=!<>]=|[<>!()\[\],.*]))"
)


class NoExpression(Exception):  # noqa: N818 - a signal, not an error
    """What stands between the braces cannot be read."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; ``text`` as GitHub prints it."""

    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """A value looked up: ``path`` in lower case, ``*`` for a part that is computed."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; ``name`` in lower case."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """``&&``, ``||``, ``!``, or a comparison."""

    operator: str
    operands: tuple["Expression", ...]


Expression = Literal | Context | Call | Operation


@dataclass(frozen=True, slots=True)
class Found:
    """One expression in a text: ``raw`` with its braces, and where it begins."""

    raw: str
    start: int
    expression: Expression | None


def find(text: str) -> Iterator[Found]:
    """The expressions of a text; ``expression`` is None where one cannot be read."""
    at = text.find("${{")
    while at >= 0:
        end = _end(text, at + 3)
        if end < 0:
            return
        raw = text[at : end + 2]
        try:
            yield Found(raw, at, parse(raw[3:-2]))
        except NoExpression:
            yield Found(raw, at, None)
        at = text.find("${{", end + 2)


def _end(text: str, at: int) -> int:
    """Where the braces close; those within quotes do not count."""
    close = text.find("}}", at)
    quote = text.find("'", at)
    while 0 <= quote < close:
        after = text.find("'", quote + 1)
        if after < 0:
            return close
        if after > close:
            close = text.find("}}", after)
        quote = text.find("'", after + 1)
    return close


def parse(text: str) -> Expression:
    """The expression of a text without braces. Raises :class:`NoExpression`."""
    parser = _Parser(_tokens(text))
    expression = parser.alternatives(0)
    if parser.kind:
        raise NoExpression
    return expression


def _tokens(text: str) -> list[tuple[str, str]]:
    text = text.strip()
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(found) >= _MAX_TOKENS:
            raise NoExpression
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent; its depth is bounded."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def token(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self.token
        self._at += 1
        return token

    def _expect(self, mark: str) -> None:
        if self.kind != "mark" or self._take() != mark:
            raise NoExpression

    def _is(self, *marks: str) -> bool:
        return self.kind == "mark" and self.token in marks

    def alternatives(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise NoExpression
        operands = [self._conjunction(depth)]
        while self._is("||"):
            self._take()
            operands.append(self._conjunction(depth))
        return operands[0] if len(operands) == 1 else Operation("||", tuple(operands))

    def _conjunction(self, depth: int) -> Expression:
        operands = [self._comparison(depth)]
        while self._is("&&"):
            self._take()
            operands.append(self._comparison(depth))
        return operands[0] if len(operands) == 1 else Operation("&&", tuple(operands))

    def _comparison(self, depth: int) -> Expression:
        left = self._unary(depth)
        while self._is("==", "!=", "<", ">", "<=", ">="):
            left = Operation(self._take(), (left, self._unary(depth)))
        return left

    def _unary(self, depth: int) -> Expression:
        negations = 0
        while self._is("!"):
            self._take()
            negations += 1
        value = self._primary(depth)
        return Operation("!", (value,)) if negations else value

    def _primary(self, depth: int) -> Expression:
        kind = self.kind
        if kind == "text":
            return Literal(self._take()[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(self._take())
        if kind == "name":
            return self._named(depth)
        self._expect("(")
        inner = self.alternatives(depth + 1)
        self._expect(")")
        return self._postfix(inner, (), depth)

    def _named(self, depth: int) -> Expression:
        name = self._take().lower()
        if self._is("("):
            return self._postfix(Call(name, self._arguments(depth)), (), depth)
        if name in ("true", "false", "null", "nan", "infinity"):
            return Literal("" if name == "null" else name)
        return self._postfix(None, (name,), depth)

    def _arguments(self, depth: int) -> tuple[Expression, ...]:
        self._take()
        arguments: list[Expression] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.alternatives(depth + 1))
        self._take()
        return tuple(arguments)

    def _postfix(self, base: Expression | None, path: tuple[str, ...], depth: int) -> Expression:
        """Parts after a name; a part of a computed value is that value, as far as taint goes."""
        parts = list(path)
        while self._is(".", "["):
            if self._take() == ".":
                if self.kind != "name" and not self._is("*"):
                    raise NoExpression
                parts.append(self._take().lower())
                continue
            if self._is("*"):
                parts.append(self._take())
            else:
                index = self.alternatives(depth + 1)
                parts.append(index.text.lower() if isinstance(index, Literal) else "*")
            self._expect("]")
        return Context(tuple(parts)) if base is None else base


_TRANSPARENT = frozenset({"format", "join", "tojson", "fromjson", "case"})
"""Functions that give back what is in their arguments; all others give truth values or digests."""


def flows(expression: Expression, *, whole: bool = False) -> Iterator[tuple[Context, bool]]:
    """Contexts whose value may be part of the result, and whether as a whole object's JSON."""
    waiting = [(expression, whole)]
    while waiting:
        each, inside = waiting.pop()
        if isinstance(each, Context):
            yield each, inside
        elif isinstance(each, Call) and each.name in _TRANSPARENT:
            inside = inside or each.name == "tojson"
            waiting.extend((argument, inside) for argument in reversed(each.arguments))
        elif isinstance(each, Operation) and each.operator == "||":
            waiting.extend((operand, inside) for operand in reversed(each.operands))
        elif isinstance(each, Operation) and each.operator == "&&":
            waiting.append((each.operands[-1], inside))  # the others are at best falsy: empty


def contexts(expression: Expression) -> Iterator[Context]:
    """Every context that is looked at, whatever becomes of it."""
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Context):
            yield each
        elif isinstance(each, Call):
            waiting.extend(reversed(each.arguments))
        elif isinstance(each, Operation):
            waiting.extend(reversed(each.operands))
