"""ONNX graphs on the wire: external data that escapes, operators that are somebody's code."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import struct
from collections.abc import Iterator

from proofs.hostile.case import Case

Field = tuple[int, "bytes | int | str"]


def varint(value: int) -> bytes:
    """A protobuf varint."""
    out = b""
    while True:
        byte, value = value & 0x7F, value >> 7
        out += bytes([byte | (0x80 if value else 0)])
        if not value:
            return out


def message(*fields: Field) -> bytes:
    """A protobuf message of (number, value) fields."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
            continue
        data = value.encode() if isinstance(value, str) else value
        out += varint(number << 3 | 2) + varint(len(data)) + data
    return bytes(out)


def tensor(name: str, location: str | None = None, **extra: str) -> bytes:
    """A TensorProto with raw data, or with external data at ``location``."""
    fields: list[Field] = [(1, 2), (2, 1), (8, name)]
    if location is None:
        return message(*fields, (9, struct.pack("<2f", 1, 2)))
    for key, value in {"location": location, **extra}.items():
        fields.append((13, message((1, key), (2, value))))
    return message(*fields, (14, 1))


def node(op: str, domain: str = "", *attributes: bytes) -> bytes:
    """A NodeProto."""
    fields: list[Field] = [(1, "x"), (2, "y"), (3, "n"), (4, op)]
    fields += [(5, attribute) for attribute in attributes]
    return message(*fields, (7, domain)) if domain else message(*fields)


def attribute(name: str, *fields: Field) -> bytes:
    """An AttributeProto."""
    return message((1, name), *fields)


def value(name: str) -> bytes:
    """A ValueInfoProto of two floats."""
    shape = message((1, message((1, 2))))
    return message((1, name), (2, message((1, message((1, 1), (2, shape))))))


def graph(nodes: list[bytes], tensors: list[bytes] = [], extra: list[Field] = []) -> bytes:  # noqa: B006
    """A GraphProto."""
    fields: list[Field] = [(1, n) for n in nodes]
    fields += [(2, "g"), *((5, t) for t in tensors), (11, value("x")), (12, value("y"))]
    return message(*fields, *extra)


def model(body: bytes, *extra: Field, domains: tuple[str, ...] = ("",)) -> bytes:
    """A ModelProto."""
    fields: list[Field] = [(1, 8), (2, "seamark"), (7, body)]
    fields += [(8, message((1, d), (2, 17)) if d else message((2, 17))) for d in domains]
    return message(*fields, *extra)


def external() -> dict[str, bytes]:
    """External data outside the model's folder."""
    relu = [node("Relu")]

    def at(location: str, **extra: str) -> bytes:
        return model(graph(relu, [tensor("w", location, **extra)]))

    inner = graph(relu, [tensor("w", "../../secret.bin")])
    constant = node("Constant", "", attribute("value", (5, tensor("w", "/etc/hostname")), (20, 4)))
    loop = node("Loop", "", attribute("body", (6, inner), (20, 5)))
    sparse = message((1, tensor("v", "../../secret.bin")), (2, tensor("i")), (3, 2))
    function = message((1, "f"), (7, constant), (10, "seamark"))
    return {
        "absolute": at("/etc/hostname"),
        "parent": at("../../../etc/hostname"),
        "parent-inside": at("data/../../secret.bin"),
        "backslash": at("..\\..\\secret.bin"),
        "drive": at("C:\\secret.bin"),
        "share": at("\\\\seamark.invalid\\x\\y"),
        "url": at("file:///etc/hostname"),
        "offset-negative": at("weights.bin", offset="-8", length="16"),
        "dot-names": at("./.././../secret.bin"),
        "home": at("~/.ssh/seamark"),
        "nul": at("weights.bin\0/../../x"),
        "in-constant": model(graph([constant])),
        "in-loop-body": model(graph([loop])),
        "in-sparse": model(graph(relu, [], [(15, sparse)])),
        "in-function": model(graph(relu), (25, function)),
    }  # fmt: skip


def operators() -> dict[str, bytes]:
    """Operators outside the standard: they need a native or Python library."""

    def of(op: str, domain: str) -> bytes:
        return model(graph([node(op, domain)]), domains=("", domain))

    inner = graph([node("SystemCall", "seamark.custom")])
    branch = node("If", "", attribute("then_branch", (6, inner), (20, 5)))
    function = message((1, "f"), (7, node("Exec", "seamark.custom")), (10, "seamark"))
    return {
        "custom-domain": of("SystemCall", "seamark.custom"),
        "python-operator": of("PyOp", "pyopmulti"),
        "extensions-python": of("PyCustomOpDef_f", "ai.onnx.contrib"),
        "aten-operator": of("ATen", "org.pytorch.aten"),
        "in-branch": model(graph([branch]), domains=("", "seamark.custom")),
        "in-function": model(graph([node("f", "seamark")]), (25, function),
                             domains=("", "seamark", "seamark.custom")),
        "truncated": model(graph([node("Relu")], [tensor("w")]))[:-20],
        "trailing-pickle": model(graph([node("Relu")])) + b"\x80\x02cposix\nsystem\nX\x04\0\0\0echo\x85R.",
    }  # fmt: skip


_TABLES = {
    "external": (external, "CVE-2022-25882 CVE-2024-27318 CVE-2025-51480"),
    "operators": (operators, "own"),
}
_ONLY_STOPPED = {"truncated", "trailing-pickle", "offset-negative"}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for group, (table, source) in _TABLES.items():
        for name in table():
            yield Case(
                id=f"onnx/{group}/{name}",
                family="onnx",
                group=group,
                source=source,
                path=f"onnx/{group}-{name}.onnx",
                build=lambda t=table, n=name: t()[n],
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )
