"""One object on a web server, read with ``Range`` requests (RFC 9110, section 14).

Our own client over the standard library: it must know each host before it connects, and must
tell a server that ignores ranges from one that honors them.
"""

import base64
import http.client
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from seamark.scan.models.remote.hosts import Place, Resolver, admit, connect, resolve
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import ObjectChangedError, RemoteError, bounded

_REDIRECTS = 5
_TRIES = 3
_CHUNK = 1 << 16
_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")
_SAFE = "/%:@!$&'()*+,;=~?"
_AGENT = "seamark"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server said before the body."""

    status: int
    size: int | None
    first: int
    last: int
    validator: str
    whole: bool


class WebObject:
    """An object behind http or https. See :class:`seamark.scan.models.remote.sources.Source`."""

    def __init__(
        self, url: str, *, settings: RemoteSettings = DEFAULT, resolver: Resolver = resolve
    ) -> None:
        """Ask for the first byte, unless it is to be fetched whole. Raises ``RemoteError``."""
        self._url = url
        self._settings = settings
        self._resolver = resolver
        self._connection: http.client.HTTPConnection | None = None
        self._place: Place | None = None
        self._final = ""
        self._whole: bytes | None = None
        self.identity = ""
        self.size = 0
        if settings.download:
            return
        answer, _ = self._bounded(lambda: self._ranged(0, 1))
        if answer.size is None:
            raise RemoteError("the server does not say how large the object is (--download)")
        self.size = answer.size
        self.identity = answer.validator

    def fetch(self, offset: int, length: int) -> bytes:
        """See :class:`Source`."""
        if self._whole is not None:
            return self._whole[offset : offset + length]
        for attempt in range(_TRIES):
            try:
                answer, body = self._bounded(lambda: self._ranged(offset, length))
            except (ObjectChangedError, _RefusedError):
                raise
            except RemoteError:
                self.close()
                if attempt + 1 == _TRIES:
                    raise
                continue
            if answer.size != self.size or answer.validator != self.identity:
                raise ObjectChangedError("the object changed between two reads")
            return body
        raise AssertionError("unreachable")

    def changed(self) -> bool:
        """See :class:`Source`."""
        self._whole = None
        answer, _ = self._bounded(lambda: self._ranged(0, 1))
        return (answer.size, answer.validator) != (self.size, self.identity)

    def close(self) -> None:
        """See :class:`Source`."""
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    def _bounded(self, call: "Callable[[], tuple[_Answer, bytes]]") -> tuple[_Answer, bytes]:
        try:
            return bounded(call, self._settings.seconds)
        except RemoteError:
            self.close()
            raise

    def _ranged(self, offset: int, length: int) -> tuple[_Answer, bytes]:
        answer, response = self._ask({"Range": f"bytes={offset}-{offset + length - 1}"})
        try:
            if answer.whole:
                return answer, self._from_whole(answer, response, offset, length)
            wanted = min(length, (answer.size or offset + length) - offset)
            if (answer.first, answer.last) != (offset, offset + wanted - 1):
                raise _RefusedError("the server answers with another range than was asked for")
            body = b"".join(_body(response, wanted))
            if len(body) != wanted:
                raise RemoteError("the connection ended in the middle of the answer")
            return answer, body
        finally:
            if not response.isclosed():
                self.close()

    def _from_whole(
        self, answer: _Answer, response: http.client.HTTPResponse, offset: int, length: int
    ) -> bytes:
        """The server sends everything: taken only where that is hardly more than was wanted."""
        if answer.size is None:
            raise _RefusedError("the server does not say how large the object is (--download)")
        if not answer.size:
            return b""
        if answer.size > self._settings.cache:
            raise _RefusedError("the server sends the whole object for every read (--download)")
        body = b"".join(_body(response, answer.size))
        if len(body) != answer.size:
            raise RemoteError("the connection ended in the middle of the answer")
        self._whole = body
        return body[offset : offset + length]

    def stream(self) -> Iterator[bytes]:
        """All bytes in order, in one request; the size need not be known before."""
        answer, response = bounded(lambda: self._ask({}), self._settings.seconds)
        try:
            received = 0
            while chunk := bounded(lambda: response.read1(_CHUNK), self._settings.seconds):
                received += len(chunk)
                yield chunk
            if answer.size is not None and received != answer.size:
                raise RemoteError("the connection ended in the middle of the object")
            self.identity = self.identity or answer.validator
            if answer.validator != self.identity:
                raise ObjectChangedError("the object changed between two reads")
        finally:
            self.close()

    def _ask(self, headers: dict[str, str]) -> tuple[_Answer, http.client.HTTPResponse]:
        """Follow redirects to an answer with a body."""
        url = self._final or self._url
        for _ in range(_REDIRECTS + 1):
            response = self._request(url, headers)
            if response.status in (301, 302, 303, 307, 308):
                target = response.headers.get("Location", "")
                self.close()
                url = _next(url, target)
                continue
            if response.status == 416 and response.headers.get("Content-Range") == "bytes */0":
                self.close()
                return _Answer(416, 0, 0, 0, _validator_of(response), whole=True), response
            if response.status not in (200, 206):
                self.close()
                # Behind a redirect a signed address may have expired: ask the first one again.
                again = response.status >= 500 or (
                    self._final and response.status in (401, 403, 410)
                )
                self._final = ""
                raise (RemoteError if again else _RefusedError)(_status_words(response.status))
            answer = _answer(response, ranged="Range" in headers)
            self._final = url
            return answer, response
        raise _RefusedError("the server redirects without end")

    def _request(self, url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        parts = urlsplit(url)
        first = urlsplit(self._url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        there = self._place
        known = there and (there.scheme, there.host, there.port) == (
            parts.scheme,
            parts.hostname,
            port,
        )
        if self._connection is None or not known:
            self.close()
            origin = admit(
                first.scheme,
                first.hostname or "",
                first.port or (443 if first.scheme == "https" else 80),
                resolver=self._resolver,
            )
            same = _origin(parts) == _origin(first)
            self._place = (
                origin
                if same
                else admit(
                    parts.scheme,
                    parts.hostname or "",
                    port,
                    public_only=origin.public,
                    resolver=self._resolver,
                )
            )
            self._connection = connect(self._place, self._settings.seconds)
        path = quote(parts.path or "/", safe=_SAFE)
        if parts.query:
            path += "?" + quote(parts.query, safe=_SAFE)
        sent = {"User-Agent": _AGENT, "Accept-Encoding": "identity", **headers}
        if first.username is not None and _origin(parts) == _origin(first):
            pair = f"{unquote(first.username)}:{unquote(first.password or '')}".encode()
            sent["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
        try:
            self._connection.request("GET", path, headers=sent)
            return self._connection.getresponse()
        except RemoteError:
            raise
        except ssl.SSLError:
            raise RemoteError("no secure connection could be made") from None
        except (http.client.HTTPException, OSError, ValueError) as error:
            late = isinstance(error, TimeoutError)
            words = "the server did not answer in time" if late else "the connection failed"
            raise RemoteError(words) from None


class _RefusedError(RemoteError):
    """An answer that the same question would get again."""


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port


def _next(url: str, target: str) -> str:
    """Where a redirect leads. Raises where it leaves http(s), or gives up encryption."""
    try:
        joined = urljoin(url, target)
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        raise _RefusedError("a redirect leads to a malformed address") from None
    if not target or parts.scheme not in ("http", "https") or not parts.hostname:
        raise _RefusedError("a redirect leads to something other than http(s)")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise _RefusedError("a redirect gives up encryption")
    if parts.username is not None:
        raise _RefusedError("a redirect carries a user name of its own")
    return joined


def _answer(response: http.client.HTTPResponse, *, ranged: bool) -> _Answer:
    headers = response.headers
    if headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise _RefusedError("the server compresses the object, so its own bytes cannot be read")
    validator = _validator_of(response)
    if response.status == 206 and ranged:
        match = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
        if match is None:
            raise _RefusedError("the server answers with a range that it does not name")
        first, last, total = match.groups()
        size = None if total == "*" else int(total)
        if size is not None and not int(first) <= int(last) < size:
            raise _RefusedError("the server names a range that cannot be")
        return _Answer(206, size, int(first), int(last), validator, whole=False)
    length = headers.get("Content-Length", "")
    known = int(length) if re.fullmatch(r"\d{1,19}", length) else None
    return _Answer(response.status, known, 0, (known or 1) - 1, validator, whole=True)


def _validator_of(response: http.client.HTTPResponse) -> str:
    """A validator for reports: printable, short."""
    etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    text = f"etag {etag}" if etag else f"modified {modified}" if modified else ""
    return "".join(sign for sign in text[:120] if sign.isprintable())


def _body(response: http.client.HTTPResponse, wanted: int) -> Iterator[bytes]:
    """At most ``wanted`` bytes of the body, and an error where it is longer."""
    left = wanted
    while left:
        chunk = response.read1(min(left, 1 << 20))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk
    if response.read1(1):
        raise _RefusedError("the server sends more than was asked for")


def _status_words(status: int) -> str:
    other = "the server failed" if status >= 500 else "it was refused"
    return f"{_STATUS.get(status, other)} ({status})"


_STATUS = {
    401: "access was denied",
    403: "access was denied",
    404: "there is no such object",
    410: "there is no such object",
    416: "the server has no such range",
    429: "the server has had too many requests",
}
