"""The score of CVSS 4.0. Source: FIRST, CVSS v4.0 Specification Document 1.2, section 8.

A vector belongs to a MacroVector: one level for each of six equivalence sets (EQ1 to EQ6), of
which EQ3 and EQ6 go together. FIRST published one score for each MacroVector, that of its highest
vectors; a vector below them loses a share of the way to the next lower MacroVector.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from seamark.scan.dependencies.severity.macrovectors import score_of
from seamark.scan.dependencies.severity.vectors import metrics_of

_PREFIX = "CVSS:4.0/"
_BASE = {
    "AV": "N A L P",
    "AC": "L H",
    "AT": "N P",
    "PR": "N L H",
    "UI": "N P A",
    **dict.fromkeys(("VC", "VI", "VA", "SC", "SI", "SA"), "H L N"),
}
_OPTIONAL = {
    "E": "X A P U",
    **dict.fromkeys(("CR", "IR", "AR"), "X H M L"),
    **{f"M{metric}": f"X {values}" for metric, values in _BASE.items()},
    "MSI": "X S H L N",
    "MSA": "X S H L N",
    "S": "X N P",
    "AU": "X N Y",
    "R": "X A U I",
    "V": "X D C",
    "RE": "X L M H",
    "U": "X Clear Green Amber Red",
}
_WORST = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
_IMPACTS = ("VC", "VI", "VA", "SC", "SI", "SA")

# How far below the worst value a metric is: its place here.
_LEVELS = {
    "AV": "NALP",
    "PR": "NLH",
    "UI": "NPA",
    "AC": "LH",
    "AT": "NP",
    **dict.fromkeys(("VC", "VI", "VA"), "HLN"),
    **dict.fromkeys(("SC", "SI", "SA"), "SHLN"),
    **dict.fromkeys(("CR", "IR", "AR"), "HML"),
}
_SETS = (
    ("AV", "PR", "UI"),
    ("AC", "AT"),
    ("VC", "VI", "VA", "CR", "IR", "AR"),
    ("SC", "SI", "SA"),
)
"""Metrics of EQ1, EQ2, EQ3 with EQ6, and EQ4. EQ5 has only one, E, and no way to go."""

_HIGHEST: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"0": ("NNN",), "1": ("ANN", "NLN", "NNP"), "2": ("PNN", "ALP")},
    {"0": ("LN",), "1": ("HN", "LP")},
    {
        "00": ("HHHHHH",),
        "01": ("HHLMMH", "HHHMMM"),
        "10": ("LHHHHH", "HLHHHH"),
        "11": ("LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"),
        "21": ("LLLHHH",),
    },
    {"0": ("HSS",), "1": ("HHH",), "2": ("LLL",)},
)
"""The highest vectors of each level, as values of the set's metrics (tables 24 to 29)."""

_DEPTHS: tuple[Mapping[str, int], ...] = (
    {"0": 1, "1": 4, "2": 5},
    {"0": 1, "1": 2},
    {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    {"0": 6, "1": 5, "2": 4},
)
"""Steps from a level's highest vector to its lowest, and one more."""

Levels = tuple[str, str, str, str, str]
"""EQ1, EQ2, EQ3 with EQ6 (two digits), EQ4, EQ5."""


def score(vector: str) -> float | None:
    """The score (0 to 10), or None where the vector is malformed."""
    text = vector.strip()
    if not text.startswith(_PREFIX):
        return None
    given = metrics_of(text.removeprefix(_PREFIX), base=_BASE, optional=_OPTIONAL)
    if given is None:
        return None
    found = _effective(given)
    if all(found[metric] == "N" for metric in _IMPACTS):
        return 0.0
    levels = _levels(found)
    top = score_of(levels)
    assert top is not None
    lost = [_lost(number, found, levels, top) for number in range(4)]
    ways = [each for each in (*lost, _lost_by_threat(levels)) if each is not None]
    mean = sum(ways, Fraction(0)) / len(ways) if ways else Fraction(0)
    tenths = max(Fraction(0), min(Fraction(10), top - mean)) * 10
    return float(int(tenths + Fraction(1, 2))) / 10


def _effective(given: Mapping[str, str]) -> dict[str, str]:
    """What counts: modified metrics before base ones, the worst where nothing is said."""
    found = {name: given.get(name, "X") for name in _WORST}
    found = {name: _WORST[name] if value == "X" else value for name, value in found.items()}
    for name in _BASE:
        modified = given.get(f"M{name}", "X")
        found[name] = given[name] if modified == "X" else modified
    return found


def _levels(found: Mapping[str, str]) -> Levels:
    easy = [found[metric] == "N" for metric in ("AV", "PR", "UI")]
    eq1 = "0" if all(easy) else "1" if any(easy) and found["AV"] != "P" else "2"
    eq2 = "0" if (found["AC"], found["AT"]) == ("L", "N") else "1"
    high = [found[metric] == "H" for metric in ("VC", "VI", "VA")]
    eq3 = "0" if high[0] and high[1] else "1" if any(high) else "2"
    safety = "S" in (found["SI"], found["SA"])
    eq4 = "0" if safety else "1" if "H" in (found["SC"], found["SI"], found["SA"]) else "2"
    wanted = [found[metric] == "H" for metric in ("CR", "IR", "AR")]
    eq6 = "0" if any(map(bool.__and__, high, wanted)) else "1"
    return eq1, eq2, eq3 + eq6, eq4, str("APU".index(found["E"]))


def _lost(number: int, found: Mapping[str, str], levels: Levels, top: Fraction) -> Fraction | None:
    """What one set takes off; None where there is no lower MacroVector on its way."""
    lower = [score_of(each) for each in _next_lower(number, levels)]
    known = [each for each in lower if each is not None]
    if not known:
        return None
    level = levels[number]
    distance = _distance(number, found, level)
    return (top - max(known)) * Fraction(distance, _DEPTHS[number][level])


def _lost_by_threat(levels: Levels) -> Fraction | None:
    """EQ5 has one vector a level: it takes nothing off, but counts where it could go lower."""
    return Fraction(0) if levels[4] != "2" else None


def _next_lower(number: int, levels: Levels) -> Iterator[Levels]:
    level = levels[number]
    if number == 2:
        below = {"00": ("01", "10"), "01": ("11",), "10": ("11",), "11": ("21",), "21": ()}[level]
    else:
        below = (str(int(level) + 1),)
    for each in below:
        yield (*levels[:number], each, *levels[number + 1 :])  # type: ignore[misc]


def _distance(number: int, found: Mapping[str, str], level: str) -> int:
    """Steps to the first of the highest vectors that is nowhere below this one."""
    metrics = _SETS[number]
    for highest in _HIGHEST[number][level]:
        steps = [
            _LEVELS[metric].index(found[metric]) - _LEVELS[metric].index(value)
            for metric, value in zip(metrics, highest, strict=True)
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError(f"no highest vector of level {level} is above {found}")
