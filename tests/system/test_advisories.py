"""Imports and updates: whole or not at all, over a fake server (see advisory_server.py)."""

import io
import json
import socket
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path

import pytest
from system.advisory_server import Fake, serving

from seamark.core.errors import SeamarkError, UsageError
from seamark.scan.dependencies.advisories import location
from seamark.system import advisory_downloads
from seamark.system.advisories import import_sources, status, update
from seamark.system.advisory_downloads import fetch, require_allowed, shown, wanted_of


def _zip(day: int, *names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            record = {
                "id": name,
                "modified": f"2026-01-{day:02}T00:00:00Z",
                "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"}, "versions": ["1"]}],
            }
            file.writestr(f"{name}.json", json.dumps(record))
    return target.getvalue()


KEV = json.dumps(
    {
        "catalogVersion": "1",
        "dateReleased": "2026-01-09T00:00:00Z",
        "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-01-02"}],
    }
).encode()
EPSS = (
    b"#model_version:v1,score_date:2026-01-09T00:00:00+0000\n"
    b"cve,epss,percentile\nCVE-2026-0001,0.5,0.9\n"
)


@pytest.fixture
def server() -> Iterator[Fake]:
    files = {
        "/PyPI/all.zip": _zip(5, "CVE-2026-0001", "GHSA-a"),
        "/kev.json": KEV,
        "/epss.csv": EPSS,
    }
    with serving(Fake(files=files)) as fake:
        yield fake


def _sources(fake: Fake) -> list[str]:
    places = {"osv:PyPI": "/PyPI/all.zip", "kev": "/kev.json", "epss": "/epss.csv"}
    return [f"{name}={fake.address}{path}" for name, path in places.items()]


def test_update_fetches_all_and_remembers(server: Fake, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    change = update(_sources(server), home=home)
    assert change.replaced == ("OSV PyPI", "KEV", "EPSS")
    assert {each.name for each in change.state.sources} == {"OSV PyPI", "KEV", "EPSS", "PYSEC"}
    assert change.state.day_of("PyPI") == "2026-01-05"
    server.asked.clear()
    again = update((), home=home)
    assert again.replaced == ()
    assert again.state.digest == change.state.digest
    assert len(server.asked) == 3
    assert all(tag for _, tag in server.asked)
    server.files["/PyPI/all.zip"] = _zip(6, "CVE-2026-0001", "GHSA-a", "GHSA-b")
    third = update((), home=home)
    assert third.replaced == ("OSV PyPI",)
    assert third.state.advisories == change.state.advisories + 1


@pytest.mark.parametrize("how", ["missing", "cut", "garbage", "older", "away", "limit"])
def test_a_failed_update_changes_nothing(
    server: Fake, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(tmp_path / "home")
    before = update(_sources(server), home=home).state.digest
    server.files["/PyPI/all.zip"] = _zip(7, "CVE-2026-0001")
    server.files["/kev.json"] += b" "
    if how == "missing":
        del server.files["/epss.csv"]
    elif how == "cut":
        server.cut.add("/kev.json")
    elif how == "garbage":
        server.files["/epss.csv"] = b"<html>"
    elif how == "older":
        server.files["/PyPI/all.zip"] = _zip(1, "CVE-2026-0001")
    elif how == "away":
        server.redirects["/kev.json"] = "http://example.org/kev.json"
    elif how == "limit":
        monkeypatch.setattr(advisory_downloads.fetch, "__kwdefaults__",
                            {**fetch.__kwdefaults__, "limit": 10})  # fmt: skip
    with pytest.raises(SeamarkError):
        update((), home=home)
    assert status(home, {}).digest == before


def test_a_redirect_on_this_machine_is_followed(server: Fake, tmp_path: Path) -> None:
    server.redirects["/old"] = f"{server.address}/kev.json"
    came = fetch(f"{server.address}/old", str(tmp_path))
    assert Path(came.path).read_bytes() == KEV


def test_a_stranger_redirects_nobody_to_this_machine() -> None:
    handler = advisory_downloads._Redirects()
    target, body = "http://127.0.0.1/a", io.BytesIO()
    for origin, follows in (("https://example.org/a", False), ("http://localhost/a", True)):
        request = urllib.request.Request(origin)
        if follows:
            assert handler.redirect_request(request, body, 302, "", HTTPMessage(), target)
        else:
            with pytest.raises(UsageError, match="this machine"):
                handler.redirect_request(request, body, 302, "", HTTPMessage(), target)


def test_a_server_that_drips_meets_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits until a whole chunk has come: that could take days, one byte a minute."""
    monkeypatch.setattr(advisory_downloads, "_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{")
                gone.wait(30)  # the rest never comes

        gone = threading.Event()
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            with pytest.raises(SeamarkError, match="longer than an hour"):
                fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/a", str(tmp_path))
        finally:
            gone.set()
            thread.join()


@pytest.mark.parametrize(
    "url",
    ["http://example.org/a", "file:///etc/passwd", "ftp://example.org/a", "https:///a",
     "http://127.0.0.1.example.org/a", "http://localhost.example.org/a", "gopher://127.0.0.1/",
     "https://["],
)  # fmt: skip
def test_only_https_is_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        require_allowed(url)
    with pytest.raises(UsageError):
        import_sources([url], home=str(tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_addresses_are_shown_without_secrets() -> None:
    assert shown("https://me:secret@example.org/a?token=x#y") == "https://example.org/a"


def test_sources() -> None:
    assert wanted_of("osv:Debian:12").url.endswith("/Debian%3A12/all.zip")
    assert wanted_of("pysec").name == "PYSEC"
    for text in ("osv", "osv:", "nvd", "kev=http://example.org/", ""):
        with pytest.raises(UsageError):
            wanted_of(text)


def test_an_import_from_an_address_and_its_digest(server: Fake, tmp_path: Path) -> None:
    import hashlib

    home = str(tmp_path / "home")
    address = f"{server.address}/PyPI/all.zip"
    right = hashlib.sha256(server.files["/PyPI/all.zip"]).hexdigest()
    with pytest.raises(SeamarkError, match="has the digest"):
        import_sources([address], home=home, digest=f"sha256:{'0' * 64}")
    assert not (tmp_path / "home").exists()
    change = import_sources([address], home=home, digest=f"sha256:{right}")
    assert {each.name: each.place for each in change.state.sources}["OSV PyPI"] == address


def test_nothing_asks_the_network_without_being_told(server: Fake, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(server.files["/PyPI/all.zip"])
    import_sources([str(path)], home=str(tmp_path / "home"))
    status(str(tmp_path / "home"), {})
    assert server.asked == []


def test_a_damaged_database_is_replaced_and_said_so(server: Fake, tmp_path: Path) -> None:
    home = tmp_path / "home"
    update(_sources(server), home=str(home))
    Path(location.current(str(home))).chmod(0o600)
    Path(location.current(str(home))).write_bytes(b"damaged")
    with pytest.raises(SeamarkError):
        status(str(home), {})
    path = tmp_path / "all.zip"
    path.write_bytes(server.files["/PyPI/all.zip"])
    change = import_sources([str(path)], home=str(home))
    assert "could not be carried over" in change.notes[0]
    assert status(str(home), {}).digest == change.state.digest
