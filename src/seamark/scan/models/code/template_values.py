"""The plain values that template expressions are folded to, and the two kinds of not knowing."""

from typing import Final, TypeGuard

ANY: Final = "\ufffc"
"""Stands for any text inside a string that is known in part."""

MAX_TEXT: Final = 4096
MAX_ITEMS: Final = 256


class Unknown:
    """The type of :data:`UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
"""A value that is known only while rendering."""


def is_known_text(value: object) -> TypeGuard[str]:
    """Is it a string of which at least something is known?"""
    return isinstance(value, str) and value.strip(ANY) != ""


def items(value: object) -> list[object]:
    """What a loop over ``value`` gives."""
    if isinstance(value, list | tuple | dict):
        return list(value) or [UNKNOWN]
    if isinstance(value, str) and ANY not in value:
        return list(value[:MAX_ITEMS]) or [UNKNOWN]
    return [UNKNOWN]


def as_text(value: object) -> str:
    """``value`` as rendered; unknown parts appear as :data:`ANY`."""
    if value is UNKNOWN or isinstance(value, list | tuple | dict):
        return ANY
    if isinstance(value, int) and value.bit_length() > 4096:
        return ANY  # Python refuses to write out longer ones
    return str(value)[:MAX_TEXT]
