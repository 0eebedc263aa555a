"""Core ML models at wire level: custom code, other files, weights, what the description says.

Schema: https://apple.github.io/coremltools/mlmodel/index.html. Weights are skipped, not read.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs import coreml_rules as rules
from seamark.scan.models.graphs import coreml_schema as schema
from seamark.scan.models.graphs.coreml_metadata import walk_description
from seamark.scan.models.graphs.coreml_program import walk_program
from seamark.scan.models.graphs.coreml_walk import DEPTH, Walk
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.protobuf import Field, Wire, Wires, plain_fields
from seamark.scan.models.weights.tails import examine_appended_zip

_REGIONS = 100_000
_SMALL = 1 << 12
_HOLDING = {
    number: schema.WEIGHTS.get(number, frozenset())
    | schema.SUBNETWORKS.get(number, frozenset())
    | frozenset(schema.WEIGHT_GROUPS.get(number, ()))
    for number in (*schema.WEIGHTS, *schema.WEIGHT_GROUPS, *schema.SUBNETWORKS)
    if number != schema.CUSTOM_LAYER
}
"""Layers by number, and the fields of their parameters that hold weights or networks."""
_PLAIN = frozenset(
    number << 3 | wire
    for number in (schema.LAYER_PARTS | schema.LAYERS) - {schema.CUSTOM_LAYER, *_HOLDING}
    for wire in (Wire.VARINT, Wire.BYTES, Wire.FIXED32)
    if number != 1 or wire == Wire.BYTES  # the name is text
)
"""Tags of a layer's fields that hold neither weights nor networks nor names of classes."""


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``.mlmodel``, with the weight files that it names beside it."""
    walk = Walk(blob, scope, Wires(blob))
    failure: Malformed | LimitExceeded | None = None
    try:
        _walk_model(walk, Field(0, Wire.BYTES, 0, 0, blob.size), 0)
    except (Malformed, LimitExceeded) as error:
        failure = error  # what was met before the damage is still worth knowing
    scope.tally.bytes += walk.wires.bytes_seen
    yield from walk.findings()
    yield from examine_regions(blob, scope, walk.regions)
    scope.describe(
        framework="Core ML",
        tensors=walk.tensors or None,
        parameters=sum(walk.dtypes.values()) or None,
        dtypes=walk.dtypes,
    )
    yield from examine_appended_zip(blob, scope, host="Core ML")
    if failure:
        raise failure


def _walk_model(walk: Walk, model: Field, depth: int) -> None:
    types: list[int] = []
    for part in walk.fields(model, depth):
        if part.number == 1:
            if not depth and part.wire == Wire.VARINT:
                walk.scope.describe(format_version=str(part.value))
        elif part.number == 2:
            walk_description(walk, part, depth)
        elif part.number in schema.TYPES:
            types.append(part.number)
            _walk_type(walk, part, depth)
        elif part.number != 10:
            walk.skip(f"field {part.number} of the model, which is not known")
    if len(types) > 1:
        names = ", ".join(schema.TYPES[number] for number in types[:10])
        walk.report(rules.AMBIGUOUS, f"The model is {names} at once.", "type", model.start)
    if types and not depth:
        walk.scope.describe(architecture=schema.TYPES[types[-1]])


def _walk_type(walk: Walk, part: Field, depth: int) -> None:
    number = part.number
    if number in schema.PIPELINES_WRAPPED:
        for inner in walk.fields(part, depth + 1):
            if inner.number == 1:
                _walk_pipeline(walk, inner, depth + 2)
    elif number == schema.PIPELINE:
        _walk_pipeline(walk, part, depth + 1)
    elif number in schema.NETWORKS:
        _walk_network(walk, part, depth + 1)
    elif number == schema.PROGRAM:
        walk_program(walk, part, depth + 1)
    elif number == schema.CUSTOM_MODEL:
        _walk_custom(walk, part, "model", depth + 1)
    elif number == schema.LINKED_MODEL:
        _walk_linked(walk, part, depth + 1)
    elif number in schema.OPAQUE:
        walk.skip(f"the data of a {schema.TYPES[number]}, which is not documented")


def _walk_pipeline(walk: Walk, pipeline: Field, depth: int) -> None:
    for part in walk.fields(pipeline, depth):
        if part.number == 1:
            _walk_model(walk, part, depth + 1)


def _walk_network(walk: Walk, network: Field, depth: int) -> None:
    for part in walk.fields(network, depth):
        if part.number == 1:
            _walk_layer(walk, part, depth + 1)


def _walk_layer(walk: Walk, layer: Field, depth: int) -> None:
    if layer.wire == Wire.BYTES and depth < DEPTH and _is_plain(walk, layer):
        return
    name = "?"
    for part in walk.fields(layer, depth):
        if part.number == 1:
            name = walk.text(part)
        elif part.number in schema.LAYERS:
            _walk_parameters(walk, part, name, depth + 1)
        elif part.number not in schema.LAYER_PARTS:
            walk.skip(f"layer field {part.number}, which is not known")


def _is_plain(walk: Walk, layer: Field) -> bool:
    """Whether a layer has known parts only, and none that can hold weights, networks or names."""
    if layer.end - layer.start > _SMALL:
        return False
    data = walk.wires.bytes(layer)
    parts = plain_fields(data)
    if parts is None:
        return False
    count = len(parts)
    for tag, begin, end in parts:
        if tag in _PLAIN:
            continue
        holding = _HOLDING.get(tag >> 3) if tag & 7 == Wire.BYTES else None
        inner = plain_fields(data[begin:end]) if holding and tag >> 3 in schema.LAYERS else None
        if inner is None or any(each >> 3 in holding for each, _, _ in inner):  # type: ignore[operator]
            return False
        count += len(inner)
    walk.parts += count
    return True


def _walk_parameters(walk: Walk, part: Field, name: str, depth: int) -> None:
    number = part.number
    if number == schema.CUSTOM_LAYER:
        _walk_custom(walk, part, f"layer '{name[:100]}'", depth)
    weights = schema.WEIGHTS.get(number, frozenset())
    groups = schema.WEIGHT_GROUPS.get(number, {})
    networks = schema.SUBNETWORKS.get(number, frozenset())
    if not (weights or groups or networks):
        return
    for inner in walk.fields(part, depth):
        if inner.number in weights:
            _walk_weights(walk, inner, name, depth + 1)
        elif inner.number in networks:
            _walk_network(walk, inner, depth + 1)
        elif inner.number in groups:
            for each in walk.fields(inner, depth + 1):
                if each.number in groups[inner.number] and each.wire == Wire.BYTES:
                    _walk_weights(walk, each, name, depth + 2)


def _walk_weights(walk: Walk, weights: Field, name: str, depth: int) -> None:
    """Count one ``WeightParams`` and keep where its bytes lie."""
    bits, raw = 8, 0
    count = walk.count
    for part in walk.fields(weights, depth):
        length = part.end - part.start
        if part.number in (1, 2, 30, 31) and part.wire == Wire.BYTES and length:
            if len(walk.regions) < _REGIONS:
                walk.regions.append(Region(name[:200], part.start, length))
            if part.number == 1:
                count("float32", length // 4)
            elif part.number == 2:
                count("float16", length // 2)
            elif part.number == 31:
                count("int8", length)
            else:
                raw = length
        elif part.number == 40:
            for inner in walk.fields(part, depth + 1):
                if inner.number == 1 and inner.wire == Wire.VARINT:
                    bits = inner.value
    if raw:
        if 0 < bits <= 32:
            count(f"uint{bits}", raw * 8 // bits)
        else:
            walk.skip("weights of a width that is not known")


def _walk_custom(walk: Walk, custom: Field, what: str, depth: int) -> None:
    """``CustomLayerParams`` and ``CustomModel`` share the fields that matter."""
    name = ""
    for part in walk.fields(custom, depth):
        if part.number == 10:
            name = walk.text(part)
    walk.report(
        rules.CUSTOM_CODE,
        f"The {what} is implemented by the class '{name[:200]}'.",
        name or "without a name",
        custom.start,
    )


def _walk_linked(walk: Walk, linked: Field, depth: int) -> None:
    texts = {1: "", 2: ""}
    for part in walk.fields(linked, depth):
        if part.number != 1:
            continue
        for inner in walk.fields(part, depth + 1):
            if inner.number in texts:
                for value in walk.fields(inner, depth + 2):
                    if value.number == 1:
                        texts[inner.number] = walk.text(value)
    name, places = texts[1], [place for place in texts[2].split(":") if place]
    for path in (name, *places):
        led = classify_path(path) if path and not path.startswith("$BUNDLE") else PathKind.INSIDE
        if led is not PathKind.INSIDE:
            message = f"The linked model is looked up at '{path[:200]}', which {led.value}."
            walk.report(rules.ESCAPE, message, path, linked.start)
    message = f"The model continues in '{name[:200]}'."
    walk.report(rules.LINKED_MODEL, message, name or "without a name", linked.start)
