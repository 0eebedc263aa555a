"""Writes TensorFlow's formats byte by byte: graphs, checkpoint tables, TFLite flatbuffers."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from proofs.hostile.onnxfiles import Field, message, varint

STRING, FLOAT = 7, 1


def attr(name: str, *fields: Field) -> bytes:
    """An entry of a node's attributes."""
    return message((1, name), (2, message(*fields)))


def node(name: str, op: str, *inputs: str, attrs: Sequence[bytes] = ()) -> bytes:
    """A NodeDef."""
    fields: list[Field] = [(1, name), (2, op)]
    fields += [(3, each) for each in inputs]
    return message(*fields, *((5, each) for each in attrs))


def text(name: str, value: str) -> bytes:
    """A constant text."""
    tensor = message((1, STRING), (2, b""), (8, value))
    return node(name, "Const", attrs=[attr("dtype", (6, STRING)), attr("value", (8, tensor))])


def truth(name: str) -> bytes:
    """A constant that is true."""
    tensor = message((1, 10), (2, b""), (11, 1))
    return node(name, "Const", attrs=[attr("dtype", (6, 10)), attr("value", (8, tensor))])


def function(name: str, args: Sequence[str], nodes: Sequence[bytes], ret: str = "") -> bytes:
    """A FunctionDef."""
    signature = message((1, name), *((2, message((1, arg), (3, STRING))) for arg in args))
    fields: list[Field] = [(1, signature), *((3, each) for each in nodes)]
    if ret:
        fields.append((4, message((1, "out"), (2, ret))))
    return message(*fields)


def graph(*nodes: bytes, functions: Sequence[bytes] = ()) -> bytes:
    """A GraphDef."""
    fields: list[Field] = [(1, node("x", "Placeholder"))]
    fields += [(1, each) for each in nodes]
    library = message(*((1, each) for each in functions))
    return message(*fields, (2, library), (4, message((1, 1882))))


def meta(body: bytes, *extra: Field) -> bytes:
    """A MetaGraphDef."""
    info = message((4, "serve"), (5, "2.16.1"))
    return message((1, info), (2, body), *extra)


def saved(body: bytes, *extra: Field) -> bytes:
    """A SavedModel."""
    return message((1, 1), (2, meta(body, *extra)))


def call(name: str, called: str, *inputs: str) -> bytes:
    """A node that calls a function of the library."""
    return node(
        name, "StatefulPartitionedCall", *inputs, attrs=[attr("f", (10, message((1, called))))]
    )


