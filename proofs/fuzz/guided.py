"""Coverage-guided fuzzing: ``python -m proofs.fuzz.guided [FORMAT...] --seconds N``.

Needs atheris, in an environment of its own (see proofs/README.md). Each format runs
in a child (``guided_worker``) with a limit of memory; inputs that failed are kept in ``--out``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from proofs.fuzz.seeds import seeds
from proofs.scanning import ROOT

DATA = ROOT / "tests" / "data"
_GRACE = 60
"""Seconds beyond the run itself in which a child must have read its seeds and ended."""


def fuzz(kind: str, files: tuple[Path, ...], *, seconds: float, out: Path) -> dict[str, Any]:
    """One format in one child; the row says what was run and what failed."""
    place = out / kind
    place.mkdir(parents=True, exist_ok=True)
    state = place / "state.json"
    state.unlink(missing_ok=True)
    job = {
        "format": kind,
        "seeds": [str(path.resolve()) for path in files],
        "seconds": seconds,
        "crashes": str(place.resolve()),
        "state": str(state.resolve()),
    }
    with tempfile.TemporaryDirectory() as corpus:
        died = _run(job | {"corpus": corpus}, seconds + _GRACE)
    row: dict[str, Any] = {"format": kind, "seeds": len(files), "seconds": seconds}
    if state.exists():
        said: dict[str, Any] = json.loads(state.read_text())
        return row | said
    return row | {"executions": 0, "failures": [{"why": died, "input": "last-input"}]}


def _run(job: dict[str, Any], patience: float) -> str:
    """How the child ended, for the case that it left no state."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "proofs.fuzz.guided_worker"],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            errors="replace",
            cwd=ROOT,
            timeout=patience,
        )
    except subprocess.TimeoutExpired:
        return f"the child did not end within {patience:g} s"
    (Path(job["crashes"]) / "log").write_text(done.stderr)
    return f"the child ended with {done.returncode}: {done.stderr.strip()[-500:]}"


def main() -> int:
    """The command line; 0 where nothing failed."""
    parser = argparse.ArgumentParser(prog="python -m proofs.fuzz.guided", description=__doc__)
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help="as the scanner calls them")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each format")
    parser.add_argument(
        "--seeds", type=Path, action="append", default=[], metavar="DIR", help="further seeds"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "guided", metavar="DIR")
    options = parser.parse_args()
    found = seeds([DATA, *options.seeds])
    unknown = set(options.formats) - set(found)
    if unknown:
        parser.error(f"no seeds of {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    failed = 0
    for kind in options.formats or found:
        row = fuzz(kind, found[kind], seconds=options.seconds, out=options.out)
        failed += len(row["failures"])
        print(json.dumps(row), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
