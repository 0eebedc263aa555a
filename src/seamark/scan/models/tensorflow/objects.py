"""``SavedObjectGraph``: which objects a SavedModel restores, and what its functions capture.

Schema: tensorflow/core/protobuf/saved_object_graph.proto. Keras writes each layer's configuration
into it (TensorFlow 2.0 to 2.4), and functions whose files are assets have those bound here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow.nodes import Body, Place, message
from seamark.scan.models.weights.protobuf import Field, Wire, Wires

_OBJECTS_FREE = 100_000
_BOUND = 1_000_000


@dataclass(frozen=True, slots=True)
class KerasObject:
    """One object that Keras restores: what kind it is, and its configuration as JSON text."""

    identifier: str
    metadata: bytes
    node: str


@dataclass(slots=True)
class Objects:
    """What was met of an object graph. ``bound`` gives each function's captured objects."""

    count: int = 0
    assets: set[int] = field(default_factory=set)
    keras: list[KerasObject] = field(default_factory=list)
    bound: dict[str, list[int]] = field(default_factory=dict)

    def asset_arguments(self, bodies: Mapping[str, Body]) -> set[tuple[str, int]]:
        """The inputs of functions, by position, that a loader binds to asset files."""
        arguments: set[tuple[str, int]] = set()
        for name, captured in self.bound.items():
            body = bodies.get(name)
            first = len(body.args) - len(captured) if body else -1
            if first >= 0:  # captured objects come last
                arguments |= {
                    (name, first + at) for at, node in enumerate(captured) if node in self.assets
                }
        return arguments


def read_objects(objects: Objects, wires: Wires, place: Place, scope: Scope) -> None:
    """Add the object graph at ``place``. Raises ``Malformed``, ``LimitExceeded``."""
    bound = 0
    for part in wires.fields(*place):
        if part.number == 1:
            _take_object(objects, wires, message(part))
            objects.count += 1
            if not objects.count % 512:
                scope.meter.check_time()
            if objects.count > _OBJECTS_FREE + (place.end - place.start) // 8:
                raise LimitExceeded(f"holds {objects.count} objects")
        elif part.number == 2:
            name, captured = _read_function(wires, message(part))
            objects.bound[name] = captured
            bound += len(captured) + 1
            if bound > _BOUND:
                raise LimitExceeded(f"binds more than {_BOUND} objects to functions")


def _take_object(objects: Objects, wires: Wires, item: Field) -> None:
    for part in wires.fields(item.start, item.end):
        if part.number == 5:
            objects.assets.add(objects.count)
        elif part.number == 4:
            identifier, metadata = "", b""
            for inner in wires.fields(message(part).start, part.end):
                if inner.number == 1:
                    identifier = wires.text(message(inner))
                elif inner.number == 3:
                    metadata = wires.bytes(message(inner), 16 << 20)
            if metadata:
                objects.keras.append(KerasObject(identifier, metadata, f"node {objects.count}"))


def _read_function(wires: Wires, entry: Field) -> tuple[str, list[int]]:
    """A concrete function's name and the numbers of the objects that it captures."""
    name, captured = "", []
    for part in wires.fields(entry.start, entry.end):
        if part.number == 1:
            name = wires.text(message(part))
        elif part.number == 2:
            for inner in wires.fields(message(part).start, part.end):
                if inner.number == 2:
                    captured += _numbers(wires, inner)
    return name, captured


def _numbers(wires: Wires, part: Field) -> list[int]:
    """A repeated number, packed or not."""
    if part.wire != Wire.BYTES:
        return [part.value]
    numbers: list[int] = []
    value = shift = 0
    for byte in wires.bytes(part):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
        elif shift > 63:
            return numbers
    return numbers
