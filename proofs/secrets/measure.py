"""Recall and precision on planted secrets: ``python -m proofs.secrets.measure --seed 1``."""

import argparse
import json
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from proofs.secrets.forms import FORMS
from proofs.secrets.planted import BENIGN, SECRETS
from seamark.core.checks import Part, Target
from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict
from seamark.scan.secrets.check import CHECK, SecretOptions


@dataclass(slots=True)
class Figures:
    """Counts by line: what was planted and found, missed, or found where nothing is."""

    planted: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed_kinds: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """Share of planted lines that were found."""
        return 1 - self.missed.total() / self.planted.total()

    @property
    def precision(self) -> float:
        """Share of lines found on which something was planted."""
        found = self.planted.total() - self.missed.total()
        return found / (found + self.false.total())

    def form_recall(self, form: str) -> float:
        """Recall within one form."""
        return 1 - self.missed[form] / self.planted[form]


def measure(seed: int, *, repeats: int = 3, fast: bool | None = None) -> Figures:
    """Plants every kind ``repeats`` times in every form, and searches."""
    rng = random.Random(seed)
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="seamark-") as root:
        truth = _plant(Path(root), rng, repeats)
        found = {
            (each.location.path, each.location.line): each.rule.id for each in search(root, fast)
        }
    for (path, line), (form, kind, secret) in truth.items():
        if secret:
            figures.planted[form] += 1
            if (path, line) not in found:
                figures.missed[form] += 1
                figures.missed_kinds[f"{kind}/{form}"] += 1
    for path, line in found:
        form, kind, secret = truth.get((path, line or 0), ("elsewhere", path, False))
        if not secret:
            figures.false[f"{kind}/{form}"] += 1
    return figures


def _plant(
    root: Path, rng: random.Random, repeats: int
) -> dict[tuple[str, int], tuple[str, str, bool]]:
    truth = {}
    for form, (path, write) in FORMS.items():
        for number in range(repeats):
            kinds = [(kind, True) for kind in SECRETS] + [(kind, False) for kind in BENIGN]
            rng.shuffle(kinds)
            # A name stands once a file, as in a JSON object.
            kinds = list({kind.name: (kind, secret) for kind, secret in kinds}.values())
            pairs = [(kind.name, kind.draw(rng)) for kind, _ in kinds]
            name = path.format(f"part{number}")
            target = root / name
            target.parent.mkdir(exist_ok=True)
            text = write(pairs)
            target.write_text(text)
            lines = text.split("\n")
            for (kind, secret), (shown, _) in zip(kinds, pairs, strict=True):
                wanted = shown.lower() if form == "yaml" else shown
                at = next(
                    i for i, line in enumerate(lines, 1)
                    if line.strip(' "').removeprefix("export ").removeprefix("ENV ")
                    .startswith((f"{wanted}=", f"{wanted} =", f"{wanted}:", f'{wanted}":'))
                )  # fmt: skip
                truth[name, at] = (form, kind.id, secret)
    return truth


def search(root: str, fast: bool | None = None) -> list[Finding]:
    """What the check finds under ``root``, remarks apart."""
    target = Target(root=root, options={"secrets": SecretOptions(fast=fast, key=bytes(32))})
    assert CHECK.divide is not None
    parts = [part for part in CHECK.divide(target) if isinstance(part, Part)]
    results = [result for part in parts for result in CHECK.run(target, part)]
    return [
        each
        for each in results
        if isinstance(each, Finding) and each.rule.verdict is not Verdict.CLEAN
    ]


def main() -> None:
    """Prints one JSON line a seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for seed in arguments.seed:
        figures = measure(seed, repeats=arguments.repeats)
        print(
            json.dumps(
                {
                    "seed": seed,
                    "planted": figures.planted.total(),
                    "recall": round(figures.recall, 4),
                    "precision": round(figures.precision, 4),
                    "forms": {form: round(figures.form_recall(form), 3) for form in FORMS},
                    "missed": figures.missed_kinds.most_common(20),
                    "false": figures.false.most_common(20),
                }
            )
        )


if __name__ == "__main__":
    main()
