"""Every decoder, in the order in which they are tried on a text."""

from seamark.recognizers.normalize.decoders.blobs import BASE32, BASE64, HEXADECIMAL, NUMBERS
from seamark.recognizers.normalize.decoders.escapes import ESCAPE
from seamark.recognizers.normalize.decoders.hidden import INVISIBLE, SELECTORS, TAGS
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.decoders.layout import REVERSED, SPACED
from seamark.recognizers.normalize.decoders.lookalikes import FULL_WIDTH, HOMOGLYPH, STYLED
from seamark.recognizers.normalize.decoders.web import ENTITY, PERCENT

DECODERS: tuple[Decoder, ...] = (
    ESCAPE,
    PERCENT,
    ENTITY,
    INVISIBLE,
    TAGS,
    SELECTORS,
    FULL_WIDTH,
    STYLED,
    HOMOGLYPH,
    BASE64,
    BASE32,
    HEXADECIMAL,
    NUMBERS,
    SPACED,
    REVERSED,
)
