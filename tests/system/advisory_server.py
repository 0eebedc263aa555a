"""A server of advisories for tests: conformance fake, not run against the service.

It speaks as much HTTP as ``seamark db update`` uses: ETag and 304, redirects, errors, and answers
that end too early.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Fake:
    """What is served, by path; ``redirects`` lead elsewhere, ``cut`` end after half."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """Serve on loopback while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tag = self.headers.get("If-None-Match") or ""
            fake.asked.append((self.path, tag))
            if self.path in fake.redirects:
                self._head(302, Location=fake.redirects[self.path])
            elif self.path not in fake.files:
                self._head(404)
            else:
                data = fake.files[self.path]
                etag = f'"{hash(data):x}"'
                if tag == etag:
                    self._head(304, ETag=etag)
                else:
                    self._head(200, ETag=etag, length=len(data))
                    half = len(data) // 2 if self.path in fake.cut else len(data)
                    self.wfile.write(data[:half])

        def _head(self, code: int, *, length: int = 0, **fields: str) -> None:
            self.send_response(code)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
