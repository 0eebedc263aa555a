"""The closed grammar: what it means, what it refuses, and that it always ends."""

import contextlib
import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.errors import ExpressionError
from seamark.core.expression import (
    NUMBER,
    TEXT,
    Signature,
    UnknownValueError,
    Vocabulary,
    choice,
    compile_condition,
    compile_expression,
    list_of,
)

WORDS = Vocabulary(
    names={
        "n": NUMBER,
        "a.b": NUMBER,
        "name": TEXT,
        "names": list_of(TEXT),
        "level": choice("low", "middle", "high"),
        "absent": NUMBER,
    },
    functions={"metric": Signature((TEXT,), NUMBER)},
)
FACTS = {
    "n": 3,
    "a.b": 0.5,
    "name": "model.pkl",
    "names": ("x", "y"),
    "level": "middle",
    "metric": {"known": 7.0}.get,
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n == 3", True),
        ("n != 3", False),
        ("0 < a.b < 1 < n", True),
        ("0 < a.b > 1", False),
        ("not n == 3", False),
        ("not not n == 3", True),
        ("n == 3 or absent == 1", True),
        ("n == 4 and absent == 1", False),
        ("true or false and false", True),
        ("1 + 2 * 3 == 7", True),
        ("(1 + 2) * 3 == 9", True),
        ("-n + 3 == 0", True),
        ("--n == 3", True),
        ("7 % 4 == 3 and 1 / 4 == 0.25", True),
        ("1e3 == 1000", True),
        ("level < 'high'", True),
        ("level >= 'high'", False),
        ("'low' < level", True),
        ("level in ['low', 'high']", False),
        ("level not in ['low', 'high']", True),
        ("'x' in names", True),
        ("'pk' in name", True),
        ("like(name, '*.pkl')", True),
        ("count(names) == 2 and len(name) == 9", True),
        ("max(1, n, 2) == 3 and min([4, n]) == 3", True),
        ("any([false, n == 3]) and not all([false, n == 3])", True),
        ("metric('known') > 6", True),
        ("names == []", False),
        ("names != []", True),
    ],
)
def test_meaning(source: str, expected: bool) -> None:
    assert compile_condition(source, WORDS).holds(FACTS) is expected


@pytest.mark.parametrize(
    ("source", "column", "hint"),
    [
        ("nn == 3", 1, ""),
        ("nam == 'x'", 1, "Did you mean 'name'?"),
        ("level == 'hihg'", 10, "Did you mean 'high'?"),
        ("1 < 'a'", 3, ""),
        ("name < 'a'", 6, "Use == or !=."),
        ("n = 3", 3, "Use == to compare."),
        ("n == ", 6, ""),
        ("(n == 3", 8, ""),
        ("n == 3)", 7, ""),
        ("n and true", 1, ""),
        ("1 + true", 5, ""),
        ("cuont(names) == 1", 1, "Did you mean 'count'?"),
        ("metric(1) == 1", 1, ""),
        ("count(1) == 1", 1, ""),
        ("'abc", 1, ""),
        ("1.2.3 == 1", 1, ""),
        ("n == 3 n", 8, ""),
        ("n ; n", 3, ""),
        ("name.__class__ == 'x'", 1, ""),
        ("[1, 'a'] == []", 5, ""),
    ],
)
def test_errors_say_where(source: str, column: int, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_condition(source, WORDS)
    assert f"column {column}:" in caught.value.what
    assert hint in caught.value.hint


@pytest.mark.parametrize("source", ["absent == 1", "metric('none') > 1", "1 / (n - 3) == 1"])
def test_what_is_not_known_is_neither_true_nor_false(source: str) -> None:
    with pytest.raises(UnknownValueError):
        compile_condition(source, WORDS).holds(FACTS)


@pytest.mark.parametrize("source", ["n", "'x'", "[true]", "n + 1"])
def test_a_condition_is_true_or_false(source: str) -> None:
    with pytest.raises(ExpressionError, match="not true or false"):
        compile_condition(source, WORDS)


@pytest.mark.parametrize(
    "source", ["(" * 5000, "(" * 100 + "1" + ")" * 100, "1+" * 5000 + "1", "not " * 3000 + "true"]
)
def test_size_and_depth_are_bounded(source: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(source)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("n01.<>=()[]'\"+-*/%, andortlike", max_size=60))
def test_any_text_compiles_or_is_refused(source: str) -> None:
    try:
        made = compile_expression(source, WORDS)
    except ExpressionError:
        return
    with contextlib.suppress(UnknownValueError):
        made.evaluate(FACTS)


_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.integers(0, 99).map(lambda n: (str(n), n)),
        lambda inner: st.tuples(inner, st.sampled_from(sorted(_SIGNS)), inner).map(
            lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", _SIGNS[t[1]](t[0][1], t[2][1]))
        ),
        max_leaves=8,
    )
)
def test_arithmetic_is_python_s(pair: tuple[str, int]) -> None:
    assert compile_expression(pair[0]).evaluate({}) == pair[1]
