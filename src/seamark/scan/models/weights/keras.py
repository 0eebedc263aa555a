"""Keras model configurations: ``config.json`` of ``.keras`` files, ``model_config`` of HDF5 files.

The configuration is a tree of objects ``{"module", "class_name", "config", "registered_name"}``
(https://keras.io/api/models/model_saving_apis/serialization_utils/). Loading imports what they
name and calls it. Clean is what Keras itself provides for models: its public modules of layers,
losses and the like, and its operations. Custom classes are ``review``: the file is not
complete without somebody's code, whatever ``registered_name`` calls it.
"""

import json
from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.json_trees import read_json
from seamark.scan.models.weights.keras_code import examine_lambda, examine_wrapped_module
from seamark.scan.models.weights.keras_names import CLASSES, FUNCTIONS, OPERATIONS
from seamark.scan.models.weights.keras_rules import (
    CUSTOM_CODE,
    GADGET,
    INJECTION,
    NAMED_FILE,
    OUTSIDE_FILE,
    RULES,
    SAVED_MODEL,
)

__all__ = ["RULES", "examine_keras_config"]

_NODE_LIMIT = 4_000_000

MODEL_PARTS = frozenset(
    "layers models ops initializers regularizers constraints optimizers losses metrics activations "
    "dtype_policies quantizers random engine mixed_precision wrappers trainers".split()
)
"""Subpackages of Keras whose classes a model may hold; ``utils``, ``saving`` and others not."""

_FUNCTION_PARTS = MODEL_PARTS - {"models", "layers", "engine", "wrappers", "trainers"}
_KERAS = frozenset({"keras", "tf_keras"})
_INTERNAL_PREFIXES = frozenset({"src", "api", "_tf_keras", "keras", "_v2", "legacy", "v2"})
_GADGETS = frozenset(
    "get_file load_model load_weights save_model save_weights model_from_json model_from_yaml "
    "model_from_config load_img save_img load_data enable_unsafe_deserialization "
    "deserialize_keras_object register_keras_serializable audio_dataset_from_directory "
    "image_dataset_from_directory text_dataset_from_directory extract_archive func_load "
    "set_custom_objects run_script clear_session pip_install".split()
)
_BUILTINS = frozenset(
    "eval exec compile open __import__ getattr setattr delattr globals locals vars input "
    "breakpoint memoryview type object super property classmethod staticmethod exit quit".split()
)
_PATH_KEYS = frozenset(
    "vocabulary vocabulary_file vocab_file vocab idf_weights filepath file_path filename origin "
    "url proto merges asset_path model_path weights_path".split()
)
_TF_READS_AND_WRITES = ("io.", "raw_ops.", "py_function", "numpy_function", "load_op_library")
_MARKERS = {
    "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__keras_tensor__",
    "__tuple__", "__dict__", "__lambda__", "__typespec__", "__class_type__",
}  # fmt: skip


