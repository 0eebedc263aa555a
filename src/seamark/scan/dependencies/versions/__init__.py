"""Versions in the order of their ecosystems: which one is newer, by each ecosystem's own rules."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

_HERE = "seamark.scan.dependencies.versions"
_KEYS = {
    "PyPI": "pep440",
    "npm": "semver",
    "Debian": "debian",
    "Ubuntu": "debian",
    "Alpine": "alpine",
    "Wolfi": "alpine",
    "Chainguard": "alpine",
    "conda": "conda",
}
ECOSYSTEMS = tuple(_KEYS)
"""Names of the ecosystems whose versions can be ordered."""
LONGEST = 500
"""Characters of a version; real ones have less than 100, and some rules cost their square."""
_CACHED = 1 << 16


class InvalidVersion(ValueError):  # noqa: N818 - what packaging and others call it
    """The text is no version by the rules of its ecosystem; the message says so in a clause."""

    def __init__(self, version: str, rules: str) -> None:
        shown = version if len(version) <= 60 else version[:60] + "…"
        super().__init__(f"{shown!r} is no {rules} version")


@dataclass(frozen=True, slots=True)
class Ordering:
    """The order of one ecosystem's versions."""

    rules: str
    """What the rules are called (``PEP 440``)."""

    key: Callable[[str], Any]
    """A key to sort and compare by, equal for equal versions; cached.

    Raises :class:`InvalidVersion`. Keys of one ordering compare with each other only.
    """


def ordering(ecosystem: str) -> Ordering | None:
    """The order of versions of ``ecosystem`` (``PyPI``, ``Debian:12``); None where unknown."""
    module = _KEYS.get(ecosystem.partition(":")[0])
    return _ordering(module) if module else None


@cache
def _ordering(module: str) -> Ordering:
    found = import_module(f"{_HERE}.{module}")
    rules: str = found.RULES_NAME
    parse: Callable[[str], Any] = found.parse

    @lru_cache(maxsize=_CACHED)
    def key(version: str) -> Any:
        if len(version) > LONGEST:
            raise InvalidVersion(version, rules)
        try:
            return parse(version)
        except ValueError as error:
            raise InvalidVersion(version, rules) from error

    return Ordering(rules, key)
