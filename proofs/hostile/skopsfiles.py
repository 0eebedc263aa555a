"""skops archives whose schema reaches more than its types say."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial

from proofs.hostile.case import COMMAND, Case
from proofs.hostile.treefiles import PICKLE

Node = dict[str, object]


def node(module: str, name: str, loader: str, **fields: object) -> Node:
    """One node."""
    return {"__module__": module, "__class__": name, "__loader__": loader, **fields}


def archive(schema: object, **members: bytes) -> bytes:
    """A skops file with this schema."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in {"schema.json": text.encode(), **members}.items():
            made.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def text(value: str) -> Node:
    """A text."""
    return node("builtins", "str", "JsonNode", content=json.dumps(value), is_json=True)


def sequence(*items: object) -> Node:
    """A tuple."""
    return node("builtins", "tuple", "TupleNode", content=list(items))


def schemas() -> dict[str, object]:
    """Root nodes by name."""
    estimator = node("sklearn.linear_model._base", "LinearRegression", "ObjectNode")
    command = sequence(text(COMMAND))
    array = node("numpy", "ndarray", "NdArrayNode", type="numpy", file="../../../secret.npy")
    return {
        "function": node("os", "system", "FunctionNode"),
        "function-v0": node("builtins", "function", "FunctionNode",
                            content={"module_path": "os", "function": "system"}),
        "type-eval": sequence(node("builtins", "eval", "TypeNode")),
        "object-popen": node("subprocess", "Popen", "ObjectNode", content=command),
        "operator-methodcaller": node("operator", "methodcaller", "OperatorFuncNode", attrs=command),
        "operator-disguised": node("builtins", "int", "OperatorFuncNode", attrs=command),
        "operator-call": node("sklearn.linear_model._base", "call", "OperatorFuncNode", attrs=command),
        "method-getattribute": node("sklearn.linear_model._base", "LinearRegression", "MethodNode",
                                    content={"func": "__getattribute__", "obj": estimator}),
        "method-globals": node("builtins", "int", "MethodNode",
                               content={"func": "__globals__", "obj": estimator}),
        "partial-system": node("functools", "partial", "PartialNode", content={
            "func": node("posix", "system", "FunctionNode"), "args": command,
            "kwds": node("builtins", "dict", "DictNode", content={}, key_types=sequence()),
            "namespace": sequence()}),
        "transformer": node("sklearn.preprocessing._function_transformer", "FunctionTransformer", "ObjectNode",
                            content=node("builtins", "dict", "DictNode", key_types=sequence(),
                                         content={"func": node("os", "system", "FunctionNode")})),
        "loss-constructor": node("subprocess", "run", "LossNode", __reduce__={"args": command},
                                 content=sequence()),
        "sparse-type": node("os", "system", "SparseMatrixNode", type="scipy", file="../x.npz"),
        "dotted": node("sklearn", "utils.os.system", "TypeNode"),
        "traversal": array,
        "default-factory": node("collections", "defaultdict", "DefaultDictNode", content={
            "main": sequence(), "default_factory": node("builtins", "exec", "TypeNode")}),
        "unknown-class": node("seamark_attack.models", "Estimator", "ObjectNode"),
        "cycle": {**sequence({**sequence(), "__id__": 7}), "__id__": 7},
    }  # fmt: skip


def files() -> dict[str, bytes]:
    """Whole archives."""
    made = {
        f"{name}.skops": archive({**root, "protocol": 2, "_skops_version": "0.11.0"})
        for name, root in schemas().items()
        if isinstance(root, dict)
    }
    honest = json.dumps({**sequence(), "protocol": 2})
    made["twice.skops"] = archive(honest.replace('"__class__"', '"__class__": "list", "__class__"'))
    member = {**node("numpy", "ndarray", "NdArrayNode", type="numpy", file="1.npy"), "protocol": 2}
    made["array-pickle.skops"] = archive(member, **{"1.npy": PICKLE})
    made["pickle-in-place.skops"] = PICKLE
    made["new-protocol.skops"] = archive({**sequence(), "protocol": 99})
    return made


_ONLY_STOPPED = {"new-protocol.skops"}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for name in files():
        yield Case(
            id=f"skops/{name.removesuffix('.skops')}",
            family="skops",
            group=_group(name),
            source="CVE-2025-54412 CVE-2025-54413 CVE-2025-54886",
            path=f"skops/{name}",
            build=partial(_build, name),
            expected="stopped" if name in _ONLY_STOPPED else "found",
        )


def _group(name: str) -> str:
    if name.startswith("method"):
        return "methods"
    acting = ("operator", "partial", "loss", "default")
    return "acting" if name.startswith(acting) else "references"


def _build(name: str) -> bytes:
    return files()[name]
