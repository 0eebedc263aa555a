"""What the Flex delegate runs: the node in an operator's custom options.

The options are a FlexBuffer (https://flexbuffers.dev/flatbuffers_internals/): a vector of two
texts, the operator's name and a serialized ``NodeDef``. The delegate believes the second.
"""

from typing import NamedTuple

from seamark.scan.models.limits import Malformed

_VECTORS = frozenset({10, 11, 15})
"""Untyped vectors, and vectors of keys or texts."""


class FlexNode(NamedTuple):
    """The operator's name as the options give it, and the node as ``NodeDef``."""

    name: str
    node: bytes


def read_flex(data: bytes) -> FlexNode:
    """The node in the custom options ``data``. Raises ``Malformed`` where there is none."""
    if len(data) < 3 or data[-1] not in (1, 2, 4, 8):
        raise Malformed("an operator's options are no FlexBuffer")
    width, kind = data[-1], data[-2]
    if kind >> 2 not in _VECTORS:
        raise Malformed("an operator's options hold no vector")
    element = 1 << (kind & 3)
    start = _indirect(data, len(data) - 2 - width, width)
    if _number(data, start - element, element) != 2:
        raise Malformed("an operator's options hold other than two values")
    texts = [_text(data, start, at, element, typed=kind >> 2 != 10) for at in (0, 1)]
    return FlexNode(texts[0].decode("utf-8", "backslashreplace"), texts[1])


def _text(data: bytes, start: int, at: int, element: int, *, typed: bool) -> bytes:
    place = _indirect(data, start + at * element, element)
    width = element
    if not typed:  # a byte for each value's type follows the values
        kind = data[start + 2 * element + at] if start + 2 * element + at < len(data) else 0
        if kind >> 2 not in (5, 25):
            raise Malformed("an operator's options hold no text")
        width = 1 << (kind & 3)
    length = _number(data, place - width, width)
    if place + length > len(data):
        raise Malformed("a text in an operator's options is cut off")
    return data[place : place + length]


def _indirect(data: bytes, at: int, width: int) -> int:
    place = at - _number(data, at, width)
    if place < 0:
        raise Malformed("an operator's options lead outside")
    return place


def _number(data: bytes, at: int, width: int) -> int:
    if at < 0 or at + width > len(data):
        raise Malformed("an operator's options are cut off")
    return int.from_bytes(data[at : at + width], "little")
