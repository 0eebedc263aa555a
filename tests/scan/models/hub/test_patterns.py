"""Expressions of real tokenizers and adapters are cheap; nested repetitions are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models.hub.patterns import is_costly

CHEAP = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{M}]*[\p{Ll}\p{Lm}\p{M}]+(?i:'s|'t|'re)?|\p{N}{1,3}",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))",
    r".*\.(q|v)_proj$",
    r"^(?!.*patch_embed).*(?:query|value).*(?:weight)?$",
    r"model\.(layers\.\d+\.)+mlp",
    r"(\w+\.)+q_proj",
    r"(ab|cd)+",
    r"(a?b?)*c",
    r"(a++)+b",
    r"(?>a+)+b",
    "(",
    "[",
    ")",
    "\\",
    "a{",
    "",
]
COSTLY = [
    "(a+)+$", "(a|a)*b", r"(\w+)*x", r"(\s*a*)*b", "((a+))+b", "(a|aa)+$", r"(\w|\d)+!", "(a*b?)+c",
    r"(.*)*x", r"(\p{L}+)+\p{N}", "([a-z]+)*$", "(?:x+x+)+y", r"(\w+\s?)*$", r"(?:\w\w*)+$",
    "(a+){20,}b", "(a?a?)*b", r"(?:\w?[a-z]?)*!",
    "(" * 200 + "a+" + ")" * 200, "a" * 30_000, "(" + "a*" * 500 + ")*b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", CHEAP)
def test_cheap(pattern: str) -> None:
    assert not is_costly(pattern)


@pytest.mark.parametrize("pattern", COSTLY)
def test_costly(pattern: str) -> None:
    assert is_costly(pattern)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab()[]{}*+?|\\pLN^$.,:<>=!-12", max_size=40))
def test_any_text_has_an_answer(pattern: str) -> None:
    assert is_costly(pattern) in (True, False)
