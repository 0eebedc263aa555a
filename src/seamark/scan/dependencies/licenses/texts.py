"""What a text that a package carries says of its license: one SPDX expression, several, or none.

Many texts are ambiguous: "BSD" may be any of three licenses, two classifiers may mean both or
either. Then every reading is given, and nothing is guessed.
"""

import re
from functools import lru_cache
from itertools import product

from seamark.scan.dependencies.licenses.bodies import of_body
from seamark.scan.dependencies.licenses.expressions import (
    Both,
    Either,
    Expression,
    License,
    licenses_in,
    parse,
    versions_of,
)
from seamark.scan.dependencies.licenses.names import CLASSIFIERS, NAMES, NOTHING

Readings = frozenset[Expression]
_LONG = 200
_MOST_READINGS = 64
_DROPPED = re.compile(r"\b(?:the|licen[cs]e[ds]?|version|software|public domain dedication)\b")
_GLUE = re.compile(r"[\s_,;:()\"'/\\-]+")
_ABBREVIATED = re.compile(r"\s*[()]\s*")
_BETWEEN = re.compile(r"(\s*[/,;&|]+\s*|\s+and\s+|\s+or\s+)", re.IGNORECASE)
_NUMBER = re.compile(r"\b([a-z]+?)\s*v?\.?\s?(\d)")


def readings(texts: tuple[str, ...]) -> Readings:
    """Every expression that the texts together may mean; empty where nothing is known.

    Texts that can mean the same are about the same license. Others are about several licenses,
    of which it is open whether all hold or one may be chosen.
    """
    if len(texts) == 1 and (expression := parse(texts[0])) is not None:
        return frozenset((expression,))
    stated = [each for text in texts if not _is_classifier(text) for each in _given(text)]
    classified = [each for text in texts if _is_classifier(text) for each in _given(text)]
    groups: list[Readings] = []
    for found in (*stated, *classified):
        for at, group in enumerate(groups):
            common = _common(group, found)
            if common:
                groups[at] = common
                break
        else:
            groups.append(found)
    return _joined(list(dict.fromkeys(groups)))


def _given(text: str) -> tuple[Readings, ...]:
    found = _of_text(text)
    return (found,) if found else ()


@lru_cache(maxsize=4096)
def _of_text(text: str) -> Readings:
    if _is_classifier(text):
        return _parsed(CLASSIFIERS.get(text.rpartition("::")[2].strip(), ()))
    expression = parse(text)
    if expression is not None:
        return frozenset((expression,))
    if len(text) > _LONG or "\n" in text.strip():
        return _parsed(of_body(text))
    return _named(text) or _parted(text)


def _named(text: str) -> Readings:
    """A name, also one with its abbreviation behind it: "The MIT License (MIT)"."""
    for each in (text, *_ABBREVIATED.sub("\n", text).split("\n")):
        expression = parse(each)
        if expression is not None:
            return frozenset((expression,))
        name = _normal(each)
        found = frozenset() if name in NOTHING else _parsed(NAMES.get(name, ()))
        if found:
            return found
    return frozenset()


def _parted(text: str) -> Readings:
    """Several names: with ``or`` between them a choice, with ``and`` all of them, else open."""
    words = _BETWEEN.split(text)
    groups = [_named(word) for word in words[::2]]
    if len(groups) < 2 or not all(groups):
        return frozenset()
    joints = {word.strip().lower() for word in words[1::2]}
    found = _joined(groups)
    if joints == {"or"}:
        return frozenset(each for each in found if not isinstance(each, Both))
    if "or" in joints and joints & {"and", "&"}:
        return frozenset()  # which belongs to which is a matter of taste
    if joints <= {"and", "&"}:
        return frozenset(each for each in found if not isinstance(each, Either))
    return found


def _is_classifier(text: str) -> bool:
    return " :: " in text and "\n" not in text


def _parsed(expressions: tuple[str, ...]) -> Readings:
    return frozenset(each for text in expressions if (each := parse(text)) is not None)


def _normal(text: str) -> str:
    """The name without case, punctuation and the words that every license's name has."""
    bare = re.sub(r"<?https?://\S*", " ", text.lower())
    bare = _GLUE.sub(" ", bare).replace(" + ", "+ ")
    bare = _NUMBER.sub(r"\1 \2", _DROPPED.sub(" ", bare))
    bare = re.sub(r"\b(\d)\.0\b(?!\.)", r"\1", " ".join(bare.split()))
    return bare.replace(" +", "+").strip(" .")


def _common(group: Readings, found: Readings) -> Readings:
    """What both may mean: the same, or a part of the expression that one of them spells out."""
    same = group & found
    if same:
        return same
    named = {version for each in found for one in licenses_in(each) for version in versions_of(one)}
    compound = [each for each in group if not isinstance(each, License)]
    holds = [
        each for each in compound if any(versions_of(part) & named for part in licenses_in(each))
    ]
    return frozenset(holds)


def _joined(groups: list[Readings]) -> Readings:
    if not groups:
        return frozenset()
    if len(groups) == 1:
        return groups[0]
    count = 2
    for group in groups:
        count *= len(group)
    if count > _MOST_READINGS:
        return frozenset()
    found: set[Expression] = set()
    for chosen in product(*(sorted(group, key=str) for group in groups)):
        parts = tuple(dict.fromkeys(chosen))
        found |= {Both(parts), Either(parts)} if len(parts) > 1 else {parts[0]}
    return frozenset(found)


def spdx(texts: tuple[str, ...]) -> str | None:
    """The one SPDX expression that the texts mean; None where they mean none, or leave several."""
    found = readings(texts)
    return str(next(iter(found))) if len(found) == 1 else None
