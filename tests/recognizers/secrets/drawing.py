"""Values drawn from the patterns of kinds, so that no test holds a credential."""

import random
import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]


def draw(pattern: str, rng: random.Random) -> str:
    """A text that ``pattern`` matches (RE2 syntax that Python also knows)."""
    pattern = pattern.replace(r"(?:[^0-9A-Za-z_]|\z)", "").replace(r"\z", "")
    flags = 0
    while found := re.match(r"\(\?([im]+)\)", pattern):
        pattern = pattern[found.end() :]
    pattern = re.sub(r"\(\?i:([^()]*)\)", r"(?:\1)", pattern)
    return _draw(_parser.parse(pattern, flags), rng)


def _draw(parsed: object, rng: random.Random) -> str:
    text = ""
    for name, value in parsed:  # type: ignore[attr-defined]
        if name is op.LITERAL:
            text += chr(value)
        elif name is op.IN:
            text += rng.choice(_members(value))
        elif name is op.BRANCH:
            text += _draw(rng.choice(value[1]), rng)
        elif name is op.SUBPATTERN:
            text += _draw(value[3], rng)
        elif name in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, body = value
            count = rng.randint(low, min(int(high), max(low, min(low + 8, 60))))
            text += "".join(_draw(body, rng) for _ in range(count))
        elif name is op.NOT_LITERAL:
            text += rng.choice([c for c in "abcXYZ789" if ord(c) != value])
        elif name is op.ANY:
            text += "_"
        elif name is op.AT:
            continue
        else:
            raise NotImplementedError(name)
    return text


def _members(items: object) -> list[str]:
    negated, found = False, set()
    for name, value in items:  # type: ignore[attr-defined]
        if name is op.NEGATE:
            negated = True
        elif name is op.LITERAL:
            found.add(chr(value))
        elif name is op.RANGE:
            found |= {chr(code) for code in range(value[0], value[1] + 1)}
    if negated:
        return [c for c in "abcdefghkmnpqrstuvwxyzABCDEFGH23456789" if c not in found]
    return sorted(found)
