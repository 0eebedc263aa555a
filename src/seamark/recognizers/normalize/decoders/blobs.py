"""Text in an alphabet of 16, 32 or 64 letters (RFC 4648), and bytes listed as numbers.

A run of letters is decoded on trial, its first bytes before the rest: what gives no text (names,
digests, pictures) costs next to nothing and makes no view.
"""

import binascii
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.payload import Decoded, promising, read
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import SHORTEST, Surface

_URL_SAFE = str.maketrans("-_", "+/")
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_BASE32_DIGITS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" + "abcdefghijklmnopqrstuvwxyz", _DIGITS + _DIGITS[:26]
)
# What may stand between two lines of one wrapped block, and how much of it.
_FOLD = re.compile(r"[ \t]{0,16}(?:\r?\n|\r)[ \t]{0,64}")
_LINE = re.compile(r"[A-Za-z0-9+/_-]++")
_PADDING = re.compile(r"={1,6}")
_MAY_FOLD = ("\n", "\r", " ", "\t")
_LONG = 128
_EIGHT = 0x0101010101010101
_SHORT = 512  # a run up to this length is also tried in parts

# Linear: possessive, and each match begins with a class that the one before does not end in.
_INSIDE = re.compile(rf"[A-Za-z0-9]{{{SHORTEST},}}+")
_BASE32 = re.compile(rf"[A-Z2-7]{{{SHORTEST},}}+|[a-z2-7]{{{SHORTEST},}}+")
_HEX = re.compile(rf"[0-9A-Fa-f]{{{SHORTEST},}}+")
_LIST = re.compile(r"0x[0-9a-fA-F]{2}(?:[ \t\r\n]{0,40},[ \t\r\n]{0,40}0x[0-9a-fA-F]{2}){3,}+")
_NUMBER = re.compile(r"0x([0-9a-fA-F]{2})")


def base64_bytes(letters: str) -> bytes | None:
    """Base64 in either alphabet, padded or not, one letter over dropped; None where it is none."""
    if "-" in letters or "_" in letters:
        if "+" in letters or "/" in letters:
            return None
        letters = letters.translate(_URL_SAFE)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return None


