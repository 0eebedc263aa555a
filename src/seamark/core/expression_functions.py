"""The built-in functions of the expression grammar: pure, total, few."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seamark.core.expression import NUMBER, TEXT, TRUTH, Kind, UnknownValueError, Value
from seamark.core.globs import like


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A function: ``check`` gives the kind of its result, None where the arguments do not fit."""

    takes: str
    check: Callable[[Sequence[Kind]], Kind | None]
    apply: Callable[[Sequence[Value]], Value]


def _length_kind(kinds: Sequence[Kind]) -> Kind | None:
    return NUMBER if len(kinds) == 1 and (kinds[0] == TEXT or kinds[0].of) else None


def _list_kind(kinds: Sequence[Kind]) -> Kind | None:
    return NUMBER if len(kinds) == 1 and kinds[0].of else None


def _truths_kind(kinds: Sequence[Kind]) -> Kind | None:
    return TRUTH if len(kinds) == 1 and kinds[0].of == TRUTH else None


def _numbers_kind(kinds: Sequence[Kind]) -> Kind | None:
    if len(kinds) == 1 and kinds[0].of == NUMBER:
        return NUMBER
    return NUMBER if len(kinds) > 1 and all(kind == NUMBER for kind in kinds) else None


def _texts_kind(kinds: Sequence[Kind]) -> Kind | None:
    return TRUTH if list(kinds) == [TEXT, TEXT] else None


def _length(values: Sequence[Value]) -> Value:
    value = values[0]
    assert isinstance(value, str | tuple)
    return len(value)


def _truths(values: Sequence[Value]) -> tuple[Value, ...]:
    value = values[0]
    assert isinstance(value, tuple)
    return value


def _numbers(values: Sequence[Value]) -> list[float]:
    found = values[0] if isinstance(values[0], tuple) else values
    if not found:
        raise UnknownValueError("The smallest or largest of nothing is not known.")
    return [value for value in found if isinstance(value, int | float)]


FUNCTIONS = {
    "all": BuiltIn("a list of truth values", _truths_kind, lambda v: all(_truths(v))),
    "any": BuiltIn("a list of truth values", _truths_kind, lambda v: any(_truths(v))),
    "count": BuiltIn("a list", _list_kind, _length),
    "len": BuiltIn("a list or a text", _length_kind, _length),
    "like": BuiltIn("a text and a glob", _texts_kind, lambda v: like(str(v[0]), str(v[1]))),
    "max": BuiltIn("a list of numbers, or numbers", _numbers_kind, lambda v: max(_numbers(v))),
    "min": BuiltIn("a list of numbers, or numbers", _numbers_kind, lambda v: min(_numbers(v))),
}
