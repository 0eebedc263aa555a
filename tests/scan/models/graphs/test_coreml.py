from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.graphs.graph_files import (
    FOUR,
    GOOD,
    WEIGHTS,
    entry,
    layer,
    model,
    network,
    program,
    weights,
)
from scan.models.weights.wire import message

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path

DATA = Path(__file__).parents[3] / "data" / "graphs"


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="m.mlmodel")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "weight.bin").write_bytes(GOOD)
    return tmp_path / "model.mlmodel"


def with_program(path: Path, data: bytes) -> FileReport:
    path.write_bytes(model((502, data)))
    return scan_path(path)


REAL = sorted(path for path in DATA.rglob("*.mlmodel"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: str(path.relative_to(DATA)))
def test_really_saved_models_are_clean(path: Path) -> None:
    report = scan_path(path)
    assert (report.verdict, report.findings, report.coverage.skipped) == (Verdict.CLEAN, (), ())
    assert report.format == "core_ml"
    assert report.metadata.framework == "Core ML"


def test_the_description_and_the_weights_are_told() -> None:
    said = scan_path(DATA / "dense.mlmodel").metadata
    assert (said.license, said.architecture, said.format_version) == (
        "Apache-2.0",
        "neuralNetwork",
        "1",
    )
    assert (said.parameters, said.tensors, dict(said.dtypes)) == (10, 2, {"float32": 10})
    quantized = scan_path(DATA / "quantized8.mlmodel").metadata
    assert dict(quantized.dtypes) == {"uint8": 2048}
    packaged = DATA / "linear16.mlpackage" / "Data" / "com.apple.CoreML" / "model.mlmodel"
    said = scan_path(packaged).metadata
    assert (said.architecture, said.framework_version) == ("mlProgram", "9.0")
    assert dict(said.dtypes) == {"float16": 2080}


def custom(name: str) -> bytes:
    return message((10, name), (20, message((1, FOUR))))


CUSTOM = network(layer("c", 500, custom("Harmless")))
PICKLE = "gASVJAAAAAAAAACMBXBvc2l4lIw="
HOSTILE = {
    "custom layer": (model((500, CUSTOM)), "CML002"),
    "custom layer in a classifier": (model((403, CUSTOM)), "CML002"),
    "custom layer in a branch": (
        model((500, network(layer("b", 605, message((1, CUSTOM)))))),
        "CML002",
    ),
    "custom layer in a loop": (
        model((500, network(layer("b", 615, message((4, CUSTOM)))))),
        "CML002",
    ),
    "custom layer in a pipeline": (
        model((202, message((1, model((500, CUSTOM)))))),
        "CML002",
    ),
    "custom layer in a classifier's pipeline": (
        model((200, message((1, message((1, model((500, CUSTOM)))))))),
        "CML002",
    ),
    "custom model": (model((555, message((10, "Harmless")))), "CML002"),
    "linked model": (
        model((556, message((1, message((1, message((1, "x.mlmodelc")))))))),
        "CML003",
    ),
    "linked model above": (
        model((556, message((1, message((1, message((1, "../x.mlmodelc")))))))),
        "CML001",
    ),
    "linked model in an absolute place": (
        model((556, message((1, message((1, message((1, "x"))), (2, message((1, ".:/opt")))))))),
        "CML001",
    ),
    "two types": (model((500, network()), (600, b"")), "CML007"),
    "encoded pickle": (
        model((500, network()), metadata=message((100, message((1, "k"), (2, PICKLE))))),
        "CML008",
    ),
    "program as author": (model((500, network()), metadata=message((3, b"\x7fELF\2\1"))), "CML008"),
    "program as weight": (
        model((500, network(layer("d", 140, message((20, message((2, b"\x7fELF" + bytes(60))))))))),
        "HID001",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_reaches_out_or_hides_is_named(name: str) -> None:
    data, rule = HOSTILE[name]
    report = scan(data)
    assert rule in rules(report)
    assert report.verdict in (Verdict.HOSTILE, Verdict.REVIEW)


def test_a_bundle_is_no_path() -> None:
    parts = message((1, message((1, "x.mlmodelc"))), (2, message((1, "$BUNDLE_MAIN"))))
    assert rules(scan(model((556, message((1, parts)))))) == {"CML003"}


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "@model_path/../../x", "@other/x", "file:///x", "@model_path/C:\\x"]
)
def test_weights_outside_of_the_model_are_hostile(beside: Path, path: str) -> None:
    report = with_program(beside, program(path))
    assert rules(report) == {"CML001"}
    assert report.verdict is Verdict.HOSTILE


def test_a_reference_that_fits_is_clean(beside: Path) -> None:
    report = with_program(beside, program())
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.metadata.parameters == 4


@pytest.mark.parametrize(
    "data",
    [
        program(offset=1 << 40),
        program(offset=96),
        program(offset=128),
        program(count=5),
        program(count=1 << 40),
    ],
)
def test_a_reference_that_does_not_fit_must_be_reviewed(beside: Path, data: bytes) -> None:
    assert rules(with_program(beside, data)) == {"CML004"}


def test_missing_weights_are_not_clean(beside: Path) -> None:
    report = with_program(beside, program("@model_path/weights/other.bin"))
    assert report.verdict is Verdict.UNCLEAR
    assert scan(model((502, program()))).verdict is Verdict.UNCLEAR


def test_what_the_schema_does_not_know_is_not_clean() -> None:
    for data in (
        model((2000, message((100, b"opaque")))),
        model((500, network()), (77, b"x")),
        model((500, network(layer("n", 9999, b"")))),
    ):
        assert scan(data).verdict is Verdict.UNCLEAR
    assert scan(model((502, program(operation="launch")))).verdict is Verdict.UNCLEAR


def test_a_custom_operation_must_be_reviewed(beside: Path) -> None:
    assert rules(with_program(beside, program(operation="custom_layer"))) == {"CML002"}


def test_nesting_ends() -> None:
    data = model((600, b""))
    for _ in range(60):
        data = model((202, message((1, data))))
    report = scan(data)
    assert rules(report) == {"FIL004"}


def test_damage_is_told_with_what_was_met_before() -> None:
    whole = model((500, CUSTOM)) + b"\x0a\xff\xff\xff\x0f"
    assert {"CML002", "FIL005"} <= rules(scan(whole))


WEIGHT_FILES = {
    "entry beyond the file": (weights(entry(1 << 40, 128), FOUR), "CML005"),
    "numbers before the entry": (weights(entry(16, 0), FOUR), "CML005"),
    "numbers not aligned": (weights(entry(16, 130), FOUR), "CML005"),
    "unknown type": (weights(entry(16, 128, kind=99), FOUR), "CML005"),
    "second entry missing": (weights(entry(16, 128), FOUR, b"\1" * 64, count=2), "CML005"),
    "bytes behind": (GOOD + b"payload", "CML006"),
    "bytes in the alignment": (GOOD[:-1] + b"\1", "CML006"),
    "room between": (weights(entry(16, 256), b"\1" * 128, FOUR), "CML006"),
    "program as weight": (weights(entry(64, 128), b"\x7fELF" + bytes(60)), "HID001"),
}


@pytest.mark.parametrize("name", WEIGHT_FILES)
def test_weight_files_are_compared_with_themselves(name: str) -> None:
    data, rule = WEIGHT_FILES[name]
    report = scan_bytes(data, name="weight.bin")
    assert report.format == "core_ml_weights"
    assert rule in rules(report)
    assert report.verdict is Verdict.REVIEW


def test_weight_files_that_fit_are_clean() -> None:
    assert scan_bytes(GOOD, name="weight.bin").verdict is Verdict.CLEAN
    for path in DATA.rglob("weight.bin"):
        assert scan_path(path).findings == ()


@pytest.mark.parametrize("data", [GOOD[:70], weights(count=1 << 31), weights(count=3)])
def test_a_weight_file_that_is_cut_off_is_unclear(data: bytes) -> None:
    assert scan_bytes(data, name="weight.bin").verdict is Verdict.UNCLEAR


@given(st.sampled_from([path.read_bytes() for path in REAL]), st.data())
@settings(max_examples=100, deadline=None)
def test_mutations_never_break_the_reader(raw: bytes, data: st.DataObject) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    del changed[data.draw(st.integers(1, len(changed))) :]
    assert "FIL008" not in rules(scan(bytes(changed)))


def test_the_model_path_is_the_only_place_known() -> None:
    assert WEIGHTS.startswith("@model_path/")
    assert "CML001" in rules(scan(model((502, program("@home/weight.bin")))))


def test_models_that_only_cost_are_unclear() -> None:
    layers = network(*([b""] * 300_000))
    assert rules(scan(model((500, layers)))) == {"FIL004"}
    width = message((20, message((30, FOUR), (40, message((1, 1 << 40))))))
    assert scan(model((500, network(layer("d", 140, width))))).verdict is Verdict.UNCLEAR
