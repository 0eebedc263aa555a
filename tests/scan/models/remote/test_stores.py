"""Object stores through fsspec.

gs:// and hf:// are read through one conformance fake over fsspec: not run against the service.
"""

import importlib
import json
import pickle
import struct
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

fsspec = pytest.importorskip("fsspec", reason="pip install 'seamark[remote]'")

from seamark.core.checks import Gap  # noqa: E402
from seamark.core.errors import UsageError  # noqa: E402
from seamark.core.verdicts import Verdict  # noqa: E402
from seamark.scan.models.remote.blob import Traffic  # noqa: E402
from seamark.scan.models.remote.listing import list_objects  # noqa: E402
from seamark.scan.models.remote.scan import scan_remote  # noqa: E402
from seamark.scan.models.remote.settings import RemoteSettings  # noqa: E402
from seamark.scan.models.scanner import Scanner  # noqa: E402
from seamark.scan.walk import Entry, Kind, Selection  # noqa: E402
from seamark.system.scan import ScanRequest, scan  # noqa: E402

BAD = b"cos\nsystem\n(S'echo seamark-harmless'\ntR."
GOOD = pickle.dumps({"a": 1})
GIANT = 100 << 30


def _safetensors() -> bytes:
    each = GIANT // 1000
    header: dict[str, Any] = {
        f"layer.{n}.weight": {
            "dtype": "U8", "shape": [each], "data_offsets": [n * each, (n + 1) * each]
        }
        for n in range(1000)
    }  # fmt: skip
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


