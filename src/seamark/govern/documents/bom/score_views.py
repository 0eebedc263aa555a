"""A score as text, Markdown and JSON."""

import json

from seamark.govern.documents.bom.score import Score
from seamark.render.defuse import prose

SCHEMA = "seamark.sbom-score/1"


def as_json(found: Score) -> str:
    """The score as JSON, ``seamark.sbom-score/1``."""
    tree = {
        "schema": SCHEMA,
        "score": found.total,
        "fields": [
            {
                "field": row.field,
                "weight": row.weight,
                "have": row.have,
                "all": row.all,
                "points": round(row.points, 2),
                "missing": list(row.missing),
                "remedy": row.remedy,
            }
            for row in found.rows
        ],
        "incomplete": list(found.incomplete),
    }
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def as_text(found: Score) -> str:
    """The score for a person at a terminal."""
    lines = [f"Completeness: {found.total:g} of 100", ""]
    lines.append(f"{'field':<24}{'weight':>6}{'have':>12}  missing")
    for row in found.rows:
        have = f"{row.have}/{row.all}"
        lines.append(f"{row.field:<24}{row.weight:>6}{have:>12}  {', '.join(row.missing)}".rstrip())
    remedies = list(dict.fromkeys(row.remedy for row in found.rows if row.remedy))
    if remedies:
        lines += ["", "To do better:", *(f"  {each}" for each in remedies)]
    if found.incomplete:
        lines += ["", "The document is incomplete:", *(f"  {each}" for each in found.incomplete)]
    return "\n".join(lines) + "\n"


def as_markdown(found: Score) -> str:
    """The score as Markdown."""
    lines = [f"# Completeness: {found.total:g} of 100", ""]
    lines += ["| field | weight | have | missing |", "|---|---:|---:|---|"]
    for row in found.rows:
        missing = prose(", ".join(row.missing))
        lines.append(f"| {row.field} | {row.weight} | {row.have}/{row.all} | {missing} |")
    if found.incomplete:
        lines += ["", "The document is incomplete:", ""]
        lines += [f"- {prose(each)}" for each in found.incomplete]
    return "\n".join(lines) + "\n"
