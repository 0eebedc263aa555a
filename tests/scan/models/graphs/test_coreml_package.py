import json
from collections.abc import Callable
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path
from seamark.scan.models.folders import models_of
from seamark.scan.models.scanner import Scanner
from seamark.scan.walk import walk

DATA = Path(__file__).parents[3] / "data" / "graphs"


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def manifest(path: object, extra: str = "") -> bytes:
    items = {"A": {"author": "com.apple.CoreML", "name": "m", "path": path}}
    value = {"fileFormatVersion": "1.0.0", "itemInfoEntries": items, "rootModelIdentifier": "A"}
    return (json.dumps(value)[:-1] + extra + "}").encode()


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("linear16", "Apache-2.0"), ("torch-palette", ""), ("branches", "Apache-2.0")],
)
def test_a_saved_package_is_one_clean_model(name: str, spelled: str) -> None:
    reports = [
        Scanner().scan_file(entry.path, shown=entry.path)
        for entry in walk([str(DATA / f"{name}.mlpackage")])
    ]
    assert {report.verdict for report in reports} == {Verdict.CLEAN}
    assert not [finding for report in reports for finding in report.findings]
    [model] = models_of(reports)
    assert (model.kind, model.verdict) == ("core-ml", Verdict.CLEAN)
    assert model.metadata.license == spelled


@pytest.mark.parametrize(
    "path", ["../x", "/etc/hostname", "..\\x", "C:\\x", "file:///x", "a/../../b"]
)
def test_items_outside_of_the_package_are_hostile(path: str) -> None:
    report = scan_bytes(manifest(path), name="Manifest.json")
    assert rules(report) == {"CML001"}
    assert report.verdict is Verdict.HOSTILE


def test_a_repeated_key_must_be_reviewed() -> None:
    data = manifest("com.apple.CoreML/m.txt", ', "rootModelIdentifier": "B"')
    assert "CML007" in rules(scan_bytes(data, name="Manifest.json"))


@pytest.mark.parametrize("path", [7, None, "com.apple.CoreML/model.mlmodel"])
def test_a_package_without_its_model_is_unclear(path: object) -> None:
    assert scan_bytes(manifest(path), name="Manifest.json").verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("data", [b'{"itemInfoEntries": ', b'{"itemInfoEntries": ' + b"[" * 9999])
def test_a_manifest_that_is_no_json_is_unclear(data: bytes) -> None:
    assert scan_bytes(data, name="Manifest.json").verdict is Verdict.UNCLEAR


def test_the_word_alone_does_not_make_a_package() -> None:
    data = json.dumps({"notes": "itemInfoEntries", "itemInfoEntries": "none"}).encode()
    report = scan_bytes(data, name="notes.json")
    assert report.verdict is Verdict.CLEAN
    assert report.metadata.folder == ""


def test_a_package_inside_of_a_zip_finds_its_weights(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted((DATA / "linear16.mlpackage").rglob("*")):
            archive.write(part, part.relative_to(DATA))
    report = scan_path(path)
    assert (report.verdict, report.coverage.skipped) == (Verdict.CLEAN, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b" " * 9000 + data,
        lambda data: data.replace(b"itemInfo", b"\\u0069temInfo"),
        lambda data: data.replace(b"{", b'{"note": "' + b"x" * 9000 + b'", ', 1),
    ],
)
def test_a_manifest_is_known_by_its_name_as_well(
    change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    (tmp_path / "Data").mkdir()
    path = tmp_path / "Manifest.json"
    path.write_bytes(change(manifest("../../x")))
    assert rules(scan_path(path)) == {"CML001"}