def base32_bytes(letters: str) -> bytes:
    """Base32 in one case, padding left out; what is too short for a byte at the end is dropped.

    By way of a number in base 32, whose digits are other letters: many times faster than
    ``base64.b32decode``, which is written in Python, and linear as all powers of two are.
    """
    spare = len(letters) * 5 % 8
    number = int(letters.translate(_BASE32_DIGITS), 32) >> spare
    return number.to_bytes(len(letters) * 5 // 8, "big")


def hexadecimal_bytes(letters: str) -> bytes | None:
    """Pairs of hexadecimal digits; None for an odd number of them."""
    return None if len(letters) % 2 else bytes.fromhex(letters)


def _try(letters: str, decode: Callable[[str], bytes | None], meter: Meter) -> Decoded | None:
    """The text of a run, its beginning tried first."""
    start = decode(letters[:SHORTEST])
    if start is None or not promising(start):
        return None
    data = decode(letters)
    return None if data is None else read(data, meter)


def _blocks(surface: Surface) -> Iterator[tuple[int, int]]:
    """Runs, those that continue on the next line with the same width taken together."""
    text, done = surface.text, 0
    for start, end in surface.runs:
        if start < done:
            continue
        width = letters = end - start
        stop = end
        while text[stop : stop + 1] in _MAY_FOLD:
            fold = _FOLD.match(text, stop)
            line = _LINE.match(text, fold.end()) if fold else None
            if line is None or line.end() - line.start() > width:
                break
            tail = line.end() - line.start()
            letters += tail
            alone = stop == end and text[line.end() : line.end() + 1] != "="
            if tail < 4 and (alone or letters % 4 == 1):
                break  # a short word that happens to follow
            stop = line.end()
            if tail < width:
                break
        done = stop
        yield start, stop


def _base64(surface: Surface, meter: Meter) -> Iterator[Change]:
    text = surface.text
    for start, end in _blocks(surface):
        block = text[start:end]
        if block.islower() or block.isupper():
            continue  # a name: text in Base64 has letters of both cases
        folded = "\n" in block or "\r" in block
        found = _try("".join(block.split()) if folded else block, base64_bytes, meter)
        if found is not None:
            padding = _PADDING.match(text, end)
            yield Change(start, padding.end() if padding else end, *found.under("base64"))
        elif folded or len(block) <= _SHORT:
            yield from _parts(text, start, end, folded=folded, meter=meter)


def _parts(text: str, start: int, end: int, *, folded: bool, meter: Meter) -> Iterator[Change]:
    """The lines of what was no block after all, or what stands between the signs of a path."""
    pattern = _LINE if folded else _INSIDE
    for match in pattern.finditer(text, start, end):
        low, high = match.span()
        if high - low < SHORTEST or (low, high) == (start, end):
            continue
        found = _try(match.group(), base64_bytes, meter)
        if found is not None:
            padding = _PADDING.match(text, high)
            high = padding.end() if padding else high
            yield Change(low, high, *found.under("base64"))


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """A smaller alphabet, whose runs lie within those of the larger one.

    ``classes``: tables that turn its letters (of one case each) into ones and all else into
    zeros, to pass over a long run of the larger alphabet at the speed of memory.
    """

    name: str
    pattern: "re.Pattern[str]"
    decode: Callable[[str], bytes | None]
    classes: tuple[bytes, ...]

    def runs(self, surface: Surface) -> Iterator["re.Match[str]"]:
        for start, end in surface.runs:
            spans = [(start, end)]
            if end - start > _LONG:
                run = surface.single[start:end]
                found = (_marked(run.translate(table)) for table in self.classes)
                spans = sorted((start + low, start + high) for one in found for low, high in one)
            done = start
            for low, high in spans:  # those of two cases may share their digits
                for match in self.pattern.finditer(surface.text, max(done, low), high):
                    done = match.end()
                    yield match

    def changes(self, surface: Surface, meter: Meter) -> Iterator[Change]:
        for match in self.runs(surface):
            found = _try(match.group(), self.decode, meter)
            if found is not None:
                padding = _PADDING.match(surface.text, match.end())
                stop = padding.end() if padding and self.name == "base32" else match.end()
                yield Change(match.start(), stop, *found.under(self.name))


def _table(letters: bytes) -> bytes:
    return bytes(code in letters for code in range(256))


def _marked(marks: bytes) -> Iterator[tuple[int, int]]:
    """Where ``SHORTEST`` ones or more follow each other: eight of them then stand aligned.

    A search for sixteen equal bytes is slow where half of the bytes are ones; in words of eight
    bytes, few are all ones.
    """
    words = array("Q")
    words.frombytes(marks[: len(marks) & ~7])
    at = 0
    while True:
        try:
            at = words.index(_EIGHT, at)
        except ValueError:
            return
        start, end = marks.rfind(0, 0, 8 * at) + 1, marks.find(0, 8 * at)
        end = len(marks) if end < 0 else end
        if end - start >= SHORTEST:
            yield start, end
        at = end // 8 + 1


_B32 = _Alphabet(
    "base32",
    _BASE32,
    base32_bytes,
    (_table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), _table(b"abcdefghijklmnopqrstuvwxyz234567")),
)
_B16 = _Alphabet("hex", _HEX, hexadecimal_bytes, (_table(b"0123456789abcdefABCDEF"),))


def _numbers(surface: Surface, meter: Meter) -> Iterator[Change]:
    if "0x" not in surface.text:
        return
    for match in _LIST.finditer(surface.text):
        found = read(bytes.fromhex("".join(_NUMBER.findall(match.group()))), meter)
        if found is not None:
            yield Change(match.start(), match.end(), *found.under("hex"))


BASE64 = Decoder(name="base64", changes=_base64, deep=True)
BASE32 = Decoder(name="base32", changes=_B32.changes, deep=True)
HEXADECIMAL = Decoder(name="hex", changes=_B16.changes, deep=True)
NUMBERS = Decoder(name="hex", changes=_numbers, deep=True)
