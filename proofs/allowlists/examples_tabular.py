"""Objects that NumPy, SciPy, pandas, scikit-learn, XGBoost and LightGBM users save."""

import datetime
import warnings
from collections.abc import Iterator

warnings.filterwarnings("ignore")


def _numpy() -> Iterator[object]:
    import numpy as np

    for kind in "?bBhHiIlLqQefdgFDG":
        yield np.arange(3).astype(kind)
        yield np.dtype(kind)
    yield np.float64(1.5)
    yield np.array(["a", "b"])
    yield np.array([b"a", None, {}], dtype=object)
    yield np.array(["2020-01-01"], dtype="datetime64[ns]")
    yield np.zeros(2, dtype=[("a", "i4"), ("b", "f8", (2,))])
    yield np.rec.fromrecords([(1, 2.0)], names="a,b")
    yield np.matrix([[1, 2]])
    yield np.asfortranarray(np.ones((3, 2)))
    yield np.ma.array([1, 2], mask=[0, 1])
    yield np.ma.masked
    yield np.poly1d([1, 2])
    yield np.polynomial.Polynomial([1, 2])
    for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
        yield np.random.Generator(getattr(np.random, name)(1))
        yield np.random.RandomState(getattr(np.random, name)(1))
    yield np.random.SeedSequence(1)
    yield from (np.log, np.log1p, np.add, np.mean, np.median, np.clip, np.float32, np.nan)
    if hasattr(np.dtypes, "StringDType") if hasattr(np, "dtypes") else False:
        yield np.array(["a"], dtype=np.dtypes.StringDType())


def _scipy() -> Iterator[object]:
    import numpy as np
    import scipy.interpolate as interpolate
    import scipy.optimize as optimize
    import scipy.sparse as sparse
    import scipy.spatial as spatial
    import scipy.stats as stats

    matrix = sparse.random(5, 5, 0.5, random_state=0)
    for form in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        yield matrix.asformat(form)
        if hasattr(sparse, form + "_array"):
            yield getattr(sparse, form + "_array")(matrix)
    x = np.linspace(0, 1, 8)
    yield interpolate.interp1d(x, x)
    yield interpolate.CubicSpline(x, x)
    yield interpolate.PchipInterpolator(x, x)
    yield interpolate.Akima1DInterpolator(x, x)
    yield interpolate.BSpline(*interpolate.splrep(x, x))
    yield interpolate.UnivariateSpline(x, x)
    yield interpolate.RegularGridInterpolator((x,), x)
    yield interpolate.Rbf(x, x)
    yield interpolate.RBFInterpolator(x[:, None], x)
    yield spatial.KDTree(np.random.rand(9, 2))
    yield spatial.cKDTree(np.random.rand(9, 2))
    yield spatial.transform.Rotation.identity()
    yield optimize.minimize(lambda v: (v**2).sum(), np.ones(2))
    yield from (stats.norm(), stats.uniform(0, 1), stats.expon(), stats.randint(0, 3))
    yield stats.norm
    yield stats.loguniform(1e-3, 1)
    yield stats.gaussian_kde(x)
    yield stats.multivariate_normal([0, 0])
    from scipy import special

    yield special.expit


def _pandas() -> Iterator[object]:
    import numpy as np
    import pandas as pd

    yield pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.0, np.nan]}, index=["u", "v"])
    yield pd.DataFrame({"a": pd.Categorical(["u", "v"]), "b": pd.date_range("2020", periods=2)})
    yield pd.DataFrame({"a": pd.date_range("2020", periods=2, tz="Europe/Berlin")})
    yield pd.DataFrame({"a": pd.date_range("2020", periods=2, tz="UTC"), "b": [True, False]})
    for kind in ("Int64", "boolean", "string", "Float64", "category", "Sparse[float]", "UInt8"):
        try:
            yield pd.Series([1, 0, 1]).astype(kind)
        except (TypeError, ValueError, ImportError):
            yield pd.Series([True, False]).astype(kind)
    yield pd.Series(pd.period_range("2020", periods=2, freq="M"))
    yield pd.Series(pd.timedelta_range("1s", periods=2))
    yield pd.Series(pd.interval_range(0, 2))
    yield pd.MultiIndex.from_product([["a", "b"], [1, 2]])
    yield from (pd.RangeIndex(3), pd.Index([1, 2]), pd.Index([1.5]), pd.Index(["a"]))
    yield pd.CategoricalIndex(["a"])
    yield pd.DatetimeIndex(["2020"], freq="D")
    yield pd.TimedeltaIndex(["1s"])
    yield pd.PeriodIndex(["2020"], freq="Y")
    yield pd.Index(["2020"], name="n")
    yield from (pd.Timestamp("2020"), pd.Timestamp("2020", tz="UTC"), pd.Timedelta("1s"))
    yield pd.Period("2020", "D")
    yield pd.Interval(0, 1)
    yield pd.NaT
    yield pd.NA
    offsets = pd.offsets
    for offset in (
        "Day",
        "Hour",
        "MonthEnd",
        "BDay",
        "Week",
        "YearEnd",
        "QuarterEnd",
        "MonthBegin",
    ):
        yield getattr(offsets, offset)(1)
    yield pd.DateOffset(days=1)
    yield pd.DataFrame({"a": [1, 2]}).dtypes
    yield pd.Series([1, 2]).rolling(2)
    yield pd.cut(pd.Series([1, 2, 3]), 2)


