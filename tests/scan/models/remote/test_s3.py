"""s3:// through s3fs against moto's server, which speaks S3: not run against the service."""

import pickle
from collections.abc import Iterator
from datetime import date

import pytest

server_module = pytest.importorskip("moto.server", reason="pip install 'moto[server]'")
pytest.importorskip("s3fs", reason="pip install 'seamark[s3]'")

from seamark.core.verdicts import Verdict  # noqa: E402
from seamark.system.scan import ScanRequest, scan  # noqa: E402

SECRET = "seamark-unique-secret"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """One server for the module: s3fs keeps its connection to an endpoint."""
    import boto3

    monkeypatch = pytest.MonkeyPatch()
    server = server_module.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    client = boto3.client("s3")
    client.create_bucket(Bucket="seamark-models")
    good = pickle.dumps({"a": 1})
    client.put_object(Bucket="seamark-models", Key="m/good.pkl", Body=good)
    bad = b"cos\nsystem\n(S'echo seamark-harmless'\ntR."
    client.put_object(Bucket="seamark-models", Key="m/in/bad.pkl", Body=bad)
    yield "s3://seamark-models"
    monkeypatch.undo()
    server.stop()


@pytest.mark.parametrize("download", [False, True])
def test_folder(bucket: str, download: bool) -> None:
    request = ScanRequest(paths=(f"{bucket}/m",), receipts=False, download=download)
    report = scan(request, today=date(2026, 1, 1)).report
    assert {file.path: file.verdict for file in report.files} == {
        f"{bucket}/m/good.pkl": Verdict.CLEAN,
        f"{bucket}/m/in/bad.pkl": Verdict.HOSTILE,
    }
    assert all((file.digest is not None) is download for file in report.files)
    assert all("etag" in file.coverage.note for file in report.files)
    assert SECRET not in repr(report)


def test_not_there(bucket: str) -> None:
    request = ScanRequest(paths=(f"{bucket}/none", "s3://nobucket/x"), receipts=False)
    report = scan(request, today=date(2026, 1, 1)).report
    assert [file.verdict for file in report.files] == [Verdict.UNCLEAR] * 2
