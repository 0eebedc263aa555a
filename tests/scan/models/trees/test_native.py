# ruff: noqa: E501 (a table reads better with one entry a line)

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile import treefiles
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path

DATA = Path(__file__).parents[3] / "data" / "trees"
REAL = sorted(path for path in DATA.iterdir() if path.name != "from.json")
WRITERS = {
    "categories.json": ("xgboost", "XGBoost", "3.2.0", "gbtree reg:squarederror"),
    "targets.ubj": ("xgboost-ubjson", "XGBoost", "3.2.0", "gbtree reg:squarederror"),
    "dart.bin": ("xgboost-binary", "XGBoost", "1.7", "dart reg:squarederror"),
    "logistic.bin": ("xgboost-binary", "XGBoost", "2.0", "gbtree binary:logistic"),
    "categories.txt": ("lightgbm", "LightGBM", "", "regression"),
    "lossguide.cbm": ("catboost", "CatBoost", "1.2.10", "Logloss"),
    "categories.cbm": ("catboost", "CatBoost", "1.2.10", "Logloss"),
    "regressor-catboost.json": ("catboost-json", "CatBoost", "", "RMSE"),
}
EXPECTED = {
    "child-out-of-range.json": "XGB001", "child-negative.json": "XGB001", "cycle.json": "XGB001",
    "self-loop.ubj": "XGB001", "feature-out-of-range.ubj": "XGB001", "arrays-unequal.json": "XGB002",
    "nodes-overstated.json": "XGB002", "categories-outside.json": "XGB001",
    "trees-overstated.json": "XGB002", "attribute-pickle.json": "XGB005",
    "attribute-code.ubj": "XGB005", "duplicate-trees.json": "XGB003",
    "objective-plugin.json": "XGB004", "trailing-pickle.json": "XGB006",
    "binary-nodes-negative.bin": "XGB002", "binary-child-outside.bin": "XGB001",
    "binary-trailing.bin": "XGB006", "child-out-of-range.txt": "LGB001",
    "leaf-out-of-range.txt": "LGB001", "cycle.txt": "LGB001", "self-loop.txt": "LGB001",
    "feature-out-of-range.txt": "LGB001", "leaves-overstated.txt": "LGB002",
    "leaves-negative.txt": "LGB002", "values-missing.txt": "LGB002",
    "categories-outside.txt": "LGB001", "sizes-lie.txt": "LGB002", "sizes-too-many.txt": "LGB002",
    "feature-count-lie.txt": "LGB002", "duplicate-children.txt": "LGB003",
    "parameter-code.txt": "LGB004", "parameter-pickle.txt": "LGB004",
    "appended-script.txt": "LGB004", "core-beyond-end.cbm": "CBM001", "core-huge.cbm": "CBM001",
    "root-outside.cbm": "CBM001", "layout-outside.cbm": "CBM001", "trees-outside.cbm": "CBM001",
    "splits-outside.cbm": "CBM002", "split-negative.cbm": "CBM002", "sizes-lie.cbm": "CBM002",
    "steps-outside.cbm": "CBM002", "leaves-outside.cbm": "CBM002", "values-overstated.cbm": "CBM001",
    "information-outside.cbm": "CBM001", "information-code.cbm": "CBM003",
    "parts-outside.cbm": "CBM001", "trailing.cbm": "CBM004", "exported-code.json": "CBM003",
    "exported-twice.json": "CBM005", "exported-trailing.json": "CBM004",
}  # fmt: skip
HOSTILE = {**treefiles.xgboosts(), **treefiles.lightgbms(), **treefiles.catboosts()}


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_saved_models_are_clean_and_described(path: Path) -> None:
    report = scan_path(path)
    assert (report.verdict, report.findings, report.coverage.skipped) == (Verdict.CLEAN, (), ())
    said = report.metadata
    assert (report.format, said.framework, said.framework_version, said.architecture) == WRITERS[
        path.name
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_each_defect_has_its_rule(name: str) -> None:
    report = scan_bytes(HOSTILE[name], name=name)
    assert EXPECTED[name] in {finding.rule.id for finding in report.findings}
    assert report.verdict in (Verdict.REVIEW, Verdict.HOSTILE)


def test_a_pickle_in_an_attribute_is_judged_as_one() -> None:
    report = scan_bytes(HOSTILE["attribute-pickle.json"], name="m.json")
    assert report.verdict is Verdict.HOSTILE


def test_the_smallest_models_are_clean() -> None:
    model = treefiles.model(treefiles.tree(), treefiles.tree(id=1), attributes={"best": "3"})
    for data, name in (
        (json.dumps(model).encode(), "m.json"),
        (json.dumps(model, indent=4).encode(), "m.json"),
        (treefiles.ubjson(model), "m.ubj"),
    ):
        report = scan_bytes(data, name=name)
        assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_paths_in_parameters_are_a_remark() -> None:
    text = (DATA / "categories.txt").read_text()
    text = text.replace("[data: ]", "[data: /home/somebody/train.csv]")
    report = scan_bytes(text.encode(), name="m.txt")
    assert [finding.rule.id for finding in report.findings] == ["LGB005"]
    assert report.verdict is Verdict.CLEAN


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(REAL), st.data())
def test_damage_never_raises(path: Path, data: st.DataObject) -> None:
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + 4] = data.draw(st.binary(max_size=8))
    end = data.draw(st.sampled_from([len(raw), at]))
    report = scan_bytes(bytes(raw[:end]), name=path.name)
    assert "FIL008" not in {finding.rule.id for finding in report.findings}
    if end < len(raw) // 2 and report.format == WRITERS[path.name][0]:
        assert report.verdict is not Verdict.CLEAN
