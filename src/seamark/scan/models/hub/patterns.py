"""Can matching a regular expression take exponential time? Told from its shape.

The expressions are of several dialects (Python, Oniguruma), so they are read with a reader of our
own that knows groups, classes, repetitions and escapes, and nothing else. Exponential is a
repetition without bound whose body can match one text in several ways: ``(a+)+``, ``(a|a)*``,
``(a*b?)+``. Possessive repetitions and atomic groups do not try again.
"""

import re
from dataclasses import dataclass, field
from typing import Final

_LONGEST: Final = 20_000
_DEEPEST: Final = 100
_MANY: Final = 20
_MOST: Final = 60
"""Endless parts of one sequence, or alternatives, that are compared each with each."""

_ATOM: Final = re.compile(
    r"""\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\[xu][0-9A-Fa-f]{2,4}|\\.
    |\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|.""",
    re.DOTALL | re.VERBOSE,
)
_REPEAT: Final = re.compile(r"(?:[*+?]|\{(\d*)(,?)(\d*)\})([?+]?)")
_GROUP: Final = re.compile(r"\(\?(?:P?<\w+>|'\w+'|[a-zA-Z]*(?:-[a-zA-Z]+)?:|<?[=!]|>|\|)")
_FLAGS: Final = re.compile(r"\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?\)|\(\?#[^)]*\)")
_PROBES: Final = (*map(chr, range(9, 127)), "é", "я", "中", "\u3000", "٣")


@dataclass(slots=True)
class _Part:
    """One thing in a sequence: an atom's text or a group's alternatives, and its repetition."""

    atom: str = ""
    choices: "list[list[_Part]] | None" = None
    least: int = 1
    endless: bool = False
    firm: bool = False
    width: bool = True


@dataclass(slots=True)
class _Open:
    """A group that is being read."""

    choices: list[list[_Part]] = field(default_factory=lambda: [[]])
    firm: bool = False
    width: bool = True


def is_costly(pattern: str) -> bool:
    """Whether some text takes this expression exponential time.

    Expressions longer than 20,000 characters or nested deeper than 100 groups count as costly.
    """
    if len(pattern) > _LONGEST:
        return True
    parsed = _parse(pattern)
    return parsed is None or any(_costly(part, 0) for part in _flat(parsed))


def _parse(pattern: str) -> list[list[_Part]] | None:
    stack = [_Open()]
    at = 0
    while at < len(pattern):
        if flags := _FLAGS.match(pattern, at):
            at = flags.end()
        elif pattern[at] == "(":
            opened = _GROUP.match(pattern, at)
            text = opened[0] if opened else "("
            looks = text.startswith(("(?=", "(?!", "(?<=", "(?<!"))
            stack.append(_Open(firm=text == "(?>", width=not looks))
            at += len(text)
            if len(stack) > _DEEPEST:
                return None
        elif pattern[at] == "|":
            stack[-1].choices.append([])
            at += 1
        elif pattern[at] == ")" and len(stack) > 1:
            group = stack.pop()
            part = _Part(choices=group.choices, firm=group.firm, width=group.width)
            stack[-1].choices[-1].append(part)
            at = _repeat(pattern, at + 1, part)
        else:
            atom = _ATOM.match(pattern, at)
            assert atom is not None  # its last branch is any character
            part = _Part(atom=atom[0], width=atom[0] not in ("^", "$", "\\b", "\\B", "\\A", "\\z"))
            stack[-1].choices[-1].append(part)
            at = _repeat(pattern, atom.end(), part)
    while len(stack) > 1:  # a group that is not closed: no loader compiles it
        group = stack.pop()
        stack[-1].choices[-1].append(_Part(choices=group.choices))
    return stack[0].choices


def _repeat(pattern: str, at: int, part: _Part) -> int:
    """Read what repeats ``part``; stacked repetitions (``a+*``) are read as one."""
    while (match := _REPEAT.match(pattern, at)) and match[0] not in ("{}", "{,}"):
        mark = match[0][0]
        if mark == "{":
            low, comma, high = match[1], match[2], match[3]
            most = int(high[:6]) if high else None if comma else int((low or "0")[:6])
            part.least = min(part.least, int((low or "0")[:6]))
            part.endless |= most is None or most >= _MANY
        else:
            part.least = 0 if mark in "*?" else part.least
            part.endless |= mark in "*+"
        part.firm |= match[4] == "+"
        at = match.end()
    return at


def _flat(choices: list[list[_Part]]) -> list[_Part]:
    return [part for choice in choices for part in choice]


def _costly(part: _Part, depth: int) -> bool:
    if part.choices is None:
        return False
    if part.endless and not part.firm and _ambiguous(part.choices):
        return True
    return any(_costly(inner, depth + 1) for inner in _flat(part.choices))


