"""Which files are one model."""

from seamark.core.metadata import Metadata
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.folders import models_of


def _file(
    path: str, verdict: Verdict = Verdict.CLEAN, kind: str = "f", **said: object
) -> FileReport:
    metadata = Metadata(**said)  # type: ignore[arg-type]
    return FileReport(
        path=path, digest=None, size=1, format=kind, verdict=verdict, metadata=metadata
    )


def test_a_marked_folder_is_one_model_with_the_worst_verdict() -> None:
    files = [
        _file("m/config.json", folder="hugging-face", architecture="Bert"),
        _file("m/model.safetensors", parameters=10, tensors=2),
        _file("m/1/extra.pkl", Verdict.REVIEW),
        _file("other/readme.md"),
    ]
    (model,) = models_of(files)
    assert (model.path, model.kind, model.verdict) == ("m", "hugging-face", Verdict.REVIEW)
    assert model.files == ("m/config.json", "m/model.safetensors", "m/1/extra.pkl")
    assert (model.metadata.architecture, model.metadata.parameters) == ("Bert", 10)


def test_the_outermost_folder_wins_and_a_lone_model_stands_by_itself() -> None:
    files = [
        _file("a/MLmodel", folder="mlflow"),
        _file("a/model/config.json", folder="hugging-face"),
        _file("b/net.gguf", kind="gguf", parameters=4),
    ]
    found = {model.path: model.kind for model in models_of(files)}
    assert found == {"a": "mlflow", "b/net.gguf": "gguf"}


def test_weights_that_lie_there_twice_are_counted_once() -> None:
    files = [
        _file("m/config.json", folder="hugging-face"),
        _file("m/a.safetensors", kind="safetensors", parameters=6, dtypes={"float32": 6}),
        _file("m/b.safetensors", kind="safetensors", parameters=4, dtypes={"float16": 4}),
        _file("m/model.onnx", kind="onnx", parameters=9),
    ]
    (model,) = models_of(files)
    assert model.metadata.parameters == 10
    assert model.metadata.dtypes == {"float32": 6, "float16": 4}
