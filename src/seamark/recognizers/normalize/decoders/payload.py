"""What decoded bytes say: text, text compressed with gzip or zlib, or nothing that can be read."""

import re
import zlib
from dataclasses import dataclass

from seamark.recognizers.normalize.budget import Meter

# Control characters that no text holds; what is left of bytes after this deletion tells.
_NEVER = bytes(code for code in (*range(32), 127) if code not in b"\t\n\v\f\r\x1b")
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_PROBE = 48
_CHUNK = 65536
_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text out of bytes, the further steps it took, and whether the budget let all of it out."""

    text: str
    steps: tuple[str, ...]
    whole: bool

    def under(self, step: str) -> tuple[str, tuple[str, ...], int, bool]:
        """The text with the step before it, as the end of a change."""
        return self.text, (step, *self.steps), 0, self.whole


def read(data: bytes, meter: Meter) -> Decoded | None:
    """The text behind decoded bytes; None for anything else.

    Compressed bytes give no more than the meter has left, and what comes to nothing is spent; a
    stream that is cut off gives what it held. Compression in compression is opened three deep.
    """
    steps: tuple[str, ...] = ()
    whole, spent = True, 0
    for _ in range(_LAYERS):
        kind = _compression(data)
        if kind is None:
            break
        if meter.characters <= 0:
            return Decoded("", (*steps, kind), whole=False)
        meter.spend(spent)
        opened, whole = _inflate(data, meter.characters)
        if not opened:
            break  # the two bytes of a zlib header may be text: "x "
        data, steps, spent = opened, (*steps, kind), len(opened)
    text = _text(data)
    if text is None:
        meter.spend(spent)
        return None
    return Decoded(text, steps, whole)


def promising(data: bytes) -> bool:
    """Whether the first bytes of something long could be the beginning of what ``read`` reads."""
    data = data[:_PROBE]
    if len(data.translate(None, _NEVER)) == len(data):
        return True
    return _wide(data) or _compression(data) is not None


def _compression(data: bytes) -> str | None:
    """RFC 1952 section 2.3.1 and RFC 1950 section 2.2: magic, method and header checksum."""
    if data[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if len(data) > 8 and data[0] == 0x78 and (data[0] << 8 | data[1]) % 31 == 0:
        return "zlib"
    return None


def _inflate(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Decompressed bytes up to the limit or an error, and whether the limit did not stop them.

    Given up with nothing where they do not begin like text.
    """
    stream = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib by its header
    opened = bytearray()
    while data and not stream.eof:
        if len(opened) >= limit:
            return bytes(opened), False
        try:
            piece = stream.decompress(data, min(_CHUNK, limit - len(opened)))
        except zlib.error:
            break
        if not piece or (not opened and not promising(piece)):
            break
        opened += piece
        data = stream.unconsumed_tail
    return bytes(opened), True


def _wide(data: bytes) -> bool:
    """Whether bytes look like little-endian UTF-16 (PowerShell's) of mostly Western text."""
    return data[1::2].count(0) * 5 > len(data) and not data[0::2].count(0)


def _text(data: bytes) -> str | None:
    """Bytes as text: UTF-16 with Western letters, or UTF-8 without control characters."""
    if not data:
        return None
    if _wide(data):
        wide = data[: len(data) & ~1].decode("utf-16-le", "replace")
        return None if len(wide) < 4 or _CONTROL.search(wide) else wide
    if len(data.translate(None, _NEVER)) != len(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and error.start >= max(12, len(data) - 3)
        return data[: error.start].decode("utf-8") if cut else None
