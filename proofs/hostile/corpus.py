"""All hostile cases together, how they are written, and the manifest that freezes them."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import hashlib
import json
from pathlib import Path

from proofs.hostile import (
    arrays,
    codebeside,
    compressed,
    evasions,
    extensions,
    gadgets,
    graphfiles,
    hiddenfiles,
    hubfiles,
    kerasfiles,
    onnxfiles,
    packagefiles,
    releasegadgets,
    rfiles,
    skopsfiles,
    streams,
    structure,
    templates,
    tensorflowfiles,
    torchfiles,
    treefiles,
)
from proofs.hostile.case import Case, Files

MANIFEST = Path(__file__).with_name("manifest.json")
_SOURCES = (gadgets, evasions, streams, extensions, torchfiles, compressed, arrays, kerasfiles, onnxfiles,
            hubfiles, templates, codebeside, structure, packagefiles, treefiles, rfiles, skopsfiles,
            releasegadgets, tensorflowfiles, graphfiles, hiddenfiles)  # fmt: skip


def all_cases() -> list[Case]:
    """Every case, in a stable order. Raises ``ValueError`` where two share an id or a path."""
    cases = [case for source in _SOURCES for case in source.cases()]
    for what in ("id", "path"):
        seen: set[str] = set()
        for case in cases:
            key: str = getattr(case, what)
            if key in seen:
                raise ValueError(f"two cases have the {what} {key}")
            seen.add(key)
    return cases


def digest(files: Files) -> str:
    """SHA-256 of a file, or of the names and digests of a folder's files."""
    if isinstance(files, bytes):
        return "sha256:" + hashlib.sha256(files).hexdigest()
    lines = [f"{name} {digest(data)}" for name, data in sorted(files.items())]
    return digest("\n".join(lines).encode())


def write(case: Case, out: Path) -> Path:
    """Write one case below ``out``; returns its file or folder."""
    files = case.build()
    target = out / case.path
    if isinstance(files, bytes):
        files = {"": files}
    for name, data in files.items():
        path = target / name if name else target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return target


def manifest() -> dict[str, object]:
    """What the corpus is: every case with its digest, and one hash of the held-out list."""
    rows, held_out = [], []
    for case in all_cases():
        value = digest(case.build())
        rows.append(
            {
                "id": case.id,
                "family": case.family,
                "group": case.group,
                "source": case.source,
                "expected": case.expected,
                "split": case.split,
                "digest": value,
            }
        )
        if case.split == "held-out":
            held_out.append(f"{case.id} {value}")
    return {
        "cases": len(rows),
        "held_out": len(held_out),
        "held_out_digest": digest("\n".join(sorted(held_out)).encode()),
        "list": rows,
    }


def manifest_text() -> str:
    """The manifest as it is committed, one case a line."""
    data = manifest()
    rows = data.pop("list")
    assert isinstance(rows, list)
    head = json.dumps(data, indent=1)[:-2]
    lines = ",\n  ".join(json.dumps(row, sort_keys=True) for row in rows)
    return f'{head},\n "list": [\n  {lines}\n ]\n}}\n'
