"""Characters that nobody sees: invisible ones between letters, and whole texts written in them.

Unicode Standard 17, chapter 23 (layout controls, variation selectors, tags); UTS 51 for the use of
tags in flags, which stay readable here because a flag's tags spell its region.
"""

import re
from collections.abc import Iterator

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

# Soft hyphen, combining grapheme joiner, letter mark, fillers, Mongolian selectors, zero-width
# characters, directional controls, invisible operators, selectors, byte order mark, annotation
# anchors, musical controls, tags and supplementary selectors.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_ANY = re.compile(f"[{_UNSEEN}]")
_INVISIBLE = re.compile(f"[{_UNSEEN}]++")
_TAGS = re.compile("[\U000e0020-\U000e007e]++")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}+")


def _invisible(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if not any(map(_ANY.match, surface.foreign)):
        return
    for match in _INVISIBLE.finditer(surface.text):
        yield Change(match.start(), match.end(), "", ("invisible",))


def _tags(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if not any("\U000e0020" <= character <= "\U000e007e" for character in surface.foreign):
        return
    for match in _TAGS.finditer(surface.text):
        text = "".join(chr(ord(tag) - 0xE0000) for tag in match.group())
        yield Change(match.start(), match.end(), text, ("tags",), 1)


def _selectors(surface: Surface, meter: Meter) -> Iterator[Change]:
    """Bytes in variation selectors: the first sixteen are 0 to 15, the supplement 16 to 255."""
    del meter
    if not any(map(_SELECTOR.match, surface.foreign)):
        return
    for match in _SELECTORS.finditer(surface.text):
        codes = [ord(selector) for selector in match.group()]
        data = bytes(code - (0xFE00 if code < 0xFE10 else 0xE0100 - 16) for code in codes)
        text = data.decode("utf-8", "replace")
        yield Change(match.start(), match.end(), text, ("variation-selectors",))


INVISIBLE = Decoder(name="invisible", changes=_invisible, evident=False)
TAGS = Decoder(name="tags", changes=_tags)
SELECTORS = Decoder(name="variation-selectors", changes=_selectors)
