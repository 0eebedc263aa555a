"""docs/formats.md: for each format what is parsed, the counts behind it, what is not seen."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from proofs.hostile.corpus import all_cases
from proofs.scanning import RESULTS, ROOT

TEXT = ROOT / "docs" / "formats.yaml"
TABLE = ROOT / "docs" / "formats.md"
ENOUGH = 5


def _load(name: str) -> dict[str, Any]:
    path = RESULTS / f"{name}.json"
    if not path.exists():
        raise SystemExit(f"{path} is missing: run python -m proofs.run {name} first")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _counts(row: dict[str, Any], benign: Counter[str]) -> tuple[int, int]:
    prefixes = tuple(row.get("hostile", []))
    hostile = sum(case.id.startswith(prefixes) for case in all_cases()) if prefixes else 0
    return hostile, sum(benign[kind] for kind in row.get("benign", []))


def _state(row: dict[str, Any], hostile: int, benign: int) -> str:
    if row.get("recognized"):
        return "recognized, never clean"
    return "examined" if min(hostile, benign) >= ENOUGH else "unsupported"


def render(rows: list[dict[str, Any]], results: dict[str, dict[str, Any]]) -> str:
    """The page as Markdown."""
    benign = Counter(results["benign"]["kinds"])
    body = []
    for row in rows:
        attacks, honest = _counts(row, benign)
        cells = (
            row["format"],
            _state(row, attacks, honest),
            row["parsed"],
            ", ".join(row.get("rules", [])),
            str(attacks),
            str(honest),
            row["not_seen"],
        )
        body.append("| " + " | ".join(cells) + " |")
    stamps = ", ".join(
        f"{n}: {results[n]['commit']} ({results[n]['date']})" for n in sorted(results)
    )
    return _PAGE.format(rows="\n".join(body), stamps=stamps)


_PAGE = """# What is examined, and what is not

Made by `python -m proofs.run formats` from `docs/formats.yaml` and the measured results: do not
edit it.

The counts are files of our own corpora (`proofs/hostile`, `proofs/benign`). A format with fewer
than five hostile and five really saved benign files is listed as unsupported.
What is *recognized* ends as `unclear`, never as `clean`.

| format | state | what is parsed | rules | hostile | benign | what is not seen |
|---|---|---|---|---|---|---|
{rows}

Measured at {stamps}.
"""


def write() -> Path:
    """Write docs/formats.md from docs/formats.yaml and docs/proofs."""
    rows = yaml.safe_load(TEXT.read_text(encoding="utf-8"))
    TABLE.write_text(render(rows, {n: _load(n) for n in ("hostile", "benign")}), encoding="utf-8")
    return TABLE
