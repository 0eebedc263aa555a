# ruff: noqa: E501 (a table reads better with one entry a line)

from collections.abc import Sequence

import pytest

from proofs.hostile.onnxfiles import message
from proofs.hostile.tensorflowwire import attr, call, function, graph, meta, node, saved, text
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def scan(data: bytes, name: str = "saved_model.pb") -> FileReport:
    return scan_bytes(data, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


SAVE = function(
    "save",
    ["prefix"],
    [
        node("whole", "StaticRegexFullMatch", "prefix"),
        text("plain", ".part"),
        text("apart", "_temp/part"),
        node("part", "Select", "whole:output:0", "plain:output:0", "apart:output:0"),
        node("name", "StringJoin", "prefix", "part:output:0"),
        node("s", "SaveV2", "name:output:0", "plain:output:0", "plain:output:0", "prefix"),
    ],
)


@pytest.mark.parametrize(
    "data",
    [
        saved(graph(node("m", "MatMul", "x", "x"))),
        saved(graph(call("c", "f", "x"), functions=[function("f", ["a"], [node("r", "Relu", "a")], "r")])),
        saved(graph(call("c", "save", "x"), functions=[SAVE])),
        saved(graph(text("p", "model"), node("d", "PlaceholderWithDefault", "p"), node("s", "SaveV2", "d", "p", "p", "x"))),
        saved(graph(node("p", "PrintV2", "x", attrs=[attr("output_stream", (2, "stderr"))]))),
        saved(graph(node("d", "DecodeProtoV2", "x", attrs=[attr("descriptor_source", (2, "local://"))]))),
        saved(graph(node("d", "EncodeProto", "x", attrs=[attr("descriptor_source", (2, b"bytes://\x0a\x02"))]))),
        saved(graph(node("q", "FIFOQueueV2"), node("e", "QueueEnqueueManyV2", "q", "x"), node("d", "QueueDequeueUpToV2", "q", "x"))),
        saved(graph(call("c", "f", "x"), functions=[
            function("f", ["a"], [call("g", "h", "a"), call("k", "h", "a"), call("l", "m", "a")], "g"),
            function("m", ["a"], [call("g", "h", "a")], "g"), function("h", ["a"], [], "a")])),
        saved(graph(node("c", "CopyHost", "x", attrs=[attr("debug_ops_spec", (1, message()))]))),
        saved(graph(text("f", ""), node("c", "CacheDatasetV2", "x", "f", "x"))),
        saved(graph(node("h", "HashTableV2"), node("i", "InitializeTableFromTextFileV2", "h", "x"))),
    ],
)  # fmt: skip
def test_honest_graphs_are_clean(data: bytes) -> None:
    report = scan(data)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.format == "tf_saved_model"


def table(path: str, *extra: tuple[int, bytes]) -> bytes:
    init = node("i", "InitializeTableFromTextFileV2", "h", "p")
    return saved(graph(node("h", "HashTableV2"), text("p", path), init), *extra)


def test_a_vocabulary_that_the_loader_replaces_by_an_asset_is_honest() -> None:
    asset = 6, message((1, message((1, "p:0"))), (2, "words.txt"))
    assert rules(scan(table("/home/a/words.txt"))) == {"TFG003"}
    assert scan(table("/home/a/words.txt", asset)).verdict is Verdict.CLEAN


def test_an_asset_does_not_excuse_an_operator_that_reads_its_constant() -> None:
    asset = 6, message((1, message((1, "p:0"))), (2, "words.txt"))
    data = saved(graph(text("p", "/etc/hostname"), node("r", "ReadFile", "p")), asset)
    assert rules(scan(data)) == {"TFG001"}


def bound(*captured: int, called: Sequence[bytes] = ()) -> bytes:
    read = function("f", ["a"], [node("r", "ReadFile", "a")], "r")
    objects = message(
        (1, message((4, message((1, "_generic_user_object"))))),
        (1, message((5, message((1, 0))))),
        (2, message((1, "f"), (2, message(*((2, each) for each in captured))))),
    )
    return saved(graph(*called, functions=[read]), (7, objects))


def test_a_function_may_read_the_asset_that_it_is_bound_to() -> None:
    assert scan(bound(1)).verdict is Verdict.CLEAN
    assert rules(scan(bound(0))) == {"TFG003"}
    assert rules(scan(bound())) == {"TFG003"}


def test_a_bound_function_that_is_called_with_another_path_is_not_excused() -> None:
    report = scan(bound(1, called=[text("p", "/etc/hostname"), call("c", "f", "p")]))
    assert rules(report) == {"TFG001"}


def test_each_finding_is_given_once_with_its_operator_as_anchor() -> None:
    nodes = [text("p", "/etc/hostname"), *(node(f"r{i}", "ReadFile", "p") for i in range(50))]
    report = scan(saved(graph(*nodes)))
    (finding,) = report.findings
    assert finding.anchor == "ReadFile:/etc/hostname"
    assert finding.evidence == {"operator": "ReadFile", "node": "r0"}


def test_cycles_and_missing_inputs_end() -> None:
    loop = [node("a", "Identity", "b"), node("b", "Identity", "a"), node("r", "ReadFile", "a")]
    assert rules(scan(saved(graph(*loop)))) == {"TFG003"}
    assert rules(scan(saved(graph(node("s", "SaveV2", "gone"))))) == {"TFG003"}
    own = function("f", ["a"], [call("c", "f", "a"), node("r", "ReadFile", "a")], "r")
    assert rules(scan(saved(graph(functions=[own])))) == {"TFG003", "TFG013"}


def test_many_tiny_nodes_are_a_limit_not_a_hang() -> None:
    report = scan(message((1, node("x", "Add"))) + b"\x0a\x00" * 300_000, "g.pb")
    assert rules(report) & {"FIL004", "FIL005", "TFG005"}
    assert report.verdict is not Verdict.CLEAN


@pytest.mark.parametrize(
    ("name", "kind"), [("a.meta", "tf_meta_graph"), ("graph", "tf_meta_graph")]
)
def test_meta_graphs_are_told_by_content(name: str, kind: str) -> None:
    report = scan(meta(graph(node("m", "MatMul", "x", "x"))), name)
    assert (report.format, report.verdict) == (kind, Verdict.CLEAN)
    assert report.metadata.framework_version == "2.16.1"


def test_a_graph_that_is_cut_off_says_what_it_showed_before() -> None:
    data = graph(text("p", "/etc/hostname"), node("r", "ReadFile", "p"))
    report = scan(data + b"\x0a\x7f", "g.pb")
    assert rules(report) >= {"TFG001", "FIL005"}


def test_fields_that_no_schema_has_are_not_clean() -> None:
    assert scan(message((1, 1), (2, meta(graph(), (9, b"x"))))).verdict is Verdict.UNCLEAR


def test_a_chain_of_many_functions_is_no_circle() -> None:
    many = [function(f"f{i}", ["a"], [call("c", f"f{i + 1}", "a")], "c") for i in range(3000)]
    assert scan(saved(graph(call("c", "f0", "x"), functions=many))).findings == ()
    circle = function("f3000", ["a"], [call("c", "f0", "a")], "c")
    report = scan(saved(graph(call("c", "f0", "x"), functions=[*many, circle])))
    assert [finding.rule.id for finding in report.findings] == ["TFG013"]
