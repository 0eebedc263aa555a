"""What an estimator says on inputs, method by method, and how both go from child to child."""

from collections.abc import Iterator, Mapping
from typing import Any

from seamark.harden.conversion.libraries import library
from seamark.harden.conversion.refusals import Refused

METHODS = ("predict", "predict_proba", "decision_function", "score_samples", "transform")


def outputs(estimator: Any, inputs: Any) -> dict[str, Any]:
    """Arrays by method, of all methods that the estimator has. Raises ``Refused`` without any."""
    found: dict[str, Any] = {}
    for method in METHODS:
        call = getattr(estimator, method, None)
        if callable(call):
            try:
                result = call(inputs)
            except (AttributeError, NotImplementedError):
                continue  # it depends on what is inside
            found.update(_arrays(method, result))
    if not found:
        raise Refused(f"{type(estimator).__name__} has no outputs that could be compared.")
    return found


def _arrays(name: str, result: Any) -> Iterator[tuple[str, Any]]:
    np = library("numpy")
    if isinstance(result, list | tuple):
        for index, each in enumerate(result):
            yield from _arrays(f"{name}[{index}]", each)
        return
    array = result.toarray() if hasattr(result, "toarray") else np.asarray(result)
    yield name, array.astype(str) if array.dtype == object else array


def save(path: str, inputs: Any, expected: Mapping[str, Any]) -> None:
    """Write inputs and outputs for the child that proves; arrays alone, no objects."""
    np = library("numpy")
    arrays = {f"out/{name}": array for name, array in expected.items()}
    if hasattr(inputs, "columns"):
        for index, name in enumerate(inputs.columns):
            column = inputs[name].to_numpy()
            arrays[f"in/{index:06}/{name}"] = _plain(column)
    elif inputs.dtype == object:
        for index in range(inputs.shape[1]):
            arrays[f"in/{index:06}/"] = _plain(np.array(list(inputs[:, index])))
    else:
        arrays["in"] = inputs
    with open(path, "wb") as file:
        np.savez(file, **arrays)


def _plain(column: Any) -> Any:
    return column.astype(str) if column.dtype.kind in "OTU" else column


def load(path: str) -> tuple[Any, dict[str, Any]]:
    """What :func:`save` wrote: inputs (an array, or a table) and outputs by method."""
    np = library("numpy")
    with np.load(path, allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    expected = {name[4:]: array for name, array in arrays.items() if name.startswith("out/")}
    if "in" in arrays:
        return arrays["in"], expected
    columns = {name[10:]: arrays[name] for name in sorted(arrays) if name.startswith("in/")}
    if "" in columns:
        lists = [arrays[name].astype(object) for name in sorted(arrays) if name.startswith("in/")]
        return np.array(lists, dtype=object).T, expected
    table = library("pandas").DataFrame(columns)
    for name in table.columns:
        if columns[str(name)].dtype.kind == "U":
            table[name] = table[name].astype(object)
    return table, expected
