"""Mutations that once broke a reader: format, seed file, number of the case, what was wrong."""

import random
from pathlib import Path

from proofs.fuzz.mutate import mutated
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path

DATA = Path(__file__).parents[1] / "data"


def test_archives_whose_members_hold_each_other_are_read_a_bounded_number_of_times(
    tmp_path: Path,
) -> None:
    # Spliced copies of members held each other many times over: 220,000 readings of 23 kB.
    seed = DATA / "benign" / "torch-torch-module-transformer.pt"
    path = tmp_path / seed.name
    path.write_bytes(mutated(seed.read_bytes(), random.Random("1:pytorch-zip:37598")))
    report = scan_path(path)
    assert report.verdict is Verdict.REVIEW
    assert report.coverage.members < 5_000
    stopped = [each.message for each in report.findings if each.rule.id == "FIL004"]
    assert any("overlap" in message for message in stopped)
