"""Pure functions of Python that spell names and payloads, bounded in what they may build.

Functions are known by their last name (``b64decode``), methods by theirs. ``None`` means that
the result is not known; nothing here raises.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import zlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

Value: TypeAlias = "str | bytes | int | tuple[Value, ...]"

_MAX_LENGTH = 1 << 18
_MAX_NUMBER = 1 << 64

DECODERS = frozenset(
    "b64decode b32decode b16decode b85decode a85decode standard_b64decode urlsafe_b64decode "
    "decodebytes decodestring unhexlify a2b_base64 a2b_hex a2b_uu fromhex decompress decode".split()
)
"""Last names of functions that turn a blob into something else."""

_TEXT_CODECS = frozenset(
    "rot13 rot_13 rot-13 hex hex_codec base64 base64_codec unicode_escape unicode-escape "
    "utf8 utf-8 utf_8 ascii latin1 latin-1 iso-8859-1 utf-16 utf-16le utf-16-le utf-32 "
    "utf_16 raw_unicode_escape punycode".split()
)


def apply_operator(operator: type[ast.operator], left: Value, right: Value) -> Value | None:
    """``left operator right`` for ``+ * % - ^ & | << >>``."""
    if isinstance(left, int) and isinstance(right, int):
        return _on_integers(operator, left, right)
    if operator is ast.Add:
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, bytes) and isinstance(right, bytes):
            return left + right
        if isinstance(left, tuple) and isinstance(right, tuple):
            return left + right
    if operator is ast.Mult and isinstance(right, int) and not isinstance(left, int):
        return left * right if len(left) * right <= _MAX_LENGTH else None
    if operator is ast.Mod and isinstance(left, str):
        return _percent(left, right)
    return None


def _on_integers(operator: type[ast.operator], left: int, right: int) -> int | None:
    if max(abs(left), abs(right)) > _MAX_NUMBER:
        return None
    simple: Mapping[type[ast.operator], Callable[[int, int], int]] = {
        ast.Add: lambda a, b: a + b,
        ast.Sub: lambda a, b: a - b,
        ast.Mult: lambda a, b: a * b,
        ast.BitXor: lambda a, b: a ^ b,
        ast.BitAnd: lambda a, b: a & b,
        ast.BitOr: lambda a, b: a | b,
        ast.RShift: lambda a, b: a >> b if 0 <= b < 64 else 0,
        ast.LShift: lambda a, b: a << b if 0 <= b < 64 else 0,
        ast.Mod: lambda a, b: a % b if b else 0,
        ast.FloorDiv: lambda a, b: a // b if b else 0,
    }
    apply = simple.get(operator)
    return apply(left, right) if apply is not None else None


def _percent(pattern: str, argument: Value) -> str | None:
    values = list(argument) if isinstance(argument, tuple) else [argument]
    pieces = pattern.split("%")
    text = pieces[0]
    for piece in pieces[1:]:
        if not piece or not values or piece[0] not in "scd":
            return None
        value = values.pop(0)
        if piece[0] == "c" and isinstance(value, int):
            value = chr(value) if 0 <= value < 0x110000 else ""
        text += str(value) + piece[1:]
    return text if len(text) <= _MAX_LENGTH else None


def apply_method(name: str, value: Value, args: tuple[Value, ...]) -> Value | None:
    """``value.name(*args)`` for strings and bytes."""
    if isinstance(value, bytes) and name in {"decode", "hex"}:
        return value.hex() if name == "hex" else _decode(value, args)
    if isinstance(value, str) and name == "encode":
        return value.encode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    texts = [arg for arg in args if isinstance(arg, str)]
    if name in {"lower", "upper", "title", "capitalize", "swapcase", "casefold"}:
        return str(getattr(value, name)())
    if name in {"strip", "lstrip", "rstrip"} and len(texts) == len(args) <= 1:
        return str(getattr(value, name)(*texts))
    if name == "replace" and len(texts) == len(args) == 2:
        grown = len(value) * (len(texts[1]) + 1)
        return value.replace(texts[0], texts[1]) if grown <= _MAX_LENGTH * 4 else None
    if name == "split" and len(texts) == len(args) <= 1:
        return tuple(value.split(texts[0] or None) if texts else value.split())
    if name == "join" and args and isinstance(args[0], str | tuple):
        parts = [part for part in args[0] if isinstance(part, str)]
        size = sum(map(len, parts)) + len(value) * len(parts)
        return value.join(parts) if len(parts) == len(args[0]) and size <= _MAX_LENGTH else None
    if name == "format":
        text = value
        for index, arg in enumerate(args[:16]):
            text = text.replace("{}", str(arg), 1).replace(f"{{{index}}}", str(arg))
        return text if len(text) <= _MAX_LENGTH else None
    return None


def _decode(value: bytes, args: tuple[Value, ...]) -> str | None:
    name = args[0] if args and isinstance(args[0], str) else "utf-8"
    if name.lower() not in _TEXT_CODECS:
        return None
    try:
        return value.decode(name.lower())
    except (ValueError, LookupError):
        return None


def apply_function(name: str, args: tuple[Value, ...]) -> Value | None:
    """``name(*args)`` for functions that make text, bytes or sequences of known values."""
    if not args:
        return None
    try:
        return _apply(name.rpartition(".")[2], args[0], args[1:])
    except (ValueError, LookupError, zlib.error, binascii.Error, EOFError, OverflowError):
        return None


def _apply(name: str, value: Value, rest: tuple[Value, ...]) -> Value | None:
    if name == "chr" and isinstance(value, int):
        return chr(value)
    if name == "ord" and isinstance(value, str) and len(value) == 1:
        return ord(value)
    if name == "int" and isinstance(value, str) and len(value) < 64:
        base = rest[0] if rest and isinstance(rest[0], int) else 10
        return int(value, base)
    if name == "str" and isinstance(value, str | int):
        return str(value) if not isinstance(value, int) or abs(value) < _MAX_NUMBER else None
    if name in {"bytes", "bytearray"}:
        return _as_bytes(value, rest)
    if name in {"list", "tuple"} and not isinstance(value, int):
        return tuple(value)
    if name == "reversed" and not isinstance(value, int):
        return tuple(reversed(value))
    if name == "range" and isinstance(value, int) and not rest and 0 <= value <= 4096:
        return tuple(range(value))
    if name == "fromhex" and isinstance(value, str):
        return bytes.fromhex(value)
    if name == "decode" and rest and isinstance(rest[0], str):
        return _by_codec(value, rest[0].lower())
    if name == "decompress" and isinstance(value, bytes):
        return zlib.decompressobj().decompress(value, _MAX_LENGTH)
    if name in DECODERS and isinstance(value, str | bytes):
        return _from_ascii(name, value)
    return None


def _as_bytes(value: Value, rest: tuple[Value, ...]) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if isinstance(value, tuple):
        numbers = [item for item in value if isinstance(item, int)]
        return bytes(numbers) if len(numbers) == len(value) else None
    return value.encode("utf-8", "replace") if isinstance(value, str) and rest else None


def _by_codec(value: Value, codec: str) -> Value | None:
    if codec not in _TEXT_CODECS or isinstance(value, int | tuple):
        return None
    if codec in {"rot13", "rot_13", "rot-13"} and isinstance(value, str):
        return codecs.decode(value, "rot13")
    data = value.encode("utf-8", "replace") if isinstance(value, str) else value
    if codec in {"hex", "hex_codec"}:
        return binascii.unhexlify(data)
    if codec in {"base64", "base64_codec"}:
        return base64.b64decode(data)
    return data.decode(codec)


def _from_ascii(name: str, value: str | bytes) -> bytes | None:
    data = value.encode("ascii", "replace") if isinstance(value, str) else value
    if name in {"unhexlify", "a2b_hex"}:
        return binascii.unhexlify(data)
    if name == "b32decode":
        return base64.b32decode(data)
    if name == "b16decode":
        return base64.b16decode(data)
    if name == "b85decode":
        return base64.b85decode(data)
    if name == "a85decode":
        return base64.a85decode(data)
    if name == "urlsafe_b64decode":
        return base64.urlsafe_b64decode(data)
    return base64.b64decode(data) if "64" in name or name.startswith("decode") else None
