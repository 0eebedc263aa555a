"""Build the benign corpus: ``python -m proofs.benign --venvs DIR --out DIR [NAME...]``.

Environments that are complete and shelves that are saved are kept: running it again resumes.
"""

import argparse
import sys
from pathlib import Path

from proofs.benign.corpus import build, freeze
from proofs.benign.venvs import make_all


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m proofs.benign", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these environments")
    parser.add_argument("--venvs", type=Path, default=Path(".venvs"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--freeze", action="store_true", help="also write the manifest")
    options = parser.parse_args()
    problems = make_all(options.venvs, options.names or None)
    problems += build(options.venvs, options.out, options.names or None)
    if options.freeze:
        freeze(options.out)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
