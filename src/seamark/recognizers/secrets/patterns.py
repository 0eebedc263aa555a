"""RE2 over bytes: linear time for untrusted text, each pattern compiled once and when needed."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol

_MEMORY = 64 << 20


class Match(Protocol):
    """What a pattern found."""

    @property
    def lastindex(self) -> int | None:
        """The last group that took part."""

    def span(self, group: int = 0) -> tuple[int, int]:
        """Bytes of a group, from and to; (-1, -1) where it took no part."""

    def start(self, group: int = 0) -> int:
        """First byte of a group."""

    def end(self, group: int = 0) -> int:
        """Byte behind a group."""


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, text: bytes, pos: int = 0, /) -> Match | None:
        """The first match from ``pos``."""

    def fullmatch(self, text: bytes, /) -> Match | None:
        """The match of all of ``text``."""

    def finditer(self, text: bytes, /) -> Iterator[Match]:
        """Every match, one behind the other."""


def _options() -> Any:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


@cache
def compiled(expression: str) -> Pattern:
    """The expression over bytes. Raises ``re2.error`` for what RE2 does not know."""
    import re2

    pattern: Pattern = re2.compile(expression.encode("latin-1"), _options())
    return pattern


class PatternSet:
    """Which of several expressions match somewhere: one pass over the text."""

    __slots__ = ("_all", "_set")

    def __init__(self, expressions: Sequence[str]) -> None:
        import re2

        self._set = re2.Set.SearchSet(_options())
        for expression in expressions:
            self._set.Add(expression.encode("latin-1"))
        # RE2 answers "none" also where its automaton grew beyond its memory. An expression that
        # always matches tells the two apart: without it the text would silently be skipped.
        self._set.Add(b"")
        self._set.Compile()
        self._all = range(len(expressions))

    def matching(self, text: bytes) -> Sequence[int]:
        """Indices of the expressions that match; all of them where RE2 gives up."""
        found = self._set.Match(text)
        if not found:
            return self._all
        return [index for index in found if index < len(self._all)]


def literal(text: str) -> str:
    """An expression for exactly this text."""
    return "".join(c if c.isalnum() or c == "_" else rf"\x{{{ord(c):x}}}" for c in text)
