import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import Scanner, scan_bytes

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
KIT = "application/vnd.kitops.modelkit.config.v1+json"
TITLE = "org.opencontainers.image.title"


def layout(*layers: dict[str, Any], config: Any = None) -> dict[str, bytes]:
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def put(data: bytes, kind: str, **more: Any) -> dict[str, Any]:
        value = hashlib.sha256(data).hexdigest()
        files[f"blobs/sha256/{value}"] = data
        made = {"mediaType": kind, "digest": f"sha256:{value}", "size": len(data)}
        return {**made, **more}

    listed = [
        put(layer.pop("data", b"text"), layer.pop("kind", "text/plain"), **layer)
        for layer in map(dict, layers)
    ]
    body = {"config": put(json.dumps(config or {}).encode(), KIT), "layers": listed}
    index = {"manifests": [put(json.dumps(body).encode(), MANIFEST)]}
    return {**files, "index.json": json.dumps(index).encode()}


def scan(folder: Path, files: dict[str, bytes], name: str = "index.json") -> FileReport:
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Scanner().scan_file(folder / name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_an_honest_layout_is_clean_and_described(tmp_path: Path) -> None:
    config = {
        "manifestVersion": "1.0.0",
        "package": {"name": "fraud", "license": "MIT"},
        "model": {"path": "./model", "framework": "XGBoost"},
        "datasets": [{"name": "payments", "path": "data.csv"}],
    }
    files = layout({"annotations": {TITLE: "model/net.txt"}}, config=config)
    report = scan(tmp_path, files)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    said = report.metadata
    assert (said.name, said.license, said.framework) == ("fraud", "MIT", "XGBoost")
    assert said.datasets == ("payments",)
    mark = Scanner().scan_file(tmp_path / "oci-layout")
    assert (mark.findings, mark.metadata.folder) == ((), "oci")


@pytest.mark.parametrize(
    ("layer", "rule"),
    [
        ({"annotations": {TITLE: "../../x"}}, "OCI005"),
        ({"annotations": {TITLE: "C:\\x"}}, "OCI005"),
        ({"digest": "sha256:../../../etc/passwd"}, "OCI001"),
        ({"digest": "md5:00"}, "OCI001"),
        ({"digest": "sha256:" + "0" * 64}, "OCI002"),
        ({"size": 3}, "OCI003"),
        ({"size": "4"}, "OCI003"),
        ({"urls": ["https://seamark.invalid/x"]}, "OCI004"),
        ({"kind": "application/x.safetensors"}, "OCI006"),
        ({"kind": "application/x+json", "data": b"\x80"}, "OCI006"),
    ],
)
def test_descriptors_that_lie(tmp_path: Path, layer: dict[str, Any], rule: str) -> None:
    assert rules(scan(tmp_path, layout(layer))) == {rule}


def test_a_blob_that_was_exchanged(tmp_path: Path) -> None:
    files = layout({"data": b"text"})
    files[f"blobs/sha256/{hashlib.sha256(b'text').hexdigest()}"] = b"tExt"
    assert rules(scan(tmp_path, files)) == {"OCI003"}


def test_parts_are_not_unpacked_elsewhere(tmp_path: Path) -> None:
    files = layout({}, config={"model": {"path": "a", "parts": [{"path": "/etc/x"}]}})
    assert rules(scan(tmp_path, files)) == {"OCI005"}


def test_code_is_judged_under_its_title(tmp_path: Path) -> None:
    code = {"data": b"import os\nos.system('echo seamark')\n", "annotations": {TITLE: "handler.py"}}
    weights = {"annotations": {TITLE: "model.pt"}}
    assert "COD001" in rules(scan(tmp_path, layout(code, weights)))


def test_every_title_of_a_blob_counts(tmp_path: Path) -> None:
    text = b"import os\nos.system('echo seamark')\n"
    weights = {"annotations": {TITLE: "model.pt"}}
    plain = {"data": text, "annotations": {TITLE: "notes"}}
    named = {"data": text, "annotations": {TITLE: "handler.py"}}
    assert "COD001" in rules(scan(tmp_path, layout(plain, named, weights)))
    both = {"data": text, "annotations": {TITLE: "x", "org.cncf.model.filepath": "handler.py"}}
    assert "COD001" in rules(scan(tmp_path, layout(both, weights)))


def test_layers_lie_beside_each_other(tmp_path: Path) -> None:
    model = {
        "data": b"flavors: {python_function: {loader_module: mlflow.sklearn, env: needs}}\n",
        "annotations": {TITLE: "m/MLmodel"},
    }
    needs = {
        "data": b"channels: [https://seamark.invalid/c]\n",
        "annotations": {TITLE: "m/needs"},
    }
    assert "ENV001" in rules(scan(tmp_path, layout(model, needs)))


@pytest.mark.parametrize("text", [b"{", b"[]", b"[" * 90_000, b'{"manifests": [1, {}, null]}'])
def test_indexes_that_are_none(tmp_path: Path, text: bytes) -> None:
    report = scan(tmp_path, {**layout({}), "index.json": text})
    assert "FIL008" not in rules(report)


def test_an_index_without_a_layout_is_just_json(tmp_path: Path) -> None:
    assert scan(tmp_path, {"index.json": b'{"manifests": 1}'}).findings == ()


def test_a_layout_in_a_tar_is_followed() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in layout({"size": 3}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    assert rules(scan_bytes(out.getvalue(), name="m.tar")) == {"OCI003"}
