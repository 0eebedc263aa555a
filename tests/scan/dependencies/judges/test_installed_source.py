"""The judges of source stand whatever bytes they are given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.findings import Location
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.judges.install_code import judge_custom, judge_setup
from seamark.scan.dependencies.judges.installed_source import MAX_BYTES
from seamark.scan.dependencies.judges.path_files import judge_path_file

HERE = Location(path="a")
WORDS = st.sampled_from(
    "import os exec eval ( ) . ; : = \n base64 b64decode 'x' setup class def run self [ ] , lambda "
    "import\t # \\ \x00 é getattr system open read urlopen if else".split(" ")
)
TEXTS = st.one_of(st.lists(WORDS, max_size=40).map(" ".join), st.text(max_size=200))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_any_text(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for findings in (
        judge_setup(data, HERE),
        judge_custom(data, HERE),
        judge_path_file(data, HERE, {}.get),
        judge_path_file(b"import x;" + data, HERE, {"x": data}.get),
    ):
        assert all(finding.location.path == "a" for finding in findings)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (MAX_BYTES + 1),
        b"(" * 3000,
        b"a." * 20_000 + b"b",
        b"-" * 50_000 + b"1",
        b"# -*- coding: nonsense -*-\n",
        b"x = 1\n" * 60_000,
    ],
)
def test_what_is_too_much_is_unclear_or_judged(data: bytes) -> None:
    verdicts = {finding.rule.verdict for finding in judge_setup(data, HERE)}
    assert verdicts <= {Verdict.UNCLEAR}


def test_path_file_beyond_the_limit_is_unclear() -> None:
    (finding,) = judge_path_file(b"#" * ((1 << 20) + 1), HERE, {}.get)
    assert finding.rule.verdict is Verdict.UNCLEAR
    (finding,) = judge_path_file(b"import " + b"a" * 30_000, HERE, {}.get)
    assert finding.rule.verdict is Verdict.UNCLEAR


def test_deepest_code_of_a_line_is_seen() -> None:
    line = b"import os; exec('import base64; exec(base64.b64decode(\"eA==\"))')"
    (finding,) = judge_path_file(line, HERE, {}.get)
    assert finding.rule.verdict is Verdict.HOSTILE
