"""Does a text file travel with a model? Told by its name and the names beside it.

Only such code is examined: an ordinary project's Python is none of a model scanner's business.
"""

from typing import Final

from seamark.scan.models.scope import Scope

_WEIGHTS: Final = (
    ".safetensors .bin .pt .pth .ckpt .gguf .onnx .h5 .hdf5 .keras .pkl .pickle .joblib .mar "
    ".nemo .msgpack .tflite .npz .npy .pt2 .ptl .cbm .ubj .skops .dill"
)
WEIGHT_SUFFIXES: Final = tuple(_WEIGHTS.split())
"""Endings of files that hold weights."""

_HUB_FILES: Final = frozenset(
    "mlmodel model_index.json tokenizer_config.json adapter_config.json "
    "config_sentence_transformers.json preprocessor_config.json processor_config.json "
    "generation_config.json".split()
)
"""Files that only a saved model's folder has; any Python beside them may be imported."""

_ARCHIVED: Final = frozenset({"manifest.json", "mar-inf"})
"""What lies beside the handler of a TorchServe archive, which imports all it brings."""

_PACKAGE_TOPS: Final = frozenset({"mlmodel", "mar-inf"})
_PACKAGE_DEPTH: Final = 3
"""Folders above a file that are looked at: each look reads a folder."""

_CODE_PREFIXES: Final = (
    "modeling",
    "modelling",
    "configuration_",
    "tokenization_",
    "processing_",
    "image_processing_",
    "video_processing_",
    "feature_extraction_",
    "custom_",
    "handler",
    "pipeline",
    "inference",
)
_HUB_PREFIXES: Final = _CODE_PREFIXES[:8]


def _folder(scope: Scope) -> str:
    return "/".join((scope.member or scope.path).rsplit("!", 1)[-1].split("/")[:-1])


def _names_beside(scope: Scope) -> frozenset[str]:
    return frozenset(name.rpartition("/")[2].lower() for name in scope.siblings())


def beside_model(scope: Scope) -> bool:
    """Are there weights, or files that only a saved model has, beside this file?"""
    names = _names_beside(scope) - {scope.name.lower()}
    return bool(names & _HUB_FILES) or any(name.endswith(WEIGHT_SUFFIXES) for name in names)


def _in_code_folder(scope: Scope, name: str) -> bool:
    """Is this below the ``code`` of an MLflow model, or of a model that SageMaker unpacks?

    MLflow puts the whole folder on the import path when it loads the model (``code_paths``);
    SageMaker runs ``code/inference.py``, which imports what lies beside it.
    """
    parts = _folder(scope).split("/")
    if "code" not in parts:
        return False
    levels = parts[::-1].index("code") + 1
    if scope.member and levels == 1 and name == "inference.py":
        return True
    names = {other.lower() for other in scope.above(levels)}
    if "mlmodel" in names:
        return True
    return (bool(scope.member) or name == "inference.py") and any(
        other.endswith(WEIGHT_SUFFIXES) for other in names
    )


def _below_package(scope: Scope) -> bool:
    """Is this a few folders below the top of an MLflow model or a TorchServe archive?

    Both name the folders of their code themselves.
    """
    depth = min(_folder(scope).strip("/").count("/") + 1, _PACKAGE_DEPTH)
    return any(
        {other.lower() for other in scope.above(level)} & _PACKAGE_TOPS
        for level in range(1, depth + 1)
    )


def may_be_imported(scope: Scope) -> bool:
    """May loading the model beside this Python file import it?"""
    name = scope.name.lower()
    folder = _folder(scope).rpartition("/")[2]
    if folder == "custom_generate" or _in_code_folder(scope, name):
        return True
    names = _names_beside(scope)
    if names & _HUB_FILES or names & _ARCHIVED:
        return True
    if _below_package(scope):
        return True
    weights = any(other.endswith(WEIGHT_SUFFIXES) for other in names)
    if "config.json" in names and (weights or name.startswith(_HUB_PREFIXES)):
        return True
    return weights and (name.startswith(_CODE_PREFIXES) or name.endswith("_handler.py"))
