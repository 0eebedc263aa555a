"""Build the benign files in their environments, and freeze what each split is made of."""

import hashlib
import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from proofs.benign.venvs import SPEC, specification

SAVERS = Path(__file__).with_name("savers")
MANIFEST = Path(__file__).with_name("manifest.json")
_SECONDS = 1200
_EVERYWHERE = ("plain", "numerics", "estimators", "pipelines", "boosters", "archives")
PLAN: dict[str, tuple[str, ...]] = {
    "rel-new": ("numerics", "estimators", "releases"),
    "rel-old": ("numerics", "estimators", "pipelines", "releases"),
    "hub-new": ("trainers",),
    "hub-old": ("trainers",),
    "sk11": (*_EVERYWHERE, "trees"),
    "sk13": (*_EVERYWHERE, "trees"),
    "sk15": (*_EVERYWHERE, "onnxes", "kerases jax", "trees"),
    "sk16": (*_EVERYWHERE, "onnxes", "ggufs", "mlflows", "trees", "skopses"),
    "trees": ("trees", "skopses", "rdata"),
    "trees9": ("trees", "skopses"),
    "trees11": ("trees", "skopses"),
    "torch": ("torches", "kerases torch", "hubs"),
    "hub2": ("hubfolders folders adapters tokenizers sentencepiece sentences pipelines",),
    "hub3": ("hubfolders folders adapters tokenizers sentencepiece sentences pipelines",),
    "flax": ("hubfolders flax",),
    "tensorflow": ("tensorflows",),
    "tensorflow212": ("tensorflows",),
    "nemo": ("nemos",),
    "packages": ("packages",),
    "coreml": ("graphs core_ml",),
    "coreml-old": ("graphs core_ml",),
    "openvino": ("graphs openvino",),
    "openvino-old": ("graphs openvino",),
    "pmml": ("graphs pmml",),
    "pmml-old": ("graphs pmml",),
    "nyoka": ("graphs pmml",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One benign file or folder: where it is, what saved it, in which split."""

    path: str
    venv: str
    split: str
    library: str
    version: str
    kind: str


def build(venvs: Path, out: Path, names: list[str] | None = None) -> list[str]:
    """Run every saver in its environment; returns what failed altogether."""
    problems = []
    for name, savers in PLAN.items():
        if names and name not in names:
            continue
        python = (venvs / name / "bin" / "python").absolute()
        if not python.exists():
            problems.append(f"{name}: not installed")
            continue
        for saver in savers:
            problem = _run(python, saver, out / name)
            if problem:
                problems.append(f"{name}: {problem}")
    return problems


def _run(python: Path, saver: str, out: Path) -> str:
    done = out / f".{saver.replace(' ', '-')}"
    if done.exists():
        return ""
    out.mkdir(parents=True, exist_ok=True)
    script, *rest = saver.split()
    # One thread: two cores are shared, and thread counts are part of some saved models.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONPATH", None)
    command = [str(python), f"{script}.py", str(out.absolute()), *rest]
    try:
        run = subprocess.run(
            command, cwd=SAVERS, env=environment, capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"{saver} took longer than {_SECONDS} s"
    (out / f"{script}.log").write_text(run.stdout + run.stderr, encoding="utf-8")
    if run.returncode:
        return f"{saver}: {run.stderr.strip().splitlines()[-1]}"
    done.touch()
    return ""


def saved(out: Path) -> list[Saved]:
    """What lies in ``out``, from the savers' own indexes."""
    files = []
    for name, spec in specification().items():
        index = out / name / "index.jsonl"
        if not index.exists():
            continue
        rows = {}
        for line in index.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows[row["path"]] = row
        for row in rows.values():
            path = f"{name}/{row['path']}"
            if (out / path).exists():
                files.append(
                    Saved(
                        path=path,
                        venv=name,
                        split=str(spec["split"]),
                        library=row["library"],
                        version=row["version"],
                        kind=row["kind"],
                    )
                )
    return files


def freeze(out: Path) -> None:
    """Write the manifest: pinned environments, splits, and how many files of what.

    Saved models are not the same bytes on every run (times, addresses), so what is frozen is the
    recipe: the pinned releases of each split and the savers' own digests.
    """
    held = {n: s for n, s in specification().items() if s["split"] == "held-out"}
    recipe = {p.name: _sha256(p.read_bytes()) for p in sorted(SAVERS.glob("*.py"))}
    counts = Counter((f.split, f.venv, f"{f.library} {f.version}") for f in saved(out))
    data = {
        "held_out_digest": _sha256(json.dumps([held, recipe], sort_keys=True).encode()),
        "environments": _sha256(SPEC.read_bytes()),
        "savers": recipe,
        "files": sum(counts.values()),
        "counts": [
            {"split": s, "venv": v, "library": lib, "files": n}
            for (s, v, lib), n in sorted(counts.items())
        ],
    }
    MANIFEST.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
