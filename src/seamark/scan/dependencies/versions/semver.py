"""Versions of npm: SemVer 2.0.0. What is built into a version (``+build``) does not count.

Source: https://semver.org/spec/v2.0.0.html (sections 2, 9, 10 and 11). Like npm itself this reads
``v1.2.3``, and blanks around it.
"""

import re

RULES_NAME = "SemVer"

_NUMBER = r"0|[1-9][0-9]*"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
_RELEASE = ((2, 0, ""),)
"""Above every prerelease: its identifiers begin with 0 (a number) or 1 (a word)."""


def parse(version: str) -> Key:
    """A key to sort by. Raises ``ValueError``."""
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise ValueError(version)
    major, minor, patch, before = match.groups()
    words = tuple(map(_identifier, before.split("."))) if before else _RELEASE
    return int(major), int(minor), int(patch), words


def _identifier(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
