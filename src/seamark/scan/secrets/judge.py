"""From candidates to findings: places, allow comments, surroundings, and what is only counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from seamark.core.findings import Finding, Json, Location
from seamark.core.globs import like
from seamark.core.rules import Confidence
from seamark.recognizers.secrets.engine import Candidate, Recognizer
from seamark.recognizers.secrets.kinds import Group
from seamark.recognizers.secrets.score import confidence
from seamark.scan.secrets import rules
from seamark.scan.secrets.pieces import Piece
from seamark.scan.secrets.readings import readings

ALLOWING = (b"gitleaks:allow", b"pragma: allowlist secret", b"seamark: allow secret")
_NEXT = b"pragma: allowlist nextline secret"
_LINE = 4096
_COUNTED = 64 << 10
"""Columns count characters; on longer lines, which nobody reads, bytes."""
_CAP = 100
"""Findings of one rule in one file; a file of ten thousand tokens must not bury the report."""

_TRYING = (
    "test*", "*_test.*", "*.test.*", "*.spec.*", "*_spec.*", "spec", "conftest.py", "fixture*",
    "mock*", "example*", "sample*", "demo*", "doc", "docs", "*.md", "*.rst", "tutorial*",
    "*.example", "*.sample", "*.template", "*.dist", "benchmark*", "cassette*",
)  # fmt: skip
_TRIED = 0.35
_WORTH = 0.2
"""Below it a candidate is not even worth a remark: a variable, a sentence."""


@dataclass(slots=True)
class Tally:
    """What one file (with all it contains) has given so far."""

    path: str
    key: bytes | None
    recognizer: Recognizer
    possible: dict[str, int] = field(default_factory=dict)
    allowed: dict[str, int] = field(default_factory=dict)
    first: dict[str, Location] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    last: dict[str, Finding] = field(default_factory=dict)

    def remarks(self) -> Iterator[Finding]:
        """What is only counted, once a file."""
        for rule, counts, words in (
            (rules.POSSIBLE, self.possible, "look like credentials, but hardly are"),
            (rules.ALLOWED, self.allowed, "are allowed by a comment"),
        ):
            if counts:
                total = sum(counts.values())
                yield Finding(
                    rule=rule,
                    message=f"{total} value{'s' * (total > 1)} of this file {words}.",
                    location=self.first[rule.id],
                    anchor=rule.id,
                    confidence=Confidence.LOW,
                    evidence={"kinds": dict(sorted(counts.items()))},
                )
        for rule_id, count in self.counts.items():
            if count > _CAP:
                last = self.last[rule_id]
                yield Finding(
                    rule=last.rule,
                    message=f"The same holds for {count - _CAP} further places of this file.",
                    location=Location(path=self.path),
                    anchor="further places",
                    confidence=last.confidence,
                    evidence={"count": count - _CAP},
                )


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate and the byte of the piece at which it stands."""

    candidate: Candidate
    at: int
    steps: tuple[str, ...] = ()


def judge(piece: Piece, tally: Tally, *, member: str = "") -> Iterator[Finding]:
    """The findings of one piece; what is only counted goes to ``tally``."""
    found = [each for each in _search(piece, tally.recognizer) if each.at < piece.until]
    if not found:
        return
    trying = _is_for_trying(f"{tally.path}/{member}")
    values = [each.candidate.value.reveal() for each in found]
    places = _Places(piece)
    for each in found:
        candidate = each.candidate
        score = candidate.score
        if (trying and (candidate.kind.group is not Group.TOKEN or candidate.kind.score < 0.9)) or (
            candidate.kind.group is Group.GENERIC and _is_packed(tally.path, piece.data, each.at)
        ):
            score -= _TRIED
        if score < _WORTH:
            continue
        where = places.location(tally.path, member, each.at)
        if confidence(score) is Confidence.LOW:
            _count(tally, rules.POSSIBLE.id, tally.possible, candidate, where)
        elif _is_allowed(piece.data, each.at):
            _count(tally, rules.ALLOWED.id, tally.allowed, candidate, where)
        else:
            rule = candidate.kind.rule
            tally.counts[rule.id] = tally.counts.get(rule.id, 0) + 1
            finding = _finding(each, score, where, tally.key, values)
            tally.last[rule.id] = finding
            if tally.counts[rule.id] <= _CAP:
                yield finding


