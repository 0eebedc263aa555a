"""Versions of Debian and Ubuntu packages: ``[epoch:]upstream[-revision]``.

Source: deb-version(7). Two parts are compared run by run, text and number in turn: in text ``~``
comes before the end, the end before letters, letters before everything else; numbers by value.
"""

import re

RULES_NAME = "Debian"

_UPSTREAM = re.compile(r"[0-9][0-9A-Za-z.+~:-]*")
_REVISION = re.compile(r"[0-9A-Za-z.+~]+")
_RUN = re.compile(r"([^0-9]*)([0-9]*)")
_LARGEST_EPOCH = 2**31 - 1

Key = tuple[int, tuple[int, ...], tuple[int, ...]]


def parse(version: str) -> Key:
    """A key to sort by. Raises ``ValueError``."""
    text = version.strip()
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        upstream, revision = rest, "0"
    number = int(epoch) if epoch.isascii() and epoch.isdigit() else -1
    if not 0 <= number <= _LARGEST_EPOCH or not _UPSTREAM.fullmatch(upstream):
        raise ValueError(version)
    if not _REVISION.fullmatch(revision):
        raise ValueError(version)
    return number, _part(upstream), _part(revision)


def _part(text: str) -> tuple[int, ...]:
    """Weights of the characters up to a number, 0 for their end, the number; again and again.

    The 0 at the end stands for the end of the text, which is above ``~`` and below all else.
    """
    key: list[int] = []
    for match in _RUN.finditer(text):
        letters, digits = match.groups()
        if not letters and not digits:
            break
        key += map(_weight, letters)
        key += (0, int(digits or 0))
    return (*key, 0)


def _weight(letter: str) -> int:
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
