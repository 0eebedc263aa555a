from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.weights.wire import message

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, scan_bytes


def node(operator: str, domain: str = "", *attributes: bytes) -> bytes:
    return message((1, "x"), (2, "y"), (4, operator), (7, domain), *[(5, a) for a in attributes])


def graph(nodes: Iterable[bytes] = (), tensors: Iterable[bytes] = ()) -> bytes:
    return message(*[(1, n) for n in nodes], (2, "main"), *[(5, t) for t in tensors])


def model(body: bytes, *more: tuple[int, int | str | bytes]) -> bytes:
    return message((1, 9), (2, "pytorch"), (3, "2.4"), (7, body), (8, message((2, 17))), *more)


def external(location: str, **more: str) -> bytes:
    entries = {"location": location, "offset": "0", "length": "16", **more}
    pairs = [(13, message((1, key), (2, value))) for key, value in entries.items()]
    return message((1, 4), (2, 1), (8, "w"), *pairs, (14, 1))


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="model.onnx")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


WEIGHTS = message((1, 4), (2, 1), (8, "w"), (9, bytes(100_000)))
SUBGRAPH = message((1, "then_branch"), (6, graph([node("Add")])), (20, 5))
LOCAL = message((1, "Gelu"), (10, "pkg.custom"), (7, node("Erf")))


@pytest.mark.parametrize(
    "data",
    [
        model(graph([node("Conv"), node("Relu")], [WEIGHTS])),
        model(graph([node("If", "", SUBGRAPH)])),
        model(graph([node("TreeEnsembleClassifier", "ai.onnx.ml")])),
        model(graph([node("FusedGemm", "com.microsoft")])),
        model(graph([node("Gelu", "pkg.custom")]), (25, LOCAL)),
        message((8, message((2, 17))), (7, graph([node("Conv")])), (1, 9)),
        message((1, 3), (7, graph([node("Conv")]))),
    ],
)  # fmt: skip
def test_honest_models_are_clean(data: bytes) -> None:
    report = scan(data)
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "onnx")


@pytest.mark.parametrize(
    "location",
    [
        "/etc/passwd",
        "../secret.bin",
        "a/../../b",
        "..\\..\\b",
        "C:\\Windows\\win.ini",
        "C:win.ini",
        "\\\\server\\share\\x",
        "//server/share",
        "file:///etc/passwd",
        "https://example.org/w.bin",
        "~/.ssh/id_rsa",
        "${HOME}/x",
        "%APPDATA%/x",
        "a\0b",
        "*/_ORT_MEM_ADDR_/*",
    ],
)
def test_locations_that_escape_are_hostile(location: str) -> None:
    report = scan(model(graph([], [external(location)])))
    assert "ONX001" in rules(report)
    assert report.verdict is Verdict.HOSTILE


def test_every_place_for_a_tensor_is_searched() -> None:
    tensor = external("../x")
    attribute = message((1, "value"), (5, tensor), (20, 4))
    sparse = message((1, tensor), (2, WEIGHTS))
    nested = message(
        (1, "body"), (6, graph([node("Loop", "", message((1, "b"), (6, graph([], [tensor]))))]))
    )
    places = [
        model(graph([node("Constant", "", attribute)])),
        model(graph([node("Scan", "", nested)])),
        model(graph([node("Constant", "", message((1, "s"), (22, sparse)))])),
        model(message((15, sparse))),
        model(graph(), (20, message((1, graph([], [tensor]))))),
        model(graph(), (25, message((1, "f"), (10, "d"), (7, node("Constant", "", attribute))))),
        model(graph(), (25, message((1, "f"), (10, "d"), (11, attribute)))),
    ]
    for data in places:
        assert rules(scan(data)) == {"ONX001"}


@pytest.mark.parametrize(
    "tensor",
    [
        external("w.bin", offset="-1"),
        external("w.bin", length="0x10"),
        external("w.bin", __class__="x"),
        message((2, 1), (14, 1)),
        message((13, message((1, "location"), (2, "a"))), (13, message((1, "location"), (2, "b")))),
    ],
)
def test_external_entries_that_are_not_well_formed(tensor: bytes) -> None:
    assert "ONX004" in rules(scan(model(graph([], [tensor]))))


