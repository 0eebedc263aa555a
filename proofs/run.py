"""The full counts behind the claims: ``python -m proofs.run [PART...]``; without names, all.

Parts are hostile, benign, dos, agreement, fuzz, safe_load, convert, formats, advisories and
upgrade. Results go to docs/proofs/*.json with command, commit and date.
"""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from proofs import benign_proof, dos_proof, formats_table, hostile_proof

PARTS = (
    "hostile",
    "benign",
    "dos",
    "agreement",
    "fuzz",
    "safe_load",
    "convert",
    "formats",
    "advisories",
    "upgrade",
)


def _line(name: str, row: dict[str, Any]) -> str:
    return (
        f"  {name:34} {row['hits']:5}/{row['of']:<5} {100 * row['rate']:6.2f} %  {row['interval']}"
    )


def hostile(work: Path, **_: Any) -> bool:
    """Recall; passes at 99.5 % stopped and 98 % found, on either split."""
    result = hostile_proof.prove(work)
    good = True
    for row in result["families"]:
        print(_line(f"{row['family']} {row['split']} stopped", row["stopped"]))
        if row["family"] in ("all", "bar"):
            print(_line(f"{row['family']} {row['split']} found", row["found"]))
            good &= row["stopped"]["rate"] >= 0.995
        if row["family"] == "bar":
            good &= row["found"]["rate"] >= 0.98
    for miss in result["not_stopped"]:
        print("  not stopped:", miss["id"], miss["verdict"], miss["format"], miss["split"])
    return good


def benign(work: Path, venvs: Path, **_: Any) -> bool:
    """Precision; passes at 1 % with any finding and none hostile, on either split."""
    result = benign_proof.prove(work, venvs)
    good = not result["not_built"]
    for row in result["libraries"]:
        print(_line(f"{row['library']} {row['split']} flagged", row["any_finding"]))
        if row["library"] == "all":
            good &= row["any_finding"]["rate"] <= 0.01 and row["hostile"]["hits"] == 0
    for alarm in result["flagged"]:
        print(
            "  flagged:",
            alarm["path"],
            alarm["verdict"],
            alarm["findings"][:2],
            alarm["skipped"][:1],
        )
    for problem in result["not_built"]:
        print("  not built:", problem)
    return good


def dos(only: str = "", **_: Any) -> bool:
    """Cost of every denial-of-service file."""
    result = dos_proof.prove(only)
    for row in result["list"]:
        print("  ", " ".join(f"{key}={value}" for key, value in row.items()))
    return bool(result["within"] == result["files"])


def agreement(**_: Any) -> bool:
    """Both pickle engines on mutated pickles (proofs/pickle_agreement.py)."""
    module = importlib.import_module("proofs.pickle_agreement")
    return bool(module.main([]) == 0)


def fuzz(work: Path, only: str = "", earlier: bool = False, **_: Any) -> bool:
    """Every reader on mutations of real files (proofs/fuzz)."""
    module = importlib.import_module("proofs.fuzz_proof")
    return bool(module.prove(work, only=only, earlier=earlier)["failed"] == 0)


def safe_load(work: Path, venvs: Path, **_: Any) -> bool:
    """What loads, and what does not, under ``safe_load()`` (proofs/safe_load_proof.py)."""
    module = importlib.import_module("proofs.safe_load_proof")
    return bool(module.prove(work, venvs))


def convert(work: Path, venvs: Path, **_: Any) -> bool:
    """Conversions with equal outputs (proofs/conversion_proof.py)."""
    module = importlib.import_module("proofs.conversion_proof")
    return bool(module.prove(work, venvs))


def formats(**_: Any) -> bool:
    """docs/formats.md from the results."""
    formats_table.write()
    return True


def advisories(work: Path, **_: Any) -> bool:
    """The matcher of advisories against a brute-force oracle (proofs/advisory_oracle.py)."""
    module = importlib.import_module("proofs.advisory_oracle")
    if not module.ARCHIVE.exists():
        print(f"  skipped: {module.ARCHIVE} is not on this machine")
        return True
    result = module.prove(work)
    print(f"  {result['differences']} differences in {result['pairs']:,} pairs")
    return bool(result["differences"] == 0 and result["pairs"] > 100_000)


def upgrade(venvs: Path, **_: Any) -> bool:
    """Plans for really vulnerable projects, carried out (proofs/upgrade_proof.py)."""
    module = importlib.import_module("proofs.upgrade_proof")
    return bool(module.prove(venvs))


def main() -> int:
    """The command line; exit code 1 where a bar was not met."""
    parser = argparse.ArgumentParser(prog="python -m proofs.run", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all of them")
    parser.add_argument(
        "--work", type=Path, default=Path("build/proofs"), help="where corpora are written"
    )
    parser.add_argument("--venvs", type=Path, default=Path(".venvs"))
    parser.add_argument("--only", default="", help="dos, fuzz: part of a name")
    parser.add_argument(
        "--earlier", action="store_true", help="fuzz: keep what was done at earlier commits"
    )
    options = parser.parse_args()
    work = options.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    failed = []
    for part in options.parts or PARTS:
        print(part, flush=True)
        given = {"only": options.only, "earlier": options.earlier}
        if not globals()[part](work=work, venvs=options.venvs.absolute(), **given):
            failed.append(part)
    if failed:
        print("Not met:", ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
