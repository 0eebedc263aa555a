"""The unpicklers of the child resolve nothing that the allowlist lacks, whatever the scan said."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LIBRARIES = ROOT / ".venvs" / "convert" / "bin" / "python"
HOSTILE = {
    "plain": b"cos\nsystem\n(S'echo seamark-harmless'\ntR.",
    "protocol 4": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x15echo seamark-harmless\x85R.",
    "builtins": b"c__builtin__\neval\n(S'1'\ntR.",
}
TRIAL = """
import sys
from seamark.harden.conversion.estimators.restricted import load_estimator
from seamark.harden.conversion.refusals import Refused
try:
    load_estimator(sys.argv[1], [])
except Refused as refusal:
    print("refused", refusal)
"""


@pytest.mark.skipif(
    not LIBRARIES.exists(),
    reason="an environment .venvs/convert with 'pip install seamark[convert]'",
)
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_allowed_is_not_resolved(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pkl"
    path.write_bytes(HOSTILE[kind])
    done = subprocess.run(
        [str(LIBRARIES), "-c", TRIAL, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("refused")
    assert "not on the allowlist" in done.stdout
    assert "seamark-harmless" not in done.stdout
