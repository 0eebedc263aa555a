"""What a child of a conversion can no longer do, tried out in one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = """
import json, os, socket, subprocess, sys
from seamark.harden.conversion.confine import confine
work, outside = sys.argv[1:]
held = confine(work, {"cpu": 20, "file": 1 << 20, "memory": 1 << 30})
def tried(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"
def raw(path, flags):
    import ctypes
    return ctypes.CDLL(None).open(path.encode(), flags, 0o600)
results = {
    "inside": tried(lambda: open(work + "/a", "w").close()),
    "outside": tried(lambda: open(outside + "/a", "w").close()),
    "remove": tried(lambda: os.remove(outside + "/kept")),
    "read": tried(lambda: open(outside + "/kept").close()),
    "program": tried(lambda: subprocess.run(["true"])),
    "fork": tried(os.fork),
    "socket": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "native": raw(outside + "/b", os.O_WRONLY | os.O_CREAT),
    "large": tried(lambda: open(work + "/b", "wb").write(bytes(2 << 20))),
}
print(json.dumps([held, results]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part is Linux's")
def test_a_confined_child_reaches_nothing_outside_its_folder(tmp_path: Path) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    work.mkdir()
    outside.mkdir()
    (outside / "kept").write_text("kept")
    done = subprocess.run(
        [sys.executable, "-c", f"import signal; signal.signal(25, signal.SIG_IGN)\n{TRIAL}",
         str(work), str(outside)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    held, results = json.loads(done.stdout)
    assert {"rlimits", "memory", "audit-hook"} <= set(held)
    assert results["inside"] == results["read"] == "done"
    for name in ("outside", "remove", "program", "fork", "socket", "large"):
        assert results[name] != "done", name
    if "landlock" in held:
        assert results["native"] == -1
    assert (outside / "kept").exists()
    assert not (outside / "a").exists()
