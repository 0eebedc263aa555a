"""A fingerprint survives what people do around a finding: the baseline stands on it."""

import io
import json
import os
import pickle
import pickletools
import zipfile

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner


class Hostile:
    def __reduce__(self):
        return os.system, ("echo seamark",)


class HostileOtherwise:
    def __reduce__(self):
        return os.system, ("echo another argument",)


def dumped(value, protocol=4):
    return pickle.dumps(value, protocol)


def zipped(members, *, compression=zipfile.ZIP_STORED, comment=b"", extra=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.comment = comment
        for name, data in members:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = compression
            info.extra = extra
            archive.writestr(info, data)
    return buffer.getvalue()


BASE = {"weights": [1, 2, 3], "hook": Hostile()}
PICKLE = dumped(BASE)
MEMBER = ("state.pkl", PICKLE)
OTHER = ("notes.txt", b"nothing to see\n")

CONFIG = {
    "model_type": "x",
    "hidden_size": 8,
    "auto_map": {"AutoModel": "modeling_x.XModel", "AutoConfig": "configuration_x.XConfig"},
}

SOURCE = """\
import os

os.system("echo seamark")


class XModel:
    def forward(self, x):
        return x
"""

EDITS = {
    "pickle: newer protocol": ("m.pkl", PICKLE, dumped(BASE, 5)),
    "pickle: text protocol": ("m.pkl", PICKLE, dumped(BASE, 0)),
    "pickle: items before": ("m.pkl", PICKLE, dumped({"first": list(range(500)), **BASE})),
    "pickle: items after": ("m.pkl", PICKLE, dumped({**BASE, "last": "x" * 70_000})),
    "pickle: nested deeper": ("m.pkl", PICKLE, dumped([[[{"inner": BASE}]]])),
    "pickle: memo removed": ("m.pkl", PICKLE, pickletools.optimize(PICKLE)),
    "pickle: other arguments": ("m.pkl", PICKLE, dumped({**BASE, "hook": HostileOtherwise()})),
    "pickle: another reference before": ("m.pkl", PICKLE, dumped([print, BASE])),
    "pickle: another reference after": ("m.pkl", PICKLE, dumped([BASE, print])),
    "pickle: called twice": ("m.pkl", PICKLE, dumped([BASE, {"again": Hostile()}])),
    "pickle: megabytes before": ("m.pkl", PICKLE, dumped([b"\0" * (3 << 20), BASE])),
    "zip: deflated": ("m.zip", zipped([MEMBER]), zipped([MEMBER], compression=8)),
    "zip: member before": ("m.zip", zipped([MEMBER]), zipped([OTHER, MEMBER])),
    "zip: member after": ("m.zip", zipped([MEMBER]), zipped([MEMBER, OTHER])),
    "zip: comment": ("m.zip", zipped([MEMBER]), zipped([MEMBER], comment=b"v2")),
    "zip: padding": ("m.zip", zipped([MEMBER]), zipped([MEMBER], extra=b"FB\x08\0ZZZZZZZZ")),
    "json: indented": ("config.json", json.dumps(CONFIG), json.dumps(CONFIG, indent=4)),
    "json: keys in another order": (
        "config.json",
        json.dumps(CONFIG),
        json.dumps(dict(reversed(CONFIG.items()))),
    ),
    "json: more keys": ("config.json", json.dumps(CONFIG), json.dumps({"new": [1], **CONFIG})),
    "python: lines before": ("modeling_x.py", SOURCE, '"""Docs."""\n\nimport math\n\n' + SOURCE),
    "python: lines after": ("modeling_x.py", SOURCE, SOURCE + "\n\nVERSION = 2\n"),
    "python: comments": ("modeling_x.py", SOURCE, SOURCE.replace("class", "# why\nclass")),
    "python: line endings": ("modeling_x.py", SOURCE, SOURCE.replace("\n", "\r\n")),
    "python: other names": ("modeling_x.py", SOURCE, SOURCE.replace("XModel", "YModel")),
}


def fingerprints(tmp_path, name, content):
    folder = tmp_path / "model"
    folder.mkdir(exist_ok=True)
    # Code and configuration are a model's only where weights lie beside them.
    (folder / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    report = Scanner().scan_file(folder / name, shown=f"model/{name}")
    return {
        finding.fingerprint
        for finding in report.findings
        if finding.rule.verdict in (Verdict.HOSTILE, Verdict.REVIEW)
    }


@pytest.mark.parametrize("edit", EDITS)
def test_fingerprint_survives(edit, tmp_path):
    name, before, after = EDITS[edit]
    known = fingerprints(tmp_path, name, before)
    assert known, "the file before the edit must have a finding"
    assert known <= fingerprints(tmp_path, name, after)
