"""The words of the expression grammar, with their positions."""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.errors import ExpressionError

MAX_LENGTH = 2_000
_TWO = ("==", "!=", "<=", ">=")
_ONE = "<>+-*/%()[],"


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is ``number``, ``text``, ``name``, ``sign`` or ``end``; ``at`` counts from 0."""

    kind: str
    word: str
    at: int


def error_at(source: str, at: int, what: str, hint: str = "") -> ExpressionError:
    """The error to raise; it shows the place in the source."""
    begin = max(0, at - 40)
    shown = source[begin : at + 40].replace("\n", " ")
    place = f"{shown}\n  {' ' * (at - begin)}^"
    return ExpressionError(f"{what} at column {at + 1}:\n  {place}", hint=hint)


def tokens(source: str) -> Iterator[Token]:
    """The tokens of ``source``, ended by one of kind ``end``. Raises ``ExpressionError``."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"The expression is longer than {MAX_LENGTH} characters.")
    at = 0
    while at < len(source):
        letter = source[at]
        if letter.isspace():
            at += 1
            continue
        token = _token(source, at, letter)
        yield token
        at += len(token.word) + (2 if token.kind == "text" else 0)
    yield Token("end", "", len(source))


def _token(source: str, at: int, letter: str) -> Token:
    if letter in "'\"":
        end = source.find(letter, at + 1)
        if end < 0:
            raise error_at(source, at, "This text has no end")
        return Token("text", source[at + 1 : end], at)
    if letter in "0123456789":
        return Token("number", _number(source, at), at)
    if letter == "_" or (letter.isascii() and letter.isalpha()):
        return Token("name", _run(source, at, "_."), at)
    if source[at : at + 2] in _TWO:
        return Token("sign", source[at : at + 2], at)
    if letter in _ONE:
        return Token("sign", letter, at)
    hint = "Use == to compare." if letter == "=" else ""
    raise error_at(source, at, f"Unexpected {letter!r}", hint)


def _number(source: str, at: int) -> str:
    word = _run(source, at, "._")
    try:
        float(word)
    except ValueError:
        raise error_at(source, at, f"'{word}' is not a number") from None
    return word


def _run(source: str, at: int, more: str) -> str:
    end = at
    while (
        end < len(source)
        and source[end].isascii()
        and (source[end].isalnum() or source[end] in more)
    ):
        end += 1
    return source[at:end]
