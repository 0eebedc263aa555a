"""Objects behind a real local web server, honest and otherwise."""

import http.server
import pickle
import re
import threading
from collections.abc import Iterator

import pytest

from seamark.core.digests import digest_bytes
from seamark.core.verdicts import Verdict
from seamark.scan.models.remote.blob import Traffic
from seamark.scan.models.remote.scan import scan_remote
from seamark.scan.models.remote.settings import RemoteSettings
from seamark.scan.models.scanner import Scanner
from seamark.scan.walk import Entry, Kind

GOOD = pickle.dumps({"a": list(range(200))})
BAD = b"cos\nsystem\n(S'echo seamark-harmless'\ntR."
LARGE = b"\x00" * (3 << 20)


class Handler(http.server.BaseHTTPRequestHandler):
    """``/MODE/name``: how the answer goes wrong, or ``ok``."""

    protocol_version = "HTTP/1.1"
    count = 0

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        mode, _, name = self.path.strip("/").partition("/")
        Handler.count += 1
        data = {"bad.pkl": BAD, "large.pkl": LARGE}.get(name, GOOD)
        if mode.isdigit():
            self.send_response(int(mode))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if mode == "redirect":
            self.send_response(302)
            self.send_header(
                "Location",
                {
                    "file": "file:///etc/passwd",
                    "meta": "http://169.254.169.254/x",
                    "loop": "/redirect/loop",
                    "good": "/ok/good.pkl",
                }[name],
            )
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        etag = f'"{Handler.count}"' if mode == "changing" else '"fixed"'
        if mode in ("whole", "unsized") or wanted is None:
            self.send_response(200)
            body = data
            if mode == "unsized":
                self.close_connection = True
                self.send_header("Connection", "close")
        else:
            first, last = int(wanted[1]), min(int(wanted[2]), len(data) - 1)
            body = data[first : last + 1]
            self.send_response(206)
            shift = 1 if mode == "lying" else 0
            self.send_header("Content-Range", f"bytes {first + shift}-{last + shift}/{len(data)}")
        self.send_header("ETag", etag)
        if mode == "packed":
            self.send_header("Content-Encoding", "gzip")
        if mode != "unsized":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode == "cut":
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    made.server_close()


def _scan(url: str, **settings: object) -> tuple[Verdict, str, str | None, Traffic]:
    traffic = Traffic()
    limits = RemoteSettings(**{"seconds": 5.0, "cache": 1 << 20, **settings})  # type: ignore[arg-type]
    report = scan_remote(Entry(url, "shown.pkl", Kind.REMOTE), Scanner(), limits, traffic=traffic)
    said = " ".join(each.message for each in report.findings)
    assert "169.254" not in said
    assert "token" not in said
    return report.verdict, said, report.digest, traffic


@pytest.mark.parametrize("mode", ["ok", "whole"])
def test_good_and_bad(server: str, mode: str) -> None:
    assert _scan(f"http://{server}/{mode}/good.pkl")[0] is Verdict.CLEAN
    assert _scan(f"http://{server}/{mode}/bad.pkl")[0] is Verdict.HOSTILE
    assert _scan(f"http://u:token@{server}/{mode}/good.pkl")[2] is None


def test_redirect_is_followed(server: str) -> None:
    assert _scan(f"http://{server}/redirect/good")[0] is Verdict.CLEAN


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("403/x", "denied"),
        ("404/x", "no such object"),
        ("500/x", "failed"),
        ("redirect/file", "redirect"),
        ("redirect/meta", "refused"),
        ("redirect/loop", "without end"),
        ("lying/good.pkl", "another range"),
        ("packed/good.pkl", "compresses"),
        ("unsized/good.pkl", "how large"),
        ("whole/large.pkl", "whole object"),
        ("changing/good.pkl", "changed"),
    ],
)
def test_unclear(server: str, path: str, words: str) -> None:
    verdict, said, digest, _ = _scan(f"http://{server}/{path}")
    assert verdict is Verdict.UNCLEAR
    assert words in said
    assert digest is None


def test_connection_drops(server: str) -> None:
    assert _scan(f"http://{server}/cut/large.pkl")[0] is Verdict.UNCLEAR


def test_download_has_a_digest(server: str) -> None:
    for mode in ("ok", "whole", "unsized"):
        verdict, _, digest, _ = _scan(f"http://{server}/{mode}/good.pkl", download=True)
        assert verdict is Verdict.CLEAN
        assert digest == digest_bytes(GOOD)
    assert _scan(f"http://{server}/cut/large.pkl", download=True)[0] is Verdict.UNCLEAR


def test_nobody_listens() -> None:
    assert _scan("http://127.0.0.1:9/x.pkl")[0] is Verdict.UNCLEAR
