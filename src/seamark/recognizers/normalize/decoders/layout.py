"""Letters set apart by blanks, and text written from its end."""

import re
from collections.abc import Iterator

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

# Five single characters or more, each set apart by one blank; several blanks stand for a blank.
# Linear: possessive, and each repetition consumes a blank and a character.
_APART = re.compile(r"(?:^[ \t])?(?<!\w)\S(?:[ \t]{1,8}\S(?!\w)){4,}+(?:[ \t]$)?", re.MULTILINE)
_BLANKS = re.compile(r"[ \t]++")

_WHOLE = 4096
_LONGEST = 4096
_DIGEST = re.compile(r"[0-9a-f-]++|[0-9A-F-]++")
_TOKEN = re.compile(r"[A-Za-z][0-9]|[0-9][A-Za-z]")
# Signs that something is read from its end: they stand beside it in nearly every language.
_SIGNS = ("[::-1]", "everse", "strrev", "| rev", "\u202e")
_BESIDE = 400


def _spaced(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    text = surface.text
    for low, high in surface.spaced:
        for match in _APART.finditer(text, low, high):
            letters = match.group()
            if len(letters) % 2 and letters[1::2].isspace() and not _BLANKS.search(letters[0::2]):
                # The last letter stands where it stood.
                end = match.end() - 1
                yield Change(match.start(), end, letters[:-1:2], ("spaced",), 2)
                continue
            for blanks in _BLANKS.finditer(text, *match.span()):
                width = blanks.end() - blanks.start()
                yield Change(*blanks.span(), " " * (width // 2), ("spaced",))


def _reversed(surface: Surface, meter: Meter) -> Iterator[Change]:
    """All of a short text; of a long one, what looks like a key or stands beside such a sign."""
    del meter
    text = surface.text
    if len(text) <= _WHOLE:
        if len(text) > 1:
            yield Change(0, len(text), text[::-1], ("reversed",), 1)
        return
    for start, end in _merged(surface):
        yield Change(start, end, text[start:end][::-1], ("reversed",), 1)


def _merged(surface: Surface) -> Iterator[tuple[int, int]]:
    """Spans worth reading backwards, in order, overlaps joined."""
    text = surface.text
    spans = [
        (start, end)
        for start, end in surface.runs
        if end - start <= _LONGEST
        and _TOKEN.search(text, start, end)
        and not _DIGEST.fullmatch(text, start, end)
    ]
    for sign in _SIGNS:
        at = -_BESIDE
        while (at := text.find(sign, at + _BESIDE)) >= 0:
            spans.append((max(0, at - _BESIDE), min(len(text), at + 2 * _BESIDE)))
    spans.sort()
    low, high = -1, -1
    for start, end in spans:
        if start > high:
            if high > low:
                yield low, high
            low = start
        high = max(high, end)
    if high > low:
        yield low, high


SPACED = Decoder(name="spaced", changes=_spaced, evident=False)
REVERSED = Decoder(
    name="reversed",
    changes=_reversed,
    mirrored=True,
    around=0,
    once=True,
    evident=False,
)
