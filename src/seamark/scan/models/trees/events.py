"""What a document of objects, arrays, texts and numbers is made of, one event after another.

JSON and UBJSON readers both give these, so that a structure is checked once for both. A document
is never held as a whole: arrays of numbers come in batches that decode only on demand.
"""

import array
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple, Protocol


class Kind(IntEnum):
    """What an event says."""

    OBJECT = 0
    END_OBJECT = 1
    ARRAY = 2
    END_ARRAY = 3
    KEY = 4
    TEXT = 5
    VALUE = 6
    """One number, true, false or nothing; the value is ``int``, ``float``, ``bool`` or None."""
    NUMBERS = 7
    """A batch of numbers inside an array; the value is :class:`Numbers`."""
    END = 8
    """The document is over; the offset is that of the first byte behind it."""
    LISTS = 9
    """Names with the arrays of numbers behind them, only for who asked for it; the value is a list
    of name, :class:`Numbers` (``count`` may be 0) and offset."""


class Numbers(Protocol):
    """Some consecutive numbers of an array."""

    @property
    def count(self) -> int:
        """How many."""
        ...

    def integers(self) -> "array.array[int]":
        """All of them as 64-bit integers. Raises ``Malformed`` where one is not."""
        ...


class Event(NamedTuple):
    """One event with the offset in bytes where it begins."""

    kind: Kind
    value: object
    offset: int


Events = Iterator[Event]

DEPTH_LIMIT = 400
"""Nesting beyond this ends as ``LimitExceeded``: dumped trees nest as deep as they grow."""
