"""Fetching advisories: the only code of the dependency check that uses the network.

HTTPS only, except from this machine itself; each answer is bounded and whole, or an error.
"""

import ipaddress
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

from seamark import __version__
from seamark.core.errors import SeamarkError, UsageError

LIMIT = 4 << 30
"""Bytes of one answer; the archive of all GitHub advisories has about one gigabyte."""
_TIMEOUT = 60.0
_SECONDS = 3600.0
_CHUNK = 1 << 20

_OSV = "https://osv-vulnerabilities.storage.googleapis.com/{}/all.zip"
_ADDRESSES = {
    "pysec": "https://github.com/pypa/advisory-database/archive/refs/heads/main.tar.gz",
    "ghsa": "https://github.com/github/advisory-database/archive/refs/heads/main.zip",
    "kev": "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    "epss": "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
}
DEFAULT = ("osv:PyPI", "kev", "epss")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source to fetch: what it is called in the database, and where it is."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. ``path`` is empty where the server says that nothing changed."""

    path: str
    etag: str


def wanted_of(text: str) -> Wanted:
    """The source of ``osv:ECOSYSTEM``, ``pysec``, ``ghsa``, ``kev`` or ``epss``, each with
    ``=URL`` behind it where it is fetched from a mirror. Raises :class:`UsageError`.
    """
    kind, _, address = text.partition("=")
    base, _, ecosystem = kind.partition(":")
    if base == "osv" and ecosystem:
        wanted = Wanted(f"OSV {ecosystem}", address or _OSV.format(quote(ecosystem)))
    elif kind in _ADDRESSES:
        wanted = Wanted(kind.upper(), address or _ADDRESSES[kind])
    else:
        known = ", ".join(("osv:ECOSYSTEM", *_ADDRESSES))
        raise UsageError(f"There is no source {kind!r} of advisories.", hint=f"Known: {known}.")
    require_allowed(wanted.url)
    return wanted


def is_address(text: str) -> bool:
    """Whether this names something to fetch rather than a path."""
    return "://" in text


def shown(url: str) -> str:
    """The address without credentials, query and fragment."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def require_allowed(url: str) -> None:
    """Raise :class:`UsageError` for anything but HTTPS, or HTTP from this machine itself."""
    try:
        parts = urlsplit(url)
    except ValueError as error:  # a bracket that is not closed
        raise UsageError(f"An address cannot be read: {error}.") from error
    if not parts.hostname or (parts.scheme != "https" and not _is_local(url)):
        raise UsageError(f"{shown(url)} is not fetched: only https is.")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects under the same rule as the first address; a stranger's server sends
    nobody to servers of this machine.
    """

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        require_allowed(newurl)
        if _is_local(newurl) and not _is_local(req.full_url):
            raise UsageError(f"{shown(newurl)} is not fetched: a redirect leads to this machine.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str, folder: str, *, etag: str = "", limit: int = LIMIT,
    progress: Callable[[int], object] = lambda _: None,
) -> Fetched:  # fmt: skip
    """Fetch one file into ``folder``. Raises :class:`SeamarkError` unless all of it came.

    With ``etag``, of what is there already, the server may say that nothing changed.
    """
    require_allowed(url)
    request = urllib.request.Request(url, headers={"User-Agent": f"seamark/{__version__}"})  # noqa: S310
    if etag:
        request.add_header("If-None-Match", etag)
    opener = urllib.request.OpenerDirector()  # no handlers of file: and ftp:
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(), urllib.request.HTTPDefaultErrorHandler(), _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    name = os.path.basename(urlsplit(url).path) or "download"
    path = os.path.join(folder, name)
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            _keep(answer, path, url, limit, progress)
            return Fetched(path, answer.headers.get("ETag") or "")
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return Fetched("", etag)
        raise _failed(url, f"the server answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _failed(url, str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise _failed(url, str(error) or type(error).__name__) from error


def _keep(
    answer: HTTPResponse, path: str, url: str, limit: int, progress: Callable[[int], object]
) -> None:
    promised = answer.headers.get("Content-Length") or ""
    deadline = time.monotonic() + _SECONDS
    count = 0
    with open(path, "wb") as file:
        # What is there already, not a whole chunk: a server that drips must meet the deadline.
        while data := answer.read1(_CHUNK):
            count += len(data)
            if count > limit:
                raise _failed(url, f"it has more than {limit >> 20} MiB")
            if time.monotonic() > deadline:
                raise _failed(url, "it takes longer than an hour")
            file.write(data)
            progress(count)
    if promised.isdigit() and count != int(promised):
        raise _failed(url, f"only {count:,} of {int(promised):,} bytes came")


def _failed(url: str, reason: str) -> SeamarkError:
    return SeamarkError(
        f"Cannot fetch {shown(url)}: {reason}.",
        hint="Nothing was changed. Where there is no network, import a file instead.",
    )
