import base64
import gzip
import io
import json
import random
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.secrets.measure import measure
from proofs.secrets.planted import SECRETS
from seamark.core.checks import Part, Target
from seamark.core.findings import Finding
from seamark.core.rules import Confidence
from seamark.core.verdicts import Verdict
from seamark.scan.secrets import containers, pieces
from seamark.scan.secrets.check import CHECK, SecretOptions, crashed

OPTIONS = SecretOptions(fast=False, key=bytes(32))


def secret(kind: str = "github", seed: int = 1) -> str:
    return next(each for each in SECRETS if each.id == kind).draw(random.Random(seed))


def search(root: Path, options: SecretOptions = OPTIONS) -> list[Finding]:
    target = Target(root=str(root), options={"secrets": options})
    assert CHECK.divide is not None
    parts = [part for part in CHECK.divide(target) if isinstance(part, Part)]
    return [r for part in parts for r in CHECK.run(target, part) if isinstance(r, Finding)]


def places(findings: list[Finding]) -> list[tuple[str, int | None, int | None]]:
    return [
        (f.location.member or f.location.path, f.location.line, f.location.column)
        for f in findings
        if f.rule.verdict is Verdict.REVIEW
    ]


def test_planted_secrets_are_found_in_all_forms() -> None:
    figures = measure(20261123, repeats=1, fast=False)
    assert figures.recall >= 0.98
    assert figures.precision >= 0.98


def test_line_and_column_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"# ä\nx = 1\nkey = 'é', '{secret()}'\n")
    assert places(search(tmp_path)) == [("a.py", 3, 13)]


def test_a_notebook_gives_the_line_of_its_own_file(tmp_path: Path) -> None:
    text = json.dumps(
        {"cells": [{"source": ["import os\n", f'k = "{secret("password")}"\n']}]}, indent=1
    )
    text = text.replace("k = ", "db_password = ")
    (tmp_path / "n.ipynb").write_text(text)
    line = next(i for i, each in enumerate(text.split("\n"), 1) if "db_password" in each)
    assert [place[1] for place in places(search(tmp_path))] == [line]


def test_a_kubernetes_secret_is_decoded(tmp_path: Path) -> None:
    value = base64.b64encode(secret("password").encode()).decode()
    text = f"apiVersion: v1\nkind: Secret\ndata:\n  db-password: {value}\n"
    (tmp_path / "s.yaml").write_text(text)
    (found,) = [f for f in search(tmp_path) if f.rule.verdict is Verdict.REVIEW]
    assert found.location.line == 4
    assert found.evidence["decoded"] == ["kubernetes-secret", "base64"]


def test_base64_of_a_text_is_read(tmp_path: Path) -> None:
    blob = base64.b64encode(f"export GITHUB_TOKEN={secret()}\n".encode()).decode()
    (tmp_path / "a.sh").write_text(f"\necho {blob} | base64 -d\n")
    assert places(search(tmp_path)) == [("a.sh", 2, 6)]


def test_utf16_keeps_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(f"one\ntwo\n{secret()}\n".encode("utf-16"))
    assert [place[1] for place in places(search(tmp_path))] == [3]


@pytest.mark.parametrize(
    "comment", ["gitleaks:allow", "pragma: allowlist secret", "seamark: allow secret"]
)
def test_allow_comments_are_honored_and_counted(tmp_path: Path, comment: str) -> None:
    (tmp_path / "a.py").write_text(f"x = '{secret()}'  # {comment}\n")
    assert [(f.rule.id, f.evidence["kinds"]) for f in search(tmp_path)] == [
        ("SEC901", {"github-pat": 1})
    ]


def test_the_unlikely_is_counted_once_a_file(tmp_path: Path) -> None:
    lines = [f"x{i} = 'AK" + "IAIOSFODNN7EXAMPLE'\n" for i in range(4)]
    (tmp_path / "a.py").write_text("".join(lines))
    (remark,) = search(tmp_path)
    assert remark.rule.id == "SEC900"
    assert remark.confidence is Confidence.LOW
    assert sum(remark.evidence["kinds"].values()) == 4  # type: ignore[union-attr]


def _archives(path: str, data: bytes) -> dict[str, bytes]:
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path, data)
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        info = tarfile.TarInfo(path)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return {
        "a.whl": packed.getvalue(),
        "a.tar": tarred.getvalue(),
        "a.tar.gz": gzip.compress(tarred.getvalue()),
    }


