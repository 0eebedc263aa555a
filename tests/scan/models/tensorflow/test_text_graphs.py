# ruff: noqa: E501 (a table reads better with one entry a line)

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile.onnxfiles import message
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes
from seamark.scan.models.limits import LimitExceeded, Limits, Malformed, Meter
from seamark.scan.models.tensorflow.text_format import encode
from seamark.scan.models.tensorflow.text_schema import SCHEMA

HONEST = """
# a comment
node {
  name: "x"
  op: "Placeholder"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "shape" value { shape { dim { size: -1 } dim { size: 4 } } } }
}
node { name: "c" op: "Const" attr { key: "value" value { tensor { dtype: DT_FLOAT float_val: 1.5 } } } }
node { name: "y" op: 'Mul' input: ["x", "c"] }
versions { producer: 1882 }
"""
STEALS = """
node { name: "p" op: "Const" attr { key: "value" value { tensor { string_val: "/etc" "/passwd" } } } }
node { name: "r" op: "ReadFile" input: "p" }
"""


def scan(text: str) -> FileReport:
    return scan_bytes(text.encode(), name="graph.pbtxt")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_an_honest_text_graph_is_clean() -> None:
    report = scan(HONEST)
    assert (report.format, report.verdict, report.findings) == ("tf_graph_text", Verdict.CLEAN, ())


def test_a_text_graph_is_judged_as_a_binary_one() -> None:
    report = scan(STEALS)
    (finding,) = report.findings
    assert finding.rule.id == "TFG001"
    assert finding.anchor == "ReadFile:/etc/passwd"
    assert finding.location.offset is None


def test_meta_graphs_and_saved_models_as_text() -> None:
    inside = STEALS.replace("\n", " ")
    info = 'meta_info_def { tags: "serve" tensorflow_version: "2.9.0" }'
    meta = f"{info} graph_def {{ {inside} }}"
    saved = f"saved_model_schema_version: 1 meta_graphs {{ {meta} }}"
    for text in (meta, saved):
        report = scan(text)
        assert rules(report) == {"TFG001"}
        assert report.metadata.framework_version == "2.9.0"


def test_unknown_fields_are_not_clean() -> None:
    assert scan(HONEST + "surprise: 1\n").verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "text", ['node {\n name: "x"', 'node { name: "x" } }', 'node { name: "x" op: }']
)
def test_text_that_breaks_off_is_unclear(text: str) -> None:
    assert scan(text).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "text", ["node { stage('build') { sh 'make' } }", 'node {\n  calculator: "A"\n}']
)
def test_other_languages_with_nodes_are_left_alone(text: str) -> None:
    assert scan(text).format == "text"


def test_nesting_is_bounded() -> None:
    deep = "attr { value { list { func { " * 40
    assert rules(scan('node { name: "x" ' + deep)) & {"FIL004", "FIL005"}


def encoded(text: bytes) -> bytes:
    return encode(text, SCHEMA, "Node", {}, Meter(Limits())).data


def test_texts_escapes_and_numbers() -> None:
    assert encoded(b"name: \"a\\x41\\101\\n\" op: 'b'") == message((1, "aAA\n"), (2, "b"))
    assert encoded(b"attr < key: 'k' value: { i: -1 b: true } >") == message(
        (5, message((1, "k"), (2, message((3, (1 << 64) - 1), (5, 1)))))
    )


@settings(max_examples=150)
@given(st.text(alphabet="node{}<>:\"'\\ ,;[]#\n01-", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Malformed, LimitExceeded):
        assert isinstance(encoded(text.encode()), bytes)
