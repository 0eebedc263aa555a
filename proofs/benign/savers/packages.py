"""Packages as their own tools write them: TorchServe, MLflow of many flavors, torch.export, OCI."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from record import Shelf

X = np.random.RandomState(0).rand(60, 3)
Y = np.arange(60) % 2


def net():
    """A small network of torch."""
    import torch

    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))


def torchserve(out):
    """Archives with TorchServe's own handlers; a handler of one's own is code, and a review."""
    import torch

    shelf = Shelf(out, "torchserve", "torch-model-archiver")
    tool = os.path.join(os.path.dirname(sys.executable), "torch-model-archiver")
    for name, handler, form, extra in (
        ("image", "image_classifier", "default", True),
        ("text", "text_classifier", "default", True),
        ("segmenter", "image_segmenter", "default", False),
        ("detector", "object_detector", "tgz", False),
        ("packed", "image_classifier", "tgz", True),
        ("required", "image_classifier", "default", "requirements"),
    ):

        def write(path, handler=handler, form=form, extra=extra):
            with tempfile.TemporaryDirectory() as work:
                script = os.path.join(work, "model.pt")
                torch.jit.script(net()).save(script)
                labels = os.path.join(work, "index_to_name.json")
                wanted = os.path.join(work, "requirements.txt")
                with open(labels, "w") as handle:
                    handle.write('{"0": "a", "1": "b"}')
                with open(wanted, "w") as handle:
                    handle.write(
                        "torchvision==0.24.0\n# images\npillow>=10 ; python_version >= '3.9'\n"
                    )
                command = [tool, "--model-name", "m", "--version", "1.0", "--serialized-file", script,
                           "--handler", handler, "--export-path", work, "--archive-format", form, "--force"]  # fmt: skip
                if extra:
                    command += ["--extra-files", labels]
                if extra == "requirements":
                    command += ["--requirements-file", wanted]
                subprocess.run(command, check=True, capture_output=True)
                made = "m.mar" if form == "default" else "m.tar.gz"
                shutil.copy(os.path.join(work, made), path)

        shelf.save(name + (".mar" if form == "default" else ".tar.gz"), write, kind="torchserve")
    print("torchserve", shelf.saved, shelf.failed)


def exports(out):
    """Exported programs with constants, symbols and control flow."""
    import torch
    from torch.export import Dim

    shelf = Shelf(out, "torch-export", "torch")

    class Branch(torch.nn.Module):
        def forward(self, x):
            return torch.cond(x.sum() > 0, lambda x: x.sin(), lambda x: x.cos(), (x,))

    class Shapes(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("k", torch.arange(6.0).reshape(2, 3))

        def forward(self, x, y):
            z = torch.cat([x, y]) @ self.k.T
            return z.reshape(-1)[: z.shape[0] * 2 // 2], z.shape[0] + 1

    class Convolution(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.Sequential(
                torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten()
            )

        def forward(self, x):
            return torch.nn.functional.softmax(self.layers(x), -1).half()

    class Attention(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

        def forward(self, x):
            return self.inner(x)

    class Unbacked(torch.nn.Module):
        def forward(self, x):
            n = x.max().item()
            torch._check(n >= 2)
            torch._check(n < 10)
            return torch.ones(n)

    batch = Dim("batch", min=2, max=64)
    one, two = Dim("one", min=2, max=32), Dim("two", min=2, max=32)
    for name, model, arguments, shapes in (
        ("linear", net(), (torch.randn(4, 3),), ({0: batch},)),
        ("branch", Branch(), (torch.randn(4),), None),
        ("shapes", Shapes(), (torch.randn(4, 3), torch.randn(5, 3)), ({0: one}, {0: two})),
        ("convolution", Convolution().eval(), (torch.randn(2, 1, 8, 8),), ({0: batch},)),
        ("attention", Attention().eval(), (torch.randn(2, 4, 8),), None),
        ("recurrent", torch.nn.LSTM(3, 4), (torch.randn(5, 2, 3),), None),
        ("unbacked", Unbacked(), (torch.tensor([3, 4]),), None),
    ):

        def write(path, model=model, arguments=arguments, shapes=shapes):
            program = torch.export.export(model, arguments, dynamic_shapes=shapes)
            torch.export.save(program, path)

        shelf.save(name + ".pt2", write, kind="torch-export")
    print("torch-export", shelf.saved, shelf.failed)


def layouts(out):
    """OCI layouts as olot (Python) and skopeo and umoci (Debian) write them."""
    from pathlib import Path

    from olot.basics import oci_layers_on_top
    from safetensors.numpy import save_file

    shelf = Shelf(out, "oci", "olot")
    work = tempfile.mkdtemp()
    weights, card = Path(work, "model.safetensors"), Path(work, "README.md")
    save_file({"w": np.ones((2, 3), np.float32)}, str(weights))
    card.write_text("# A model\n\nlicense: mit\n")
    numbers = Path(work, "model.npy")
    np.save(numbers, np.ones(4))

    def started(folder, *files):
        """A layout with one layer, by umoci; its ``insert`` leaves the end mark of the tar out."""
        shutil.rmtree(folder, ignore_errors=True)
        bundle = tempfile.mkdtemp()
        image = ["--image", f"{folder}:m"]
        subprocess.run(["umoci", "init", "--layout", folder], check=True)
        subprocess.run(["umoci", "new", *image], check=True)
        subprocess.run(["umoci", "unpack", "--rootless", *image, bundle], check=True)
        for file in files or (card,):
            shutil.copy(file, os.path.join(bundle, "rootfs"))
        subprocess.run(["umoci", "repack", *image, bundle], check=True)

    def olot(folder, parts):
        started(folder)
        oci_layers_on_top(Path(folder), parts, card)

    def copied(folder, *options):
        with tempfile.TemporaryDirectory() as first:
            started(f"{first}/x", weights, numbers)
            shutil.rmtree(folder)
            subprocess.run(
                [
                    "skopeo",
                    "copy",
                    "--insecure-policy",
                    *options,
                    f"oci:{first}/x:m",
                    f"oci:{folder}:m",
                ],
                check=True,
            )

    for name, write in (
        ("olot-weights", lambda p: olot(p, [weights])),
        ("olot-several", lambda p: olot(p, [weights, numbers])),
        ("olot-array", lambda p: olot(p, [numbers])),
        ("umoci", lambda p: started(p, weights)),
        ("skopeo", copied),
        ("skopeo-zstd", lambda p: copied(p, "--dest-compress-format", "zstd", "--dest-compress")),
    ):
        shelf.save(name, write, kind="oci", folder=True)
    print("oci", shelf.saved, shelf.failed)


def mlflows(out):
    """MLflow folders of the flavors that need no server."""
    os.environ["MLFLOW_TRACKING_URI"] = f"file://{tempfile.mkdtemp()}"
    os.environ["HF_HUB_OFFLINE"] = "1"
    shelf = Shelf(out, "mlflow-flavors", "mlflow-skinny")

    def flavor(name, save):
        def write(folder):
            save(os.path.join(folder, "model"))

        shelf.save(name, write, kind="mlflow", folder=True)

    plain = {"pip_requirements": ["mlflow-skinny", "numpy>=1.26,<3 ; python_version >= '3.9'"]}

    def sklearn(path):
        import mlflow.sklearn
        from sklearn.linear_model import LogisticRegression

        mlflow.sklearn.save_model(
            LogisticRegression().fit(X, Y), path, input_example=X[:2], **plain
        )

    def xgboost(path):
        import mlflow.xgboost
        import xgboost as xgb

        mlflow.xgboost.save_model(
            xgb.XGBClassifier(n_estimators=3).fit(X, Y), path, model_format="json", **plain
        )

    def xgboost_ubj(path):
        import mlflow.xgboost
        import xgboost as xgb

        mlflow.xgboost.save_model(
            xgb.train({}, xgb.DMatrix(X, Y), 3), path, model_format="ubj", **plain
        )

    def lightgbm(path):
        import lightgbm as lgb
        import mlflow.lightgbm

        booster = lgb.train({"verbose": -1, "num_threads": 1}, lgb.Dataset(X, Y), 3)
        mlflow.lightgbm.save_model(booster, path, **plain)

    def catboost(path):
        import catboost
        import mlflow.catboost

        model = catboost.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False).fit(
            X, Y
        )
        mlflow.catboost.save_model(model, path, **plain)

    def statsmodels(path):
        import mlflow.statsmodels
        import statsmodels.api as sm

        mlflow.statsmodels.save_model(sm.OLS(Y, X).fit(), path, remove_data=True, **plain)

    def onnx(path):
        import mlflow.onnx
        from onnx import TensorProto, helper

        value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "xy"]
        graph = helper.make_graph(
            [helper.make_node("Relu", ["x"], ["y"])], "g", value[:1], value[1:]
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        mlflow.onnx.save_model(model, path, **plain)

    def transformers(path):
        import mlflow.transformers
        import transformers
        from tokenizers import Tokenizer, models

        config = transformers.BertConfig(
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            vocab_size=50,
        )
        words = Tokenizer(models.WordLevel({"[UNK]": 0, "[PAD]": 1, "a": 2}, unk_token="[UNK]"))
        tokenizer = transformers.PreTrainedTokenizerFast(
            tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]"
        )
        model = transformers.BertForSequenceClassification(config)
        mlflow.transformers.save_model(
            {"model": model, "tokenizer": tokenizer}, path, task="text-classification", **plain
        )

    def keras(path):
        os.environ["KERAS_BACKEND"] = "torch"
        import keras
        import mlflow.keras

        model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
        mlflow.keras.save_model(model, path, **plain)

    def prophet(path):
        import mlflow.prophet
        import pandas as pd
        from prophet import Prophet

        frame = pd.DataFrame({"ds": pd.date_range("2026-01-01", periods=60), "y": X[:, 0]})
        mlflow.prophet.save_model(Prophet().fit(frame), path, **plain)

    def pytorch(path):
        import mlflow.pytorch

        mlflow.pytorch.save_model(
            net(),
            path,
            serialization_format="pt2",
            input_example=np.zeros((2, 3), np.float32),
            **plain,
        )

    def sklearn_old(path):
        import mlflow.sklearn
        from sklearn.ensemble import RandomForestClassifier

        mlflow.sklearn.save_model(
            RandomForestClassifier(3).fit(X, Y), path, serialization_format="cloudpickle", **plain
        )

    # spaCy's vocabulary is MessagePack that no reader takes, pmdarima pickles classes of its own:
    # the one ends unclear, the other is a review, by intent.
    for write in (
        sklearn,
        xgboost,
        xgboost_ubj,
        lightgbm,
        catboost,
        statsmodels,
        onnx,
        transformers,
        keras,
        prophet,
        pytorch,
        sklearn_old,
    ):
        flavor(write.__name__, write)
    print("mlflow", shelf.saved, shelf.failed)


def main(out):
    """Each part by itself: one library's absence does not cost the others."""
    warnings.simplefilter("ignore")
    for part in (torchserve, exports, layouts, mlflows):
        try:
            part(out)
        except ImportError as error:
            sys.stderr.write(f"{part.__name__}: {error}\n")


if __name__ == "__main__":
    main(sys.argv[1])
