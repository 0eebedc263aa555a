"""Special tokens that are not what they look like."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.hub.tokenizer_rules import DECEPTIVE_TOKEN
from seamark.scan.models.scope import Scope

_MOST: Final = 20
_PLAIN: Final = re.compile(r"[\x20-\x7e]*")
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\U000e0000-\U000e007f]"
)
"""Characters without a glyph that change how text around them looks or compares."""

# Letters of Greek and Cyrillic that most fonts draw as an ASCII letter.
_TWINS: Final = frozenset("аеорсухѕіјԁԛԝһАВЕКМНОРСТХУІЈЅαορνικυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_WORD: Final = re.compile(r"[^\W\d_]+")


def why_deceptive(token: str) -> str:
    """What makes the token look like another one; empty where nothing does.

    A token that is nothing but one control character hides behind no other (CANINE pads with
    U+0000); emoji are joined by U+200D.
    """
    if _PLAIN.fullmatch(token):
        return ""
    hidden = _CONTROLS.search(token)
    if hidden and any("!" <= other <= "~" for other in token):
        return f"holds the invisible character U+{ord(hidden[0]):04X}"
    for word in _WORD.findall(token):
        twin = next((letter for letter in word if letter in _TWINS), None)
        if twin and any("a" <= letter.lower() <= "z" for letter in word):
            name = unicodedata.name(twin, f"U+{ord(twin):04X}")
            return f"mixes ASCII letters with {name}"
    return ""


def examine_special_tokens(tokens: Iterable[str], scope: Scope) -> Iterator[Finding]:
    """Findings about special tokens, at most one a token."""
    found = 0
    for token in dict.fromkeys(tokens):
        why = why_deceptive(token[:500])
        if why and found < _MOST:
            found += 1
            shown = token[:100].encode("ascii", "backslashreplace").decode()
            yield scope.finding(
                DECEPTIVE_TOKEN, f"The special token '{shown}' {why}.", anchor=shown
            )