def examine_keras_config(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model configuration, given as JSON text.

    Raises ``Malformed`` where it is not JSON, ``LimitExceeded`` beyond 16 MiB.
    """
    tree = read_json(blob, "the configuration")
    scope.tally.bytes += blob.size
    seen: set[tuple[str, str]] = set()
    for finding in _walk(tree, scope):
        key = (finding.rule.id, finding.anchor)
        if key not in seen:  # a custom layer used a hundred times is one thing to review
            seen.add(key)
            yield finding


def _walk(tree: object, scope: Scope) -> Iterator[Finding]:
    pending: list[object] = [tree]
    visited = 0
    while pending:
        item = pending.pop()
        visited += 1
        if visited > _NODE_LIMIT:
            raise LimitExceeded(f"has a configuration of more than {_NODE_LIMIT} values")
        if not visited % 65536:
            scope.meter.check_time()
        if isinstance(item, list):
            pending += [inner for inner in item if isinstance(inner, list | dict)]
        elif isinstance(item, dict):
            yield from _examine_object(item, scope)
            pending += [inner for inner in item.values() if isinstance(inner, list | dict)]


def _examine_object(item: Mapping[str, object], scope: Scope) -> Iterator[Finding]:
    yield from _examine_paths(item, scope)
    class_name = item.get("class_name")
    if class_name is None and "spec_name" not in item:
        return
    if not isinstance(class_name, str):
        yield _finding(scope, CUSTOM_CODE, "class_name", "A class is named by no text.")
        return
    config = item.get("config")
    if class_name in ("Lambda", "__lambda__"):
        yield from examine_lambda(config, scope)
        yield from _examine_named_functions(config, scope)
    elif class_name == "TorchModuleWrapper":
        yield from examine_wrapped_module(config, scope)
    elif class_name == "TFSMLayer":
        yield _finding(scope, SAVED_MODEL, class_name, "A TFSMLayer loads another model.")
    elif class_name in ("TFOpLambda", "TensorFlowOpLayer"):
        yield from _examine_operation(config, scope)
    if class_name == "function":
        name = config
    elif class_name == "__typespec__":
        name = item.get("spec_name")
    else:
        name = class_name
    if class_name == "__class_type__":  # its value is a class, imported by name
        kept = config if isinstance(config, dict) else {}
        yield from _examine_reference(
            kept.get("module", item.get("module")), kept.get("name"), scope, is_function=False
        )
        return
    if class_name in _MARKERS and class_name != "__typespec__":
        return
    yield from _examine_reference(item.get("module"), name, scope, is_function=name is config)


def _examine_named_functions(config: object, scope: Scope) -> Iterator[Finding]:
    """Keras 2 gives a layer's functions by name, and the module to import beside them."""
    if not isinstance(config, dict):
        return
    places = {"function": "module", "output_shape": "output_shape_module", "mask": "mask_module"}
    for key, place in places.items():
        name = config.get(key)
        if isinstance(name, str) and config.get(f"{key}_type") not in ("lambda", "raw"):
            module = config.get(place)
            if module == "__main__":  # the saving program's own, which nothing imports
                module = None
            yield from _examine_reference(module, name, scope, is_function=True)


def _examine_reference(
    module: object, name: object, scope: Scope, *, is_function: bool
) -> Iterator[Finding]:
    """Judge what ``module`` and ``name`` make Keras import."""
    if not isinstance(name, str) or not isinstance(module, str | None):
        yield _finding(scope, CUSTOM_CODE, "reference", "A reference is made of no text.")
        return
    if not module or (module == "builtins" and is_function):
        yield from _examine_unplaced(name, scope, is_function=is_function)
        return
    parts = module.split(".")
    shown = f"{module}.{name}"[:200]
    if parts[0] == "tensorflow" and "keras" in parts[1:4]:
        parts = parts[parts.index("keras") :]
    if parts[0] in _KERAS:
        yield from _examine_keras_name(parts[1:], name, shown, scope, is_function=is_function)
    elif parts[0] == "tensorflow":
        if name in _BUILTINS or not name[:1].isupper():
            yield _finding(scope, CUSTOM_CODE, shown, f"'{shown}' is called in TensorFlow.")
    elif _is_stdlib(parts[0], scope):
        yield _finding(scope, INJECTION, shown, f"The configuration names '{shown}'.")
    else:
        yield _finding(scope, CUSTOM_CODE, shown, f"The model needs '{shown}'.")


def _examine_unplaced(name: str, scope: Scope, *, is_function: bool) -> Iterator[Finding]:
    """Names without a module: Keras searches its own, then what the user registered."""
    short = name[:200]
    if name in _GADGETS:
        yield _finding(scope, GADGET, short, f"The configuration calls '{short}'.")
    elif name in _BUILTINS:
        yield _finding(scope, INJECTION, short, f"The configuration names the builtin '{short}'.")
    elif name not in CLASSES and name not in FUNCTIONS and name not in OPERATIONS:
        kind = "function" if is_function else "class"
        yield _finding(scope, CUSTOM_CODE, short, f"The model needs the custom {kind} '{short}'.")


def _examine_keras_name(
    parts: list[str], name: str, shown: str, scope: Scope, *, is_function: bool
) -> Iterator[Finding]:
    while parts and parts[0] in _INTERNAL_PREFIXES:
        parts = parts[1:]
    home = parts[0] if parts else ""
    if name in _GADGETS or "." in name:
        yield _finding(scope, GADGET, shown, f"The configuration calls '{shown}'.")
    elif is_function or not name[:1].isupper():
        if home not in _FUNCTION_PARTS:
            yield _finding(scope, GADGET, shown, f"The configuration calls '{shown}'.")
    elif home not in MODEL_PARTS and name not in CLASSES:
        yield _finding(scope, CUSTOM_CODE, shown, f"'{shown}' is no part of Keras models.")


def _examine_operation(config: object, scope: Scope) -> Iterator[Finding]:
    """TensorFlow calls by name (``TFOpLambda``) or as a graph node (``TensorFlowOpLayer``)."""
    if not isinstance(config, dict):
        return
    function = config.get("function")
    called = function if isinstance(function, str) else ""
    node = config.get("node_def")
    if isinstance(node, str | dict):
        text = node if isinstance(node, str) else json.dumps(node)
        for operation in (
            "ReadFile",
            "WriteFile",
            "PyFunc",
            "MatchingFiles",
            "SaveV2",
            "RestoreV2",
        ):
            if operation in text:
                called = operation
    if called and (not function or called.startswith(_TF_READS_AND_WRITES)):
        yield _finding(scope, GADGET, called[:200], f"A layer calls TensorFlow's '{called[:200]}'.")


def _examine_paths(item: Mapping[str, object], scope: Scope) -> Iterator[Finding]:
    for key, value in item.items():
        if key not in _PATH_KEYS or not isinstance(value, str) or not value:
            continue
        kind = classify_path(value)
        short = value[:200]
        if kind is PathKind.INSIDE:
            message = f"'{key}' is read from the file '{short}'."
            yield _finding(scope, NAMED_FILE, f"{key}:{short}", message)
        else:
            message = f"'{key}' is read from '{short}', which {kind.value}."
            yield _finding(scope, OUTSIDE_FILE, f"{key}:{short}", message)


def _is_stdlib(package: str, scope: Scope) -> bool:
    from seamark.scan.models.pickle.decide import load_allowlist

    return package in load_allowlist(scope.options.allow).stdlib


def _finding(scope: Scope, rule: Rule, anchor: str, message: str) -> Finding:
    return scope.finding(rule, message, anchor=anchor)
