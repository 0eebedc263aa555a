"""Native files of XGBoost, LightGBM and CatBoost: every booster, form and option that is cheap."""

import sys
import warnings

import numpy as np
from record import Shelf

R = np.random.RandomState(0)
X = R.rand(120, 5)
Y = (X[:, 0] + X[:, 1] > 1).astype(int)
MANY = np.digitize(X[:, 2], [0.3, 0.6])
GROUPS = [60, 60]


def xgboosts():
    """Names and boosters."""
    import xgboost as xgb

    plain = xgb.DMatrix(X, Y)
    named = xgb.DMatrix(X, Y, feature_names=list("abcde"), feature_types=["q"] * 5)
    many = xgb.DMatrix(X, MANY)
    times = xgb.DMatrix(X)
    times.set_float_info("label_lower_bound", X[:, 0] + 0.1)
    times.set_float_info("label_upper_bound", X[:, 0] + 0.2)
    quiet = {"max_depth": 3, "verbosity": 0}

    def custom(margin, data):
        return margin - data.get_label(), np.ones_like(margin)

    yield "logistic", lambda: xgb.train({**quiet, "objective": "binary:logistic"}, plain, 4)
    yield "named", lambda: xgb.train({**quiet, "objective": "reg:pseudohubererror"}, named, 3)
    yield (
        "softprob",
        lambda: xgb.train({**quiet, "objective": "multi:softprob", "num_class": 3}, many, 3),
    )
    yield "dart", lambda: xgb.train({**quiet, "booster": "dart", "rate_drop": 0.5}, plain, 5)
    yield "linear", lambda: xgb.train({"booster": "gblinear", "verbosity": 0}, plain, 5)
    yield "poisson", lambda: xgb.train({**quiet, "objective": "count:poisson"}, plain, 3)
    yield "aft", lambda: xgb.train({**quiet, "objective": "survival:aft"}, times, 3)
    yield "custom", lambda: xgb.train(quiet, plain, 3, obj=custom)
    yield (
        "pruned",
        lambda: xgb.train({**quiet, "gamma": 2, "max_depth": 8, "tree_method": "exact"}, plain, 6),
    )
    yield "forest", lambda: xgb.train({**quiet, "num_parallel_tree": 4, "subsample": 0.5}, plain, 2)
    yield (
        "deep",
        lambda: xgb.train({"max_depth": 12, "min_child_weight": 0, "verbosity": 0}, plain, 20),
    )
    yield (
        "stopped",
        lambda: xgb.train(
            quiet, plain, 30, evals=[(plain, "a")], early_stopping_rounds=2, verbose_eval=False
        ),
    )
    yield "classifier", lambda: xgb.XGBClassifier(n_estimators=3).fit(X, MANY)
    yield "ranker", lambda: xgb.XGBRanker(n_estimators=3).fit(X, Y, group=GROUPS)
    yield (
        "targets",
        lambda: xgb.train(
            {"tree_method": "hist", "multi_strategy": "multi_output_tree"},
            xgb.DMatrix(X, X[:, :2]),
            3,
        ),
    )
    codes = xgb.DMatrix(
        np.column_stack([R.randint(0, 9, 120), R.rand(120)]), Y, feature_types=["c", "q"],
        enable_categorical=True,
    )  # fmt: skip
    yield "categories", lambda: xgb.train({"tree_method": "hist", "max_cat_to_onehot": 2}, codes, 3)


def save_xgboosts(out):
    """Each model in each form that the release writes."""
    shelf = Shelf(out, "xgboost", distribution("xgboost", "xgboost-cpu"))
    for name, make in xgboosts():
        for ending in ("json", "ubj", "deprecated"):

            def write(path, make=make):
                model = make()
                model = model.get_booster() if hasattr(model, "get_booster") else model
                if path.endswith(".deprecated"):
                    raw = model.save_raw("deprecated")
                    with open(path, "wb") as handle:
                        handle.write(raw)
                    return
                model.set_attr(note="trained for the corpus", best="0.5")
                model.save_model(path)

            shelf.save(f"native/{name}.{ending}", write, kind="xgboost-" + ending)
    print("xgboost", shelf.saved, shelf.failed)


def distribution(*names):
    """The first of these distributions that is installed."""
    from importlib import metadata

    for name in names:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        return name
    raise SystemExit(f"none of {names} is installed")


def lightgbms():
    """Names and boosters."""
    import lightgbm as lgb
    import pandas as pd

    quiet = {"verbose": -1, "min_data_in_leaf": 2, "num_threads": 1}

    def train(params, label=Y, rounds=4, **extra):
        return lgb.train({**quiet, **params}, lgb.Dataset(X, label, **extra), rounds)

    frame = pd.DataFrame({"a": pd.Categorical(R.choice(list("xyzuvw"), 120)), "b": X[:, 0]})
    yield "binary", lambda: train({"objective": "binary"})
    yield "regression", lambda: train({"objective": "regression_l1"}, X[:, 1], 10)
    yield "multiclass", lambda: train({"objective": "multiclass", "num_class": 3}, MANY)
    yield "dart", lambda: train({"boosting": "dart"})
    yield "forest", lambda: train({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5})
    yield "goss", lambda: train({"boosting": "goss"})
    yield "linear", lambda: train({"linear_tree": True, "objective": "regression"}, X[:, 1])
    yield "named", lambda: train({"objective": "binary"}, feature_name=list("abcde"))
    yield "constant", lambda: train({"objective": "binary", "min_data_in_leaf": 1000})
    yield "monotone", lambda: train({"monotone_constraints": [1, 0, 0, 0, -1]})
    yield "ranker", lambda: train({"objective": "lambdarank"}, group=GROUPS)
    yield "quantile", lambda: train({"objective": "quantile", "alpha": 0.9}, X[:, 1])
    yield "many", lambda: train({"num_leaves": 63, "objective": "binary"}, rounds=40)
    yield "categories", lambda: lgb.train(
        {**quiet, "min_data_per_group": 2, "cat_smooth": 1, "max_cat_to_onehot": 1},
        lgb.Dataset(frame, Y), 4,
    )  # fmt: skip
    yield "classifier", lambda: lgb.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, MANY).booster_
    yield "cross", lambda: train({"objective": "cross_entropy", "max_bin": 15}, X[:, 0])


