"""Copy a small, varied part of the benign corpus into tests/data/benign, with where it is from."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import argparse
import json
import shutil
from pathlib import Path

from proofs.benign.corpus import Saved, saved

TARGET = Path(__file__).resolve().parents[2] / "tests" / "data" / "benign"
LARGEST = 60_000
WANTED = (
    "sk11/sklearn/RandomForestClassifier-*.joblib", "sk11/sklearn-pipelines/columns.joblib",
    "sk11/xgboost/classifier.pkl", "sk11/pandas/frame-category.pkl", "sk11/numpy/objects-p*.pkl",
    "sk11/scipy/csr.pkl", "sk11/lightgbm/classifier.joblib", "sk11/dill/dict-*",
    "sk13/sklearn/LogisticRegression-p*.pkl", "sk13/sklearn/SVC-*.joblib", "sk13/sklearn-pipelines/grid.pkl",
    "sk13/sklearn-pipelines/histogram.joblib", "sk13/xgboost/booster.pkl", "sk13/lightgbm/booster.pkl",
    "sk13/pandas/to_pickle.pkl.gz", "sk13/numpy/structured.npy", "sk13/numpy/several-deflated.npz",
    "sk13/python/all-p0.pkl", "sk13/python/dict-*", "sk13/cloudpickle/ordered-*",
    "sk15/sklearn/KMeans-*.joblib", "sk15/sklearn-pipelines/text.pkl", "sk15/sklearn-pipelines/log.joblib",
    "sk15/numpy/strings.joblib", "sk15/numpy/masked-*", "sk15/onnx/LogisticRegression.onnx",
    "sk15/onnx/function.onnx", "sk15/keras/dense.keras", "sk15/safetensors-numpy/float32.safetensors",
    "sk15/pandas/frame-multi.pkl", "sk15/scipy/spline.pkl", "sk15/xgboost/ranker.joblib",
    "sk16/sklearn/GaussianProcessRegressor-p*.pkl", "sk16/sklearn-pipelines/stack.joblib",
    "sk16/onnx/lightgbm.onnx", "sk16/gguf/headers.gguf", "sk16/gguf/namespace.gguf",
    "sk16/lightgbm/regressor.pkl", "sk16/numpy/generator-*", "sk16/pandas/frame-dates.joblib",
    "torch/torch/state-conv.*", "torch/torch/legacy-mlp.*", "torch/torch/module-transformer.*",
    "torch/torch/checkpoint-AdamW.ckpt", "torch/torch/script-mlp.pt", "torch/torch/tensor-sparse-csr.pt",
    "torch/torch/tensor-quantized.pt", "torch/torch/state-spectral.*", "torch/torch/plain-pickle.pkl",
    "torch/safetensors/encoder.safetensors", "torch/torch-onnx/conv-traced.onnx",
    "torch/torch-onnx/mlp-dynamo.onnx", "torch/keras/dense.h5", "torch/keras/conv.weights.h5",
    "torch/keras/embedding.keras", "torch/h5py/plain-latest.h5",
)  # fmt: skip


def chosen(out: Path) -> list[Saved]:
    """The wanted files that are there and small enough."""
    files = saved(out)
    return [
        next(f for f in files if Path(f.path).match(pattern))
        for pattern in WANTED
        if any(Path(f.path).match(pattern) for f in files)
    ]


def copy(out: Path) -> None:
    """Copy them, and write ``from.json``: name to library, version, environment."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    origin, total = {}, 0
    for file in chosen(out):
        source = out / file.path
        size = source.stat().st_size
        if size > LARGEST:
            print("too large:", file.path, size)
            continue
        name = f"{file.venv}-{file.library}-{source.name}"
        shutil.copyfile(source, TARGET / name)
        origin[name] = {"library": file.library, "version": file.version, "kind": file.kind}
        total += size
    (TARGET / "from.json").write_text(json.dumps(origin, indent=1, sort_keys=True) + "\n")
    print(len(origin), "files,", total, "bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="where python -m proofs.benign --out wrote")
    copy(parser.parse_args().corpus)
