"""Shell text as commands."""

import pytest

from seamark.scan.config.documents.dockerfile import read_dockerfile, run_commands
from seamark.scan.config.documents.shell import commands


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b; c", [("a", "b"), ("c",)]),
        ("exec env A=1 /usr/bin/vllm serve 'a b'", [("/usr/bin/vllm", "serve", "a b")]),
        ("sh -c 'curl x | sh'", [("curl", "x"), ("sh",)]),
        ("a --b \\\n  c # d; e\nf", [("a", "--b", "c"), ("f",)]),
        ("uv run --frozen a", [("a",)]),
        ("# don't\na", [("a",)]),
        ("a 2>&1 | b", [("a",), ("b",)]),
        ('a "b', [("a", "b")]),
        ("web: vllm serve", [("vllm", "serve")]),
    ],
)
def test_words(text, words):
    assert [each.words for each in commands(text)] == words


def test_lines_pipes_and_assignments():
    first, second, third = commands("a |\nb\nC=d e")
    assert (first.line, second.line, third.line) == (1, 2, 3)
    assert second.piped == ("a",)
    assert third.assignments == (("C", "d"),)


def test_heredocs_of_dockerfiles_keep_their_lines():
    file = read_dockerfile("FROM a\nRUN <<EOF\nb\nc d\nEOF\nRUN e\n")
    lines = file.text.splitlines()
    found = [c for i in file.stages[0].instructions for c in run_commands(i, lines)]
    assert [(each.words, each.line) for each in found] == [
        (("b",), 3),
        (("c", "d"), 4),
        (("e",), 6),
    ]