def _python() -> Iterator[object]:
    import collections
    import decimal
    import fractions
    import pathlib
    import random
    import re
    import uuid

    yield collections.OrderedDict(a=1)
    yield collections.defaultdict(list, a=[1])
    yield collections.Counter("ab")
    yield collections.deque([1], 3)
    yield [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5)]
    yield [pathlib.Path("a/b"), re.compile("a+"), random.Random(1)]
    yield [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), datetime.date(2020, 1, 1)]
    yield [1 + 2j, bytearray(b"ab"), b"ab", b"", {1}, frozenset([1]), slice(1), range(3), ...]
    yield [type(None), str.lower, ValueError("x")]


def _sklearn() -> Iterator[object]:
    import numpy as np
    from sklearn.utils import all_estimators
    from sklearn.utils._testing import set_random_state

    rng = np.random.RandomState(0)
    x = np.abs(rng.randn(30, 4)) + 0.1
    labels = np.arange(30) % 3
    targets = (labels, labels % 2, x[:, 0], np.column_stack([labels, labels]), x)
    for name, estimator in all_estimators():
        if name in ("VotingClassifier", "VotingRegressor"):
            continue
        for model in _made(estimator):
            for target in targets:
                try:
                    set_random_state(model)
                    yield model.fit(x, target)
                    break
                except Exception:
                    continue
    yield from _sklearn_composed(x, labels)


def _made(estimator: type) -> Iterator[object]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.tree import DecisionTreeClassifier

    try:
        yield estimator()
    except TypeError:
        for arguments in (
            {"estimator": LogisticRegression(), "param_grid": {"C": [1.0]}},
            {"estimator": LogisticRegression(), "param_distributions": {"C": [1.0]}, "n_iter": 1},
            {"estimator": LogisticRegression()},
            {"estimator": Ridge()},
            {"estimators": [("a", LogisticRegression()), ("b", DecisionTreeClassifier())]},
            {"estimators": [("a", Ridge())]},
            {"steps": [("a", LogisticRegression())]},
            {"transformers": [("a", "passthrough", [0, 1])]},
            {"transformer_list": [("a", "passthrough")]},
            {"base_estimator": LogisticRegression()},
            {"dictionary": __import__("numpy").eye(4)},
        ):
            try:
                yield estimator(**arguments)
            except TypeError:
                continue


