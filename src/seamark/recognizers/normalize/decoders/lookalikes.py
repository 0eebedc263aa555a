"""Characters drawn like ASCII ones: full-width forms, styled letters, letters of other scripts."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]++")
# UAX 15: full-width forms are ASCII moved by a fixed distance; so is the ideographic space.
_NARROW = {0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)} | {0x3000: " "}

# Blocks whose characters are compatibility variants of one ASCII character: blanks, superscripts,
# letterlike symbols, Roman numerals, enclosed, mathematical and legacy computing alphanumerics.
_BLOCKS = (
    (0xA0, 0xA0), (0xAA, 0xAA), (0xB2, 0xB3), (0xB9, 0xBA), (0x2000, 0x200A), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x2070, 0x209C), (0x2102, 0x2149), (0x2160, 0x217F), (0x2460, 0x24EA),
    (0x1D400, 0x1D7FF), (0x1F130, 0x1F149), (0x1FBF0, 0x1FBF9),
)  # fmt: skip
_STYLED = re.compile("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in _BLOCKS) + "]++")

# What each ASCII character is drawn like in Cyrillic, Greek, Armenian, Cherokee and phonetic
# letters, and as punctuation: facts of UTS 39 (confusables), ASCII targets only.
_DRAWN = {
    "A": "\u0391\u0410\u13aa", "B": "\u0392\u0412\u13f4", "C": "\u03f9\u0421\u13df",
    "D": "\u13a0", "E": "\u0395\u0415\u13ac", "G": "\u050c\u13c0", "H": "\u0397\u041d\u13bb",
    "I": "\u0399\u0406\u04c0", "J": "\u037f\u0408\u13ab", "K": "\u039a\u041a\u13e6",
    "L": "\u13de", "M": "\u039c\u041c\u13b7", "N": "\u039d", "O": "\u039f\u041e\u0555",
    "P": "\u03a1\u0420\u13e2", "Q": "\u051a", "R": "\u13a1", "S": "\u0405\u054f\u13da",
    "T": "\u03a4\u0422\u13a2", "U": "\u054d", "V": "\u0474\u13d9", "W": "\u051c\u13b3",
    "X": "\u03a7\u0425", "Y": "\u03a5\u0423\u04ae", "Z": "\u0396\u13c3",
    "a": "\u03b1\u0430\u0251", "b": "\u042c\u13cf", "c": "\u0441\u03f2\u1d04",
    "d": "\u0501\u13e7", "e": "\u0435\u04bd", "f": "\u0192\u0584", "g": "\u0261\u0581",
    "h": "\u04bb\u0570", "i": "\u0456\u03b9\u0131\u0269", "j": "\u0458\u03f3", "k": "\u043a\u03ba",
    "l": "\u04cf\u01c0", "n": "\u0578\u057c", "o": "\u043e\u03bf\u0585\u1d0f", "p": "\u0440\u03c1",
    "q": "\u051b\u0563", "r": "\u0433\u1d26", "s": "\u0455\ua731", "u": "\u057d\u03c5\u028b",
    "v": "\u03bd\u0475\u1d20", "w": "\u051d\u0461\u1d21", "x": "\u0445\u03c7", "y": "\u0443\u04af",
    "z": "\u1d22",
}  # fmt: skip
_DRAWN_SIGNS = {"-": "\u2010\u2011\u2012\u2013\u2014\u2212", "_": "\u2017", "/": "\u2044\u2215"}
_ASCII = {ord(drawn): letter for letter, shapes in _DRAWN.items() for drawn in shapes}
_ASCII_SIGNS = {ord(drawn): sign for sign, shapes in _DRAWN_SIGNS.items() for drawn in shapes}

_LETTERS = "".join(map(chr, _ASCII))
_SIGNS = "".join(map(chr, _ASCII_SIGNS))
_SHAPE = re.compile(f"[{_LETTERS}{_SIGNS}]")
_REST = re.compile(r"\w*+")
_ANY = frozenset(_LETTERS + _SIGNS)
_FARTHEST = 64


def _full_width(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if not any(map(_FULL_WIDTH.match, surface.foreign)):
        return
    for match in _FULL_WIDTH.finditer(surface.text):
        yield Change(*match.span(), match.group().translate(_NARROW), ("full-width",), 1)


@cache
def _plain(character: str) -> str:
    """The one ASCII character that a styled one is a variant of; itself where there is none."""
    normal = unicodedata.normalize("NFKC", character)
    if len(normal) > 1 and not normal.isascii():
        return character
    bare = normal.strip("().")
    return bare if len(bare) == 1 and bare.isascii() else normal if normal == " " else character


def _styled(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if not any(map(_STYLED.match, surface.foreign)):
        return
    for match in _STYLED.finditer(surface.text):
        text = "".join(map(_plain, match.group()))
        if text != match.group():
            yield Change(*match.span(), text, ("styled",), 1)


def _homoglyphs(surface: Surface, meter: Meter) -> Iterator[Change]:
    """Drawn letters of words that hold ASCII letters too, or nothing but drawn ones.

    A word of a script that is really written has letters that look like none of ASCII's.
    """
    del meter
    text, done = surface.text, 0
    if surface.foreign.isdisjoint(_ANY):
        return
    for match in _SHAPE.finditer(text):
        start, end = match.span()
        if start < done:
            continue
        shape = text[start]
        if shape in _SIGNS:
            if (text[start - 1 : start] + text[end : end + 1]).isalnum():
                yield Change(start, end, shape.translate(_ASCII_SIGNS), ("homoglyph",), 1)
            continue
        low = _beginning(text, start, max(done, start - _FARTHEST))
        rest = _REST.match(text, end)
        done = rest.end() if rest else end
        plain = text[low:done].translate(_ASCII)
        if plain.isascii() or any("a" <= letter <= "z" for letter in text[low:done].lower()):
            yield Change(start, done, plain[start - low :], ("homoglyph",), 1)


def _beginning(text: str, at: int, floor: int) -> int:
    """Where the word that holds the character at ``at`` begins, no farther than ``floor``."""
    while at > floor and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return at


FULL_WIDTH = Decoder(name="full-width", changes=_full_width, evident=False)
STYLED = Decoder(name="styled", changes=_styled, evident=False)
HOMOGLYPH = Decoder(name="homoglyph", changes=_homoglyphs, evident=False)
