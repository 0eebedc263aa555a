"""What URLs and HTML put in place of characters: ``%2F`` and ``&amp;``.

RFC 3986 section 2.1; the named references of the HTML standard, section 13.5.
"""

import re
from collections.abc import Iterator

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.octets import characters
from seamark.recognizers.normalize.rewrite import Change
from seamark.recognizers.normalize.surface import Surface

# Both linear: after one literal character, bounded or possessive. A run of escapes is taken
# together, because one character of UTF-8 may need up to four of them.
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def _percents(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if "%" not in surface.text:
        return
    for match in _PERCENT.finditer(surface.text):
        data = bytes.fromhex(match.group().replace("%", ""))
        yield from characters(data, match.start(), 3, ("percent",))


def _entities(surface: Surface, meter: Meter) -> Iterator[Change]:
    del meter
    if "&" not in surface.text:
        return
    import html

    for match in _ENTITY.finditer(surface.text):
        entity = match.group()
        text = html.unescape(entity)
        if text != entity:
            yield Change(match.start(), match.end(), text, ("entity",))


PERCENT = Decoder(name="percent", changes=_percents)
ENTITY = Decoder(name="entity", changes=_entities)
