"""Inputs to compare an estimator's outputs on: given, or drawn where the model makes decisions.

Random numbers alone would all fall into the same leaf of a tree or far from every support vector.
What the estimator has learned says where its inputs lie: thresholds, means, centers, categories,
a vocabulary. Values are drawn around those, all of them exact in single precision.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from seamark.harden.conversion.libraries import library
from seamark.harden.conversion.refusals import Unsuited

_CENTERS = (
    "mean_", "center_", "statistics_", "data_min_", "data_max_", "theta_", "means_", "location_",
    "cluster_centers_", "centroids_", "support_vectors_", "_fit_X", "X_train_", "X_fit_",
    "quantiles_", "x_mean_", "_x_mean", "components_samples_",
)  # fmt: skip
_INNER = ("best_estimator_", "estimator_", "base_estimator_", "final_estimator_", "regressor_",
          "transformer_", "_predictors", "estimators_", "calibrated_classifiers_", "estimator",
          "unary_encoder_")  # fmt: skip
_MOST = 2000
_DEPTH = 8
Pools = dict[int, list[Any]]


def sample_inputs(estimator: Any, job: Mapping[str, Any]) -> tuple[Any, str]:
    """Inputs for ``estimator`` and where they come from. Raises ``Unsuited``."""
    np = library("numpy")
    if job["sample"]:
        return read_sample(job["sample"]), "given"
    random = np.random.default_rng(job["seed"])
    count = int(job["samples"])
    words = _vocabulary(estimator)
    if words:
        return _texts(words, count, random), "drawn from the vocabulary"
    width = _width(estimator)
    if width is None:
        raise Unsuited(
            f"Inputs of {type(estimator).__name__} cannot be drawn; they are no table of numbers.",
            hint="Give some with --sample FILE.npy.",
        )
    pools: Pools = {}
    _learned(estimator, width, range(width), pools, 0)
    columns = [_column(pools.get(index, []), count, random) for index in range(width)]
    if _positive(estimator):
        columns = [abs(column) if column.dtype.kind == "f" else column for column in columns]
    names = getattr(estimator, "feature_names_in_", None)
    plain = all(column.dtype.kind == "f" for column in columns)
    if names is None and plain:
        return np.stack(columns, axis=1), "drawn around what the model learned"
    if names is None:
        return np.array(columns, dtype=object).T, "drawn around what the model learned"
    pandas = library("pandas")
    table = pandas.DataFrame(dict(zip(map(str, names), columns, strict=True)))
    return table, "drawn around what the model learned"


def read_sample(path: str) -> Any:
    """An array, or (``.npz`` with several) a table with a column for each. Raises ``Unsuited``."""
    np = library("numpy")
    try:
        with open(path, "rb") as file:
            found = np.load(file, allow_pickle=False)
            if not hasattr(found, "files"):
                return found
            arrays = {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError) as error:
        raise Unsuited(
            f"The sample cannot be read: {error}.", hint="Save it with numpy.save, without objects."
        ) from error
    if len(arrays) == 1:
        return next(iter(arrays.values()))
    return library("pandas").DataFrame(arrays)


def _first(estimator: Any) -> Any:
    steps = getattr(estimator, "steps", None)
    for _, step in steps if isinstance(steps, list) else ():
        if step is not None and not isinstance(step, str):
            return _first(step)
    for inner in ("best_estimator_", "estimator_"):
        if hasattr(estimator, inner) and not hasattr(estimator, "n_features_in_"):
            return _first(getattr(estimator, inner))
    return estimator


def _vocabulary(estimator: Any) -> list[str]:
    words = getattr(_first(estimator), "vocabulary_", None)
    return sorted(words) if isinstance(words, dict) and words else []


def _texts(words: list[str], count: int, random: Any) -> Any:
    np = library("numpy")
    # Capitals too: lower case is the vectorizer's work, and the conversion's.
    words = [*words, *words, *(word.capitalize() for word in words)]
    lines = [" ".join(random.choice(words, random.integers(1, 13))) for _ in range(count)]
    return np.array(lines)


def _width(estimator: Any) -> int | None:
    for each in (estimator, _first(estimator)):
        width = getattr(each, "n_features_in_", None)
        if isinstance(width, int) and width > 0:
            return width
    return None


def _positive(estimator: Any) -> bool:
    for each in (estimator, _first(estimator)):
        try:
            if each.__sklearn_tags__().input_tags.positive_only:
                return True
        except (AttributeError, TypeError):  # releases before 1.6 have no such tags
            if type(each).__name__ in (
                "MultinomialNB",
                "ComplementNB",
                "NMF",
                "AdditiveChi2Sampler",
            ):
                return True
    return False


def _column(pool: list[Any], count: int, random: Any) -> Any:
    """Half near what was learned, half over a wider range; categories as they are."""
    np = library("numpy")
    texts = [value for value in pool if isinstance(value, str)]
    if texts:
        return random.choice(np.array(sorted(set(texts)), dtype=object), count)
    numbers = np.array([value for value in pool if isinstance(value, int | float)], dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return random.normal(size=count).astype("f4").astype("f8")
    spread = float(numbers.std()) or max(abs(float(numbers[0])), 1.0)
    near = random.choice(numbers, count) + random.normal(scale=spread / 4, size=count)
    wide = random.uniform(numbers.min() - spread, numbers.max() + spread, count)
    chosen = np.where(random.random(count) < 0.5, near, wide)
    return chosen.astype("f4").astype("f8")


def _learned(estimator: Any, width: int, columns: Any, pools: Pools, depth: int) -> None:
    """Collect values that ``estimator`` knows of its inputs, into the pools of ``columns``."""
    if depth > _DEPTH or estimator is None or isinstance(estimator, str):
        return
    for index, value in _values(estimator, width):
        pool = pools.setdefault(columns[index], [])
        if len(pool) < _MOST:
            pool.append(value)
    for name, inner, chosen in getattr(estimator, "transformers_", None) or ():
        del name
        places = _places(estimator, chosen, width)
        _learned(_first(inner), len(places), [columns[place] for place in places], pools, depth + 1)
    if isinstance(getattr(estimator, "steps", None), list):
        _learned(_first(estimator), width, columns, pools, depth + 1)
        return
    for inner in _INNER:
        for each in _flat(getattr(estimator, inner, None)):
            _learned(each, width, columns, pools, depth + 1)


def _flat(value: Any) -> Iterator[Any]:
    if hasattr(value, "ravel"):
        value = list(value.ravel()) if value.dtype == object else []
    if isinstance(value, list | tuple):
        for each in value[:64]:
            yield from _flat(each)
    elif value is not None and not isinstance(value, str | int | float):
        yield value


def _places(estimator: Any, chosen: Any, width: int) -> list[int]:
    """Indexes of the columns that a ColumnTransformer gives to one of its transformers."""
    names = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    if isinstance(chosen, slice):
        return list(range(width))[chosen]
    listed = [chosen] if isinstance(chosen, str | int) else list(chosen)
    if listed and all(isinstance(each, bool) or type(each).__name__ == "bool_" for each in listed):
        return [index for index, each in enumerate(listed) if each]
    return [names.index(each) if isinstance(each, str) else int(each) for each in listed]


def _values(estimator: Any, width: int) -> Iterator[tuple[int, Any]]:
    for index, values in enumerate(getattr(estimator, "categories_", None) or ()):
        for value in list(values)[:_MOST] if index < width else ():
            yield index, value.item() if hasattr(value, "item") else value
    tree = getattr(estimator, "tree_", None)
    if tree is not None:
        for feature, threshold in zip(tree.feature[:_MOST], tree.threshold[:_MOST], strict=True):
            if 0 <= feature < width:
                yield int(feature), float(threshold)
    nodes = getattr(estimator, "nodes", None)
    if nodes is not None and "num_threshold" in (getattr(nodes.dtype, "names", None) or ()):
        for node in nodes[:_MOST]:
            if not node["is_leaf"] and node["feature_idx"] < width:
                yield int(node["feature_idx"]), float(node["num_threshold"])
    for name in _CENTERS:
        yield from _rows(getattr(estimator, name, None), width)


def _rows(value: Any, width: int) -> Iterator[tuple[int, Any]]:
    value = value.toarray() if hasattr(value, "toarray") else value
    if getattr(value, "dtype", None) is None or value.dtype.kind not in "fiu":
        return
    if value.ndim not in (1, 2) or value.shape[-1] != width:
        return
    for row in value.reshape(-1, width)[: _MOST // 4]:
        for index, each in enumerate(row):
            yield index, float(each)
