"""Values that strict JSON cannot carry, turned into ones that it can."""

import math
from collections.abc import Mapping
from json import JSONEncoder
from typing import Any

_DEPTH = 32
_EXACT = 2**63


_dump = JSONEncoder(allow_nan=False).encode


def encode(value: Any) -> str:
    """``value`` as JSON in ASCII on one line, always readable by strict parsers.

    Only values that JSON cannot carry as they are pay for being rewritten.
    """
    try:
        text = _dump(value)
    except (ValueError, TypeError, RecursionError):
        return _dump(wellformed(value))
    # This is how a lone surrogate begins; well-formed pairs are rewritten to themselves.
    return _dump(wellformed(value)) if "\\ud" in text else text


def wellformed(value: Any, depth: int = 0) -> Any:
    r"""``value`` with only what every JSON parser reads (RFC 8259, I-JSON in spirit).

    Lone surrogates become ``\udXXX`` spelled out, numbers that are not finite and integers
    beyond 64 bits become strings, other types their ``repr``, and what nests deeper than 32
    levels is cut off with a note.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value < _EXACT else hex(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= _DEPTH:
        return "… (nested too deeply to show)"
    if isinstance(value, Mapping):
        return {wellformed(str(key)): wellformed(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [wellformed(each, depth + 1) for each in value]
    return wellformed(repr(value))
