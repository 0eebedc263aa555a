"""Nodes of a graph on the wire (``NodeDef``), read as far as a question needs them.

Schema: tensorflow/core/framework/{graph,node_def,function,attr_value,tensor}.proto. Most nodes are
asked for their operator only; payloads of constants are never read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.weights.protobuf import Field, Wire, Wires, plain_fields

_SMALL = 1 << 15
_NAME, _OPERATOR = 0x0A, 0x12  # fields 1 and 2, bytes
_BEHIND = frozenset(number << 3 | 2 for number in range(3, 16))
_MOST_TEXTS = 1000
_LONGEST_TEXT = 64 << 10


class Place(NamedTuple):
    """Where a message lies in the blob."""

    start: int
    end: int


@dataclass(slots=True)
class Body:
    """Nodes that see each other: the main graph (``name`` empty) or a function of the library.

    ``places`` are the messages that hold them, ``number`` the field of a node in those; ``args``
    names a function's inputs in order.
    """

    name: str
    number: int
    places: list[Place] = field(default_factory=list)
    args: list[str] = field(default_factory=list)


class Node(NamedTuple):
    """One node: ``inputs`` as written (``name``, ``name:0``, ``name:output:0``, ``^name``)."""

    name: str
    operator: str
    inputs: tuple[str, ...]
    place: Place


@dataclass(slots=True)
class Value:
    """The texts, function names and numbers of one attribute (``AttrValue``), as far as kept."""

    texts: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    number: int = 0
    tensor: Place | None = None


def message(part: Field) -> Field:
    """``part``, which must be a message or text. Raises ``Malformed`` where it is a number."""
    if part.wire != Wire.BYTES:
        raise Malformed(f"field {part.number} should be a message", part.start)
    return part


def operator_of(wires: Wires, node: Field) -> str:
    """The operator of a node. The last one counts where a hostile writer gives several."""
    if node.end - node.start <= _SMALL:
        found = _quick_operator(wires.bytes(node))
        if found is not None:
            return found
    return name_and_operator(wires, node)[1]


def name_and_operator(wires: Wires, node: Field) -> tuple[str, str]:
    """Name and operator of a node, the last ones of each."""
    if node.end - node.start <= _SMALL:
        found = _quick_names(wires.bytes(node))
        if found is not None:
            return found
    name = operator = ""
    for part in wires.fields(node.start, node.end):
        if part.number == 1:
            name = wires.text(message(part), _LONGEST_TEXT)
        elif part.number == 2:
            operator = wires.text(message(part), _LONGEST_TEXT)
    return name, operator


def _quick_operator(data: bytes) -> str | None:
    """The operator where name and operator come first, as every writer puts them, each once.

    What follows is stepped over field by field; None asks for the careful way.
    """
    try:
        at = 2 + data[1]
        length = data[at + 1]
        if data[0] != _NAME or data[at] != _OPERATOR or data[1] > 127 or length > 127:
            return None
        begin, end = at + 2, len(data)
        at = begin + length
        while at < end:
            length = data[at + 1]
            if length > 127:
                high = data[at + 2]
                if high > 127:
                    return None
                length, step = length & 127 | high << 7, at + 3
            else:
                step = at + 2
            if data[at] not in _BEHIND:
                return None
            at = step + length
    except IndexError:
        return None
    return (
        data[begin : begin + data[begin - 1]].decode("utf-8", "backslashreplace")
        if at == end
        else None
    )


def _quick_names(data: bytes) -> tuple[str, str] | None:
    """Name and operator where every field is short; None asks for the careful way."""
    parts = plain_fields(data)
    if parts is None:
        return None
    name = operator = b""
    for tag, begin, end in parts:
        if tag == _OPERATOR:
            operator = data[begin:end]
        elif tag == _NAME:
            name = data[begin:end]
        elif tag & 7 != Wire.BYTES:
            return None
    return name.decode("utf-8", "backslashreplace"), operator.decode("utf-8", "backslashreplace")


def read_node(wires: Wires, place: Place) -> Node:
    """Name, operator and inputs of the node at ``place``."""
    name = operator = ""
    inputs: list[str] = []
    for part in wires.fields(*place):
        if part.number == 1:
            name = wires.text(message(part), _LONGEST_TEXT)
        elif part.number == 2:
            operator = wires.text(message(part), _LONGEST_TEXT)
        elif part.number == 3:
            inputs.append(wires.text(message(part), _LONGEST_TEXT))
    return Node(name, operator, tuple(inputs), place)


def attributes(wires: Wires, place: Place) -> Iterator[tuple[str, Place]]:
    """Names and values' places of a node's attributes."""
    for part in wires.fields(*place):
        if part.number != 5:
            continue
        name, value = "", Place(0, 0)
        for inner in wires.fields(message(part).start, part.end):
            if inner.number == 1:
                name = wires.text(message(inner), _LONGEST_TEXT)
            elif inner.number == 2:
                value = Place(message(inner).start, inner.end)
        yield name, value


def read_value(wires: Wires, place: Place) -> Value:
    """What an attribute holds; lists are read through, tensors only located."""
    value = Value()
    _add_values(wires, place, value, in_list=False)
    return value


def _add_values(wires: Wires, place: Place, value: Value, *, in_list: bool) -> None:
    for part in wires.fields(*place):
        if part.number == 2 or (part.number == 9 and not in_list):
            if len(value.texts) < _MOST_TEXTS and message(part).end - part.start <= _LONGEST_TEXT:
                value.texts.append(wires.text(part))
        elif part.number == 1 and not in_list:
            _add_values(wires, Place(message(part).start, part.end), value, in_list=True)
        elif part.number == (9 if in_list else 10):
            value.functions += [
                wires.text(message(inner), _LONGEST_TEXT)
                for inner in wires.fields(message(part).start, part.end)
                if inner.number == 1
            ]
        elif part.number == 8:
            value.tensor = Place(message(part).start, part.end)
        elif part.wire == Wire.VARINT:
            value.number = part.value


def tensor_texts(wires: Wires, place: Place) -> tuple[list[str], bool]:
    """Texts of a ``TensorProto`` and whether those are all: long ones and many are left out."""
    texts: list[str] = []
    for part in wires.fields(*place):
        if part.number == 8:
            if len(texts) >= _MOST_TEXTS or message(part).end - part.start > _LONGEST_TEXT:
                return texts, False
            texts.append(wires.text(part))
    return texts, True


class Tensor(NamedTuple):
    """Header of a ``TensorProto``: its type's number, shape, and the place of raw content."""

    dtype: int
    shape: tuple[int, ...]
    content: Place | None
    flag: bool