def _sklearn_composed(x: object, labels: object) -> Iterator[object]:
    import numpy as np
    from sklearn import gaussian_process, metrics, neighbors, svm, tree
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, SGDClassifier, SGDRegressor
    from sklearn.model_selection import (
        GridSearchCV,
        GroupKFold,
        KFold,
        RepeatedStratifiedKFold,
        ShuffleSplit,
        StratifiedKFold,
        TimeSeriesSplit,
    )
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    texts = ["a good day", "a bad day"] * 15
    yield make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels)
    yield CountVectorizer(tokenizer=str.split, stop_words="english").fit(texts)
    yield make_pipeline(StandardScaler(), FunctionTransformer(np.log1p)).fit(x)
    yield from (
        KFold(3),
        StratifiedKFold(3),
        ShuffleSplit(3),
        TimeSeriesSplit(3),
        GroupKFold(3),
        RepeatedStratifiedKFold(),
    )
    for scoring in ("accuracy", "f1_macro", "roc_auc", "neg_log_loss"):
        yield GridSearchCV(LogisticRegression(), {"C": [1.0]}, scoring=scoring, cv=2).fit(
            x, np.asarray(labels) % 2
        )
    yield metrics.make_scorer(metrics.fbeta_score, beta=2)
    for name in metrics.get_scorer_names():
        yield metrics.get_scorer(name)
    for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron",
                 "squared_error", "huber", "epsilon_insensitive",
                 "squared_epsilon_insensitive"):  # fmt: skip
        yield SGDClassifier(loss=loss).fit(x, labels)
    for loss in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        yield SGDRegressor(loss=loss).fit(x, labels)
    for loss in ("squared_error", "absolute_error", "poisson", "quantile", "gamma"):
        try:
            yield HistGradientBoostingRegressor(loss=loss, quantile=0.5, max_iter=2).fit(
                x, x[:, 0] + 1
            )  # type: ignore[index]
        except ValueError:
            continue
    for criterion in ("squared_error", "absolute_error", "friedman_mse", "poisson"):
        yield tree.DecisionTreeRegressor(criterion=criterion).fit(x, np.asarray(labels) + 1)
    for init in ("zero", None):
        yield GradientBoostingClassifier(init=init, n_estimators=2).fit(x, labels)
    for metric in ("euclidean", "manhattan", "chebyshev", "minkowski", "cosine", "haversine",
                   "canberra", "braycurtis", "hamming", "jaccard"):  # fmt: skip
        for algorithm in ("auto", "brute", "kd_tree", "ball_tree"):
            try:
                yield neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm).fit(
                    x, labels
                )
            except ValueError:
                continue
    kernels = gaussian_process.kernels
    for kernel in (kernels.RBF(), kernels.Matern(), kernels.RationalQuadratic(),
                   kernels.DotProduct() + kernels.WhiteKernel(),
                   kernels.ConstantKernel() * kernels.RBF(), kernels.RBF() ** 2):  # fmt: skip
        yield gaussian_process.GaussianProcessRegressor(kernel, alpha=1e-2).fit(x, labels)
    for kernel in ("linear", "rbf", "poly", "sigmoid"):
        yield svm.SVC(kernel=kernel, probability=True).fit(x, labels)
    for model in (neighbors.KDTree, neighbors.BallTree):
        for metric in ("euclidean", "manhattan", "chebyshev", "minkowski"):
            yield model(x, metric=metric)
    yield ColumnTransformer([("a", StandardScaler(), slice(0, 2)), ("b", "drop", [3])]).fit(x)


def _boosting() -> Iterator[object]:
    import numpy as np

    x = np.random.RandomState(0).rand(60, 3)
    y = np.arange(60) % 2
    try:
        import xgboost
    except ImportError:
        pass
    else:
        yield xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(x, y), 2)
        for model in (xgboost.XGBClassifier, xgboost.XGBRegressor, xgboost.XGBRFClassifier,
                      xgboost.XGBRFRegressor):  # fmt: skip
            yield model(n_estimators=2).fit(x, y)
        yield xgboost.XGBRanker(n_estimators=2).fit(x, y, qid=np.arange(60) // 10)
        yield xgboost.XGBClassifier(
            n_estimators=2, callbacks=[xgboost.callback.EarlyStopping(2)]
        ).fit(x, y, eval_set=[(x, y)])
    try:
        import lightgbm
    except ImportError:
        return
    quiet = {"verbose": -1, "n_estimators": 2}
    yield lightgbm.train({"verbose": -1}, lightgbm.Dataset(x, y), 2)
    for model in (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor):
        yield model(**quiet).fit(x, y)
    yield lightgbm.LGBMRanker(**quiet).fit(x, y, group=[30, 30])
    yield lightgbm.LGBMClassifier(**quiet).fit(
        x, y, eval_set=[(x, y)], callbacks=[lightgbm.early_stopping(2, verbose=False)]
    )


def examples() -> Iterator[object]:
    """Everything above that this environment has; a part that fails ends alone."""
    for part in (_python, _numpy, _scipy, _pandas, _sklearn, _boosting):
        try:
            yield from part()
        except Exception as error:
            print(f"{part.__name__}: {error!r}")
