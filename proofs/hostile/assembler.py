"""A pickle assembler: writes the opcodes one asks for, including those no pickler would write."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proofs.hostile.case import COMMAND

STOP = b"."
EMPTY_ARGS = b")"


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to ``module.name``; dots in ``name`` walk attributes (protocol 4)."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A call made while loading; ``state`` is then given to BUILD, ``new`` uses NEWOBJ."""

    function: Any
    arguments: tuple[Any, ...]
    state: Any = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Persistent:
    """A persistent id, pushed and given to BINPERSID."""

    pid: Any


def proto(number: int) -> bytes:
    """The PROTO opcode."""
    return b"\x80" + bytes([number])


def frame(body: bytes) -> bytes:
    """A frame around ``body``."""
    return b"\x95" + struct.pack("<Q", len(body)) + body


def text(value: str, protocol: int) -> bytes:
    """Push a string the way that protocol does."""
    data = value.encode("utf-8", "surrogatepass")
    if protocol == 0:
        return b"V" + value.encode("raw-unicode-escape").replace(b"\n", b"\\u000a") + b"\n"
    if protocol >= 4 and len(data) < 256:
        return b"\x8c" + bytes([len(data)]) + data
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value: int, protocol: int) -> bytes:
    """Push an integer."""
    if protocol == 0 or not -(2**31) <= value < 2**31:
        return b"I%d\n" % value if protocol == 0 else long1(value)
    if 0 <= value < 256:
        return b"K" + bytes([value])
    return b"J" + struct.pack("<i", value)


def long1(value: int) -> bytes:
    """Push an integer by LONG1."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def binary(value: bytes, protocol: int) -> bytes:
    """Push bytes; before protocol 3 as the call that picklers of that time write."""
    if protocol < 3:
        call = Apply(Ref("_codecs", "encode"), (value.decode("latin-1"), "latin1"))
        return push(call, protocol)
    if len(value) < 256:
        return b"C" + bytes([len(value)]) + value
    return b"B" + struct.pack("<I", len(value)) + value


def reference(ref: Ref, protocol: int) -> bytes:
    """GLOBAL, or STACK_GLOBAL from protocol 4."""
    if protocol >= 4:
        return text(ref.module, 4) + text(ref.name, 4) + b"\x93"
    if "." in ref.name:
        # What a pickler writes for a nested name before protocol 4.
        base, last = ref.name.rsplit(".", 1)
        return push(Apply(Ref("builtins", "getattr"), (Ref(ref.module, base), last)), protocol)
    return b"c" + f"{ref.module}\n{ref.name}\n".encode()


def sequence(items: Sequence[Any], protocol: int) -> bytes:
    """A list."""
    body = b"".join(push(item, protocol) for item in items)
    return b"(" + body + b"l" if protocol == 0 else b"](" + body + b"e"


def arguments(items: tuple[Any, ...], protocol: int) -> bytes:
    """A tuple."""
    body = b"".join(push(item, protocol) for item in items)
    if protocol >= 1 and not items:
        return EMPTY_ARGS
    if protocol >= 2 and len(items) <= 3:
        return body + (b"\x85", b"\x86", b"\x87")[len(items) - 1]
    return b"(" + body + b"t"


def call(value: Apply, protocol: int) -> bytes:
    """REDUCE or NEWOBJ, then BUILD where there is a state."""
    code = push(value.function, protocol) + arguments(value.arguments, protocol)
    code += b"\x81" if value.new and protocol >= 2 else b"R"
    if value.state is not None:
        code += push(value.state, protocol) + b"b"
    return code


def push(value: Any, protocol: int) -> bytes:
    """The opcodes that leave ``value`` on the stack."""
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return (b"\x88" if value else b"\x89") if protocol >= 2 else b"I0%d\n" % value
    if isinstance(value, int):
        return integer(value, protocol)
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value) if protocol else f"F{value!r}\n".encode()
    if isinstance(value, str):
        return text(value, protocol)
    if isinstance(value, bytes):
        return binary(value, protocol)
    if isinstance(value, tuple):
        return arguments(value, protocol)
    if isinstance(value, list):
        return sequence(value, protocol)
    if isinstance(value, dict):
        body = b"".join(push(k, protocol) + push(v, protocol) for k, v in value.items())
        return b"(" + body + b"d" if protocol == 0 else b"}(" + body + b"u"
    if isinstance(value, Ref):
        return reference(value, protocol)
    if isinstance(value, Apply):
        return call(value, protocol)
    if isinstance(value, Persistent):
        return push(value.pid, protocol) + b"Q"
    raise TypeError(type(value).__name__)


def pickled(value: Any, protocol: int = 2) -> bytes:
    """A whole pickle as a pickler of that protocol would frame it."""
    body = push(value, protocol) + STOP
    if protocol < 2:
        return body
    return proto(protocol) + (frame(body) if protocol >= 4 else body)


SYSTEM = Ref("os", "system")
PAYLOAD = Apply(Ref("posix", "system"), (COMMAND,))
"""The harmless command as ``os.system`` is really pickled on Linux."""


def payload(protocol: int = 2) -> bytes:
    """The smallest hostile pickle."""
    return pickled(PAYLOAD, protocol)


WEIGHTS = {"layers": [0.25, -1.5, 3.0, 0.125], "name": "classifier", "classes": ["no", "yes"]}
"""Plain data that makes a hostile file look like a model."""
