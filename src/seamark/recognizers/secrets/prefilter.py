"""Which keywords a text holds: one pass over it, by RE2 or, where installed, by Hyperscan.

Both answer the same question exactly, so what is found afterwards does not depend on which ran.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from seamark.recognizers.secrets.patterns import PatternSet, literal


class Prefilter(Protocol):
    """Answers for one list of keywords (small letters), compared without case."""

    def present(self, text: bytes) -> Sequence[int]:
        """Indices of the keywords that ``text`` holds, in no order."""


class Re2Prefilter:
    """By RE2's set of expressions; always there."""

    __slots__ = ("_set",)

    def __init__(self, keywords: Sequence[str]) -> None:
        self._set = PatternSet([f"(?i){literal(keyword)}" for keyword in keywords])

    def present(self, text: bytes) -> Sequence[int]:
        """Indices of the keywords in ``text``."""
        return self._set.matching(text)


class HyperscanPrefilter:
    """By Hyperscan's literal matcher (extra ``fast``)."""

    __slots__ = ("_database",)

    def __init__(self, keywords: Sequence[str]) -> None:
        import hyperscan  # type: ignore[import-not-found,unused-ignore]

        flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
        self._database: Any = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[literal(keyword).encode() for keyword in keywords],
            ids=list(range(len(keywords))),
            elements=len(keywords),
            flags=[flags] * len(keywords),
        )

    def present(self, text: bytes) -> Sequence[int]:
        """Indices of the keywords in ``text``."""
        found: list[int] = []

        def note(index: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.append(index)

        self._database.scan(text, match_event_handler=note)
        return found


def fast_installed() -> bool:
    """Whether Hyperscan can be imported."""
    return find_spec("hyperscan") is not None


def prefilter_for(keywords: Sequence[str], *, fast: bool | None = None) -> Prefilter:
    """The fastest that is installed; ``fast`` chooses one. Raises ``ImportError`` without it."""
    if fast or (fast is None and fast_installed()):
        return HyperscanPrefilter(keywords)
    return Re2Prefilter(keywords)
