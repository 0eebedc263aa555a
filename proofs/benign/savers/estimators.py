"""Every scikit-learn estimator, fitted on tiny data; protocols and joblib compressors in turn."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import inspect
import pickle
import sys
import warnings

import joblib
import numpy as np
from record import Shelf
from sklearn.utils import all_estimators

X = np.random.RandomState(0).rand(24, 4)
Y = np.arange(24) % 3
COMPRESSORS = (0, 3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 2), ("lzma", 2), ("lz4", 3))
SLOW = {"GaussianProcessClassifier", "MLPRegressor", "MLPClassifier"}


def made(cls):
    """An instance, with the required arguments that meta-estimators have."""
    from sklearn.linear_model import LogisticRegression, Ridge

    names = inspect.signature(cls.__init__).parameters
    given = {}
    for name, parameter in names.items():
        if name in ("estimator", "base_estimator") and parameter.default in (
            inspect._empty,
            None,
            "deprecated",
        ):
            regressor = "Regress" in cls.__name__ or cls.__name__ in (
                "RFE",
                "RFECV",
                "MultiOutputRegressor",
            )
            if parameter.default is inspect._empty:
                given[name] = Ridge() if regressor else LogisticRegression(max_iter=20)
        elif name == "estimators":
            given[name] = [("a", LogisticRegression()), ("b", LogisticRegression(C=2))]
            if "Regress" in cls.__name__:
                given[name] = [("a", Ridge()), ("b", Ridge(2))]
        elif name == "transformers":
            from sklearn.preprocessing import MinMaxScaler, StandardScaler

            given[name] = [("s", StandardScaler(), [0, 1]), ("m", MinMaxScaler(), slice(2, 4))]
        elif name == "transformer_list":
            from sklearn.preprocessing import StandardScaler

            given[name] = [("s", StandardScaler())]
        elif name == "steps":
            from sklearn.preprocessing import StandardScaler

            given[name] = [("s", StandardScaler()), ("c", LogisticRegression())]
        elif name == "param_grid":
            given[name] = {"C": [0.1, 1.0]}
        elif name == "param_distributions":
            given[name] = {"C": [0.1, 1.0, 2.0]}
        elif name == "n_iter" and "Search" in cls.__name__:
            given[name] = 2
        elif name == "dictionary" and parameter.default is inspect._empty:
            given[name] = np.eye(4)
        elif name == "max_iter" and cls.__name__ in SLOW:
            given[name] = 5
    return cls(**given)


def fitted(name, cls):
    """A fitted instance; text estimators get text, one-dimensional ones get a column."""
    estimator = made(cls)
    texts = ["one two three", "two three four", "five six", "six one"] * 6
    tries = (
        (X, Y), (X, Y.astype(float)), (X,), (np.abs(X), np.c_[Y, Y]), (X[:, :1], Y), (Y,), (texts,),
        ([{"a": 1}, {"b": 2}],), (X[:, 0], Y), (X @ X.T,), ([[1, 2], [2], [3]],), (X, np.c_[X[:, 0], X[:, 1]]),
    )  # fmt: skip
    if name in ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer", "DictVectorizer"):
        tries = tries[6:8]
    last = None
    for arguments in tries:
        try:
            return estimator.fit(*arguments)
        except Exception as error:
            last = error
    raise last


def main(out):
    """Save each estimator twice: by pickle, and by joblib."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "sklearn", "scikit-learn")
    for index, (name, cls) in enumerate(all_estimators()):
        try:
            estimator = fitted(name, cls)
        except Exception as error:
            sys.stderr.write(f"{name} not fitted: {str(error)[:100]}\n")
            continue
        protocol = min(index % 6, pickle.HIGHEST_PROTOCOL)
        compress = COMPRESSORS[index % len(COMPRESSORS)]

        def by_pickle(path, value=estimator, number=protocol):
            with open(path, "wb") as handle:
                pickle.dump(value, handle, protocol=number)

        shelf.save(f"{name}-p{protocol}.pkl", by_pickle)
        label = compress if isinstance(compress, int) else compress[0]
        shelf.save(
            f"{name}-{label}.joblib",
            lambda path, value=estimator, how=compress: joblib.dump(value, path, compress=how),
            kind="joblib",
        )
    print("sklearn", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
