"""Places where something that acts was once taken for a remark, a note or plain text."""

import io
import json
import pickle
import zipfile

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner, scan_bytes

PAYLOAD = b"cposix\nsystem\n(S'echo seamark'\ntR."
BINARY_PAYLOAD = b"\x80\x02cposix\nsystem\nX\x0c\x00\x00\x00echo seamark\x85R."
PLAIN = pickle.dumps({"a": 1}, 2)


def rules(report):
    return {finding.rule.id for finding in report.findings}


def checkpoint(*, data=PLAIN, version=b"3\n", comment=b"", storages=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        archive.writestr("m/data.pkl", data)
        for name, content in storages:
            archive.writestr(f"m/data/{name}", content)
        archive.writestr("m/version", version)
    return buffer.getvalue()


def test_version_of_a_checkpoint_is_one_word():
    assert scan_bytes(checkpoint(), name="m.pt").verdict is Verdict.CLEAN
    report = scan_bytes(checkpoint(version=PAYLOAD), name="m.pt")
    assert report.verdict is Verdict.HOSTILE


def test_comment_of_an_archive_that_works_as_a_pickle():
    assert scan_bytes(checkpoint(comment=b"made by hand"), name="m.pt").verdict is Verdict.CLEAN
    report = scan_bytes(checkpoint(comment=PAYLOAD), name="m.pt")
    assert report.verdict is Verdict.HOSTILE
    assert "FIL010" in rules(report)


@pytest.mark.parametrize("length", [30, 300])
def test_text_that_spells_a_pickle_in_latin1(length):
    text = BINARY_PAYLOAD.decode("latin-1") + "." * (length - 30)
    assert scan_bytes(pickle.dumps({"blob": text}, 4), name="m.pkl").verdict is Verdict.HOSTILE
    assert scan_bytes(pickle.dumps({"blob": "é" + text[1:]}, 4)).verdict is Verdict.CLEAN


def test_script_under_the_name_of_weights():
    report = scan_bytes(b"#!/bin/sh\necho seamark\n", name="weights.bin")
    assert (report.verdict, rules(report)) == (Verdict.REVIEW, {"EXE003"})
    assert scan_bytes(b"#!/bin/sh\necho seamark\n", name="run.sh").verdict is Verdict.CLEAN


@pytest.mark.parametrize("name", ["config.yaml", "config.json"])
@pytest.mark.parametrize(
    ("target", "verdict"),
    [("os.system", Verdict.HOSTILE), ("nemo.collections.asr.Model", Verdict.CLEAN)],
)
def test_target_that_hydra_would_call(tmp_path, name, target, verdict):
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    value = {"model": {"_target_": target, "command": "echo seamark"}}
    (tmp_path / name).write_text(json.dumps(value))
    assert Scanner().scan_file(tmp_path / name).verdict is verdict


def tensor_pickle(numel, offset, size, stride):
    """``torch._utils._rebuild_tensor_v2(storage, offset, size, stride, False, {})``."""
    pid = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" + b"0"
    pid += b"X\x03\0\0\0cpu" + b"J" + numel.to_bytes(4, "little") + b"tQ"
    numbers = b"J" + offset.to_bytes(4, "little", signed=True)
    for values in (size, stride):
        numbers += b"(" + b"".join(b"J" + v.to_bytes(4, "little", signed=True) for v in values)
        numbers += b"t"
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + pid + numbers + hooks + b"tR."


@pytest.mark.parametrize(
    ("offset", "size", "stride", "verdict"),
    [
        (0, (2, 3), (3, 1), Verdict.CLEAN),
        (2, (2, 2), (2, 1), Verdict.CLEAN),
        (5, (100,), (0,), Verdict.CLEAN),
        (9, (0,), (1,), Verdict.CLEAN),
        (1, (2, 3), (3, 1), Verdict.REVIEW),
        (0, (2, 3), (300, 1), Verdict.REVIEW),
        (-1, (1,), (1,), Verdict.REVIEW),
        (0, (2,), (1, 1), Verdict.REVIEW),
    ],
)
def test_tensor_stays_inside_its_storage(offset, size, stride, verdict):
    data = tensor_pickle(6, offset, size, stride)
    report = scan_bytes(checkpoint(data=data, storages=[("0", bytes(24))]), name="m.pt")
    assert report.verdict is verdict