@pytest.mark.parametrize("name", ["a.whl", "a.tar", "a.tar.gz"])
def test_members_of_archives_are_searched(tmp_path: Path, name: str) -> None:
    data = f"\nkey = '{secret()}'\n".encode()
    (tmp_path / name).write_bytes(_archives("pkg/conf.py", data)[name])
    assert places(search(tmp_path)) == [("pkg/conf.py", 2, 8)]


@pytest.mark.parametrize("name", ["a.whl", "a.tar", "a.tar.gz"])
def test_damaged_archives_are_unclear_and_never_raise(tmp_path: Path, name: str) -> None:
    whole = _archives("pkg/conf.py", b"nothing\n" * 400)[name]
    for cut in (20, len(whole) // 2):
        (tmp_path / name).write_bytes(whole[:cut])
        assert all(f.rule.id == "SEC902" for f in search(tmp_path))
    rng = random.Random(3)
    for _ in range(40):
        broken = bytearray(whole)
        for _ in range(6):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        (tmp_path / name).write_bytes(bytes(broken))
        assert all(f.rule.verdict is not Verdict.HOSTILE for f in search(tmp_path))


def test_a_bomb_is_unclear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_EXPANDED", 1 << 20)
    monkeypatch.setattr(
        "seamark.scan.secrets.files.Allowance", lambda: containers.Allowance(expanded=1 << 20)
    )
    (tmp_path / "b.gz").write_bytes(gzip.compress(bytes(8 << 20)))
    assert "SEC902" in [f.rule.id for f in search(tmp_path)]


def test_windows_find_what_lies_across_their_border_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "WINDOW", 4096)
    monkeypatch.setattr(pieces, "OVERLAP", 512)
    for at in range(3400, 4200, 37):
        (tmp_path / "a.txt").write_text("x" * 50 + "\n" + " " * at + secret() + " " * 9000 + "\n")
        assert places(search(tmp_path)) == [("a.txt", 2, at + 1)]


def test_binary_data_is_searched_for_distinct_kinds(tmp_path: Path) -> None:
    data = b"\0\1\2" * 100 + b" " + secret().encode() + b"\0" * 40 + b"password='kX92-mQp4LzT8'"
    (tmp_path / "m.bin").write_bytes(data)
    (found,) = [f for f in search(tmp_path) if f.rule.verdict is Verdict.REVIEW]
    assert found.location.offset == 301


def test_odd_files_never_raise(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "nul").write_bytes(bytes(100))
    (tmp_path / "bad").write_bytes(b"password = '\xff\xfe\x80'\n" * 5)
    (tmp_path / "deep.json").write_text("[" * 50_000 + "]" * 50_000)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [f for f in search(tmp_path) if f.rule.verdict is not Verdict.CLEAN] == []
    missing = replace(OPTIONS, files=((str(tmp_path / "gone"), "gone"),))
    assert search(tmp_path, missing) == []


def test_nothing_shows_a_value(tmp_path: Path) -> None:
    kinds = {each.id: each.draw(random.Random(9)) for each in SECRETS}
    text = "".join(f"{each.name} = '{kinds[each.id]}'\n" for each in SECRETS)
    (tmp_path / "a.py").write_text(text)
    findings = search(tmp_path)
    assert len(findings) >= len(SECRETS) - 1
    shown = repr(findings)
    for kind, value in kinds.items():
        secret_part = value.partition("://")[2].partition("@")[0].partition(":")[2] or value
        assert secret_part not in shown, kind


def test_fingerprints_follow_the_value_and_not_the_line(tmp_path: Path) -> None:
    prints = []
    for text in (f"a='{secret()}'", f"\n\nb='{secret()}'", f"a='{secret(seed=2)}'"):
        (tmp_path / "a.py").write_text(text)
        prints.append(search(tmp_path)[0].fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_a_crash_is_unclear(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    target = Target(root=str(tmp_path), options={"secrets": OPTIONS})
    assert CHECK.divide is not None
    part = next(p for p in CHECK.divide(target) if isinstance(p, Part))
    assert [f.rule.id for f in crashed(target, part, "killed") if isinstance(f, Finding)] == [
        "SEC902"
    ]


def test_rules_are_unique() -> None:
    assert len(CHECK.all_rules()) >= 200
