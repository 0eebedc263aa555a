"""Model cards: what is said is kept, what is no card says nothing, nothing raises."""

from govern.documents.bom.conftest import CARD
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.govern.documents.bom.cards import READ, Said, read_card
from seamark.govern.documents.bom.model import Metric


def test_a_card_is_read() -> None:
    said = read_card(CARD)
    assert said.task == "text-classification"
    assert said.library == "transformers"
    assert said.languages == ("en", "de")
    assert said.metrics == (Metric(type="f1", value="0.91", slice="squad test"),)
    assert said.description == "Says whether a letter is friendly."
    assert said.use_cases == ("Sorting letters.",)
    assert said.limitations == ("Only English & German <letters>.",)
    assert said.risks == ("Irony is missed.",)


def test_placeholders_and_code_say_nothing() -> None:
    said = read_card(
        b"# M\n```python\n# Limitations\nx\n```\n## Limitations\n[More Information Needed]\n"
    )
    assert said.limitations == ()


def test_out_of_scope_use_is_a_limit_and_no_use() -> None:
    said = read_card(b"# M\n\n## Out-of-Scope Use\nNo medicine.\n## Direct Use\nFun.\n")
    assert said.limitations == ("No medicine.",)
    assert said.use_cases == ("Fun.",)


def test_a_broken_front_matter_leaves_the_text() -> None:
    said = read_card(b"---\na: [\n---\n# T\nHello.\n")
    assert said.task == ""
    assert said.description == "Hello."


def test_a_bomb_of_aliases_says_nothing() -> None:
    lines = ["a0: &a0 [x]"] + [
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)
    ]
    said = read_card(f"---\n{chr(10).join(lines)}\nlanguage: *a29\n---\n".encode())
    assert said.task == ""


def test_only_the_beginning_is_read() -> None:
    said = read_card(b"# T\n" + b"x" * (2 * READ) + b"\n## Limitations\nnever read\n")
    assert said.limitations == ()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(read_card(b"---\n" + data + b"\n---\n" + data), Said)
    assert isinstance(read_card(data), Said)