class FakeFile(fsspec.spec.AbstractBufferedFile):  # type: ignore[misc]
    """Reads ranges of what the fake file system holds."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self.fs.range_of(self.path, start, end)


class FakeStore(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """One conformance fake: names, sizes and marks of content as gcsfs and hf give them."""

    protocol = ("gs", "hf", "gcs")
    cachable = False
    objects: dict[str, bytes] = {}  # noqa: RUF012
    sizes: dict[str, int] = {}  # noqa: RUF012
    fails: dict[str, BaseException] = {}  # noqa: RUF012
    odd: list[dict[str, Any]] = []  # noqa: RUF012
    generation = 1
    moves = False

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        path = path.strip("/")
        if path in self.fails:
            raise self.fails[path]
        if path in self.objects:
            if FakeStore.moves:
                FakeStore.generation += 1
            size = self.sizes.get(path, len(self.objects[path]))
            return {"name": path, "type": "file", "size": size, "generation": FakeStore.generation}
        if any(name.startswith(path + "/") for name in self.objects):
            return {"name": path, "type": "directory", "size": 0}
        raise FileNotFoundError(f"https://storage/?token=SECRET {path}")

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        top = path.strip("/") + "/"
        found = {}
        for name in self.objects:
            if name.startswith(top):
                child = top + name[len(top) :].split("/")[0]
                found[child] = (
                    self.info(child)
                    if child not in self.fails
                    else {"name": child, "type": "file", "size": 5}
                )
        return [*found.values(), *self.odd]

    def _open(self, path: str, mode: str = "rb", block_size: Any = None, **kwargs: Any) -> Any:
        return FakeFile(self, path, mode, block_size or 1 << 22, **kwargs)

    def range_of(self, path: str, start: int, end: int) -> bytes:
        path = path.strip("/")
        held = self.objects[path][start:end]
        short = min(end, self.sizes.get(path, len(self.objects[path]))) - start - len(held)
        return held + (b"" if path.endswith("cut.bin") else b"\x01" * short)


@pytest.fixture
def store() -> Iterator[type[FakeStore]]:
    FakeStore.objects = {}
    FakeStore.sizes, FakeStore.fails, FakeStore.odd = {}, {}, []
    FakeStore.moves = False
    kept = {}
    for name in ("gs", "hf", "gcs"):
        kept[name] = fsspec.registry.get(name)
        fsspec.register_implementation(name, FakeStore, clobber=True)
    yield FakeStore
    for name, before in kept.items():
        importlib.import_module("fsspec.registry")._registry.pop(name, None)
        if before is not None:
            fsspec.register_implementation(name, before, clobber=True)


def _scan(*urls: str, **options: Any) -> Any:
    return scan(ScanRequest(paths=urls, receipts=False, **options), today=date(2026, 1, 1)).report


@pytest.mark.parametrize("scheme", ["gs", "hf"])
def test_folder(store: type[FakeStore], scheme: str) -> None:
    store.objects = {"b/m/bad.pkl": BAD, "b/m/in/good.pkl": GOOD, "b/m/.git/x.pkl": BAD}
    report = _scan(f"{scheme}://b/m")
    assert {file.path: file.verdict for file in report.files} == {
        f"{scheme}://b/m/bad.pkl": Verdict.HOSTILE,
        f"{scheme}://b/m/in/good.pkl": Verdict.CLEAN,
    }
    assert all(file.digest is None for file in report.files)
    assert report.attributes["digest"] is False
    assert "generation" in report.files[0].coverage.note


def test_selection_and_download(store: type[FakeStore]) -> None:
    store.objects = {"b/a.pkl": GOOD, "b/z.pkl": BAD}
    report = _scan("gs://b", exclude=("**/z.pkl",), download=True)
    assert [file.path for file in report.files] == ["gs://b/a.pkl"]
    assert report.files[0].digest is not None


def test_100_gb_by_its_headers(store: type[FakeStore]) -> None:
    store.objects = {"b/model.safetensors": _safetensors()}
    store.sizes = {"b/model.safetensors": len(_safetensors()) + GIANT // 1000 * 1000}
    traffic = Traffic()
    (entry,) = list_objects("gs://b/model.safetensors")
    assert isinstance(entry, Entry)
    report = scan_remote(entry, Scanner(), traffic=traffic)
    assert report.verdict is Verdict.CLEAN, report.findings
    assert report.size > GIANT - (1 << 20)
    assert traffic.bytes < 64 << 20
    assert traffic.requests < 1100


@pytest.mark.parametrize(
    "error", [PermissionError("403 SECRET"), FileNotFoundError("SECRET"), TimeoutError("SECRET")]
)
def test_errors_are_unclear_and_quote_nothing(store: type[FakeStore], error: BaseException) -> None:
    store.objects = {"b/a.pkl": GOOD}
    store.fails = {"b/a.pkl": error}
    report = _scan("gs://b")
    assert report.files[0].verdict is Verdict.UNCLEAR
    assert "SECRET" not in repr(report)


def test_cut_and_changed(store: type[FakeStore]) -> None:
    store.objects = {"b/cut.bin": GOOD}
    store.sizes = {"b/cut.bin": 5000}
    assert _scan("gs://b/cut.bin").files[0].verdict is Verdict.UNCLEAR
    store.objects = {"b/a.pkl": GOOD}
    store.moves = True
    (file,) = _scan("gs://b/a.pkl").files
    assert [finding.rule.id for finding in file.findings] == ["FIL013"]


def test_listing_is_bounded_and_held_to_its_folder(store: type[FakeStore]) -> None:
    store.objects = {f"b/{n}.pkl": GOOD for n in range(10)}
    met = list(list_objects("gs://b", Selection(), RemoteSettings(files=3)))
    assert sum(isinstance(each, Gap) for each in met) == 1
    assert len(met) == 4
    store.odd = [
        {"name": "other/secret.pkl", "type": "file", "size": 1},
        {"name": "b/../x", "type": "file", "size": 1},
    ]
    met = list(list_objects("gs://b"))
    assert sum(isinstance(each, Gap) for each in met) == 2
    assert all(each.kind is Kind.REMOTE for each in met if isinstance(each, Entry))


def test_unknown_scheme() -> None:
    with pytest.raises(UsageError):
        _scan("nothing-like-it://x")
