"""Models as teams build them: pipelines, searches, ensembles, custom functions of libraries."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import pickle
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
from record import Shelf
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    linear_model,
    metrics,
    model_selection,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)

R = np.random.RandomState(1)
FRAME = pd.DataFrame({
    "age": R.randint(18, 90, 60), "income": R.rand(60) * 1e5, "city": R.choice(["Bern", "Oslo", "Rome"], 60),
    "member": R.rand(60) > 0.5, "since": pd.date_range("2020-01-01", periods=60),
    "note": ["please reset my password", "where is my card", "cancel the order"] * 20,
})  # fmt: skip
Y = np.arange(60) % 2
X = R.rand(60, 5)


def build():
    """Name to fitted model."""
    numbers = ["age", "income"]
    columns = compose.ColumnTransformer([
        ("n", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), numbers),
        ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["city"]),
        ("t", feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), "note"),
    ], remainder="drop")  # fmt: skip
    typed = compose.make_column_transformer(
        (preprocessing.MinMaxScaler(), compose.make_column_selector(dtype_include=np.number)),
        (preprocessing.OrdinalEncoder(), ["city"]),
    )
    log = preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1, validate=True)
    grid = model_selection.GridSearchCV(svm.SVC(), {"C": [0.1, 1]}, cv=3)
    scored = model_selection.GridSearchCV(
        linear_model.LogisticRegression(), {"C": [1, 2]}, cv=model_selection.StratifiedKFold(3),
        scoring=metrics.make_scorer(metrics.f1_score))  # fmt: skip
    random = model_selection.RandomizedSearchCV(
        ensemble.RandomForestClassifier(n_estimators=4), {"max_depth": [2, 3]}, n_iter=2, cv=2
    )
    vote = ensemble.VotingClassifier([
        ("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB()),
        ("c", tree.DecisionTreeClassifier(max_depth=2))])  # fmt: skip
    stack = ensemble.StackingClassifier(
        [("a", svm.SVC(probability=True)), ("b", neighbors.KNeighborsClassifier())]
    )
    kernel = gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()
    text = pipeline.make_pipeline(
        feature_extraction.text.CountVectorizer(), feature_extraction.text.TfidfTransformer(),
        linear_model.SGDClassifier(loss="modified_huber"))  # fmt: skip
    union = pipeline.make_union(decomposition.PCA(2), feature_selection.SelectKBest(
        feature_selection.mutual_info_classif, k=2))  # fmt: skip
    return {
        "columns": pipeline.make_pipeline(columns, linear_model.LogisticRegression()).fit(FRAME, Y),
        "columns-forest": pipeline.make_pipeline(columns, ensemble.RandomForestClassifier(5)).fit(FRAME, Y),
        "columns-typed": pipeline.make_pipeline(typed, linear_model.Ridge()).fit(FRAME, Y),
        "log": pipeline.make_pipeline(log, linear_model.LinearRegression()).fit(X, Y),
        "grid": grid.fit(X, Y),
        "grid-scored": scored.fit(X, Y),
        "random-search": random.fit(X, Y),
        "vote": vote.fit(X, Y),
        "stack": stack.fit(X, Y),
        "calibrated": calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2).fit(X, Y),
        "target": compose.TransformedTargetRegressor(
            linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1).fit(X, Y + 1.0),
        "process": gaussian_process.GaussianProcessClassifier(kernel).fit(X, Y),
        "process-regressor": gaussian_process.GaussianProcessRegressor(kernel, normalize_y=True).fit(X, Y),
        "text": text.fit(FRAME["note"], Y),
        "union": pipeline.make_pipeline(union, naive_bayes.GaussianNB()).fit(X, Y),
        "boosting": ensemble.GradientBoostingClassifier(n_estimators=5).fit(X, Y),
        "histogram": ensemble.HistGradientBoostingClassifier(max_iter=5).fit(X, Y),
        "histogram-early": ensemble.HistGradientBoostingRegressor(
            max_iter=5, early_stopping=True, scoring="neg_mean_squared_error").fit(X, Y),
        "adaboost": ensemble.AdaBoostClassifier(n_estimators=3).fit(X, Y),
        "bagging": ensemble.BaggingClassifier(tree.DecisionTreeClassifier(), n_estimators=3).fit(X, Y),
        "network": neural_network.MLPClassifier((4,), max_iter=20, solver="adam").fit(X, Y),
        "network-sgd": neural_network.MLPRegressor((4, 3), max_iter=20, solver="sgd").fit(X, Y),
        "chain": multioutput.ClassifierChain(linear_model.LogisticRegression()).fit(X, np.c_[Y, 1 - Y]),
        "kmeans": cluster.KMeans(3, n_init=2).fit(X),
        "neighbors-tree": neighbors.KNeighborsClassifier(algorithm="ball_tree").fit(X, Y),
        "neighbors-kd": neighbors.KNeighborsRegressor(algorithm="kd_tree").fit(X, Y),
        "density": neighbors.KernelDensity().fit(X),
        "knn-imputer": impute.KNNImputer().fit(X),
        "svr-poly": svm.SVR(kernel="poly").fit(X, Y),
        "labels": preprocessing.LabelEncoder().fit(["no", "yes", "maybe"]),
        "labels-many": preprocessing.MultiLabelBinarizer().fit([("a", "b"), ("c",)]),
        "select-f": feature_selection.SelectPercentile(feature_selection.f_classif).fit(X, Y),
        "rfe": feature_selection.RFE(linear_model.LogisticRegression()).fit(X, Y),
        "custom-metric": neighbors.NearestNeighbors(metric="minkowski", p=3).fit(X),
        "poly": pipeline.make_pipeline(preprocessing.PolynomialFeatures(2), linear_model.Lasso()).fit(X, Y),
        "spline": pipeline.make_pipeline(preprocessing.SplineTransformer(), linear_model.Ridge()).fit(X, Y),
        "dict": {"model": linear_model.LogisticRegression().fit(X, Y), "features": list("abcde"),
                 "threshold": 0.4, "trained": pd.Timestamp("2024-01-01")},
        "tuple": (preprocessing.StandardScaler().fit(X), svm.SVC().fit(X, Y), FRAME.dtypes),
        "scorer": metrics.make_scorer(metrics.fbeta_score, beta=2),
        "folds": model_selection.KFold(3, shuffle=True, random_state=0),
        "bunch": __import__("sklearn.datasets").datasets.load_iris(),
        "frame-search": grid.cv_results_,
    }  # fmt: skip


def main(out):
    """Each model by pickle and by joblib."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "sklearn-pipelines", "scikit-learn")
    for index, (name, model) in enumerate(build().items()):

        def by_pickle(path, value=model, number=(4, 2, 3, 5)[index % 4]):
            with open(path, "wb") as handle:
                pickle.dump(value, handle, protocol=number)

        shelf.save(name + ".pkl", by_pickle)
        compress = (0, 3, ("xz", 1))[index % 3]
        shelf.save(
            name + ".joblib",
            lambda p, v=model, c=compress: joblib.dump(v, p, compress=c),
            kind="joblib",
        )
    print("pipelines", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
