"""Two pins of one package."""

import pytest


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("torch==2.1\ntorch==2.2\n", 1),
        ("torch==2.1\ntorch==2.1.0\n", 0),
        ("torch==2.1\nTorch==2.1\n", 0),
        ("torch==2.1; python_version < '3.9'\ntorch==2.2; python_version >= '3.9'\n", 0),
        ("torch==2.1; python_version < '3.10'\ntorch==2.2; python_version >= '3.9'\n", 1),
        ("torch==2.1; sys_platform == 'win32'\ntorch==2.2; sys_platform != 'win32'\n", 0),
        ("torch==2.1; sys_platform == 'win32'\ntorch==2.2\n", 1),
        ("torch==2.1; platform_machine == 'riscv64'\ntorch==2.2; python_version > '3'\n", 0),
        ("torch==2.1; sys_platform == 'linux'\ntorch==2.2; platform_machine == 'arm64'\n", 1),
    ],
)
def test_pins(judged, lines: str, count: int) -> None:
    findings = judged("conflicts", {"requirements.txt": lines})
    assert [each.rule.id for each in findings] == ["PIN025"] * count


def test_files_that_are_installed_together(judged) -> None:
    files = {"requirements.txt": "-r base.txt\ntorch==2.1\n", "base.txt": "torch==2.2\n"}
    assert [each.rule.id for each in judged("conflicts", files)] == ["PIN025"]


def test_files_apart(judged) -> None:
    files = {"requirements.txt": "torch==2.1\n", "requirements-old.txt": "torch==2.2\n"}
    assert judged("conflicts", files) == []


def test_very_many_versions_of_one_package(judged) -> None:
    lines = "".join(f"torch==1.{n}; python_version < '3.{n}'\n" for n in range(3000))
    findings = judged("conflicts", {"requirements.txt": lines})
    assert 0 < len(findings) < 100
    assert "more than" in findings[-1].message