def _search(piece: Piece, recognizer: Recognizer) -> Iterator[Found]:
    plain = recognizer.find(piece.data, distinct=piece.binary)
    found = [Found(each, each.start) for each in plain]
    if not piece.binary:
        for reading in readings(piece.data):
            inner = recognizer.find(reading.data)
            found.extend(Found(each, reading.origin(each.start), reading.steps) for each in inner)
    yield from _once(found)


def _once(found: list[Found]) -> Iterator[Found]:
    """Of readings that show the same value at the same place, the likeliest."""
    ranked = sorted(found, key=lambda each: (-each.candidate.score, len(each.steps), each.at))
    taken: dict[int, list[tuple[int, int]]] = {}
    kept: list[Found] = []
    decoded = {each.at for each in found if "base64" in each.steps}
    for each in ranked:
        if not each.steps and each.at in decoded:
            continue  # the encoded form of what another reading shows
        start, end = each.at, each.at + max(1, each.candidate.end - each.candidate.start)
        cells = range(start >> 8, (end >> 8) + 1)
        if "base64" in each.steps:
            # One block may hold several values: they stand at the same place.
            kept.append(each)
            continue
        if any(s < end and start < e for cell in cells for s, e in taken.get(cell, ())):
            continue
        kept.append(each)
        for cell in cells:
            taken.setdefault(cell, []).append((start, end))
    yield from sorted(kept, key=lambda each: each.at)


class _Places:
    """Lines and columns of one piece, counted on as the candidates go forward."""

    __slots__ = ("_at", "_line", "_piece")

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._at = 0
        self._line = piece.line

    def location(self, path: str, member: str, at: int) -> Location:
        """Where the byte ``at`` is; ``at`` never goes back."""
        piece = self._piece
        if piece.binary:
            return Location(path=path, member=member, offset=piece.offset + at)
        self._line += piece.data.count(b"\n", self._at, at)
        self._at = at
        start = piece.data.rfind(b"\n", 0, at) + 1
        column = at - start + 1
        if column <= _COUNTED:
            column = len(piece.data[start:at].decode("utf-8", "replace")) + 1
        if start == 0:
            column += piece.before
            if piece.offset == 0 and piece.data.startswith(b"\xef\xbb\xbf"):
                column -= 1
        return Location(path=path, member=member, line=self._line, column=column)


@lru_cache(maxsize=64)
def _is_for_trying(path: str) -> bool:
    return any(like(part.lower(), pattern) for part in path.split("/") for pattern in _TRYING)


def _is_packed(path: str, data: bytes, at: int) -> bool:
    """Whether a program packed this script: short names and long lines, keys of objects."""
    if not path.endswith((".js", ".mjs", ".cjs", ".css", ".html", ".map", ".svg")):
        return False
    return data.find(b"\n", max(0, at - 2500), at + 2500) < 0 and len(data) > 5000


def _is_allowed(data: bytes, at: int) -> bool:
    start = max(data.rfind(b"\n", 0, at) + 1, at - _LINE)
    end = data.find(b"\n", at, at + _LINE)
    line = data[start : end if end >= 0 else at + _LINE]
    if any(word in line for word in ALLOWING):
        return True
    above = data[max(0, start - _LINE) : max(0, start - 1)].rpartition(b"\n")[2]
    return _NEXT in above


def _count(
    tally: Tally, rule: str, counts: dict[str, int], candidate: Candidate, where: Location
) -> None:
    counts[candidate.kind.id] = counts.get(candidate.kind.id, 0) + 1
    tally.first.setdefault(rule, where)


def _finding(
    each: Found, score: float, where: Location, key: bytes | None, values: list[str]
) -> Finding:
    candidate = each.candidate
    kind = candidate.kind
    name = candidate.name[-80:]
    if any(value in name for value in values):
        name = ""  # one secret may be the name of the next: nothing of it is shown
    title = kind.rule.title.removesuffix(" in a file")
    given = f" is assigned to {name}" if name else " is in this file"
    hidden = f", behind {' and '.join(each.steps)}" if each.steps else ""
    evidence: dict[str, Json] = {
        "kind": kind.id,
        "redacted": candidate.value.redacted(),
        "score": round(score, 2),
    }
    if each.steps:
        evidence["decoded"] = list(each.steps)
    anchor = f"{kind.id}:{candidate.value.digest(key) if key else name}"
    return Finding(
        rule=kind.rule,
        message=f"{title} ({candidate.value.redacted()}){given}{hidden}.",
        location=where,
        anchor=anchor,
        confidence=confidence(score),
        evidence=evidence,
    )
