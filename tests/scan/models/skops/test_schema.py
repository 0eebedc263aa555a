import io
import json
import zipfile
from pathlib import Path

import pytest

from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Malformed, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally
from seamark.scan.models.skops.schema import examine as examine_schema

DATA = Path(__file__).parents[3] / "data" / "skops"


def examine(schema: object) -> list[Finding]:
    scope = Scope(path="m.skops", meter=Meter(Limits()), tally=Tally(), route=route)
    if isinstance(schema, dict):
        schema = {"protocol": 2, **schema}
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return list(examine_schema(BytesBlob(text.encode()), scope))


def node(
    module: str, name: str, loader: str = "ObjectNode", **content: object
) -> dict[str, object]:
    return {"__module__": module, "__class__": name, "__loader__": loader, "content": content}


TUPLE = node("builtins", "tuple", "TupleNode")
ESTIMATOR = node("sklearn.linear_model._logistic", "LogisticRegression")


@pytest.mark.parametrize(
    "schema",
    [
        node("sklearn.linear_model._logistic", "LogisticRegression", attrs=TUPLE),
        node("operator", "itemgetter", "OperatorFuncNode"),
        {**node("numpy", "ndarray", "NdArrayNode"), "type": "numpy", "file": "1.npy"},
        node("builtins", "slice", "SliceNode", start=None, stop=3, step=None),
        node("functools", "partial", "PartialNode", func=node("numpy", "log1p", "FunctionNode")),
        node("builtins", "list", "ListNode", a={"__id__": 1, "__loader__": "CachedNode"}),
    ],
)
def test_honest_schemas_are_clean(schema: object) -> None:
    assert examine(schema) == []


HOSTILE = {
    "system": (node("os", "system", "FunctionNode"), "SKO001"),
    "eval": (
        node("sklearn.pipeline", "Pipeline", s=[node("builtins", "eval", "TypeNode")]), "SKO001"
    ),
    "protocol-0": (
        node("builtins", "function", "FunctionNode", module_path="subprocess", function="run"),
        "SKO001",
    ),
    "method-of": (
        node("builtins", "method", "MethodNode", func="f", obj=node("os", "x")), "SKO001"
    ),
    "dotted": (node("sklearn", "utils.os.system", "TypeNode"), "SKO001"),
    "operator-call": (node("operator", "call", "OperatorFuncNode"), "SKO003"),
    "operator-as-int": (node("builtins", "int", "OperatorFuncNode"), "SKO003"),
    "method-dunder": (
        node("builtins", "method", "MethodNode", func="__globals__", obj=ESTIMATOR), "SKO003"
    ),
    "partial-as-int": (node("builtins", "int", "PartialNode", func=TUPLE), "SKO003"),
    "methodcaller": (node("operator", "methodcaller", "OperatorFuncNode"), "SKO004"),
    "method": (node("builtins", "method", "MethodNode", func="fit", obj=ESTIMATOR), "SKO004"),
    "unknown": (node("somebody.models", "Scorer"), "SKO002"),
    "traversal": (
        {**node("numpy", "ndarray", "NdArrayNode"), "type": "numpy", "file": "../../x.npy"},
        "SKO005",
    ),
    "new-node": (node("builtins", "dict", "FutureNode"), "SKO006"),
    "no-class": ({"__loader__": "DictNode"}, "SKO007"),
    "cycle": ({**TUPLE, "__id__": 1, "content": [{**TUPLE, "__id__": 1}]}, "SKO007"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_loading_would_reach(name: str) -> None:
    schema, rule = HOSTILE[name]
    assert rule in {finding.rule.id for finding in examine(schema)}


def test_a_name_given_twice_is_hostile() -> None:
    text = json.dumps({**TUPLE, "protocol": 2}).replace(
        '"__class__"', '"__class__": "list", "__class__"'
    )
    assert {finding.rule.id for finding in examine(text)} == {"SKO003"}


@pytest.mark.parametrize("protocol", [-1, 3, "2", None])
def test_unknown_protocols_are_unclear(protocol: object) -> None:
    assert [f.rule.id for f in examine({**TUPLE, "protocol": protocol})] == ["SKO006"]


def test_a_missing_member_is_told() -> None:
    array = {**node("numpy", "ndarray", "NdArrayNode"), "type": "numpy", "file": "1.npy"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("schema.json", json.dumps({**array, "protocol": 2}))
    report = scan_bytes(packed.getvalue(), name="m.skops")
    assert (report.format, report.verdict) == ("skops", Verdict.REVIEW)
    assert [finding.rule.id for finding in report.findings] == ["SKO005"]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "3"])
def test_what_is_no_schema_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        examine(text)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.skops")), ids=lambda path: path.name)
def test_saved_models_are_clean_and_described(path: Path) -> None:
    report = scan_path(path)
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "skops")
    assert report.metadata.framework == "skops"
    assert report.metadata.framework_version
