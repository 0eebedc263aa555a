import json
import shutil
from pathlib import Path

import pytest

from proofs.hostile.onnxfiles import message
from proofs.hostile.tensorflowwire import graph, saved
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path
from seamark.scan.models.check import scan_paths
from seamark.scan.models.folders import models_of

DATA = Path(__file__).parents[3] / "data" / "tensorflow"


def test_a_real_folder_is_one_clean_model_with_its_numbers() -> None:
    (model,) = models_of(scan_paths([str(DATA / "saved-affine")]))
    assert (model.verdict, model.kind) == (Verdict.CLEAN, "saved-model")
    assert model.metadata.framework == "TensorFlow"
    assert model.metadata.framework_version == "2.20.0"
    assert model.metadata.parameters == 15
    assert model.metadata.dtypes == {"float32": 15}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("saved-affine/saved_model.pb", "tf_saved_model"),
        ("saved-affine/fingerprint.pb", "tf_fingerprint"),
        ("saved-reader/saved_model.pb", "tf_saved_model"),
        ("frozen-dense.pb", "tf_graph"),
        ("function-control.pb", "tf_graph"),
        ("keras_metadata.pb", "keras_metadata"),
    ],
)
def test_what_tensorflow_saves_is_clean(name: str, kind: str) -> None:
    report = scan_path(DATA / name)
    assert (report.format, report.verdict, report.findings) == (kind, Verdict.CLEAN, ())


def test_frozen_weights_are_counted() -> None:
    said = scan_path(DATA / "frozen-dense.pb").metadata
    assert said.framework == "TensorFlow"


def test_keras_says_which_class_the_model_is() -> None:
    assert scan_path(DATA / "keras_metadata.pb").metadata.architecture == "Sequential"


def test_a_custom_layer_is_revived_without_code_and_a_lambda_is_not() -> None:
    def metadata(**config: object) -> bytes:
        text = json.dumps({"name": "l", "config": {}, **config}).encode()
        return message((1, message((2, 1), (3, "root"), (4, "_tf_keras_layer"), (5, text))))

    custom = scan_bytes(metadata(class_name="MyLayer"), name="keras_metadata.pb")
    assert (custom.verdict, custom.findings) == (Verdict.CLEAN, ())
    code = {"function": ["YWJjZA==", None, None], "function_type": "lambda"}
    report = scan_bytes(metadata(class_name="Lambda", config=code), name="keras_metadata.pb")
    assert {f.rule.id for f in report.findings} == {"KRS002"}


def test_metadata_that_is_no_json_is_unclear() -> None:
    data = message((1, message((4, "_tf_keras_layer"), (5, "{"))))
    assert scan_bytes(data, name="keras_metadata.pb").verdict is Verdict.UNCLEAR


def test_two_forms_of_one_model_in_a_folder_are_ambiguous(tmp_path: Path) -> None:
    shutil.copy(DATA / "saved-affine" / "saved_model.pb", tmp_path)
    (tmp_path / "saved_model.pbtxt").write_text("saved_model_schema_version: 1\n")
    report = scan_path(tmp_path / "saved_model.pb")
    assert {finding.rule.id for finding in report.findings} == {"TFG009"}


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "C:\\x", "a/../../x", "gs://x/y", "~/x"])
def test_assets_stay_in_their_folder(name: str) -> None:
    asset = 6, message((1, message((1, "p:0"))), (2, name))
    report = scan_bytes(saved(graph(), asset), name="saved_model.pb")
    assert {finding.rule.id for finding in report.findings} == {"TFG008"}
    assert report.verdict is Verdict.HOSTILE


def test_assets_with_plain_names_are_honest() -> None:
    asset = 6, message((1, message((1, "p:0"))), (2, "words/list.txt"))
    assert scan_bytes(saved(graph(), asset), name="saved_model.pb").verdict is Verdict.CLEAN
