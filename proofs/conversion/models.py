"""Save the models that the conversion proof converts: ``python models.py FOLDER``.

Runs where torch, scikit-learn and Keras are, without Seamark. Prints a JSON list of
``{"file", "to", "options"}``.
"""

import json
import os
import pickle
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import joblib
import keras
import numpy as np
import torch
from sklearn import (
    cluster,
    compose,
    datasets,
    decomposition,
    ensemble,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from torch import nn


class Tied(nn.Module):
    """Input and output embeddings share their weights."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.head = nn.Linear(8, 50, bias=False)
        self.head.weight = self.embedding.weight


def states() -> dict[str, object]:
    """Checkpoints by file name."""
    torch.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
    conv = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1))
    lstm = nn.LSTM(6, 12, num_layers=2, bidirectional=True)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32), 2)
    last = nn.Conv2d(3, 8, 3).to(memory_format=torch.channels_last)
    deep = nn.Sequential(*[nn.Linear(4, 4) for _ in range(200)])
    base = torch.arange(60.0).reshape(6, 10)
    whole = torch.arange(-40, 40)
    types = {
        "float64": torch.randn(3, 5, dtype=torch.float64),
        "float16": torch.randn(7).half(),
        "bfloat16": torch.randn(4, 4).bfloat16(),
        "fp8_e4m3": torch.randn(9).to(torch.float8_e4m3fn),
        "fp8_e5m2": torch.randn(9).to(torch.float8_e5m2),
        "bool": torch.tensor([True, False, True]),
        "complex64": torch.randn(4, dtype=torch.complex64),
        "int64": whole, "int32": whole.int(), "int16": whole.short(), "int8": whole.to(torch.int8),
        "uint8": torch.arange(9, dtype=torch.uint8),
        "uint16": torch.arange(9).to(torch.uint16),
        "empty": torch.empty(0, 4), "scalar": torch.tensor(2.5),
    }  # fmt: skip
    return {
        "mlp.pt": mlp.state_dict(),
        "conv.pth": conv.state_dict(),
        "lstm.bin": lstm.state_dict(),
        "encoder.pt": encoder.state_dict(),
        "deep.pt": deep.state_dict(),
        "channels-last.pt": last.state_dict(),
        "types.pt": types,
        "tied.pt": Tied().state_dict(),
        "views.pt": {"turned": base.t(), "part": base[1:4, 2:7], "column": base[:, 3],
                     "spread": torch.ones(1).expand(3, 4), "steps": base.flatten()[::7]},
        "checkpoint.ckpt": {"state_dict": mlp.state_dict(), "epoch": 3,
                            "optimizer": torch.optim.Adam(mlp.parameters()).state_dict()},
        "module.pt": conv,
        "legacy.pt": conv.state_dict(),
        "legacy-types.pt": {name: types[name] for name in ("float64", "bfloat16", "bool", "int8")},
    }  # fmt: skip


def estimators() -> dict[str, tuple[object, tuple[str, ...]]]:
    """Fitted estimators by file name, with the targets that each is converted to."""
    x, y = datasets.load_iris(return_X_y=True)
    numbers, target = datasets.load_diabetes(return_X_y=True)
    texts = ["good fine nice"] * 10 + ["bad poor awful"] * 10 + ["fine but poor"] * 5
    marks = [1] * 10 + [0] * 15
    both = ("skops", "onnx")
    scaled = pipeline.make_pipeline(
        preprocessing.StandardScaler(), linear_model.LogisticRegression(max_iter=500)
    )
    columns = pipeline.make_pipeline(
        compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 1]),
                                   ("b", preprocessing.MinMaxScaler(), [2, 3])]),
        ensemble.RandomForestClassifier(5, random_state=0),
    )  # fmt: skip
    words = pipeline.make_pipeline(TfidfVectorizer(), linear_model.LogisticRegression())
    return {
        "logistic.pkl": (linear_model.LogisticRegression(max_iter=500).fit(x, y), both),
        "ridge.joblib": (linear_model.Ridge().fit(numbers, target), both),
        "tree.pkl": (tree.DecisionTreeClassifier(random_state=0).fit(x, y), both),
        "forest.joblib": (ensemble.RandomForestClassifier(10, random_state=0).fit(x, y), both),
        "boosting.pkl": (ensemble.GradientBoostingRegressor(random_state=0).fit(numbers, target),
                         both),
        # skl2onnx 1.20 cannot write these for scikit-learn 1.9: base values of another type.
        "histogram.joblib": (
            ensemble.HistGradientBoostingClassifier(max_iter=10).fit(x, y), ("skops",)
        ),
        "svc.pkl": (svm.SVC(random_state=0).fit(x, y), ("skops",)),
        "svr.pkl": (svm.SVR().fit(numbers, target), both),
        "bayes.pkl": (naive_bayes.GaussianNB().fit(x, y), both),
        "neighbors.pkl": (neighbors.KNeighborsClassifier().fit(x, y), both),
        "mlp.joblib": (neural_network.MLPClassifier((8,), random_state=0, max_iter=400).fit(x, y),
                       both),
        "kmeans.pkl": (cluster.KMeans(3, n_init=2, random_state=0).fit(x), both),
        "pca.pkl": (decomposition.PCA(2).fit(x), both),
        "scaled.joblib": (scaled.fit(x, y), both),
        "columns.pkl": (columns.fit(x, y), both),
        "words.pkl": (words.fit(texts, marks), both),
    }  # fmt: skip


def networks() -> dict[str, keras.Model]:
    """Keras models by file name."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    dense = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    conv = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(4, 3), layers.MaxPooling2D(),
                             layers.Flatten(), layers.Dense(2)])  # fmt: skip
    words = keras.Sequential([keras.Input((9,), dtype="int32"), layers.Embedding(30, 5),
                              layers.LSTM(4), layers.Dense(1)])  # fmt: skip
    first, second = keras.Input((4,)), keras.Input((5,))
    joined = layers.Concatenate()([layers.Dense(3)(first), layers.Dense(3)(second)])
    two = keras.Model([first, second], layers.Dense(2)(joined))
    return {"dense.keras": dense, "conv.keras": conv, "embedding.keras": words,
            "two-inputs.keras": two, "dense-full.h5": dense, "conv-full.h5": conv}  # fmt: skip


def main(folder: str) -> None:
    """Save everything; print what is to be converted."""
    plan = []
    for name, state in states().items():
        legacy = name.startswith("legacy")
        torch.save(state, f"{folder}/{name}", _use_new_zipfile_serialization=not legacy)
        options = ["--drop-other"] if name == "checkpoint.ckpt" else []
        plan.append({"file": name, "to": "safetensors", "options": options})
        if name in ("mlp.pt", "types.pt", "tied.pt", "views.pt"):
            plan.append({"file": name, "to": "safetensors", "options": ["--engine", "torch"]})
    for name, (estimator, targets) in estimators().items():
        if name.endswith(".pkl"):
            with open(f"{folder}/{name}", "wb") as file:
                pickle.dump(estimator, file)
        else:
            joblib.dump(estimator, f"{folder}/{name}", compress=3)
        plan += [{"file": name, "to": target, "options": []} for target in targets]
    for name, model in networks().items():
        model.save(f"{folder}/{name}")
        plan += [{"file": name, "to": to, "options": []} for to in ("weights", "safetensors")]
    np.savez(f"{folder}/arrays.npz", a=np.arange(6.0).reshape(2, 3), b=np.asfortranarray(
        np.arange(12, dtype=">i4").reshape(3, 4)))  # fmt: skip
    plan.append({"file": "arrays.npz", "to": "safetensors", "options": []})
    json.dump(plan, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
