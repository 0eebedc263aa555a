"""What the outermost object of a pickle says of the model: its class, its library and version."""

from seamark.scan.models.pickle.decompile import printable
from seamark.scan.models.pickle.shapes import class_of
from seamark.scan.models.pickle.trace import Call, Const, Map, Raw, Value, thaw
from seamark.scan.models.scope import Scope

_LIBRARIES = {
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "imblearn": "imbalanced-learn",
    "statsmodels": "statsmodels",
    "torch": "PyTorch",
    "keras": "Keras",
}
"""Top-level module to the library's own name; classes of other modules are data, not models."""

_VERSIONS = ("_sklearn_version", "_imblearn_version")


def describe_root(result: Value | None, scope: Scope) -> None:
    """Describe the model that the stream gives, where it is one of a known library."""
    made = class_of(result) if isinstance(result, Call) else None
    library = _LIBRARIES.get(made.module.partition(".")[0]) if made is not None else None
    if made is None or library is None or not isinstance(result, Call):
        return
    scope.describe(
        framework=library,
        framework_version=_version(result.state),
        architecture=printable(made.name),
    )


def _version(state: Raw | None) -> str:
    value = None if state is None else thaw(state)
    for key, item in value.items if isinstance(value, Map) else ():
        if isinstance(key, Const) and key.value in _VERSIONS and isinstance(item, Const):
            return str(item.value)
    return ""
