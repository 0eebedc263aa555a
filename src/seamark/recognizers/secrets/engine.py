"""The recognizer: one pass for keywords, then only the kinds that they name are looked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from seamark.core.rules import Confidence
from seamark.recognizers.secrets.assignments import WORDS, Assignment, assignments
from seamark.recognizers.secrets.catalog import all_kinds
from seamark.recognizers.secrets.kinds import Group, Kind
from seamark.recognizers.secrets.patterns import PatternSet, compiled
from seamark.recognizers.secrets.prefilter import prefilter_for
from seamark.recognizers.secrets.score import confidence, score_generic, score_token
from seamark.recognizers.secrets.value import SecretValue

_RANK = {Group.TOKEN: 2, Group.NAMED: 1, Group.GENERIC: 0}
_MOST = 20_000
"""Candidates of one kind in one text; a text with more is made of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that looks like a credential.

    ``start`` and ``end`` are bytes of the text that was given. ``name`` is what it is assigned
    to, where that is known. ``score`` is 0 to 1, more is likelier.
    """

    kind: Kind
    value: SecretValue
    start: int
    end: int
    score: float
    name: str = ""

    @property
    def confidence(self) -> Confidence:
        """The score in three steps."""
        return confidence(self.score)


class Recognizer:
    """Finds credentials of some kinds in bytes. Immutable once made; may be shared."""

    __slots__ = ("_by_keyword", "_generic", "_named", "_names", "_prefilter", "_words")

    def __init__(self, kinds: Iterable[Kind] | None = None, *, fast: bool | None = None) -> None:
        chosen = all_kinds() if kinds is None else tuple(kinds)
        keywords = sorted({word for kind in chosen for word in kind.keywords} | set(WORDS))
        self._by_keyword = [
            tuple(kind for kind in chosen if keyword in kind.keywords) for keyword in keywords
        ]
        self._words = frozenset(i for i, keyword in enumerate(keywords) if keyword in WORDS)
        self._named = tuple(kind for kind in chosen if kind.group is Group.NAMED)
        self._names = PatternSet([kind.names for kind in self._named]) if self._named else None
        self._generic = tuple(kind for kind in chosen if kind.group is Group.GENERIC)
        self._prefilter = prefilter_for(keywords, fast=fast)

    def find(self, data: bytes, *, distinct: bool = False) -> list[Candidate]:
        """Candidates in ``data``, in order, none of them overlapping.

        ``distinct`` looks only for kinds that are hardly chance, for binary data.
        """
        present = self._prefilter.present(data)
        if not present:
            return []
        kinds = {kind.id: kind for index in present for kind in self._by_keyword[index]}
        found: list[Candidate] = []
        for name in sorted(kinds):
            kind = kinds[name]
            if not distinct or kind.distinct:
                found += _tokens(kind, data)
        if not distinct and not self._words.isdisjoint(present):
            found += self._assigned(data)
        return _apart(found)

    def _assigned(self, data: bytes) -> Iterator[Candidate]:
        for each in assignments(data):
            told = False
            for kind in self._kinds_of(each):
                score = score_token(kind, each.value)
                yield _candidate(kind, each, score - (0.2 if each.loose or each.call else 0.0))
                told = True
            if not told and (generic := self._generic_kind(each)):
                yield _candidate(generic, each, score_generic(generic, each))

    def _kinds_of(self, found: Assignment) -> Iterator[Kind]:
        if self._names is None:
            return
        value = found.value.encode("utf-8", "surrogatepass")
        for index in sorted(self._names.matching(found.line.encode("utf-8", "surrogatepass"))):
            kind = self._named[index]
            if compiled(kind.pattern).fullmatch(value):
                yield kind

    def _generic_kind(self, found: Assignment) -> Kind | None:
        name = found.name.encode("ascii", "replace")
        return next((k for k in self._generic if compiled(k.names).search(name)), None)


def _candidate(kind: Kind, found: Assignment, score: float) -> Candidate:
    return Candidate(
        kind=kind,
        value=SecretValue(found.value, prefix=kind.prefix),
        start=found.start,
        end=found.end,
        score=max(round(score, 2), 0.0),
        name=found.name,
    )


def _tokens(kind: Kind, data: bytes) -> Iterator[Candidate]:
    for count, match in enumerate(compiled(kind.pattern).finditer(data)):
        if count >= _MOST:
            return
        start, end = match.span(1)
        if start < 0:
            continue
        value = data[start:end].decode("utf-8", "replace")
        yield Candidate(
            kind=kind,
            value=SecretValue(value, prefix=kind.prefix),
            start=start,
            end=end,
            score=score_token(kind, value),
        )


def _apart(found: Sequence[Candidate]) -> list[Candidate]:
    """Of candidates that overlap the likelier, then the more special, then the longer one."""
    ranked = sorted(
        found, key=lambda c: (-c.score, -_RANK[c.kind.group], c.start - c.end, c.start, c.kind.id)
    )
    kept: list[Candidate] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for each in ranked:
        cells = range(each.start >> 10, (each.end >> 10) + 1)
        if any(s < each.end and each.start < e for c in cells for s, e in taken.get(c, ())):
            continue
        kept.append(each)
        for cell in cells:
            taken.setdefault(cell, []).append((each.start, each.end))
    return sorted(kept, key=lambda c: c.start)


@cache
def recognizer(*, fast: bool | None = None) -> Recognizer:
    """The recognizer of all kinds, made once a process."""
    return Recognizer(fast=fast)
