import base64
import json
import marshal
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Malformed, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally
from seamark.scan.models.weights.keras import examine_keras_config


def examine(config: object) -> list[Finding]:
    scope = Scope(path="config.json", meter=Meter(Limits()), tally=Tally(), route=route)
    text = config if isinstance(config, str) else json.dumps(config)
    return list(examine_keras_config(BytesBlob(text.encode("utf-8", "replace")), scope))


def verdict(findings: list[Finding]) -> Verdict:
    return worst(f.rule.verdict for f in findings)


def obj(
    module: object, class_name: object, config: object = None, **more: object
) -> dict[str, object]:
    return {"module": module, "class_name": class_name, "config": config or {}, **more}


def model(*layers: object, **more: object) -> dict[str, object]:
    return obj("keras", "Sequential", {"name": "s", "layers": list(layers)}, **more)


def code_of(function: Callable[..., object]) -> str:
    return base64.b64encode(marshal.dumps(function.__code__)).decode()


DENSE = obj(
    "keras.layers",
    "Dense",
    {
        "units": 3,
        "activation": "relu",
        "dtype": obj("keras", "DTypePolicy", {"name": "float32"}, registered_name=None),
        "kernel_initializer": obj("keras.initializers", "GlorotUniform", {"seed": None}),
        "kernel_regularizer": obj("keras.regularizers", "L2", {"l2": 0.1}),
    },
    registered_name=None,
    build_config={"input_shape": [None, 8]},
)

