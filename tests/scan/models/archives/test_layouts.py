"""Archives that are more than an archive: Keras, NumPy, joblib, NeMo, and files in two formats."""

import io
import json
import pickle
import tarfile
import zipfile

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.archives.build_zip import NOTE, PAYLOAD, Part, build

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, scan_bytes


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def reaches(report: FileReport) -> bool:
    return any(finding.anchor == "os.system" for finding in report.findings)


@pytest.mark.parametrize("method", ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"])
def test_joblib_compressors_end_in_the_pickle_reader(tmp_path, method: str) -> None:
    path = tmp_path / "m.joblib"
    joblib.dump({"a": np.arange(2000.0), "b": [1, "x"]}, path, compress=(method, 3))
    report = Scanner().scan_file(path)
    assert report.findings == ()
    assert report.verdict is Verdict.CLEAN
    assert report.coverage.opcodes > 0


@pytest.mark.parametrize("method", ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"])
def test_a_payload_behind_an_array_in_a_compressed_joblib_file(tmp_path, method: str) -> None:
    class Harmful:
        def __reduce__(self):
            import os

            return os.system, ("echo seamark",)

    path = tmp_path / "m.joblib"
    joblib.dump([np.arange(2000.0), Harmful()], path, compress=(method, 3))
    report = Scanner().scan_file(path)
    assert report.verdict is Verdict.HOSTILE


def test_keras_configuration_goes_to_its_reader() -> None:
    layer = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "x"}}},
        "registered_name": None,
    }
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    metadata = json.dumps({"keras_version": "3.5.0", "date_saved": "2026-01-01@00:00:00"})
    report = scan_bytes(
        build(
            Part("metadata.json", metadata.encode()),
            Part("config.json", json.dumps(config).encode()),
        ),
        name="m.keras",
    )
    assert report.format == "keras"
    assert report.verdict in (Verdict.HOSTILE, Verdict.REVIEW)
    assert {f.location.member for f in report.findings} == {"config.json"}


def test_numpy_archive_with_a_pickle_in_place_of_an_array() -> None:
    """numpy.load falls back to pickle where no array begins."""
    report = scan_bytes(build(Part("a.npy", PAYLOAD)), name="m.npz")
    assert report.format == "npz"
    assert reaches(report)


def test_nemo_archives() -> None:
    """CVE-2025-23304: members that extraction writes elsewhere."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in (("./model_config.yaml", b"a: 1\n"), ("./../../x/m.ckpt", PAYLOAD)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    report = scan_bytes(file.getvalue(), name="m.nemo")
    assert "ARC007" in rules(report)
    assert reaches(report)
    assert "FIL006" not in rules(report)


def test_skops_archives_are_recognized() -> None:
    report = scan_bytes(build(Part("schema.json", b'{"protocol": 2}')), name="m.skops")
    assert (report.format, report.verdict) == ("skops", Verdict.REVIEW)


HOSTS = {
    "m.txt": b"a text that is long enough to be one\n" * 5,
    "m.pkl": pickle.dumps({"a": 1}),
    "m.bin": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("relative", [False, True])
def test_an_archive_behind_another_format(host: str, relative: bool) -> None:
    archive = build(Part("m.pkl", PAYLOAD), prefix=HOSTS[host], relative=relative)
    report = scan_bytes(archive, name=host)
    assert reaches(report)
    assert rules(report) & {"FIL010", "ARC013"} or any(
        f.anchor == "trailing bytes" for f in report.findings
    )


@pytest.mark.parametrize("inner", ["zip", "tar", "gzip"])
def test_containers_in_containers(inner: str) -> None:
    file = io.BytesIO()
    if inner == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("m.pkl", PAYLOAD)
    elif inner == "tar":
        with tarfile.open(fileobj=file, mode="w") as tar:
            info = tarfile.TarInfo("m.pkl")
            info.size = len(PAYLOAD)
            tar.addfile(info, io.BytesIO(PAYLOAD))
    else:
        import gzip

        file.write(gzip.compress(PAYLOAD))
    report = scan_bytes(build(Part("inner", file.getvalue(), method=8)), name="m.zip")
    assert reaches(report)


MIXED = build(
    Part("archive/data.pkl", pickle.dumps({"a": [1, 2]}, 2)),
    Part("archive/version", b"3\n"),
    Part("archive/data/0", bytes(64)),
    Part("n.zip", build(Part("a.txt", NOTE, method=8)), method=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MIXED) - 1), st.integers(0, 255)), max_size=5))
def test_mutated_checkpoints_always_end_with_a_verdict(changes) -> None:
    data = bytearray(MIXED)
    for at, value in changes:
        data[at] = value
    report = Scanner(limits=Limits(seconds=20)).scan_bytes(bytes(data), name="m.pt")
    assert "FIL008" not in rules(report), report.findings


SOURCE = b"import os\nos.system('echo seamark')\n"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (("MLmodel", "code/x.py"), True),
        (("MLmodel", "code/package/deep/x.py"), True),
        (("model.pth", "code/inference.py"), True),
        (("model.pth", "code/extra.py"), True),
        (("MAR-INF/MANIFEST.json", "x.py"), True),
        (("model.pt", "handler.py"), True),
        (("README.md", "code/x.py"), False),
        (("src/a.txt", "x.py"), False),
    ],
)
@pytest.mark.parametrize("prefix", ["", "top/"])
def test_code_that_travels_inside_archives(
    members: tuple[str, str], expected: bool, prefix: str
) -> None:
    other, source = (prefix + name for name in members)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in ((f"./{other}", b"{}"), (f"./{source}", SOURCE)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    zipped = build(Part(other, b"{}"), Part(source, SOURCE))
    for data in (packed.getvalue(), zipped):
        found = scan_bytes(data, name="model.mar").findings
        assert any(f.location.member.endswith(source) for f in found) is expected


def test_a_nemo_configuration_in_a_tar_is_read_as_such() -> None:
    text = b"model:\n  _target_: os.system\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("./model_config.yaml")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    assert "NMO001" in {f.rule.id for f in scan_bytes(packed.getvalue(), name="m.nemo").findings}
