"""Ctrl-C on a real process: a partial report, marked, and exit code 130."""

import json
import signal
import subprocess
import sys
import time

import pytest
from cli.conftest import CLEAN, Runner

_SLOW = """
import sys, time
from seamark.scan.models import scanner
real = scanner.Scanner.scan_file
def slow(self, path, **more):
    if not str(path).endswith("0.pkl"):
        print("began", file=sys.stderr, flush=True)
        time.sleep(60)
    return real(self, path, **more)
scanner.Scanner.scan_file = slow
from seamark.cli import main
main()
"""


@pytest.mark.parametrize("output", ["-", "report.json"])
def test_ctrl_c_gives_a_partial_report(seamark: Runner, output: str) -> None:
    for number in range(3):
        seamark.write(f"{number}.pkl", CLEAN)
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, "scan", ".", "-f", "json", "-o", output],
        cwd=seamark.folder, env=seamark.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().strip() == b"began"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    text = out.decode() if output == "-" else (seamark.folder / output).read_text()
    made = json.loads(text)
    assert made["interrupted"] is True
    assert made["exit_code"] == 130
    assert [file["path"] for file in made["files"]] == ["0.pkl"]
    assert made["checks"][0]["status"] == "not_run"
    assert b"Traceback" not in err