def _ambiguous(choices: list[list[_Part]]) -> bool:
    """Whether repeating one of ``choices`` can read one text in more ways than one."""
    return any(_repeats_itself(choice) for choice in choices) or _overlap(choices)


def _repeats_itself(choice: list[_Part]) -> bool:
    """All of the sequence but one endless part can be left out: ``(a+)``, ``(a*b?)``.

    Parts that must match something else on their own (``(a+,)``) tell the rounds apart.
    """
    endless = [part for part in choice if part.endless and not part.firm and part.width]
    nested = [part for part in choice if part.choices is not None and not part.firm]
    if len(endless) + len(nested) > _MOST:
        return True
    if all(_can_be_empty(part) for part in choice) and _clash(choice):
        return True
    for part in endless:
        others = [other for other in choice if other is not part and other.width]
        if all(_can_be_empty(other) or _same(other, part) for other in others):
            return True
    for part in nested:
        others = [other for other in choice if other is not part and other.width]
        if all(_can_be_empty(other) for other in others) and any(
            _repeats_itself(inner) for inner in part.choices or ()
        ):
            return True
    return False


def _clash(optional: list[_Part]) -> bool:
    """Whether two optional characters of one round can be the same one: ``(a?a?)*``."""
    atoms = [part.atom for part in optional if part.choices is None and part.width]
    if len(set(atoms)) < len(atoms):
        return True
    sets = [_characters(atom) for atom in atoms[:_MOST]]
    return any(a & b for place, a in enumerate(sets) for b in sets[:place])


def _can_be_empty(part: _Part) -> bool:
    if part.least == 0 or not part.width:
        return True
    if part.choices is None:
        return False
    return any(all(_can_be_empty(inner) for inner in choice) for choice in part.choices)


def _same(other: _Part, part: _Part) -> bool:
    """Whether a required part only matches what the endless one matches as well."""
    if other.choices is not None or part.choices is not None:
        return False
    first = _characters(other.atom)
    return bool(first) and first <= _characters(part.atom)


def _overlap(choices: list[list[_Part]]) -> bool:
    """Whether two alternatives of one character each match the same one, or texts repeat."""
    atoms = [
        choice[0].atom
        for choice in choices
        if len(choice) == 1 and choice[0].choices is None and choice[0].width
    ]
    if len(atoms) > _MOST:
        return len(set(atoms)) < len(atoms)
    singles = [_characters(atom) for atom in atoms]
    if any(a & b for i, a in enumerate(singles) for b in singles[:i]):
        return True
    words = [
        "".join(part.atom for part in choice)
        for choice in choices
        if choice and all(_is_letter(part) for part in choice)
    ]
    if len(set(words)) < len(words):
        return True
    return any(_made_of(word, words[:_MOST]) for word in words[:_MOST])


def _is_letter(part: _Part) -> bool:
    plain = part.choices is None and part.least == 1 and not part.endless
    return plain and len(part.atom) == 1 and part.atom != "."


def _made_of(word: str, words: list[str]) -> bool:
    """Whether ``word`` is another one, or several put together: then a text reads two ways."""
    if words.count(word) > 1:
        return True
    others = [other for other in words if other != word and len(other) < len(word)]
    reached = [True, *[False] * len(word)]
    for at in range(len(word)):
        if reached[at]:
            for other in others:
                if word.startswith(other, at):
                    reached[at + len(other)] = True
    return reached[-1]


_CLASSES: Final = (
    ("\\p{L}", r"[^\W\d_]"), ("\\p{Lu}", "[A-Z]"), ("\\p{Ll}", "[a-zéя]"), ("\\p{N}", r"\d"),
    ("\\p{Nd}", r"\d"), ("\\p{P}", r"[!-/:-@\[-`{-~]"), ("\\p{M}", "\u0301"),
    ("\\p{Z}", r"[ \u3000]"),
)  # fmt: skip


def _characters(atom: str) -> frozenset[str]:
    """Which of some sample characters an atom matches; none where it cannot be told."""
    for name, stand_in in _CLASSES:
        atom = atom.replace(name, stand_in if not atom.startswith("[") else _inner(stand_in))
    if re.search(r"\\[pP]\{|\[:|&&|\\[kg1-9]", atom):
        return frozenset()
    try:
        matcher = re.compile(atom, re.DOTALL)
    except (re.error, OverflowError, RecursionError):
        return frozenset()
    return frozenset(probe for probe in _PROBES if matcher.fullmatch(probe))


def _inner(stand_in: str) -> str:
    return {r"[^\W\d_]": "a-zA-Zéя中"}.get(stand_in, stand_in.strip("[]").replace("\\[", "["))
