"""Paths as URI references (RFC 3986)."""

from urllib.parse import quote


def relative_uri(path: str) -> dict[str, str | int]:
    """A SARIF ``artifactLocation``: relative to ``%SRCROOT%``, or ``file:`` for absolute paths."""
    if path.startswith("/"):
        return {"uri": "file://" + percent_encoded("/" + path.lstrip("/"))}
    return {"uri": percent_encoded(path.removeprefix("./")) or ".", "uriBaseId": "%SRCROOT%"}


def percent_encoded(path: str) -> str:
    """``path`` with everything but unreserved characters and ``/`` as percent-encoded UTF-8.

    Names that are not UTF-8 (PEP 383 surrogates) become the bytes that they are on disk.
    """
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "backslashreplace")
    return quote(raw, safe="/")
