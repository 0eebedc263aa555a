import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.packages.torch_expressions import objection
from seamark.scan.models.scanner import scan_bytes

FILES = Path(__file__).parents[3] / "data" / "packages"


def node(target: str) -> dict[str, Any]:
    return {"target": target, "inputs": [], "outputs": [], "metadata": {}, "name": "n"}


def size(text: str) -> dict[str, Any]:
    return {"as_expr": {"expr_str": text, "hint": {"as_int": 4}}}


def program(*targets: str, **more: Any) -> dict[str, Any]:
    nodes = [node(target) for target in targets]
    return {
        "graph_module": {"graph": {"nodes": nodes, "tensor_values": {}}},
        "range_constraints": {"s0": {"min_val": 2, "max_val": 9}},
        "torch_version": "2.13.0",
        "guards_code": [],
        **more,
    }


def weights(path: str = "weight_0", count: int = 3) -> dict[str, Any]:
    meta = {"dtype": 7, "sizes": [{"as_int": count}]}
    return {"config": {"w": {"path_name": path, "use_pickle": False, "tensor_meta": meta}}}


def pt2(graph: Any, index: Any = None, **more: bytes) -> FileReport:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/archive_version", "0")
        text = graph if isinstance(graph, str) else json.dumps(graph)
        archive.writestr("m/models/model.json", text)
        archive.writestr("m/data/weights/weight_0", bytes(12))
        archive.writestr("m/data/weights/model_weights_config.json", json.dumps(index or weights()))
        for name, data in more.items():
            archive.writestr(f"m/{name}", data)
    return scan_bytes(out.getvalue(), name="m.pt2")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_operators_of_torch_are_clean_and_weights_are_counted() -> None:
    report = pt2(program("torch.ops.aten.relu.default", "_operator.mul", "torch.sym_max"))
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    said = report.metadata
    assert (said.framework_version, said.parameters, said.tensors) == ("2.13.0", 3, 1)
    assert dict(said.dtypes) == {"float32": 3}


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ("torch.load", "PTX002"),
        ("torch.hub.load", "PTX002"),
        ("torch.serialization.os.system", "PTX002"),
        ("torch.ops.load_library", "PTX002"),
        ("torch.ops.aten.from_file.default", "PTX002"),
        ("torch.nn.__class__.__base__", "PTX002"),
        ("_operator.methodcaller", "PTX002"),
        ("torch.ops.seamark.evil.default", "PTX003"),
        ("torch.fx.wrap", "PTX004"),
        ("seamark.evil", "PTX004"),
        ("#seamark:evil", "PTX004"),
    ],
)
def test_targets_outside_the_operators(target: str, rule: str) -> None:
    assert rules(pt2(program(target))) == {rule}
    escaped = json.dumps(program(target)).replace("target", "t\\u0061rget")
    assert rules(pt2(escaped)) == {rule}


CODE = [
    "__import__('os').system('echo seamark-harmless')",
    "().__class__.__base__",
    "[x for x in (1,)]",
    "(lambda: 1)()",
    "Symbol('s0').__class__",
    "sympify('1')",
    "Integer(1).func('x')",
    "f'{1}'",
    "Add('__import__(1)', 2)",
    "9**9**9**9",
    "s0.size()",
    "s0[0]",
    "1) or (2",
    "a; b",
    "",
    "x" * 30_000,
    "(" * 3000,
    "1\n2",
]


@pytest.mark.parametrize("text", CODE)
def test_code_in_place_of_a_size_is_hostile(text: str) -> None:
    report = pt2(program("torch.ops.aten.relu.default", sizes=[size(text)]))
    assert (report.verdict, rules(report)) == (Verdict.HOSTILE, {"PTX001"})


@pytest.mark.parametrize("text", [*CODE[:5], "L['x'].tofile('y')", "L['x'].size.__self__"])
def test_code_in_a_guard_is_hostile(text: str) -> None:
    report = pt2(program("torch.ops.aten.relu.default", guards_code=[text]))
    assert (report.verdict, rules(report)) == (Verdict.HOSTILE, {"PTX001"})


ARITHMETIC = [
    "Symbol('s77', positive=True, integer=True)",
    "s0*s1 + 1",
    "-Mod(s0, 8)",
    "2**s0",
    "FloorDiv(s0, 2)*ModularIndexing(s1, 1, 3)",
    "Max(1, CeilToInt(IntTrueDiv(s0, 4)))",
    "Ne(s0, 1) & (s1 < 3)",
    "Piecewise((1, s0 > 2), (0, True))",
    "int_oo",
    "math.floor(s0)",
]


@pytest.mark.parametrize("text", ARITHMETIC)
def test_arithmetic_is_let_through(text: str) -> None:
    assert objection(text) == ""
    assert objection(text, guard=True) == ""


@pytest.mark.parametrize(
    "text",
    ["L['x'].size()[0] % 2 == 0", "2 <= L['args'][0][1].size()[0]", "L['x'].shape[0] != 8"],
)
def test_guards_may_look_at_shapes(text: str) -> None:
    assert objection(text, guard=True) == ""
    assert objection(text) != ""


def test_the_old_layout_is_read_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("version", "8.0")
        archive.writestr("serialized_exported_program.json", json.dumps(program("torch.load")))
    report = scan_bytes(out.getvalue(), name="m.pt2")
    assert (report.format, rules(report)) == ("pytorch-export", {"PTX002"})


@pytest.mark.parametrize(
    ("index", "rule"),
    [
        (weights("../../x"), "PTX006"),
        (weights("weight_9"), "PTH002"),
        (weights(count=4), "PTH003"),
    ],
)
def test_weights_that_are_not_where_the_index_says(index: Any, rule: str) -> None:
    assert rules(pt2(program(), index)) == {rule}


def test_native_code_needs_review() -> None:
    more = {"data/aotinductor/model/x.wrapper.so": b"\x7fELF" + bytes(60)}
    report = pt2(program(), **more)
    assert (report.verdict, rules(report)) == (Verdict.REVIEW, {"PTX005", "FIL007"})


def test_pickles_in_constants_are_examined() -> None:
    payload = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R."
    for name in ("data/constants/custom_obj_0", "data/constants/opaque_obj_0", "extra/x"):
        assert pt2(program(), **{name: payload}).verdict is Verdict.HOSTILE


@pytest.mark.parametrize("text", ["", "[", "[]", "[" * 100_000, '{"a": NaN'])
def test_graphs_that_are_none_are_unclear(text: str) -> None:
    assert pt2(text).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("name", ["linear.pt2", "cond.pt2"])
def test_really_exported_programs_are_clean(name: str) -> None:
    report = scan_bytes((FILES / name).read_bytes(), name=name)
    assert (report.format, report.findings) == ("pytorch-export", ())
    assert report.metadata.framework_version.startswith("2.13.0")
