"""The check as the engine sees it: parts, findings of files, what cannot be read."""

import os
import pickle
from pathlib import Path

import pytest

from seamark.core.checks import Part, Remark, Target
from seamark.core.errors import ConfigurationError
from seamark.core.findings import Finding
from seamark.scan.code.check import CHECK, CodeOptions
from seamark.scan.walk import Selection

BAD = "import torch\ntorch.load(f, weights_only=False)\n"


def examined(root: Path, **options: object) -> tuple[list[Finding], list[Remark]]:
    target = Target(root=str(root), options=options)
    findings: list[Finding] = []
    remarks: list[Remark] = []
    assert CHECK.divide is not None
    for each in CHECK.divide(target):
        results = (
            CHECK.run(target, pickle.loads(pickle.dumps(each)))
            if isinstance(each, Part)
            else [each]
        )
        findings += [r for r in results if isinstance(r, Finding)]
        remarks += [each] if isinstance(each, Remark) else []
    return findings, remarks


def test_a_tree(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD + BAD)
    (tmp_path / "b.txt").write_text(BAD)
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "c.py").write_text(BAD)
    findings, remarks = examined(tmp_path)
    assert [(f.location.path, f.location.line) for f in findings] == [("a.py", 2), ("a.py", 4)]
    assert len({f.fingerprint for f in findings}) == 2
    assert [r.value for r in remarks] == ["venv"]
    assert CHECK.all_rules()["DSR001"].severity.value == "high"


def test_fingerprints_survive_moves(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD)
    before = examined(tmp_path)[0][0].fingerprint
    (tmp_path / "a.py").write_text("# more\n\nimport os\n" + BAD)
    assert examined(tmp_path)[0][0].fingerprint == before


def test_exclusion_and_staged_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "old.py").write_text(BAD)
    (tmp_path / "copy").write_text(BAD)
    assert examined(tmp_path, exclude=["old.py"])[0] == []
    options = CodeOptions(
        selection=Selection(exclude=("old.py",)), staged=(("a.py", str(tmp_path / "copy")),)
    )
    assert [f.location.path for f in examined(tmp_path, code=options)[0]] == ["a.py"]
    with pytest.raises(ConfigurationError):
        examined(tmp_path, exlude=["old.py"])


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(BAD)
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.py").symlink_to(outside)
    os.mkfifo(root / "pipe.py")
    (root / "loop").symlink_to(root)
    findings, _ = examined(root)
    assert sorted((f.rule.id, f.location.path) for f in findings) == [
        ("PYT003", "link.py"),
        ("PYT003", "pipe.py"),
    ]


def test_a_crash_names_the_file() -> None:
    from seamark.scan.code.check import Source

    assert CHECK.crashed is not None
    [finding] = CHECK.crashed(Target(), Part(items=(Source("/x/a.py", "a.py"),)), "it was killed")
    assert isinstance(finding, Finding)
    assert finding.message == "The file could not be read: it was killed."
