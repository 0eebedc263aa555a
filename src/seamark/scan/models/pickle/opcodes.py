"""The pickle opcodes: names, widths, and how a constant is decoded.

Spec: CPython's ``pickletools`` and ``_pickle.c``. Text forms follow the C unpickler, which parses
numbers with ``strtol`` and ``PyLong_FromString`` and therefore stops at a NUL byte.
"""

import codecs
import re

from seamark.scan.models.pickle.trace import Const, Payload, Raw

NAMES = {
    **dict(
        zip(
            b"(.012FIJKLMNPQRSTUVXabcde}gh",
            "MARK STOP POP POP_MARK DUP FLOAT INT BININT BININT1 LONG BININT2 NONE PERSID "
            "BINPERSID REDUCE STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE APPEND BUILD "
            "GLOBAL DICT APPENDS EMPTY_DICT GET BINGET".split(),
            strict=True,
        )
    ),
    **dict(
        zip(
            b"ijl]opqrstu)GBC",
            "INST LONG_BINGET LIST EMPTY_LIST OBJ PUT BINPUT LONG_BINPUT SETITEM TUPLE SETITEMS "
            "EMPTY_TUPLE BINFLOAT BINBYTES SHORT_BINBYTES".split(),
            strict=True,
        )
    ),
    **dict(
        zip(
            range(0x80, 0x99),
            "PROTO NEWOBJ EXT1 EXT2 EXT4 TUPLE1 TUPLE2 TUPLE3 NEWTRUE NEWFALSE LONG1 LONG4 "
            "SHORT_BINUNICODE BINUNICODE8 BINBYTES8 EMPTY_SET ADDITEMS FROZENSET NEWOBJ_EX "
            "STACK_GLOBAL MEMOIZE FRAME BYTEARRAY8 NEXT_BUFFER READONLY_BUFFER".split(),
            strict=True,
        )
    ),
}
"""Opcode byte to name, as ``pickletools`` calls them."""

FIXED = dict(zip(b"JKMNG\x88\x89", (5, 2, 3, 1, 9, 1, 1), strict=True))
"""Whole width of the opcodes that push a constant of fixed size."""

COUNTED: dict[int, tuple[int, bool, str]] = {
    ord("T"): (4, True, "latin-1"),
    ord("U"): (1, False, "latin-1"),
    ord("X"): (4, False, "str"),
    0x8C: (1, False, "str"),
    0x8D: (8, False, "str"),
    ord("B"): (4, False, "bytes"),
    ord("C"): (1, False, "bytes"),
    0x8E: (8, False, "bytes"),
    0x96: (8, False, "bytearray"),
    0x8A: (1, False, "int"),
    0x8B: (4, True, "int"),
}
"""Opcodes that push a counted constant: bytes of the count, whether it is signed, and the kind."""

LINES = frozenset(b"FILSV")
"""Opcodes that push a constant spelled out up to the end of the line."""

MAX_DIGITS = 4300
"""What ``int`` accepts as decimal text (``sys.int_info.default_max_str_digits``)."""

_FLOAT = re.compile(
    rb"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)\Z",
    re.IGNORECASE,
)
_STRTOL = re.compile(rb"[ \t\n\v\f\r]*[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\Z")


def text_int(line: bytes) -> int:
    """The number that PUT and GET name. Raises ``ValueError`` where the unpickler would."""
    return int(line.partition(b"\0")[0], 10)


def _parse_int(line: bytes) -> int | bool:
    text = line.partition(b"\0")[0]
    if line and not text:
        return False if len(line) == 2 else 0  # strtol takes no digits at all for 0
    if _STRTOL.match(text):
        body = text.strip().lstrip(b"+-")
        octal = len(body) > 1 and body[:1] == b"0" and body[1:2] not in b"xX"
        value = int(body, 8 if octal else 0)
        value = -value if b"-" in text else value
        if -(1 << 63) <= value < 1 << 63:  # else strtol overflows, and int() has the last word
            return bool(value) if len(line) == 2 and value in (0, 1) else value
    return int(text, 0)


def _parse_long(line: bytes) -> int:
    if not line:
        raise ValueError("empty LONG")
    if line[-1:] == b"L":
        line = line[:-1]
    return int(line.partition(b"\0")[0], 0)


def _parse_float(line: bytes) -> float:
    text = line.partition(b"\0")[0]
    if not _FLOAT.match(text):
        raise ValueError("not a float")
    value = float(text)
    if value in (float("inf"), float("-inf")) and b"n" not in text.lower():
        raise ValueError("float overflows")
    return value


def _parse_string(line: bytes) -> str:
    if len(line) < 2 or line[0] != line[-1] or line[:1] not in (b"'", b'"'):
        raise ValueError("STRING is not quoted")
    return codecs.escape_decode(line[1:-1])[0].decode("latin-1")


def _line_value(op: int, line: bytes) -> int | float | str | bool:
    if op == ord("I"):
        return _parse_int(line)
    if op == ord("L"):
        return _parse_long(line)
    if op == ord("F"):
        return _parse_float(line)
    if op == ord("S"):
        return _parse_string(line)
    return line.decode("raw-unicode-escape")


def constant(token: bytes) -> Const | Payload:
    """The value that one whole opcode pushes. Raises ``ValueError`` where the unpickler would.

    Strings of Python 2 (``S``, ``T``, ``U``) are decoded as Latin-1, which never fails: a stream
    that needs another encoding then goes on here rather than break.
    """
    op = token[0]
    if op in FIXED:
        return Const(_fixed_value(op, token[1:]))
    if op in LINES:
        return Const(_line_value(op, token[1:-1]))
    width, _, kind = COUNTED[op]
    body = token[1 + width :]
    if kind == "str":
        return Const(body.decode("utf-8", "surrogatepass"))
    if kind == "latin-1":
        return Const(body.decode("latin-1"))
    if kind == "int":
        return Const(int.from_bytes(body, "little", signed=True))
    return Const(body)


def _fixed_value(op: int, body: bytes) -> int | float | bool | None:
    if op == ord("G"):
        import struct

        value: float = struct.unpack(">d", body)[0]
        return value
    if op == ord("J"):
        return int.from_bytes(body, "little", signed=True)
    if op == ord("N"):
        return None
    if op in (0x88, 0x89):
        return op == 0x88
    return int.from_bytes(body, "little")


def exact_str(raw: Raw) -> str | None:
    """The string, where ``raw`` is a constant that the unpickler holds as an exact ``str``."""
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, bytes):
        return None
    value = constant(raw) if raw[0] in _STRINGS else None
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def exact_int(raw: Raw) -> int | None:
    """The number, where ``raw`` is an int or bool constant."""
    if not isinstance(raw, bytes) or raw[0] not in _INTEGERS:
        return None
    value = constant(raw)
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


_STRINGS = frozenset(b"STUVX\x8c\x8d")
_INTEGERS = frozenset(b"JKMIL\x88\x89\x8a\x8b")
