"""Every hostile case of the corpus: found, or at least stopped, and for the reason it was made."""

from pathlib import Path

import pytest

from proofs.hostile import tensorflowfiles
from proofs.hostile.case import Case
from proofs.hostile.corpus import write
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models.check import scan_paths

CASES = list(tensorflowfiles.cases())
OURS = ("TFG", "TFL", "HID", "KRS", "FIL", "PKL", "ARC")


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_each_case(case: Case, tmp_path: Path) -> None:
    reports = list(scan_paths([str(write(case, tmp_path))]))
    verdict = worst([report.verdict for report in reports])
    found = {finding.rule.id for report in reports for finding in report.findings}
    if case.expected == "found":
        assert verdict in (Verdict.HOSTILE, Verdict.REVIEW)
    else:
        assert verdict is not Verdict.CLEAN
    assert "FIL008" not in found
    assert all(rule.startswith(OURS) for rule in found)
