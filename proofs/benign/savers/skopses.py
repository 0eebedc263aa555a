"""Estimators and data as skops saves them."""

import sys
import warnings
import zipfile
from functools import partial

import numpy as np
import scipy.sparse
import sklearn
from record import Shelf

R = np.random.RandomState(0)
X = R.rand(80, 4)
Y = (X[:, 0] > 0.5).astype(int)


def estimators():
    """Names and fitted estimators."""
    from sklearn import (
        cluster,
        compose,
        decomposition,
        ensemble,
        feature_extraction,
        gaussian_process,
        impute,
        linear_model,
        model_selection,
        naive_bayes,
        neighbors,
        neural_network,
        pipeline,
        preprocessing,
        svm,
        tree,
    )

    yield "logistic", linear_model.LogisticRegression()
    yield "ridge", linear_model.Ridge()
    yield "sgd", linear_model.SGDClassifier(random_state=0)
    yield "tree", tree.DecisionTreeClassifier(random_state=0)
    yield "forest", ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(1))
    yield "boosting", ensemble.GradientBoostingClassifier(n_estimators=3, random_state=0)
    yield "isolation", ensemble.IsolationForest(n_estimators=3, random_state=0)
    yield "vector", svm.SVC(probability=True)
    yield "neighbors", neighbors.KNeighborsClassifier()
    yield "bayes", naive_bayes.GaussianNB()
    yield "network", neural_network.MLPClassifier((4,), max_iter=5, random_state=0)
    yield "means", cluster.KMeans(2, n_init=1, random_state=0)
    yield "components", decomposition.PCA(2)
    yield "gaussian", gaussian_process.GaussianProcessRegressor()
    yield "grid", model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2)
    yield "function", preprocessing.FunctionTransformer(np.log1p)
    yield "voting", ensemble.VotingClassifier([("a", naive_bayes.GaussianNB()), ("b", svm.SVC())])
    yield (
        "pipeline",
        pipeline.make_pipeline(
            impute.SimpleImputer(),
            preprocessing.StandardScaler(),
            linear_model.LogisticRegression(),
        ),
    )
    yield (
        "columns",
        compose.make_column_transformer(
            (preprocessing.MinMaxScaler(), [0, 1]), (preprocessing.KBinsDiscretizer(3), [2])
        ),
    )
    yield "hashing", feature_extraction.FeatureHasher(8, input_type="string")


def main(out):
    """Everything that this release of skops can save."""
    warnings.simplefilter("ignore")
    from skops import io

    shelf = Shelf(out, "skops")
    for index, (name, model) in enumerate(estimators()):

        def write(path, name=name, model=model, packed=index % 2):
            if name != "hashing":
                model.fit(X, Y)
            io.dump(model, path, **({"compression": zipfile.ZIP_DEFLATED} if packed else {}))

        shelf.save(f"{name}.skops", write, kind="skops")
    data = {
        "mapping": {"a": [1, 2.5, None, True], "b": ("x", {"y"}), 3: b"raw"},
        "arrays": [X, X.astype("float32"), np.array(["a", None], dtype=object), np.float64(3)],
        "sparse": scipy.sparse.csr_matrix(np.eye(5)),
        "random": [np.random.RandomState(3), np.random.default_rng(4)],
        "masked": np.ma.masked_array([1, 2], [0, 1]),
        "types": {"dtype": np.dtype("int8"), "kind": np.float32, "slice": slice(1, 5)},
        "partial": partial(np.add, 1),
    }
    for name, value in data.items():
        shelf.save(f"{name}.skops", lambda path, v=value: io.dump(v, path), kind="skops")
    print("skops", shelf.saved, shelf.failed, sklearn.__version__)


if __name__ == "__main__":
    main(sys.argv[1])
