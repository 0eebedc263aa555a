import json

import pytest

from seamark.core.findings import Finding
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Malformed, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally
from seamark.scan.models.weights.recognized import examine_skops


def examine(schema: object) -> list[Finding]:
    scope = Scope(path="m.skops", meter=Meter(Limits()), tally=Tally(), route=route)
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return list(examine_skops(BytesBlob(text.encode()), scope))


def node(
    module: str, name: str, loader: str = "ObjectNode", **content: object
) -> dict[str, object]:
    return {"__module__": module, "__class__": name, "__loader__": loader, "content": content}


@pytest.mark.parametrize(
    "schema",
    [
        node(
            "sklearn.linear_model._logistic", "LogisticRegression", attrs=node("builtins", "dict")
        ),
        node("operator", "methodcaller", "OperatorFuncNode"),
        node("numpy", "ndarray", "NdArrayNode"),
    ],
)
def test_honest_schemas_are_not_cleared_yet(schema: object) -> None:
    assert [f.rule.id for f in examine(schema)] == ["FIL007"]


@pytest.mark.parametrize(
    "schema",
    [
        node("os", "system", "OperatorFuncNode"),
        node("sklearn.pipeline", "Pipeline", steps=[node("builtins", "eval", "TypeNode")]),
        node("builtins", "function", "FunctionNode", module_path="subprocess", function="run"),
        node("builtins", "object", "MethodNode", func=node("posix", "system")),
    ],
)
def test_references_into_the_system_are_hostile(schema: object) -> None:
    assert [f.rule.id for f in examine(schema)] == ["SKO001", "FIL007"]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        examine(text)
