"""Objects that the newest and the oldest covered releases save: boosters, samplers, statistics."""

import pickle
import sys
import warnings

from record import Shelf


def _write(thing, protocol=None):
    def write(path):
        with open(path, "wb") as file:
            pickle.dump(thing() if callable(thing) else thing, file, protocol=protocol)

    return write


def _dump(thing):
    def write(path):
        import joblib

        joblib.dump(thing(), path)

    return write


def _data():
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 4))
    y = (x[:, 0] + 0.3 * rng.normal(size=80) > 0.4).astype(int)
    return x, y


def boosters(out):
    """Boosters of the three libraries, bare, in a pipeline and in a search."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = _data()
    try:
        import xgboost as xgb

        shelf = Shelf(out, "xgboost", "xgboost-cpu")
        for name, cls in (
            ("clf", xgb.XGBClassifier),
            ("reg", xgb.XGBRegressor),
            ("rf", xgb.XGBRFClassifier),
        ):
            shelf.save(f"{name}.pkl", _write(lambda c=cls: c(n_estimators=3).fit(x, y)))
        shelf.save("booster.pkl", _write(lambda: xgb.train({"max_depth": 2}, xgb.DMatrix(x, y), 3)))
        shelf.save(
            "pipeline.joblib",
            _dump(
                lambda: make_pipeline(StandardScaler(), xgb.XGBClassifier(n_estimators=2)).fit(x, y)
            ),
        )
        shelf.save(
            "early.pkl",
            _write(
                lambda: xgb.XGBClassifier(
                    n_estimators=5, early_stopping_rounds=2, eval_metric="logloss"
                ).fit(x, y, eval_set=[(x, y)], verbose=False)
            ),
        )
    except ImportError as error:
        print("no xgboost", error)
    import lightgbm as lgb

    shelf = Shelf(out, "lightgbm")
    for name, cls in (("clf", lgb.LGBMClassifier), ("reg", lgb.LGBMRegressor)):
        shelf.save(f"{name}.pkl", _write(lambda c=cls: c(n_estimators=3, verbose=-1).fit(x, y)))
    shelf.save("booster.pkl", _write(lambda: lgb.train({"verbose": -1}, lgb.Dataset(x, y), 3)))
    shelf.save(
        "search.joblib",
        _dump(
            lambda: GridSearchCV(
                lgb.LGBMClassifier(verbose=-1), {"n_estimators": [2, 3]}, cv=2
            ).fit(x, y)
        ),
    )
    import catboost as cat

    shelf = Shelf(out, "catboost")
    quiet = {"iterations": 3, "verbose": False, "allow_writing_files": False}
    for name in ("CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker", "CatBoost"):
        if name == "CatBoostRanker":
            made = lambda c=cat.CatBoostRanker: c(**quiet).fit(x, y, group_id=sorted(y.tolist()))  # noqa: E731
        elif name == "CatBoost":
            made = lambda c=cat.CatBoost: c(quiet).fit(x, y)  # noqa: E731
        else:
            made = lambda c=getattr(cat, name): c(**quiet).fit(x, y)  # noqa: E731
        for protocol in (2, 5):
            shelf.save(f"{name}-{protocol}.pkl", _write(made, protocol))
    shelf.save("unfitted.pkl", _write(lambda: cat.CatBoostClassifier(iterations=3)))
    shelf.save(
        "evals.pkl", _write(lambda: cat.CatBoostClassifier(**quiet).fit(x, y, eval_set=(x, y)))
    )
    shelf.save(
        "pipeline.joblib",
        _dump(lambda: make_pipeline(StandardScaler(), cat.CatBoostClassifier(**quiet)).fit(x, y)),
    )


def samplers(out):
    """imbalanced-learn: samplers, its pipeline and its ensembles."""
    from imblearn import combine, ensemble, over_sampling, pipeline, under_sampling
    from sklearn.linear_model import LogisticRegression

    x, y = _data()
    shelf = Shelf(out, "imbalanced-learn")
    for module in (over_sampling, under_sampling, combine):
        for name in module.__all__:
            if name in ("SMOTENC", "SMOTEN"):
                continue

            def fitted(c=getattr(module, name)):
                sampler = c()
                sampler.fit_resample(x, y)
                return sampler

            shelf.save(f"{name}.pkl", _write(fitted))
    for name in (
        "BalancedBaggingClassifier",
        "BalancedRandomForestClassifier",
        "EasyEnsembleClassifier",
        "RUSBoostClassifier",
    ):
        shelf.save(
            f"{name}.pkl",
            _write(lambda c=getattr(ensemble, name): c(n_estimators=3, random_state=0).fit(x, y)),
        )
    made = lambda: pipeline.make_pipeline(over_sampling.SMOTE(), LogisticRegression()).fit(x, y)  # noqa: E731
    shelf.save("pipeline.pkl", _write(made))
    shelf.save("pipeline.joblib", _dump(made))


def statistics(out):
    """statsmodels: results as ``.save()`` writes them, over arrays and frames without formulas."""
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm
    from statsmodels.tsa.api import AutoReg, ExponentialSmoothing
    from statsmodels.tsa.arima.model import ARIMA

    x, y = _data()
    x = sm.add_constant(x)
    frame = pd.DataFrame(x, columns=list("abcde"))
    series = np.cumsum(np.random.default_rng(1).normal(size=60)) + 20
    shelf = Shelf(out, "statsmodels")
    made = {
        "ols": lambda: sm.OLS(y, x).fit(),
        "ols-frame": lambda: sm.OLS(pd.Series(y), frame).fit(),
        "wls": lambda: sm.WLS(y, x).fit(),
        "gls": lambda: sm.GLS(y, x).fit(),
        "glm": lambda: sm.GLM(y, x, family=sm.families.Poisson()).fit(),
        "glm-binomial": lambda: sm.GLM(y, x, family=sm.families.Binomial()).fit(),
        "logit": lambda: sm.Logit(y, x).fit(disp=0),
        "probit": lambda: sm.Probit(y, x).fit(disp=0),
        "poisson": lambda: sm.Poisson(y, x).fit(disp=0),
        "rlm": lambda: sm.RLM(y, x).fit(),
        "quantreg": lambda: sm.QuantReg(y, x).fit(),
        "autoreg": lambda: AutoReg(series, 2).fit(),
        "arima": lambda: ARIMA(series, order=(1, 1, 0)).fit(),
        "smoothing": lambda: ExponentialSmoothing(series, trend="add").fit(),
    }
    for name, make in made.items():
        shelf.save(f"{name}.pickle", lambda path, m=make: m().save(path))
    shelf.save("ols-slim.pickle", lambda path: sm.OLS(y, x).fit().save(path, remove_data=True))


def main(out):
    """Everything that this environment has."""
    warnings.simplefilter("ignore")
    for part in (boosters, samplers, statistics):
        try:
            part(out)
        except ImportError as error:
            print("left out", part.__name__, error)


if __name__ == "__main__":
    main(sys.argv[1])