HONEST = {
    "dense": model(DENSE, compile_config={"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}),
    "functional": obj("keras.src.models.functional", "Functional", {"layers": [DENSE]}),
    "operation": model(obj("keras.src.ops.numpy", "Mean", {"axis": [1]}, registered_name="Mean")),
    "tensor": model({"args": [obj(None, "__keras_tensor__", {"shape": [None, 3]})]}),
    "loss_function": model(
        compile_config={"loss": obj("builtins", "function", "mean_squared_error")}
    ),
    "schedule": obj("keras.optimizers.schedules", "CosineDecay", {"alpha": 0}),
    "tf_keras": obj("tf_keras.src.engine.functional", "Functional"),
    "legacy": {
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": "Conv2D", "config": {}}]},
    },
    "legacy_list": {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {}}]},
    "legacy_operation": {"class_name": "TFOpLambda", "config": {"function": "math.add"}},
    "vocabulary_inside": model(obj("keras.layers", "StringLookup", {"vocabulary": ["a", "b"]})),
    "vocabulary_none": model(obj("keras.layers", "TextVectorization", {"vocabulary": None})),
    "tensor_spec": obj(
        "tensorflow.python.framework.tensor_spec", "__typespec__", [], spec_name="TensorSpec"
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_configurations_are_clean(name: str) -> None:
    assert examine(HONEST[name]) == []


def function(module: object, name: object) -> dict[str, object]:
    return obj(module, "function", name, registered_name="function")


def lam(code: str, **more: object) -> dict[str, object]:
    return model(obj("keras.layers", "Lambda", {"function": [code, None, None], **more}))


def lookup(vocabulary: object, kind: str = "StringLookup") -> dict[str, object]:
    return model(obj("keras.layers", kind, {"vocabulary": vocabulary}))


LAMBDA_CODE = code_of(lambda x: __import__("os").system("echo seamark"))  # type: ignore[misc]
HOSTILE = {
    "lambda_v3": (
        model(
            obj(
                "keras.layers",
                "Lambda",
                {
                    "function": obj(
                        None, "__lambda__", {"code": LAMBDA_CODE, "defaults": None, "closure": None}
                    )
                },
            )
        ),
        "KRS001",
    ),
    "lambda_value": (
        model(obj("builtins", "__lambda__", {"value": [LAMBDA_CODE, None, None]})),
        "KRS001",
    ),
    "lambda_legacy": (
        {
            "class_name": "Sequential",
            "config": {
                "layers": [
                    {
                        "class_name": "Lambda",
                        "config": {
                            "function": [LAMBDA_CODE, None, None],
                            "function_type": "lambda",
                        },
                    }
                ]
            },
        },
        "KRS001",
    ),
    "lambda_dunder": (
        lam(code_of(lambda x: x.__class__.__subclasses__())),
        "KRS001",
    ),
    "lambda_exec_text": (
        lam(code_of(lambda x: x("import os"))),
        "KRS001",
    ),
    "lambda_damaged": (
        lam(base64.b64encode(b"\xe3subprocess\0").decode()),
        "KRS001",
    ),
    "lambda_in_output_shape": (
        model(
            obj(
                "keras.layers",
                "Lambda",
                {
                    "function": "relu",
                    "output_shape": [LAMBDA_CODE, None, None],
                    "output_shape_type": "lambda",
                },
            )
        ),
        "KRS001",
    ),
    "module_injection": (model(obj("os", "system", {"command": "echo seamark"})), "KRS003"),
    "function_injection": (model(function("subprocess", "run")), "KRS003"),
    "builtin_injection": (model(function("builtins", "eval")), "KRS003"),
    "builtin_class": (model(obj("builtins", "exec", {})), "KRS003"),
    "in_build_config": (model(DENSE | {"build_config": obj("posix", "system")}), "KRS003"),
    "in_compile_config": (model(compile_config={"loss": function("os", "system")}), "KRS003"),
    "in_a_nested_model": (model(model(model(obj("runpy", "run_path")))), "KRS003"),
    "typespec": (obj("os", "__typespec__", [], spec_name="system"), "KRS003"),
    "dotted_submodule": (model(obj("importlib.util", "spec_from_loader")), "KRS003"),
    "python2_module": (model(obj("commands", "getoutput")), "KRS003"),
    "get_file": (model(function("keras.utils", "get_file")), "KRS004"),
    "get_file_internal": (model(function("keras.src.utils.file_utils", "get_file")), "KRS004"),
    "get_file_class": (model(obj("keras.utils", "get_file", {"origin": "x"})), "KRS004"),
    "unsafe_mode": (model(function("keras.config", "enable_unsafe_deserialization")), "KRS004"),
    "load_model": (model(function("keras.models", "load_model")), "KRS004"),
    "dotted_name": (model(obj("keras.layers", "Dense.from_config.__globals__")), "KRS004"),
    "utils_function": (model(function("keras.src.utils.python_utils", "something")), "KRS004"),
    "tf_write": ({"class_name": "TFOpLambda", "config": {"function": "io.write_file"}}, "KRS004"),
    "tf_node": (
        {"class_name": "TensorFlowOpLayer", "config": {"node_def": 'op: "ReadFile"'}},
        "KRS004",
    ),
    "vocabulary_absolute": (lookup("/etc/passwd"), "KRS006"),
    "vocabulary_url": (lookup("http://127.0.0.1/x"), "KRS006"),
    "vocabulary_home": (lookup("~/.ssh/id_rsa", "TextVectorization"), "KRS006"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_configurations_are_named(name: str) -> None:
    config, rule = HOSTILE[name]
    findings = examine(config)
    assert rule in {f.rule.id for f in findings}
    assert verdict(findings) is Verdict.HOSTILE


REVIEW = {
    "lambda_arithmetic": (lam(code_of(lambda x: x * 2)), "KRS002"),
    "lambda_unreadable": (lam("AAAA"), "KRS002"),
    "custom_class": (model(obj(None, "Mine", registered_name="Custom>Mine")), "KRS005"),
    "custom_module": (
        model(obj("project.layers", "Mine", registered_name="project>Mine")),
        "KRS005",
    ),
    "custom_function": (model(function("builtins", "my_loss")), "KRS005"),
    "keras_hub": (model(obj("keras_hub.src.models.gpt2", "GPT2Backbone")), "KRS005"),
    "keras_internal": (model(obj("keras.src.utils.tracking", "Tracker")), "KRS005"),
    "class_name_is_a_list": (model(obj("keras.layers", ["Dense"])), "KRS005"),
    "vocabulary_file": (lookup("vocab.txt"), "KRS007"),
    "torch_module": (model(obj("keras.layers", "TorchModuleWrapper", {"module": 1})), "KRS008"),
    "saved_model": (model(obj("keras.layers", "TFSMLayer", {"call_endpoint": "serve"})), "KRS009"),
}


@pytest.mark.parametrize("name", REVIEW)
def test_configurations_that_a_person_must_judge(name: str) -> None:
    config, rule = REVIEW[name]
    findings = examine(config)
    assert {f.rule.id for f in findings} == {rule}
    assert verdict(findings) is Verdict.REVIEW


def test_the_same_custom_layer_is_reported_once() -> None:
    assert len(examine(model(*[obj("project", "Mine")] * 50))) == 1


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nonsense", '{"a":"\ud800"}'])
def test_what_is_not_json_is_malformed(text: str) -> None:
    if text.startswith('{"a"'):
        assert examine(text) == []
        return
    with pytest.raises(Malformed):
        examine(text)


def test_a_huge_configuration_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        examine('"' + "a" * (33 << 20) + '"')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["module", "class_name", "config", "function", "spec_name", "value"]),
            inner | st.sampled_from(["Lambda", "__lambda__", "function", "keras.layers"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_tree_is_judged(tree: object) -> None:
    examine(json.dumps(tree))


@pytest.mark.parametrize("items", [["4wAA", None, None], ["not base64 at all"]])
def test_lambdas_given_as_a_serialized_tuple(items: list[object]) -> None:
    function = {"class_name": "__tuple__", "items": items}
    layer = {"class_name": "Lambda", "config": {"function": function, "function_type": "lambda"}}
    assert [f.rule.id for f in examine(model(layer))] == ["KRS002"]


def test_lambdas_in_no_known_form_are_for_review() -> None:
    for function in ({"class_name": "__tuple__"}, 7, {"x": 1}, []):
        layer = {"class_name": "Lambda", "config": {"function": function}}
        assert [f.rule.id for f in examine(model(layer))] == ["KRS002"]


@pytest.mark.parametrize("key", ["function", "output_shape", "mask"])
def test_functions_by_name_are_imported_from_their_module(key: str) -> None:
    place = "module" if key == "function" else f"{key}_module"
    config = {key: "system", f"{key}_type": "function", place: "os"}
    found = examine(model({"class_name": "Lambda", "config": config}))
    assert [f.rule.id for f in found] == ["KRS003"]


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_a_class_as_a_value_is_judged_by_its_module(place: str) -> None:
    held = {"name": "Popen", **({"module": "subprocess"} if place == "inside" else {})}
    module = None if place == "inside" else "subprocess"
    assert verdict(examine(obj(module, "__class_type__", held))) is Verdict.HOSTILE
    assert examine(obj(None, "__class_type__", {"name": "Dense", "module": "keras.layers"})) == []
