"""How many really saved, harmless models get any finding, by library and split."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from proofs import scanning
from proofs.benign.corpus import Saved, build, saved
from proofs.benign.venvs import make_all
from proofs.scanning import Judgment
from proofs.statistics import share


def judge(work: Path, venvs: Path) -> tuple[list[Saved], dict[str, Judgment], list[str]]:
    """Save what is missing, scan it all once; files, judgments by path, what could not be built."""
    out = work / "benign"
    problems = make_all(venvs) + build(venvs, out)
    judgments, _cost = scanning.scan(out)
    files = saved(out)
    return files, {file.path: scanning.of(file.path, judgments) for file in files}, problems


def _row(files: list[Saved], judged: dict[str, Judgment]) -> dict[str, Any]:
    found = [judged[file.path] for file in files]
    return {
        "any_finding": share(
            sum(j.verdict != "clean" or bool(j.findings) for j in found), len(files)
        ),
        "hostile": share(sum(j.verdict == "hostile" for j in found), len(files)),
    }


def figures(files: list[Saved], judged: dict[str, Judgment]) -> dict[str, Any]:
    """Shares for everything, each split, each library and split; and every finding."""
    groups: dict[tuple[str, str], list[Saved]] = defaultdict(list)
    for file in files:
        for library in ("all", file.library):
            for split in ("all", file.split):
                groups[library, split].append(file)
    wrong = [f for f in files if judged[f.path].verdict != "clean" or judged[f.path].findings]
    return {
        "files": len(files),
        "versions": sorted({f"{f.library} {f.version} ({f.split})" for f in files}),
        "libraries": [
            {"library": lib, "split": s, **_row(rows, judged)}
            for (lib, s), rows in sorted(groups.items())
        ],
        "kinds": dict(sorted(Counter(f.kind for f in files).items())),
        "flagged": [_false_alarm(f, judged[f.path]) for f in wrong],
    }


def _false_alarm(file: Saved, judgment: Judgment) -> dict[str, Any]:
    return {
        "path": file.path,
        "split": file.split,
        "verdict": judgment.verdict,
        "format": judgment.format,
        "findings": [list(finding) for finding in judgment.findings[:6]],
        "skipped": list(judgment.skipped[:3]),
    }


def prove(work: Path, venvs: Path) -> dict[str, Any]:
    """Measure and write docs/proofs/benign.json."""
    files, judged, problems = judge(work, venvs)
    result = figures(files, judged)
    result["not_built"] = problems
    scanning.write_result("benign", "python -m proofs.run benign", result)
    return result
