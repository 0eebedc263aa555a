"""Measure: ``python -m bench.run [PART...]``; without names, every part of bench/parts.py."""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import table
from bench.parts import PARTS
from bench.tools import line
from proofs.benign.venvs import make_all
from proofs.scanning import commit

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run the parts asked for (all, where none is), write results and README."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--venvs", type=Path, default=Path(".venvs"))
    parser.add_argument(
        "--work", type=Path, help="where inputs are written (3 GiB); by default a temporary folder"
    )
    options = parser.parse_args()
    for problem in make_all(options.venvs, ["peers", "peers-bom"]):
        print("peers are missing:", problem, file=sys.stderr)
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as place:
        for part in options.parts or PARTS:
            stamp = {"commit": commit(), "date": datetime.now(UTC).date().isoformat()}
            lines = []
            for row in PARTS[part](Path(place), options.venvs):
                lines.append(line(part=part, **row, **stamp))
                print(lines[-1], flush=True)
            (RESULTS / f"{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table.write(list(PARTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