def _context(path: str, *, embedded: int) -> bytes:
    mode = message((1, "embed_mode"), (3, embedded), (20, 2))
    held = message((1, "ep_cache_context"), (4, path), (20, 3))
    return model(graph([node("EPContext", "com.microsoft", held, mode)]))


def test_a_compiled_graph_outside_the_folder_is_hostile() -> None:
    report = scan(_context("/etc/passwd", embedded=0))
    assert (report.verdict, rules(report)) == (Verdict.HOSTILE, {"ONX001"})


@pytest.mark.parametrize("data", [_context("/\x01\x02", embedded=1), _context("c.bin", embedded=0)])
def test_a_compiled_graph_is_not_cleared(data: bytes) -> None:
    assert (scan(data).verdict, rules(scan(data))) == (Verdict.UNCLEAR, set())


def test_external_data_must_be_beside(tmp_path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(model(graph([], [external("m.onnx.data"), external("sub/w.bin")])))
    report = Scanner().scan_file(path)
    assert report.verdict is Verdict.UNCLEAR
    assert len(report.coverage.skipped) == 2
    (tmp_path / "m.onnx.data").write_bytes(bytes(16))
    (tmp_path / "sub").mkdir()
    assert Scanner().scan_file(path).verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    ("operator", "domain", "rule", "verdict"),
    [
        ("PyOp", "pyopmulti_1", "ONX002", Verdict.HOSTILE),
        ("PythonOp", "com.microsoft", "ONX002", Verdict.HOSTILE),
        ("Steal", "my.domain", "ONX003", Verdict.REVIEW),
        ("PyCustomOp", "ai.onnx.contrib", "ONX003", Verdict.REVIEW),
        ("ATen", "org.pytorch.aten", "ONX003", Verdict.REVIEW),
    ],
)
def test_operators_that_need_foreign_code(
    operator: str, domain: str, rule: str, verdict: Verdict
) -> None:
    report = scan(model(graph([node("Add"), node(operator, domain), node(operator, domain)])))
    assert [f.rule.id for f in report.findings] == [rule]
    assert report.verdict is verdict


def test_a_second_graph_is_ambiguous() -> None:
    assert rules(scan(model(graph(), (7, graph([node("Add")]))))) == {"ONX005"}


def test_unknown_fields_are_unclear() -> None:
    report = scan(model(graph(), (99, b"payload")))
    assert report.verdict is Verdict.UNCLEAR
    assert "99" in report.coverage.skipped[0]


def test_truncation_is_unclear_and_keeps_what_was_met() -> None:
    data = model(graph([node("Steal", "my.domain")], [WEIGHTS]))
    report = scan(data[:-50_000])
    assert rules(report) == {"FIL005"}
    assert report.format == "onnx"
    junk = scan(data + b"\xff\xff")
    assert rules(junk) == {"FIL005", "ONX003"}


def test_deep_nesting_ends() -> None:
    body = graph([node("Add")])
    for _ in range(300):
        body = graph([node("If", "", message((1, "b"), (6, body)))])
    assert rules(scan(model(body))) == {"FIL004"}


def test_many_names_end() -> None:
    nodes = [node(f"Op{i}", "d") for i in range(60_000)]
    report = Scanner(limits=Limits(seconds=60)).scan_bytes(model(graph(nodes)), name="m.onnx")
    assert "FIL004" in rules(report)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x08\x01\x12\x04\x0a\x02\x10\x01",  # the start of a TensorFlow SavedModel
        b"\x08\x05\x12\x02\x0a\x00\xb2\x1f\x00",  # Core ML
        b": a line of text\n",
        b'"text"',
        b"(lp0\n.",
        b"\x08\x09",
    ],
)
def test_other_content_is_not_claimed(data: bytes) -> None:
    assert scan(data).format != "onnx"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_the_reader(data: st.DataObject) -> None:
    raw = bytearray(model(graph([node("If", "d", SUBGRAPH)], [external("w")]), (25, LOCAL)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw)))


def test_a_graph_of_crumbs_is_unclear() -> None:
    report = scan(model(graph([node("Relu")] * 50_000)))
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, {"FIL004"})
