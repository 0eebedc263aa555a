"""Engine ``onnx``: an estimator as a graph of standard operators, by skl2onnx."""

import os
from collections.abc import Mapping
from typing import Any

from seamark.harden.conversion.compare import compare
from seamark.harden.conversion.estimators import outputs
from seamark.harden.conversion.estimators.restricted import load_estimator
from seamark.harden.conversion.estimators.samples import sample_inputs
from seamark.harden.conversion.estimators.to_skops import EXPECTED, name_of
from seamark.harden.conversion.libraries import library, versions
from seamark.harden.conversion.refusals import Refused

PACKAGES = ("scikit-learn", "numpy", "scipy", "joblib", "skl2onnx", "onnx", "onnxruntime")


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``job["output"]``, and what the estimator says on the sample inputs beside it."""
    skl2onnx = library("skl2onnx")
    library("onnxruntime")
    estimator = load_estimator(job["source"], job["allow"])
    inputs, origin = sample_inputs(estimator, job)
    declared = _declared(inputs)
    options: dict[int, Any] = {}
    if hasattr(estimator, "predict_proba") or hasattr(estimator, "classes_"):
        options = {id(estimator): {"zipmap": False}}
    try:
        model = skl2onnx.convert_sklearn(estimator, initial_types=declared, options=options)
    except Exception as error:  # it says no in many ways
        reason = " ".join(str(error).split())[:300]
        raise Refused(f"skl2onnx cannot convert {type(estimator).__name__}: {reason}") from error
    _name_locale(model)
    names = [output.name for output in model.graph.output]
    methods = _methods(estimator, len(names))
    said = outputs.outputs(estimator, inputs)
    expected = {method: said[method] for method in methods if method in said}
    if len(expected) != len(names):
        raise Refused(f"The graph's outputs {names} are not those of the estimator {list(said)}.")
    outputs.save(os.path.join(job["work"], EXPECTED), inputs, expected)
    with open(job["output"], "xb") as file:
        file.write(model.SerializeToString())
    return {
        "libraries": versions(PACKAGES),
        "estimator": name_of(estimator),
        "inputs": {"origin": origin, "shape": str(tuple(inputs.shape))},
        "opset": max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")),
                     default=0),
        "dropped": [],
    }  # fmt: skip


def _declared(inputs: Any) -> list[tuple[str, Any]]:
    """The graph's inputs: one for a table of numbers or texts, one a column for mixed ones."""
    types = library("skl2onnx.common.data_types")
    if hasattr(inputs, "columns"):
        kinds = {str(name): inputs[name].dtype.kind for name in inputs.columns}
        return [
            (name, types.FloatTensorType([None, 1]) if kind in "fiu"
             else types.StringTensorType([None, 1]))
            for name, kind in kinds.items()
        ]  # fmt: skip
    if inputs.dtype.kind == "U":
        return [("X", types.StringTensorType([None, 1]))]
    if inputs.dtype.kind in "fiu":
        return [("X", types.FloatTensorType([None, *inputs.shape[1:]]))]
    raise Refused("ONNX has no input of mixed types without column names.")


def _name_locale(model: Any) -> None:
    """Lower case by a locale that every system has; the default is en_US.UTF-8."""
    helper = library("onnx.helper")
    for node in model.graph.node:
        named = {attribute.name for attribute in node.attribute}
        if node.op_type == "StringNormalizer" and "locale" not in named:
            node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))


def _methods(estimator: Any, count: int) -> list[str]:
    """The estimator's methods that the graph's outputs stand for, in their order."""
    base = library("sklearn.base")
    if base.is_classifier(estimator):
        scores = "predict_proba" if hasattr(estimator, "predict_proba") else "decision_function"
        return ["predict", scores][:count]
    if base.is_regressor(estimator):
        return ["predict"]
    if hasattr(estimator, "predict"):
        scores = "transform" if hasattr(estimator, "transform") else "decision_function"
        return ["predict", scores][:count]
    return ["transform"]


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run the graph alone and compare its outputs with those of the source."""
    runtime = library("onnxruntime")
    inputs, expected = outputs.load(os.path.join(job["work"], EXPECTED))
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(
        job["output"], sess_options=options, providers=["CPUExecutionProvider"]
    )
    found = session.run(None, _feeds(session, inputs))
    named = dict(zip(expected, found, strict=True))
    return compare(expected, named, atol=job["atol"], rtol=job["rtol"], precision="float32")


def _feeds(session: Any, inputs: Any) -> dict[str, Any]:
    feeds = {}
    for node in session.get_inputs():
        column = inputs[node.name].to_numpy() if hasattr(inputs, "columns") else inputs
        if "string" in node.type:
            feeds[node.name] = column.astype(str).astype(object).reshape(-1, 1)
        else:
            feeds[node.name] = column.astype("f4").reshape(len(column), -1)
    return feeds