def read_tensor(wires: Wires, place: Place) -> Tensor:
    """Type, shape and raw content's place; ``flag`` is the first of its truth values."""
    dtype, flag = 0, False
    shape: tuple[int, ...] = ()
    content: Place | None = None
    for part in wires.fields(*place):
        if part.number == 1 and part.wire == Wire.VARINT:
            dtype = part.value
        elif part.number == 2:
            shape = read_shape(wires, Place(message(part).start, part.end))
        elif part.number == 4:
            content = Place(message(part).start, part.end)
        elif part.number == 11:
            flag = (
                bool(part.value) or any(wires.bytes(part, 16))
                if part.wire == 2
                else bool(part.value)
            )
    return Tensor(dtype, shape, content, flag)


def read_shape(wires: Wires, place: Place) -> tuple[int, ...]:
    """Sizes of a ``TensorShapeProto``; -1 where one is not known. Raises beyond 255 of them."""
    sizes: list[int] = []
    for part in wires.fields(*place):
        if part.number != 2:
            continue
        size = 0
        for inner in wires.fields(message(part).start, part.end):
            if inner.number == 1 and inner.wire == Wire.VARINT:
                size = inner.value - (1 << 64) if inner.value >> 63 else inner.value
        sizes.append(size)
        if len(sizes) > 255:
            raise LimitExceeded("has a shape of more than 255 dimensions")
    return tuple(sizes)
