import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import scan_bytes


def mar(handler: str, top: Any = None, **more: Any) -> FileReport:
    files = {name: data for name, data in more.items() if isinstance(data, bytes)}
    model = {name: value for name, value in more.items() if not isinstance(value, bytes)}
    entry = {"modelName": "net", "serializedFile": "model.txt", "handler": handler, **model}
    manifest = {"runtime": "python", "model": entry, "archiverVersion": "0.12.0", **(top or {})}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model.txt", "weights")
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("MAR-INF/MANIFEST.json", json.dumps(manifest))
    return scan_bytes(out.getvalue(), name="m.mar")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize("handler", ["image_classifier", "text_classifier", "object_detector"])
def test_built_in_handlers_are_clean(handler: str) -> None:
    report = mar(handler)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    said = report.metadata
    assert (said.framework, said.name, said.format_version) == ("TorchServe", "net", "0.12.0")


@pytest.mark.parametrize(
    ("handler", "rule"),
    [
        ("os:system", "MAR001"),
        ("subprocess", "MAR001"),
        ("logging.os:system", "MAR001"),
        ("../handler.py", "MAR002"),
        ("/tmp/handler.py", "MAR002"),
        ("gone.py", "MAR003"),
        ("somewhere:handle", "MAR005"),
    ],
)
def test_handlers_that_reach_further(handler: str, rule: str) -> None:
    assert rule in rules(mar(handler))


def test_a_handler_of_its_own_is_read() -> None:
    harmless = b"def handle(data, context):\n    return data\n"
    assert rules(mar("own.py", **{"own.py": harmless})) == {"COD010"}
    hostile = mar("own.py", **{"own.py": b"import os\nos.system('echo seamark')\n"})
    assert rules(hostile) == {"COD010", "COD001"}
    assert hostile.metadata.remote_code == ("own.py",)
    shadow = mar("image_classifier.py", **{"image_classifier.py": harmless})
    assert "COD010" in rules(shadow)


def test_code_in_folders_of_the_archive_is_read() -> None:
    hostile = b"import os\nos.system('echo seamark')\n"
    assert "COD001" in rules(mar("image_classifier", **{"net/parts/x.py": hostile}))


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"serializedFile": "../x.pt"}, "MAR002"),
        ({"serializedFile": "x.pt"}, "MAR003"),
        ({"requirementsFile": "s3://x/r.txt"}, "MAR002"),
        ({"modelFile": "net.py", "net.py": b"class N: pass\n"}, "COD010"),
        ({"top": {"runtime": "LSP"}}, "MAR004"),
        ({"requirements.txt": b"x @ https://seamark.invalid/x.whl\n"}, "ENV002"),
    ],
)
def test_files_that_the_manifest_names(more: dict[str, Any], rule: str) -> None:
    assert rule in rules(mar("image_classifier", **more))


@pytest.mark.parametrize("text", [b"{", b"[]", b'"x"', b"\xff", b"{}" + b" " * 9_000_000])
def test_manifests_that_are_none(text: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MAR-INF/MANIFEST.json", text)
    report = scan_bytes(out.getvalue(), name="m.mar")
    assert "FIL008" not in rules(report)
    assert report.verdict in (Verdict.CLEAN, Verdict.UNCLEAR)


def test_manifests_of_web_pages_are_none_of_ours() -> None:
    assert scan_bytes(b'{"name": "app", "handler": 1}', name="manifest.json").findings == ()


FILES = Path(__file__).parents[3] / "data" / "packages"


def test_a_really_packed_archive_is_clean() -> None:
    report = scan_bytes((FILES / "image.mar").read_bytes(), name="image.mar")
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.metadata.name == "m"
