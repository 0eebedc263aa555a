"""The same files, judged by us and by the peers."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.tools import quiet_environment
from proofs import scanning
from proofs.hostile.corpus import all_cases, write
from proofs.hostile_proof import FOUND, STOPPED
from proofs.processes import run
from proofs.statistics import share

SCRIPT = Path(__file__).with_name("peer_each.py")
BENIGN = Path(__file__).resolve().parent.parent / "tests" / "data" / "benign"
SECONDS_A_FILE = 30
TOOLS = ("picklescan", "picklescan --strict", "modelaudit")


def _peer(tool: str, paths: list[Path], venvs: Path) -> dict[str, dict[str, Any]]:
    python = venvs.absolute() / "peers" / "bin" / "python"
    with tempfile.TemporaryDirectory() as home:
        listing = Path(home) / "list"
        listing.write_text("\n".join(map(str, paths)), encoding="utf-8")
        command = [
            str(python),
            str(SCRIPT),
            tool.replace(" --", "-"),
            str(listing),
            str(SECONDS_A_FILE),
        ]
        cost = run(command, environment=quiet_environment(home), seconds=7200, sample=False)
    answers = (
        json.loads(line) for line in cost.stdout.decode().splitlines() if line.startswith("{")
    )
    return {answer["path"]: answer for answer in answers}


def rows(work: Path, venvs: Path) -> Iterator[dict[str, Any]]:
    """Hostile: flagged, and flagged or error. Benign: flagged, and error."""
    out = work / "hostile"
    cases = all_cases()
    hostile = [write(case, out) for case in cases]
    names = sorted(json.loads((BENIGN / "from.json").read_text(encoding="utf-8")))
    benign = [BENIGN / name for name in names]
    ours, _ = scanning.scan(out)
    theirs, _ = scanning.scan(BENIGN)
    bad = [scanning.of(case.path, ours).verdict for case in cases]
    good = [scanning.of(name, theirs).verdict for name in names]
    yield {
        "what": "detection",
        "tool": "seamark",
        "hostile_flagged": share(sum(v in FOUND for v in bad), len(bad)),
        "hostile_stopped": share(sum(v in STOPPED for v in bad), len(bad)),
        "benign_flagged": share(sum(v in FOUND for v in good), len(good)),
        "benign_error": share(sum(v == "unclear" for v in good), len(good)),
    }
    if not (venvs / "peers").exists():
        return
    for tool in TOOLS:
        answers = _peer(tool, hostile + benign, venvs)
        yield {"what": "detection", "tool": tool, **_shares(answers, hostile, benign)}


def _shares(answers: dict[str, Any], hostile: list[Path], benign: list[Path]) -> dict[str, Any]:
    missing = {"flagged": False, "error": True}
    bad = [answers.get(str(path), missing) for path in hostile]
    good = [answers.get(str(path), missing) for path in benign]
    return {
        "hostile_flagged": share(sum(a["flagged"] for a in bad), len(bad)),
        "hostile_stopped": share(sum(a["flagged"] or a["error"] for a in bad), len(bad)),
        "benign_flagged": share(sum(a["flagged"] for a in good), len(good)),
        "benign_error": share(sum(a["error"] and not a["flagged"] for a in good), len(good)),
    }
