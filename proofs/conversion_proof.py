"""Convert models of every kind and hold each result to its source.

The models are saved by their own libraries in an environment of their own (``.venvs/convert``: the
packages of the extra ``convert``, torch, safetensors and pandas); Seamark runs without them and
starts its children there. Checkpoints are also compared by torch and the safetensors library,
which share no code with the conversion.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from proofs.processes import run
from proofs.scanning import of, scan, seamark, write_result

COMMAND = "python -m proofs.run convert"
HERE = Path(__file__).parent / "conversion"


BAR = 20
"""Models that have to come out clean and equal, and with them every other of the plan."""


def prove(work: Path, venvs: Path) -> bool:
    """Convert everything; whether all of it, and enough, came out. Writes docs/proofs/convert.json.

    Models that were saved by an earlier run are saved anew.
    """
    python = str(venvs / "convert" / "bin" / "python")
    folder, made = work / "convert" / "from", work / "convert" / "to"
    for each in (folder, made):
        each.mkdir(parents=True, exist_ok=True)
        for old in each.iterdir():
            old.unlink()
    plan = json.loads(_call(python, str(HERE / "models.py"), str(folder)))
    rows = [_convert(entry, folder, made, python) for entry in plan]
    judgments, _ = scan(made, "--no-receipts")
    for row in rows:
        verdicts = {of(Path(name).name, judgments).verdict for name in row.pop("results")}
        row["rescanned"] = "clean" if verdicts == {"clean"} else "not clean"
        row["good"] &= row["rescanned"] == "clean"
    good = [row for row in rows if row["good"]]
    figures: dict[str, Any] = {
        "conversions": len(rows),
        "good": len(good),
        "models": len({row["file"] for row in good}),
        "python": _call(python, "--version").strip(),
        "list": rows,
    }
    write_result("convert", COMMAND, figures)
    for row in rows:
        if not row["good"]:
            print("  not good:", row["file"], row["to"], row.get("reason", row["rescanned"]))
    print(f"  {len(good)} of {len(rows)} conversions, {figures['models']} models")
    return len(good) == len(rows) and figures["models"] >= BAR


def _convert(entry: dict[str, Any], folder: Path, made: Path, python: str) -> dict[str, Any]:
    ending = {"weights": "weights.h5"}.get(entry["to"], entry["to"])
    name = "-".join([entry["file"], *entry["options"]]).replace("--", "")
    target = made / f"{name}.{ending}"
    if entry["file"].endswith(".h5") and entry["to"] == "weights":
        target = made / f"{name}.legacy-weights.h5"
    cost = run(
        [*seamark(), "convert", str(folder / entry["file"]), "--to", entry["to"], "--output",
         str(target), "--python", python, "--format", "json", *entry["options"], "--force"],
        cwd=folder, sample=False,
    )  # fmt: skip
    try:
        record = json.loads(cost.stdout)
    except ValueError:
        return {"file": entry["file"], "to": entry["to"], "options": entry["options"],
                "good": False, "reason": cost.stderr.decode()[:300], "results": []}  # fmt: skip
    equality = record["parts"][0]["equality"] if record["parts"] else {}
    row: dict[str, Any] = {
        "file": entry["file"],
        "to": entry["to"],
        "options": entry["options"],
        "engine": record["engine"],
        "good": cost.code == 0 and equality.get("equal") is True,
        "cpu": round(cost.cpu, 2),
        "compared": equality.get("compared", 0),
        "exact": equality.get("exact", False),
        "outputs": equality.get("outputs", {}),
        "results": [file["path"] for file in record["results"]],
    }
    if not row["good"]:
        row["reason"] = record["exit_reason"]
    elif record["engine"] in ("own", "torch"):
        wrong = json.loads(
            _call(python, str(HERE / "oracle.py"), str(folder / entry["file"]), str(target))
        )
        row["torch_agrees"] = not wrong
        row["good"] = not wrong
    return row


def _call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{command[:2]}: {done.stderr[-1000:]}")
    return done.stdout
