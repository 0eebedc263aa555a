"""XGBoost and LightGBM: wrappers and boosters, by pickle, joblib and their own formats."""

import pickle
import sys
import warnings

import joblib
import numpy as np
from record import Shelf

X = np.random.RandomState(0).rand(80, 4)
Y = (X[:, 0] > 0.5).astype(int)
GROUPS = [40, 40]


def dumped(value, protocol):
    """A writer by pickle."""

    def write(path):
        with open(path, "wb") as handle:
            pickle.dump(value, handle, protocol=protocol)

    return write


def xgboosts(shelf):
    """XGBoost's models."""
    import xgboost as xgb

    models = {
        "classifier": xgb.XGBClassifier(n_estimators=3).fit(X, Y),
        "regressor": xgb.XGBRegressor(n_estimators=3, objective="reg:absoluteerror").fit(
            X, X[:, 1]
        ),
        "ranker": xgb.XGBRanker(n_estimators=3).fit(X, Y, group=GROUPS),
        "forest": xgb.XGBRFClassifier(n_estimators=3).fit(X, Y),
        "categories": xgb.XGBClassifier(n_estimators=2, tree_method="hist", eval_metric="auc").fit(
            X, Y
        ),
        "unfitted": xgb.XGBClassifier(),
        "booster": xgb.train({"max_depth": 2}, xgb.DMatrix(X, Y), 3),
    }
    for index, (name, model) in enumerate(models.items()):
        shelf.save(name + ".pkl", dumped(model, (4, 2, 5, 3)[index % 4]))
        shelf.save(
            name + ".joblib",
            lambda p, v=model: joblib.dump(v, p, compress=index_compress(p)),
            kind="joblib",
        )
    for ending in ("json", "ubj"):
        shelf.save("booster." + ending, models["booster"].save_model, kind="native")


def index_compress(path):
    """A compressor by the name's length: a stable mix."""
    return (0, 3, ("lz4", 1))[len(path) % 3]


def lightgbms(shelf):
    """LightGBM's models."""
    import lightgbm as lgb

    quiet = {"n_estimators": 3, "min_child_samples": 2, "verbose": -1}
    models = {
        "classifier": lgb.LGBMClassifier(**quiet).fit(X, Y),
        "regressor": lgb.LGBMRegressor(**quiet).fit(X, X[:, 1]),
        "ranker": lgb.LGBMRanker(**quiet).fit(X, Y, group=GROUPS),
        "dart": lgb.LGBMClassifier(boosting_type="dart", **quiet).fit(X, Y),
        "unfitted": lgb.LGBMClassifier(),
        "booster": lgb.train({"verbose": -1, "min_data_in_leaf": 2}, lgb.Dataset(X, Y), 3),
    }
    for index, (name, model) in enumerate(models.items()):
        shelf.save(name + ".pkl", dumped(model, (4, 2, 5, 3)[index % 4]))
        shelf.save(
            name + ".joblib",
            lambda p, v=model: joblib.dump(v, p, compress=index_compress(p)),
            kind="joblib",
        )
    shelf.save("booster.txt", models["booster"].save_model, kind="native")


def main(out):
    """Both libraries."""
    warnings.simplefilter("ignore")
    for library, fill in (("xgboost", xgboosts), ("lightgbm", lightgbms)):
        shelf = Shelf(out, library)
        fill(shelf)
        print(library, shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
