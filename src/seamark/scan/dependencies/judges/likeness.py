"""Is a name made to be mistaken for a popular one, and how?

Names are compared as the ecosystem normalizes them. One slip of the typing finger (an edit of
Damerau's distance 1), parts in another order, separators left out or added, digits that look like
letters, and the prefixes and suffixes that people guess (``python-``, ``-js``).
Near names share their first or their last half, or differ by two neighbors that changed places
in the middle: so a name has few candidates, and 100,000 names take a second.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from seamark.core.rules import Confidence
from seamark.scan.dependencies.names import NPM

_FIRST: Final = 300
"""How many of the most popular names are imitated in ways that honest names also use."""
_SHORTEST: Final = 5
"""Shorter names are near each other by chance."""
_LESS_POPULAR: Final = 8
"""The same for names that are not among the first."""
_CORE: Final = 5

_KEYS: Final = ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKALIKES: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "3": "e"})
_AFFIXES: Final = {
    NPM: (("node-", "js-", "node"), (".js", "-js", "-node", "js")),
}
_PYTHON_AFFIXES: Final = (("python-", "python3-", "py-"), ("-python", "-python3", "-py"))


REPLACED: Final = "with one letter replaced"


@dataclass(frozen=True, slots=True)
class Likeness:
    """``like`` is the popular name, ``how`` completes "it is that name …"."""

    like: str
    how: str
    confidence: Confidence


class Imitations:
    """Finds what a name imitates among ``ranks`` (name to place by popularity, 0 first)."""

    def __init__(self, ranks: Mapping[str, int], ecosystem: str) -> None:
        self._ranks = ranks
        self._affixes = _AFFIXES.get(ecosystem, _PYTHON_AFFIXES)
        self._halves: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._joined: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._parts: dict[tuple[str, ...], str] = {}
        for name in ranks:
            self._add(name)

    def _add(self, name: str) -> None:
        parts = _parts(name)
        self._joined.setdefault("".join(parts), name)
        self._alike.setdefault(_lookalike(name), name)
        if len(parts) > 1:
            self._parts.setdefault(tuple(sorted(parts)), name)
        if len(name) >= _SHORTEST:
            middle = len(name) // 2
            self._halves[(len(name), name[:middle])].append(name)
            self._halves[(-len(name), name[middle:])].append(name)

    def of(self, name: str) -> Likeness | None:
        """What ``name`` imitates; None where it is like nothing popular. It is not one itself."""
        return (
            self._by_looks(name)
            or self._by_parts(name)
            or self._by_edit(name)
            or self._by_affix(name)
        )

    def _by_looks(self, name: str) -> Likeness | None:
        like = self._alike.get(_lookalike(name))
        if like and like != name and len(like) >= _SHORTEST:
            return Likeness(like, "with letters or digits that look alike", Confidence.HIGH)
        return None

    def _by_parts(self, name: str) -> Likeness | None:
        parts = _parts(name)
        joined = self._joined.get("".join(parts))
        if joined and joined != name and self._ranks[joined] < _FIRST:
            return Likeness(joined, "with other separators", Confidence.HIGH)
        turned = self._parts.get(tuple(sorted(parts))) if len(parts) > 1 else None
        if turned and turned != name and self._ranks[turned] < _FIRST:
            return Likeness(turned, "with its parts in another order", Confidence.MEDIUM)
        return None

    def _by_edit(self, name: str) -> Likeness | None:
        found = []
        for like in set(self._near(name)):
            how = slip(name, like)
            if how and self._tempts(name, like, how):
                found.append((self._ranks[like], like, how))
        if not found:
            return None
        _, like, how = min(found)
        sure = Confidence.LOW if how == REPLACED else Confidence.MEDIUM
        return Likeness(like, how, sure)

    def _tempts(self, name: str, like: str, how: str) -> bool:
        """Whether a name this near is more likely an imitation than a name of its own.

        The first letter is the one that honest names change (``ngboost`` beside ``xgboost``).
        """
        at_start = name[0] != like[0]
        if self._ranks[like] < _FIRST:
            return not at_start or (how == REPLACED and _neighbors(name[0], like[0]))
        return len(like) >= _LESS_POPULAR + (how == REPLACED) and not at_start

    def _near(self, name: str) -> Iterator[str]:
        """Popular names that can be one edit away. Some come twice."""
        size = len(name)
        for length in (size - 1, size, size + 1):
            middle = length // 2
            yield from self._halves.get((length, name[:middle]), ())
            if length > middle:
                yield from self._halves.get((-length, name[size - (length - middle) :]), ())
        middle = size // 2
        if 0 < middle < size:
            crossed = name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
            if crossed in self._ranks:
                yield crossed

    def _by_affix(self, name: str) -> Likeness | None:
        prefixes, suffixes = self._affixes
        cores = [(each, name.removeprefix(each)) for each in prefixes if name.startswith(each)]
        cores += [(each, name.removesuffix(each)) for each in suffixes if name.endswith(each)]
        for affix, core in cores:
            if len(core) >= _CORE and self._ranks.get(core, _FIRST) < _FIRST:
                return Likeness(core, f"with '{affix}' added", Confidence.LOW)
        return None


def slip(name: str, like: str) -> str:
    """How ``name`` comes from ``like`` by one slip of the finger; empty where it does not.

    Digits that are added, dropped or changed at the end are versions (``boto3``), no slips.
    """
    if name == like or min(len(name), len(like)) < _SHORTEST - 1:
        return ""
    start = _common(name, like)
    rest, other = name[start:], like[start:]
    if len(name) == len(like):
        if rest[1:] == other[1:]:
            versions = rest[0].isdigit() or other[0].isdigit()
            return "" if versions else REPLACED
        if rest[2:] == other[2:] and rest[:2] == other[1::-1]:
            return "with two letters in the other order"
        return ""
    if len(name) == len(like) + 1 and rest[1:] == other:
        return _inserted(name, start)
    if len(name) + 1 == len(like) and rest == other[1:]:
        return "" if other[0].isdigit() and not rest else "with one letter left out"
    return ""


def _inserted(name: str, at: int) -> str:
    letter = name[at]
    if at and letter == name[at - 1]:
        return "with one letter doubled"
    if letter.isdigit() and at == len(name) - 1:
        return ""
    return "with one letter added"


def _neighbors(left: str, right: str) -> bool:
    """Whether two keys touch each other: a finger can hit the one for the other."""
    places = [
        (row, column)
        for key in (left, right)
        for row, keys in enumerate(_KEYS)
        if (column := keys.find(key)) >= 0
    ]
    if len(places) != 2:
        return False
    (above, column), (below, other) = sorted(places)
    if above == below:
        return abs(column - other) == 1
    # Each row stands half a key to the right of the one above it.
    return below - above == 1 and other - column in (-1, 0)


def _common(left: str, right: str) -> int:
    end = min(len(left), len(right))
    return next((at for at in range(end) if left[at] != right[at]), end)


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("/", "-").replace(".", "-").split("-") if part]


def _lookalike(name: str) -> str:
    return name.replace("rn", "m").replace("vv", "w").translate(_LOOKALIKES)
