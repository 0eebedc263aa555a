"""URLs that name a model: which are taken, which are refused, and how reports show them.

A report never shows what may be a credential: user, password, query and fragment are left out.
"""

import re
from dataclasses import dataclass

from seamark.core.errors import UsageError

_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*::)*[A-Za-z][A-Za-z0-9+.\-]*://")
WEB = frozenset(["http", "https"])
"""Schemes that our own client reads, because it must decide which hosts it connects to."""

_WRAPPERS = frozenset(
    "async_wrapper blockcache cached data dir filecache generic git libarchive reference "
    "simplecache tar zip asyncwrapper asynclocal".split()
)
"""fsspec's file systems that hold no objects themselves: they open archives, write caches to disk,
or read whatever another file tells them to."""

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "hf": "hf"}


@dataclass(frozen=True, slots=True)
class Address:
    """One remote place: the URL as given (it may hold a credential), and as reports show it."""

    url: str
    scheme: str
    shown: str


def is_url(path: str) -> bool:
    """Whether a path of the command line names a remote place rather than a local one."""
    return _URL.match(path) is not None


def parse(url: str) -> Address:
    """The place that ``url`` names. Raises ``UsageError`` where it is refused, without the URL."""
    from urllib.parse import urlsplit

    scheme = _URL.match(url)
    name = scheme.group().rstrip(":/").lower() if scheme else ""
    if "::" in url:
        raise UsageError(
            "Chained URLs (zip://…::s3://…, simplecache::…) are not scanned.",
            hint="Name the object itself: archives are opened and examined by the scanner.",
        )
    if not scheme or any(ord(sign) < 32 or ord(sign) == 127 for sign in url):
        raise UsageError("This is not a URL.", hint="Write scheme://place/path.")
    if name in _WRAPPERS:
        raise UsageError(
            f"{name}:// holds no objects of its own and is not scanned.",
            hint="Name the object store or web server that holds the model.",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError("The URL is malformed.", hint="Write scheme://place/path.") from None
    if name in WEB and not parts.hostname:
        raise UsageError("The URL names no host.", hint="Write https://host/path.")
    if name in WEB:
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        where = f"{host}:{port}" if port else f"{host}"
        return Address(url, name, f"{name}://{where}{printable(parts.path) or '/'}")
    rest = url[len(scheme.group()) :]
    place, slash, path = rest.partition("/")
    # A revision follows the name on the Hugging Face hub (hf://org/repo@main), never a secret.
    place = place.rpartition("@")[2]
    return Address(url, name, f"{name}://{printable((place + slash + path).split('?')[0])}")


def local_path(url: str) -> str | None:
    """The path that a ``file:`` URL names on this machine; None for any other URL.

    Raises ``UsageError`` where it names another machine.
    """
    if not url.lower().startswith(("file://", "local://")):
        return None
    rest = url.partition("://")[2]
    host, slash, path = rest.partition("/")
    from urllib.parse import unquote

    if host not in ("", "localhost"):
        raise UsageError(
            "This file: URL names a host.", hint="Write file:///absolute/path, or the path itself."
        )
    return unquote(slash + path)


def extra_of(scheme: str) -> str:
    """The extra of ours that installs what reads ``scheme``."""
    return _EXTRAS.get(scheme, "remote")


def printable(text: str) -> str:
    """``text`` as valid Unicode, whatever a listing gave."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