def _crc(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _block(entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    body = b""
    for key, value in entries:
        body += varint(0) + varint(len(key)) + varint(len(value)) + key + value
    return body + struct.pack("<II", 0, 1)


def table(entries: Sequence[tuple[bytes, bytes]], *, kind: int = 0) -> bytes:
    """A LevelDB table of one data block; ``kind`` is what it says of its compression."""
    out = b""

    def add(block: bytes, kind: int = 0) -> bytes:
        nonlocal out
        handle = varint(len(out)) + varint(len(block))
        sealed = block + bytes([kind])
        out += sealed + struct.pack("<I", _crc(sealed))
        return handle

    data = add(_block(entries), kind)
    empty = add(_block([]))
    index = add(_block([(b"\xff", data)]))
    footer = (empty + index).ljust(40, b"\0")
    return out + footer + bytes.fromhex("57fb808b247547db")


def shape(*sizes: int) -> bytes:
    """A TensorShapeProto."""
    return message(*((2, message((1, size & (1 << 64) - 1))) for size in sizes))


def entry(dtype: int, sizes: Sequence[int], offset: int, size: int, shard: int = 0) -> bytes:
    """A BundleEntryProto."""
    fields: list[Field] = [(1, dtype), (2, shape(*sizes)), (3, shard), (4, offset), (5, size)]
    return message(*fields)


def index(shards: int = 1, /, **entries: bytes) -> bytes:
    """The index of a checkpoint."""
    header = message((1, shards), (3, message((1, 1))))
    return table([(b"", header), *((k.encode(), v) for k, v in sorted(entries.items()))])


Shape = Mapping[int, Any]


class _Flat:
    """Writes tables parents first, so that every offset leads forward."""

    def __init__(self) -> None:
        self.data = bytearray(8)

    def _align(self, to: int = 4) -> None:
        while len(self.data) % to:
            self.data.append(0)

    def put(self, value: Any) -> int:
        """Write a table (dict), text, bytes, numbers or tables (list); returns its place."""
        if isinstance(value, dict):
            return self._table(value)
        self._align()
        if isinstance(value, str):
            at = len(self.data)
            raw = value.encode()
            self.data += struct.pack("<I", len(raw)) + raw + b"\0"
            return at
        if isinstance(value, bytes):
            while (len(self.data) + 4) % 16:
                self.data.append(0)
            at = len(self.data)
            self.data += struct.pack("<I", len(value)) + value
            return at
        at = len(self.data)
        self.data += struct.pack("<I", len(value))
        if value and isinstance(value[0], int):
            self.data += struct.pack(f"<{len(value)}i", *value)
            return at
        slots = len(self.data)
        self.data += bytes(4 * len(value))
        for number, each in enumerate(value):
            slot = slots + 4 * number
            struct.pack_into("<I", self.data, slot, self.put(each) - slot)
        return at

    def _table(self, fields: Mapping[int, Any]) -> int:
        self._align(8)
        count = max(fields, default=-1) + 1
        vtable = len(self.data)
        self.data += bytes(4 + 2 * count)
        self._align(8)
        start = len(self.data)
        struct.pack_into("<HH", self.data, vtable, 4 + 2 * count, 4 + 8 * len(fields) + 4)
        self.data += struct.pack("<i", start - vtable) + bytes(4 + 8 * len(fields))
        for slot, (number, value) in enumerate(sorted(fields.items())):
            at = start + 8 + 8 * slot - 4
            struct.pack_into("<H", self.data, vtable + 4 + 2 * number, at - start)
            if isinstance(value, tuple):
                struct.pack_into(value[0], self.data, at, value[1])
            else:
                struct.pack_into("<I", self.data, at, self.put(value) - at)
        return start


def flatbuffer(root: Mapping[int, Any], mark: bytes = b"TFL3") -> bytes:
    """A flatbuffer. Fields are by number: (form, number), or what :meth:`_Flat.put` takes."""
    flat = _Flat()
    struct.pack_into("<I4s", flat.data, 0, 0, mark)
    struct.pack_into("<I", flat.data, 0, flat.put(dict(root)))
    return bytes(flat.data)


def lite_tensor(name: str, buffer: int = 0, sizes: Sequence[int] = (4,)) -> dict[int, Any]:
    """A float tensor."""
    return {0: list(sizes), 1: ("<b", 0), 2: ("<I", buffer), 3: name}


def lite(
    codes: Sequence[Mapping[int, Any]] = ({0: ("<b", 0)},),
    operators: Sequence[Mapping[int, Any]] = (),
    tensors: Sequence[Mapping[int, Any]] | None = None,
    buffers: Sequence[Mapping[int, Any]] | None = None,
    **more: Any,
) -> bytes:
    """A TFLite model of one subgraph; ``more`` is ``metadata`` and ``subgraphs``."""
    if tensors is None:
        tensors = [lite_tensor("x"), lite_tensor("w", 1), lite_tensor("y")]
    if buffers is None:
        buffers = [{}, {0: bytes(16)}]
    if not operators:
        operators = [{0: ("<I", 0), 1: [0, 1], 2: [2]}]
    main = {0: list(tensors), 1: [0], 2: [len(tensors) - 1], 3: list(operators), 4: "main"}
    root: dict[int, Any] = {
        0: ("<I", 3),
        1: list(codes),
        2: [main, *more.get("subgraphs", ())],
        3: "seamark",
        4: list(buffers),
    }
    if "metadata" in more:
        root[6] = more["metadata"]
    return flatbuffer(root)


def flex_options(name: str, body: bytes) -> bytes:
    """The FlexBuffer of an operator's name and node."""
    raw = name.encode()
    out = struct.pack("<I", len(raw)) + raw + b"\0"
    first = 4
    second = len(out) + 4
    out += struct.pack("<I", len(body)) + body + b"\0"
    out += struct.pack("<I", 2)
    start = len(out)
    out += struct.pack("<II", start - first, start + 4 - second)
    out += bytes([5 << 2 | 2, 5 << 2 | 2])
    return out + struct.pack("<I", len(out) - start) + bytes([10 << 2 | 2, 4])
