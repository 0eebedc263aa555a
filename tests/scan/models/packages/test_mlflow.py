from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import Scanner, scan_bytes

HEAD = "artifact_path: net\nmlflow_version: 3.17.2\nflavors:\n  "


def scan(text: str) -> FileReport:
    return scan_bytes((HEAD + text + "\n").encode(), name="MLmodel")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


HONEST = [
    "sklearn: {sklearn_version: 1.9.1, pickled_model: model.pkl, code: null}",
    "xgboost: {model_class: xgboost.sklearn.XGBClassifier, data: model.ubj, xgb_version: '3.2'}",
    "lightgbm: {model_class: lightgbm.basic.Booster, data: model.lgb}",
    "tensorflow: {keras_module: keras, model_type: keras, data: data}",
    "catboost: {model_type: CatBoostClassifier, data: model.cb}",
    "transformers: {source_model_name: a/b, model_binary: model, task: text-generation}",
    "python_function: {loader_module: mlflow.sklearn, env: {virtualenv: python_env.yaml}}",
]


@pytest.mark.parametrize("text", HONEST)
def test_flavors_of_mlflow_itself_are_clean(text: str) -> None:
    report = scan(text)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert (report.metadata.folder, report.metadata.name) == ("mlflow", "net")
    assert report.metadata.format_version == "3.17.2"


def test_the_own_flavor_describes_the_model() -> None:
    said = scan(HONEST[1]).metadata
    assert (said.framework, said.framework_version) == ("XGBoost", "3.2")
    assert said.architecture == "xgboost.sklearn.XGBClassifier"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("python_function: {loader_module: os}", "MLF001"),
        ("python_function: {loader_module: mlflow.utils.os.system}", "MLF001"),
        ('python_function: {"loader\\u005fmodule": subprocess}', "MLF001"),
        ("x: &x {loader_module: os}\n  python_function: {<<: *x}", "MLF001"),
        ("xgboost: {model_class: os.system}", "MLF001"),
        ("keras: {keras_module: subprocess}", "MLF001"),
        ("lightgbm: {model_class: seamark.Evil}", "MLF002"),
        ("keras: {keras_module: seamark}", "MLF002"),
        ("transformers: {source_model_name: a/b}", "MLF003"),
        ("seamark: {data: x}", "MLF004"),
        ("python_function: {loader_module: seamark}", "COD012"),
        ("python_function: {artifacts: {a: {path: ../../x, uri: y}}}", "COD013"),
        ("spark: {model_data: 's3://seamark/x'}", "COD013"),
        ("diffusers: {adapter_weights: ../../x}", "COD013"),
        ("sklearn: {}\nsaved_input_example_info: {artifact_path: ../../x}", "COD013"),
    ],
)
def test_flavors_that_reach_further(text: str, rule: str) -> None:
    assert rule in rules(scan(text))


@pytest.mark.parametrize("text", ["", "[]", "- 1", "x: [", "!!python/name:os.system ''"])
def test_mlmodels_that_are_none_are_not_clean(text: str) -> None:
    report = scan_bytes(text.encode() or b" ", name="MLmodel")
    assert report.verdict is not Verdict.CLEAN
    assert "FIL008" not in rules(report)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("mlflow.pytorch.pickle_module", ""), ("os", "MLF001"), ("seamark", "MLF005")],
)
def test_the_unpickler_of_pytorch_models(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "MLmodel").write_text(HEAD + "pytorch: {model_data: data}\n")
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "pickle_module_info.txt"
    file.write_text(text)
    assert rules(Scanner().scan_file(file)) == ({rule} if rule else set())


def test_the_registration_names_the_model(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(HEAD + HONEST[0])
    file = tmp_path / "registered_model_meta"
    file.write_text("model_name: fraud\nmodel_version: '3'\n")
    report = Scanner().scan_file(file)
    assert (report.findings, report.metadata.name) == ((), "fraud")


def test_code_in_folders_of_any_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(HEAD + "python_function: {code: src}\n")
    (tmp_path / "src" / "inner").mkdir(parents=True)
    file = tmp_path / "src" / "inner" / "loader.py"
    file.write_text("import os\nos.system('echo seamark')\n")
    assert rules(Scanner().scan_file(file)) == {"COD001"}
