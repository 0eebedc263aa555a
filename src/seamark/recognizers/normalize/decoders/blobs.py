"""Text in an alphabet of 16, 32 or 64 letters (RFC 4648), and bytes listed as numbers.

A run of letters is decoded on trial, its first bytes before the rest: what gives no text (names,
digests, pictures) costs next to nothing and makes no view.
"""

import binascii
import re
from base64 import b32decode
from collections.abc import Callable, Iterator

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.payload import Decoded, promising, read
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import SHORTEST, Surface

_URL_SAFE = str.maketrans("-_", "+/")
# What may stand between two lines of one wrapped block, and how much of it.
_FOLD = re.compile(r"[ \t]{0,16}(?:\r?\n|\r)[ \t]{0,64}")
_LINE = re.compile(r"[A-Za-z0-9+/_-]++")
_PADDING = re.compile(r"={1,6}")
_MAY_FOLD = ("\n", "\r", " ", "\t")
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


def base32_bytes(letters: str) -> bytes | None:
    """Base32 in one case, padded or not; None where its length fits no bytes."""
    letters = letters[: len(letters) - {1: 1, 3: 1, 6: 1}.get(len(letters) % 8, 0)]
    try:
        return b32decode(letters.upper() + "=" * (-len(letters) % 8))
    except binascii.Error:
        return None


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
        width, stop = end - start, end
        while text[stop : stop + 1] in _MAY_FOLD:
            fold = _FOLD.match(text, stop)
            line = _LINE.match(text, fold.end()) if fold else None
            if line is None or line.end() - line.start() > width:
                break
            stop = line.end()
            if line.end() - line.start() < width:
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


def _inside(
    surface: Surface,
    meter: Meter,
    pattern: "re.Pattern[str]",
    decode: Callable[[str], bytes | None],
    name: str,
) -> Iterator[Change]:
    """Runs of a smaller alphabet: they lie within the runs of the larger one."""
    text = surface.text
    for start, end in surface.runs:
        for match in pattern.finditer(text, start, end):
            found = _try(match.group(), decode, meter)
            if found is not None:
                padding = _PADDING.match(text, match.end()) if name == "base32" else None
                stop = padding.end() if padding else match.end()
                yield Change(match.start(), stop, *found.under(name))


def _base32(surface: Surface, meter: Meter) -> Iterator[Change]:
    return _inside(surface, meter, _BASE32, base32_bytes, "base32")


def _hexadecimal(surface: Surface, meter: Meter) -> Iterator[Change]:
    return _inside(surface, meter, _HEX, hexadecimal_bytes, "hex")


def _numbers(surface: Surface, meter: Meter) -> Iterator[Change]:
    if "0x" not in surface.text:
        return
    for match in _LIST.finditer(surface.text):
        found = read(bytes.fromhex("".join(_NUMBER.findall(match.group()))), meter)
        if found is not None:
            yield Change(match.start(), match.end(), *found.under("hex"))


BASE64 = Decoder(name="base64", changes=_base64, deep=True)
BASE32 = Decoder(name="base32", changes=_base32, deep=True)
HEXADECIMAL = Decoder(name="hex", changes=_hexadecimal, deep=True)
NUMBERS = Decoder(name="hex", changes=_numbers, deep=True)
