r"""Backslash escapes of JSON, C, Python, JavaScript and shells, in one reading.

One decoder for all: they agree on what they share, and what only one of them knows (``\x41``
is no JSON, ``\/`` no Python) does not stand in texts of the others. RFC 8259 section 7; POSIX
2024 Shell Command Language 2.2.1 and 2.2.4 (dollar-single-quotes).
"""

import re
from collections.abc import Iterator

from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.octets import characters
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

_STEPS = ("escape",)

# Linear: every branch begins after one backslash and is of bounded length, or possessive.
_ESCAPE = re.compile(
    r"\\(?:"
    r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}"
    r"|x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*+"
    r"|[0-7]{1,3}|[abefnrtv]|\r?\n|[!-/:-@\[-`{-~])"
)
_LETTERS = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\n": "", "\r": "",
}  # fmt: skip
_REPLACEMENT = "\ufffd"


def _escapes(surface: Surface, limit: int) -> Iterator[Change]:
    del limit  # an escape never produces more than itself
    if "\\" not in surface.text:
        return
    for match in _ESCAPE.finditer(surface.text):
        start, end = match.span()
        if surface.text[start + 1] == "x":
            data = bytes.fromhex(match.group().replace("\\x", ""))
            yield from characters(data, start, 4, _STEPS)
        else:
            yield Change(start, end, _read(match.group()), _STEPS)


def _read(escape: str) -> str:
    """What one escape stands for; what stands for no character is U+FFFD."""
    kind = escape[1]
    letter = _LETTERS.get(kind)
    if letter is not None:
        return letter
    if kind in "uU":
        if len(escape) == 12 and kind == "u":
            high, low = int(escape[2:6], 16), int(escape[8:12], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        return _character(int(escape[2:].strip("{}"), 16))
    if kind.isdigit():
        return chr(int(escape[1:], 8) & 0xFF)
    return kind


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else _REPLACEMENT


ESCAPE = Decoder(name="escape", changes=_escapes)
