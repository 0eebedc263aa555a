"""Builds the support system twice: as its own team trained it, and as a careless team received it.

    python examples/support/build.py --out build/demo

The same seed gives the same files. Needs scikit-learn, NumPy and joblib.
"""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

from careless import make_careless
from supply import write_supply
from train import Scores, train

PROJECT = Path(__file__).resolve().parent / "project"


@dataclass(frozen=True, slots=True)
class Built:
    """The two projects, and how good the trained models are."""

    careful: Path
    careless: Path
    scores: Scores


def build(out: Path, *, seed: int = 7) -> Built:
    """Write ``careful`` and ``careless`` below ``out``, in place of earlier ones."""
    careful, careless = out / "careful", out / "careless"
    for folder in (careful, careless):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT, careful, ignore=shutil.ignore_patterns("__pycache__"))
    scores = train(careful / "models", seed=seed)
    write_supply(careful)
    shutil.copytree(careful, careless)
    make_careless(careless)
    return Built(careful=careful, careless=careless, scores=scores)


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo"))
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    built = build(options.out, seed=options.seed)
    print(f"intent accuracy   {built.scores.intent:.3f}  (phrasings never seen in training)")
    print(f"priority accuracy {built.scores.priority:.3f}")
    print(f"careful project   {built.careful}")
    print(f"careless project  {built.careless}")


if __name__ == "__main__":
    main()
