"""Paths as reports show them."""


def printable(path: str) -> str:
    r"""``path`` as valid Unicode: bytes that are not UTF-8 appear as ``\xNN``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
