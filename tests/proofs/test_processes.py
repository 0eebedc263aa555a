"""What a run costs is measured for the whole tree, and never our own memory."""

import sys

from proofs.processes import run


def test_cpu_of_children_is_counted() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])"
    assert run([sys.executable, "-c", script]).cpu >= 0.3


def test_memory_of_children_is_counted() -> None:
    hold = "import time; x = b'x' * (90 << 20); time.sleep(0.4)"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {hold!r}])"
    assert run([sys.executable, "-c", script]).peak >= 90 << 20


def test_our_own_memory_is_not_the_childs() -> None:
    ours = bytearray(200 << 20)
    ours[::4096] = b"x" * len(ours[::4096])
    assert run([sys.executable, "-c", "import time; time.sleep(0.2)"]).peak < 100 << 20
    assert ours


def test_output_and_exit_code_are_kept() -> None:
    cost = run([sys.executable, "-c", "import sys; print('out'); sys.exit(3)"])
    assert (cost.code, cost.stdout.strip()) == (3, b"out")


def test_a_run_that_takes_too_long_is_ended() -> None:
    cost = run([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.3)
    assert cost.timed_out
    assert cost.code < 0
