# ruff: noqa: E501 (a table reads better with one entry a line)

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile.tensorflowwire import attr, flatbuffer, flex_options, lite, lite_tensor, node
from proofs.hostile.ziparchive import plain
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path
from seamark.scan.models.flatbuffers import Spans
from seamark.scan.models.limits import Malformed
from seamark.scan.models.tensorflow.flexbuffers import read_flex

DATA = Path(__file__).parents[3] / "data" / "tensorflow"


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="m.tflite")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize("name", ["conv", "int8", "flex", "module"])
def test_what_the_converter_writes_is_clean(name: str) -> None:
    report = scan_path(DATA / f"{name}.tflite")
    assert (report.format, report.verdict, report.findings) == ("tflite", Verdict.CLEAN, ())
    assert report.metadata.framework == "TensorFlow Lite"


def test_weights_are_counted_by_type() -> None:
    said = scan_path(DATA / "int8.tflite").metadata
    assert said.dtypes["int8"] > 0
    assert said.parameters == sum(said.dtypes.values())


def test_a_model_made_by_hand_is_clean() -> None:
    assert (scan(lite()).verdict, scan(lite()).findings) == (Verdict.CLEAN, ())


def custom(name: str) -> dict[int, Any]:
    return {0: ("<b", 32), 1: name, 3: ("<i", 32)}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("TFLite_Detection_PostProcess", set()),
        ("FlexErf", set()),
        ("FlexReadFile", {"TFL001"}),
        ("FlexWriteFile", {"TFL001"}),
        ("FlexEagerPyFunc", {"TFL001"}),
        ("FlexNowhere", {"TFL002"}),
        ("MyOperator", {"TFL002"}),
    ],
)
def test_custom_operators_are_judged_by_name(name: str, found: set[str]) -> None:
    assert rules(scan(lite([custom(name)]))) == found


def with_options(name: str, options: bytes) -> bytes:
    return lite([custom(name)], [{0: ("<I", 0), 1: [0], 2: [2], 5: options}])


def test_the_node_that_runs_counts_not_its_name() -> None:
    honest = with_options("FlexErf", flex_options("Erf", node("e", "Erf", "x")))
    lying = with_options("FlexErf", flex_options("Erf", node("e", "WriteFile", "x")))
    assert rules(scan(honest)) == set()
    assert rules(scan(lying)) == {"TFL004", "TFL001"}
    assert scan(with_options("FlexErf", b"nonsense")).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("source", "found"), [("local://", set()), ("bytes://x", set()), ("/etc/x", {"TFL001"})]
)
def test_schemas_that_are_read_from_files(source: str, found: set[str]) -> None:
    decode = node("d", "DecodeProtoV2", "x", attrs=[attr("descriptor_source", (2, source))])
    options = flex_options("DecodeProtoV2", decode)
    assert rules(scan(with_options("FlexDecodeProtoV2", options))) == found


@pytest.mark.parametrize(
    "data",
    [
        lite(operators=[{0: ("<I", 0), 1: [0, 3], 2: [2]}]),
        lite(operators=[{0: ("<I", 1), 1: [0], 2: [2]}]),
        lite(tensors=[lite_tensor("x", 2)]),
        lite(tensors=[lite_tensor("x", 1, [3])]),
        lite(tensors=[lite_tensor("x", 1, [-4])]),
        lite(buffers=[{}, {1: ("<Q", 1 << 62), 2: ("<Q", 1 << 62)}]),
        lite(metadata=[{0: "min_runtime_version", 1: ("<I", 9)}]),
        lite(operators=[{0: ("<I", 0), 1: [0], 2: [2], 3: ("<B", 92), 4: {0: ("<i", 0), 1: ("<i", 7)}}]),
    ],
)  # fmt: skip
def test_references_beyond_their_lists_are_found(data: bytes) -> None:
    assert "TFL003" in rules(scan(data))


def test_a_subgraph_that_runs_itself_is_found() -> None:
    inner = {0: [lite_tensor("z")], 1: [0], 2: [0], 3: [], 4: "inner"}
    calls: dict[int, Any] = {0: ("<I", 0), 1: [0], 2: [2], 3: ("<B", 103)}
    assert rules(scan(lite(operators=[calls | {4: {0: ("<i", 1)}}], subgraphs=[inner]))) == set()
    assert rules(scan(lite(operators=[calls | {4: {0: ("<i", 0)}}]))) == {"TFL006"}


DESCRIBED = flatbuffer({0: "finder", 5: "Apache-2.0"}, b"M001")
WITH_METADATA = lite(
    buffers=[{}, {0: bytes(16)}, {0: DESCRIBED}],
    metadata=[{0: "TFLITE_METADATA", 1: ("<I", 2)}],
)


def test_associated_files_are_honest_where_metadata_says_so() -> None:
    labels = plain({"labels.txt": b"cat\ndog\n"})
    report = scan(WITH_METADATA + labels)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert (report.metadata.name, report.metadata.license) == ("finder", "Apache-2.0")
    assert report.coverage.members >= 1
    assert rules(scan(lite() + labels)) >= {"FIL010"}


def test_content_that_nothing_leads_to_is_found() -> None:
    assert rules(scan(lite() + b"x" * 400)) == {"TFL005"}
    assert rules(scan(lite(buffers=[{}, {0: bytes(16)}, {0: b"x" * 400}]))) == {"TFL005"}
    assert rules(scan(lite() + bytes(400))) == set()


def test_an_older_schema_is_unclear() -> None:
    data = bytearray(lite())
    assert scan(bytes(data)).verdict is Verdict.CLEAN
    assert scan(flatbuffer({0: ("<I", 2)})).verdict is Verdict.UNCLEAR


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 0xFFFFFFFF))
def test_no_offset_breaks_the_reader(at: int, value: int) -> None:
    data = bytearray((DATA / "conv.tflite").read_bytes())
    data[at : at + 4] = value.to_bytes(4, "little")
    assert "FIL008" not in rules(scan(bytes(data)))


@given(st.binary(max_size=60))
def test_flexbuffers_are_read_or_refused(data: bytes) -> None:
    try:
        found = read_flex(data)
    except Malformed:
        return
    assert len(found.node) <= len(data)


def test_flexbuffers_come_back() -> None:
    assert read_flex(flex_options("Erf", b"node")) == ("Erf", b"node")


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 300)), max_size=30))
def test_gaps_are_what_no_span_covers(spans: list[tuple[int, int]]) -> None:
    used, covered = Spans(), set[int]()
    for start, length in spans:
        used.add(start, start + length)
        covered |= set(range(start, start + length))
    for start, stop in used.gaps(2500):
        assert not covered & set(range(start, stop))
        assert 64 < stop - start <= 2500
