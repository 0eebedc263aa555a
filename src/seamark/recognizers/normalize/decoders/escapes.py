r"""Backslash escapes of JSON, C, Python, JavaScript and shells, in one reading.

One decoder for all: they agree on what they share, and what only one of them knows (``\x41``
is no JSON, ``\/`` no Python) does not stand in texts of the others. RFC 8259 section 7; POSIX
2024 Shell Command Language 2.2.1 and 2.2.4 (dollar-single-quotes).
"""

import re
from collections.abc import Iterator

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.octets import characters
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

_STEPS = ("escape",)

# Linear: every branch begins after one backslash and is of bounded length, or possessive.
_ESCAPE = re.compile(
    r"\\(?:"
    r"u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*+"
    r"|x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*+"
    r"|[0-3][0-7]{2}(?:\\[0-3][0-7]{2})*+"
    r"|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|[0-7]{1,2}"
    r"|[abefnrtv]|\r?\n|[ -/:-@\[-`{-~])"
)
_LETTERS = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\n": "",
}  # fmt: skip
_REPLACEMENT = "\ufffd"


def _escapes(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter  # an escape never reads longer than it is
    if "\\" not in surface.text:
        return
    for match in _ESCAPE.finditer(surface.text):
        start, end = match.span()
        if end - start == 2:
            kind = surface.text[start + 1]
            yield Change(start, end, "\0" if kind == "0" else _LETTERS.get(kind, kind), _STEPS)
        else:
            yield from _read(match.group(), start)


def _read(escape: str, start: int) -> Iterator[Change]:
    """What longer escapes, or a run of them, stand for."""
    kind, end = escape[1], start + len(escape)
    if kind == "x":
        yield from characters(bytes.fromhex(escape.replace("\\x", "")), start, 4, _STEPS)
    elif kind == "u" and escape[2] != "{":
        yield from _units(bytes.fromhex(escape.replace("\\u", "")), start)
    elif kind in "uU":
        yield Change(start, end, _character(int(escape[2:].strip("{}"), 16)), _STEPS)
    elif kind == "\r":
        yield Change(start, end, "", _STEPS)
    else:
        data = bytes(int(digits, 8) for digits in escape[1:].split("\\"))
        yield from characters(data, start, len(escape) // len(data), _STEPS)


def _units(data: bytes, start: int) -> Iterator[Change]:
    """A run of UTF-16 code units, each an escape of six characters; half a pair is U+FFFD."""
    text = data.decode("utf-16-be", "replace")
    if len(text) * 2 == len(data):
        yield Change(start, start + 6 * len(text), text, _STEPS, 6)
        return
    for character in text:
        end = start + (12 if character > "\uffff" else 6)
        yield Change(start, end, character, _STEPS)
        start = end


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else _REPLACEMENT


ESCAPE = Decoder(name="escape", changes=_escapes)
