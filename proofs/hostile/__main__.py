"""Write the corpus: ``python -m proofs.hostile --out DIR [--split dev|held-out]``."""

import argparse
from pathlib import Path

from proofs.hostile.corpus import MANIFEST, all_cases, manifest_text, write


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m proofs.hostile", description=__doc__)
    parser.add_argument("--out", type=Path, help="an empty or new folder outside the repository")
    parser.add_argument("--split", choices=("dev", "held-out"), help="only the cases of one split")
    parser.add_argument("--freeze", action="store_true", help="write the manifest instead")
    options = parser.parse_args()
    if options.freeze:
        MANIFEST.write_text(manifest_text(), encoding="utf-8")
        return
    if options.out is None:
        parser.error("--out DIR is needed")
    cases = [case for case in all_cases() if options.split in (None, case.split)]
    for case in cases:
        write(case, options.out)
    print(f"{len(cases)} cases in {options.out}")


if __name__ == "__main__":
    main()
