"""Writes small Core ML and OpenVINO files for tests."""

import struct

from scan.models.weights.wire import message

WEIGHTS = "@model_path/weights/weight.bin"
FOUR = struct.pack("<4f", 1, 2, 3, 4)


def layer(name: str, number: int, parameters: bytes) -> bytes:
    return message((1, name), (2, "x"), (3, "y"), (number, parameters))


def network(*layers: bytes) -> bytes:
    return message(*((1, each) for each in layers))


def model(*kinds: tuple[int, int | str | bytes], metadata: bytes = b"") -> bytes:
    about = message((1, message((1, "x"))), (100, metadata))
    return message((1, 7), (2, about), *kinds)


def program(
    path: str = WEIGHTS, *, offset: int = 64, count: int = 4, operation: str = "const"
) -> bytes:
    extent = message((1, message((1, count))))
    kind = message((1, message((1, 11), (2, 1), (3, extent))))
    value = message((2, kind), (5, message((1, path), (2, offset))))
    made = message((1, operation), (5, message((1, "val"), (2, value))))
    block = message((2, "w"), (3, made))
    function = message((2, "CoreML6"), (3, message((1, "CoreML6"), (2, block))))
    return message((1, 1), (2, message((1, "main"), (2, function))))


def entry(size: int, at: int, kind: int = 2) -> bytes:
    return struct.pack("<IIQQ", 0xDEADBEEF, kind, size, at) + bytes(40)


def weights(*parts: bytes, count: int = 1) -> bytes:
    made = struct.pack("<II", count, 2) + bytes(56)
    for part in parts:
        made += part + bytes(-len(part) % 64)
    return made


GOOD = weights(entry(16, 128), FOUR)


def const(name: str, offset: object, size: object, shape: str = "8", kind: str = "f32") -> str:
    data = f'<data element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"/>'
    return f'<layer id="0" name="{name}" type="Const" version="opset1">{data}</layer>'


def operation(kind: str, version: str, data: str = "") -> str:
    return f'<layer id="1" name="n" type="{kind}" version="{version}"><data {data}/></layer>'


def net(*layers: str, before: str = "", after: str = "") -> bytes:
    inside = "".join(layers)
    return (
        f'<?xml version="1.0"?>{before}<net name="m" version="11">'
        f"<layers>{inside}</layers><edges/>{after}</net>"
    ).encode()
