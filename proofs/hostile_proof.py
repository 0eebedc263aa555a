"""How much of the hostile corpus is stopped, and how much is named hostile or review."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from proofs import scanning
from proofs.hostile.case import Case
from proofs.hostile.corpus import all_cases, manifest, write
from proofs.scanning import Judgment
from proofs.statistics import share

STOPPED = ("hostile", "review", "unclear")
FOUND = ("hostile", "review")


def judge(work: Path) -> dict[str, Judgment]:
    """Write the corpus below ``work``, scan it once, give judgments by case id."""
    out = work / "hostile"
    cases = all_cases()
    for case in cases:
        write(case, out)
    judgments, _cost = scanning.scan(out)
    return {case.id: scanning.of(case.path, judgments) for case in cases}


def _row(cases: list[Case], judged: dict[str, Judgment]) -> dict[str, Any]:
    verdicts = [judged[case.id].verdict for case in cases]
    return {
        "stopped": share(sum(v in STOPPED for v in verdicts), len(cases)),
        "found": share(sum(v in FOUND for v in verdicts), len(cases)),
        "hostile": share(sum(v == "hostile" for v in verdicts), len(cases)),
    }


def figures(judged: dict[str, Judgment]) -> dict[str, Any]:
    """Shares for everything, each split, each family and split; and every miss by name.

    ``bar`` are the cases in formats that are examined; for the rest (recognized formats, bytes that
    no loader accepts) being stopped is all that is asked.
    """
    cases = all_cases()
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        for family in ("all", case.family, *(["bar"] if case.expected == "found" else [])):
            for split in ("all", case.split):
                groups[family, split].append(case)
    frozen = manifest()
    return {
        "cases": len(cases),
        "held_out_digest": frozen["held_out_digest"],
        "families": [
            {"family": f, "split": s, **_row(rows, judged)}
            for (f, s), rows in sorted(groups.items())
        ],
        "not_stopped": [
            _miss(c, judged[c.id]) for c in cases if judged[c.id].verdict not in STOPPED
        ],
        "only_unclear": [c.id for c in cases if judged[c.id].verdict == "unclear"],
    }


def _miss(case: Case, judgment: Judgment) -> dict[str, str]:
    return {
        "id": case.id,
        "split": case.split,
        "verdict": judgment.verdict,
        "format": judgment.format,
    }


def prove(work: Path) -> dict[str, Any]:
    """Measure and write docs/proofs/hostile.json."""
    result = figures(judge(work))
    scanning.write_result("hostile", "python -m proofs.run hostile", result)
    return result
