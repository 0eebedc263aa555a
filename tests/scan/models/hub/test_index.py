"""Indexes of shards: real folders, and folders that disagree with their index."""

import json
import shutil
import struct
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path
from seamark.scan.models.check import scan_paths

SHARDED = Path(__file__).parents[3] / "data" / "hub" / "sharded"
ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def shard(*names: str) -> bytes:
    header = {
        name: {"dtype": "F32", "shape": [1], "data_offsets": [4 * at, 4 * at + 4]}
        for at, name in enumerate(names)
    }
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(4 * len(names))


def scan(folder: Path, weight_map: object, files: dict[str, bytes], size: object = 8) -> FileReport:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": weight_map}))
    return scan_path(path)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


WHOLE = {ONE: shard("a"), TWO: shard("b")}


def test_a_folder_of_transformers_is_clean() -> None:
    reports = list(scan_paths([SHARDED]))
    assert len(reports) > 5
    assert {report.verdict for report in reports} == {Verdict.CLEAN}


def test_an_edited_folder_of_transformers_is_not(tmp_path: Path) -> None:
    folder = shutil.copytree(SHARDED, tmp_path / "m")
    path = folder / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    name = sorted(index["weight_map"])[0]
    index["weight_map"]["renamed"] = index["weight_map"].pop(name)
    path.write_text(json.dumps(index))
    assert rules(scan_path(path)) == {"HUB004", "HUB005"}


CASES = {
    "agrees": ({"a": ONE, "b": TWO}, WHOLE, 8, set()),
    "missing": ({"a": ONE, "b": TWO}, {ONE: shard("a")}, 8, {"HUB001"}),
    "unused": ({"a": ONE, "b": TWO}, {"model.gguf": b"x"}, 8, {"HUB002"}),
    "unnamed shard": (
        {"a": ONE, "b": TWO},
        {**WHOLE, "model-00009-of-00009.safetensors": shard("c")},
        8,
        {"HUB003"},
    ),
    "other family": ({"a": ONE, "b": TWO}, {**WHOLE, "consolidated.safetensors": b"x"}, 8, set()),
    "absent": ({"a": ONE, "b": TWO, "c": TWO}, WHOLE, 8, {"HUB004"}),
    "extra": ({"a": ONE, "b": TWO}, {**WHOLE, TWO: shard("b", "c")}, 12, {"HUB005"}),
    "twice": ({"a": ONE, "b": TWO}, {**WHOLE, TWO: shard("b", "a")}, 12, {"HUB006"}),
    "pickle": ({"a": ONE, "b": "x.bin"}, {ONE: shard("a"), "x.bin": b"x"}, 8, {"HUB007"}),
    "size": ({"a": ONE, "b": TWO}, WHOLE, 9, {"HUB008"}),
    "no map": ([], WHOLE, 8, {"HUB009"}),
    "no text": ({"a": ONE, "b": 3}, {ONE: shard("a")}, 4, {"HUB009"}),
    "empty": ({}, WHOLE, 0, {"HUB009"}),
}


@pytest.mark.parametrize(("weight_map", "files", "size", "expected"), CASES.values(), ids=CASES)
def test_index_against_its_folder(
    tmp_path: Path, weight_map: object, files: dict[str, bytes], size: int, expected: set[str]
) -> None:
    assert rules(scan(tmp_path, weight_map, files, size)) == expected


def test_a_missing_shard_is_unclear_and_a_tensor_in_two_is_for_review(tmp_path: Path) -> None:
    assert scan(tmp_path, {"a": ONE, "b": TWO}, {ONE: shard("a")}).verdict is Verdict.UNCLEAR
    assert scan(tmp_path, {"a": ONE, "b": TWO}, CASES["twice"][1]).verdict is Verdict.REVIEW


def test_headers_that_lie_are_left_to_the_shards_own_examination(tmp_path: Path) -> None:
    for data in (b"", b"\xff" * 8, struct.pack("<Q", 4) + b"[[[[", b"version https://git-lfs"):
        assert rules(scan(tmp_path, {"a": ONE, "b": TWO}, {**WHOLE, TWO: data})) == set()
