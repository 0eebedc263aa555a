from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.scan.models.scanner import Scanner

MLMODEL = "flavors:\n  sklearn: {pickled_model: model.pkl}\n"


def scan(folder: Path, name: str, text: str) -> FileReport:
    (folder / "MLmodel").write_text(MLMODEL)
    (folder / name).write_text(text)
    return Scanner().scan_file(folder / name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


HONEST = [
    "mlflow==3.17.2\nscikit-learn[extra]>=1.5,<2 ; python_version >= '3.9'\n# a remark\n",
    "numpy==1.26.4 --hash=sha256:00\ntorch~=2.2\n",
    "--index-url https://pypi.org/simple\n--extra-index-url=https://download.pytorch.org/whl/cpu\n",
    "-r constraints.txt\npackage > 1\n",
    "torch @ https://download.pytorch.org/whl/cpu/torch-2.2-cp311-none-linux_x86_64.whl\n",
]


@pytest.mark.parametrize("text", HONEST)
def test_packages_of_the_usual_indexes_are_clean(tmp_path: Path, text: str) -> None:
    assert scan(tmp_path, "requirements.txt", text).findings == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("--extra-index-url http://pypi.org/simple\n", "ENV001"),
        ("--index-\\\nurl https://seamark.invalid/simple\n", "ENV001"),
        ("-i https://seamark.invalid/simple\n", "ENV001"),
        ("--find-links ./wheels\n", "ENV001"),
        ("git+https://seamark.invalid/x.git\n", "ENV002"),
        ("x @ git+ssh://seamark.invalid/x.git\n", "ENV002"),
        ("-e git+https://seamark.invalid/x.git#egg=x\n", "ENV002"),
        ("-r https://seamark.invalid/r.txt\n", "ENV002"),
        ("./code\n", "ENV003"),
        ("-e .\n", "ENV003"),
        ("x @ file:///tmp/x\n", "ENV003"),
        ("numpy; echo seamark\n", "ENV004"),
        ("numpy$(echo seamark)\n", "ENV004"),
        ("numpy`echo seamark`\n", "ENV004"),
        ("numpy && echo seamark\n", "ENV004"),
        ("--trusted-host seamark.invalid\n", "ENV005"),
        ("x --config-settings='--build-option=x'\n", "ENV005"),
    ],
)
def test_packages_from_elsewhere(tmp_path: Path, text: str, rule: str) -> None:
    assert rules(scan(tmp_path, "requirements.txt", text)) == {rule}


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("conda.yaml", "channels: [conda-forge]\ndependencies: [python=3.11, {pip: [mlflow]}]", ""),
        ("conda.yaml", "channels: ['https://seamark.invalid/c']\n", "ENV001"),
        ("conda.yaml", "dependencies: ['seamark::numpy']\n", "ENV001"),
        ("conda.yaml", "dependencies: [{pip: ['git+https://seamark.invalid/x']}]\n", "ENV002"),
        ("conda.yaml", "a: [", "FIL005"),
        ("python_env.yaml", "python: 3.11.7\ndependencies: [-r requirements.txt]\n", ""),
        ("python_env.yaml", "dependencies: ['x; echo seamark']\n", "ENV004"),
        ("python_env.yaml", "python: '3; echo seamark'\n", "ENV004"),
    ],
)
def test_environments(tmp_path: Path, name: str, text: str, rule: str) -> None:
    assert rules(scan(tmp_path, name, text)) == ({rule} if rule else set())


def test_requirements_of_an_ordinary_project_are_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-e .\n")
    assert Scanner().scan_file(tmp_path / "requirements.txt").findings == ()
