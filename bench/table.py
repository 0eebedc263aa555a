"""bench/README.md: the newest results as tables."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_HIDDEN = {"what", "tool", "part", "commit", "date", "runs", "exit_code", "timed_out"}

HEAD = """# Speed, memory and detection beside the peers

Made by `make bench` (or `python -m bench.run PART...`); do not edit. Medians of three runs; CPU
seconds are of the whole process tree (`wait4`), peak memory is its proportional set size sampled
every 20 ms. The machine has two cores and runs other work: compare within a table, not between
machines. Peers are called as their documentation says, without cache and telemetry; `detection`
judges every file on its own by their Python interfaces, 30 seconds a file at most.

The small pickles are 1,500 plain ones (configurations, vocabularies, lists of numbers; protocols 2
to 5; 0.1 to 3 kB) and 500 that scikit-learn, XGBoost, LightGBM, pandas, NumPy, SciPy, dill and
cloudpickle saved (`tests/data/benign`).

`structure` reads files that are nearly all structure (`bench/structures.py`), without digests, and
takes the best of five runs: CPU seconds of the reader for 100 MB. Most are laid out as the format's
own library writes a large model; `tiny` and `stumps` are the worst shapes that the format allows, a
file of nothing but the smallest values. No real model is like them; at much larger sizes the limits
of the readers end them as unclear after a bounded time.
"""


def _cell(value: Any) -> str:
    if isinstance(value, dict) and "hits" in value:
        return f"{100 * value['rate']:.1f} % ({value['hits']}/{value['of']})"
    return "" if value is None else str(value)


def render(results: dict[str, list[dict[str, Any]]]) -> str:
    """The page as Markdown, one table a part."""
    out = [HEAD]
    for part, rows in results.items():
        keys: list[str] = []
        for row in rows:
            keys += [key for key in row if key not in _HIDDEN and key not in keys]
        out.append(f"\n## {part}\n\n{rows[0]['date']}, commit {rows[0]['commit']}\n\n")
        out.append("| what | program | " + " | ".join(k.replace("_", " ") for k in keys) + " |\n")
        out.append("|---|---|" + "---:|" * len(keys) + "\n")
        for row in rows:
            cells = [row["what"], row["tool"], *(_cell(row.get(key)) for key in keys)]
            out.append("| " + " | ".join(cells) + " |\n")
    return "".join(out)


def write(parts: list[str]) -> None:
    """Write bench/README.md from bench/results."""
    results = {}
    for part in parts:
        path = HERE / "results" / f"{part}.jsonl"
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            results[part] = [json.loads(line) for line in lines]
    (HERE / "README.md").write_text(render(results), encoding="utf-8")
