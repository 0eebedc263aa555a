"""Globs: the cases of the docstring, and time that grows with the length only."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.globs import like, matches_path


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("models/a.pkl", "*.pkl", True),
        ("models/deep/a.pkl", "*.pkl", True),
        ("models/a.pkl", "models/*.pkl", True),
        ("models/deep/a.pkl", "models/*.pkl", False),
        ("models/deep/a.pkl", "models/**/*.pkl", True),
        ("models/a.pkl", "models/**/*.pkl", True),
        ("models/old/a.pkl", "models/old", True),
        ("models/old/a.pkl", "models/old/", True),
        ("models/older/a.pkl", "models/old", False),
        ("models/old/a.pkl", "old", True),
        ("./models/a.pkl", "models/a.pkl", True),
        ("a.pkl", "models/**", False),
        ("models/a.pkl", "**", True),
        ("models/a.pkl", "", False),
        ("a.pkl", "a.pk?", True),
    ],
)
def test_paths(path: str, pattern: str, expected: bool) -> None:
    assert matches_path(path, pattern) is expected


@settings(max_examples=200, deadline=None)
@given(st.text("ab/", max_size=12), st.text("ab*?", max_size=8))
def test_like_is_what_a_regular_expression_says(text: str, pattern: str) -> None:
    translated = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    assert like(text, pattern) is bool(re.fullmatch(translated, text, re.DOTALL))


def test_many_stars_end_soon() -> None:
    before = time.process_time()
    assert not like("a" * 2000, "*a" * 200 + "b")
    assert time.process_time() - before < 20  # exponential matching would take years
