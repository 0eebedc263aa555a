"""Versions of PyPI: PEP 440 as ``packaging`` reads it, with local, post and dev releases."""

from packaging.version import Version

RULES_NAME = "PEP 440"


def parse(version: str) -> Version:
    """The version. Raises ``ValueError``."""
    return Version(version)
