"""The page on the normalizer names every step and its example runs."""

import contextlib
import io
import re
from pathlib import Path

from seamark.recognizers.normalize import Budget
from seamark.recognizers.normalize.decoders import DECODERS

PAGE = (Path(__file__).parents[3] / "docs" / "normalize.md").read_text(encoding="utf-8")


def test_every_step_is_on_the_page() -> None:
    for decoder in DECODERS:
        assert f"`{decoder.name}`" in PAGE


def test_the_example_prints_what_it_says() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.S)
    assert code
    said = re.search(r"# (\('base64'.*)", code.group(1))
    assert said
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code.group(1), "normalize.md", "exec"), {})
    assert printed.getvalue().strip() == said.group(1)


def test_the_budget_is_the_one_described() -> None:
    budget = Budget()
    assert f"({budget.characters // 2**20} Mi)" in PAGE
    assert f"({budget.views})" in PAGE
    assert f"depth ({budget.depth})" in PAGE.replace("\n", " ")