def save_lightgbms(out):
    """Each model as text."""
    shelf = Shelf(out, "lightgbm")
    for name, make in lightgbms():
        shelf.save(f"native/{name}.txt", lambda path, m=make: m().save_model(path), kind="lightgbm")
    print("lightgbm", shelf.saved, shelf.failed)


def catboosts():
    """Names and models."""
    import catboost as cb

    quiet = {"iterations": 4, "depth": 3, "verbose": False, "allow_writing_files": False,
             "thread_count": 1}  # fmt: skip
    words = [[str(w)] for w in R.choice(["red", "green", "blue", "black"], 120)]
    mixed = [
        [row[2], str(int(X[i, 0] * 9) * 7 % 5) + words[i][0][:1] * (i % 9 == 0), row[3]]
        for i, row in enumerate(X.tolist())
    ]
    texts = [
        [row[0], f"{words[i][0]} car and {words[-i][0]} house"] for i, row in enumerate(X.tolist())
    ]

    class Custom:
        def calc_ders_range(self, approxes, targets, weights):
            return [(t - a, -1.0) for a, t in zip(approxes, targets)]  # noqa: B905 - Python 3.9

    def fit(label=Y, data=X, kind=cb.CatBoostClassifier, pool=None, **options):
        options = {**quiet, **options}
        model = kind(options) if kind is cb.CatBoost else kind(**options)
        return model.fit(cb.Pool(data, label, **(pool or {})))

    yield "classifier", lambda: fit()
    yield "regressor", lambda: fit(X[:, 1], kind=cb.CatBoostRegressor)
    yield "multiclass", lambda: fit(MANY, loss_function="MultiClass")
    yield (
        "quantiles",
        lambda: fit(
            X[:, 1], kind=cb.CatBoostRegressor, loss_function="MultiQuantile:alpha=0.1,0.9"
        ),
    )
    yield "lossguide", lambda: fit(grow_policy="Lossguide", max_leaves=9, depth=6)
    yield "depthwise", lambda: fit(grow_policy="Depthwise")
    yield "categories", lambda: fit(data=mixed, pool={"cat_features": [1]}, one_hot_max_size=1)
    yield "onehot", lambda: fit(data=mixed, pool={"cat_features": [1]}, one_hot_max_size=10)
    yield "texts", lambda: fit(data=texts, pool={"text_features": [1]})
    yield (
        "ranker",
        lambda: fit(
            kind=cb.CatBoost, pool={"group_id": [0] * 60 + [1] * 60}, loss_function="YetiRank"
        ),
    )
    yield (
        "custom",
        lambda: fit(X[:, 1], kind=cb.CatBoostRegressor, loss_function=Custom(), eval_metric="RMSE"),
    )
    yield (
        "named",
        lambda: fit(pool={"feature_names": ["alpha", "beta", "gamma", "delta", "epsilon"]}),
    )
    yield "nans", lambda: fit(data=np.where(X > 0.9, np.nan, X))
    yield "many", lambda: fit(iterations=60, depth=6)
    yield "balanced", lambda: fit(auto_class_weights="Balanced", class_names=[0, 1])
    yield "poisson", lambda: fit(Y, kind=cb.CatBoostRegressor, loss_function="Poisson")
    yield (
        "embedding",
        lambda: fit(data=[[r[0], r[1:].tolist()] for r in X], pool={"embedding_features": [1]}),
    )


def save_catboosts(out):
    """Each model as CBM and JSON, one each as ONNX, Core ML and PMML."""
    shelf = Shelf(out, "catboost")
    for name, make in catboosts():
        shelf.save(f"native/{name}.cbm", lambda path, m=make: m().save_model(path), kind="catboost")
        shelf.save(
            f"native/{name}.json", lambda path, m=make: m().save_model(path, format="json"),
            kind="catboost-json",
        )  # fmt: skip
    shelf.save(
        "native/regressor.onnx",
        lambda path: dict(catboosts())["regressor"]().save_model(path, format="onnx"),
        kind="onnx",
    )
    print("catboost", shelf.saved, shelf.failed)


def main(out):
    """The libraries that this environment has."""
    warnings.simplefilter("ignore")
    for library, save in (
        ("xgboost", save_xgboosts), ("lightgbm", save_lightgbms), ("catboost", save_catboosts),
    ):  # fmt: skip
        try:
            __import__(library)
        except ImportError:
            continue
        save(out)


if __name__ == "__main__":
    main(sys.argv[1])
