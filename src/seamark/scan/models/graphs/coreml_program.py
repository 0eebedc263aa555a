"""Core ML programs (MIL): operations, and weights that lie in a file beside the model.

Schema: coremltools, ``mlmodel/format/MIL.proto``. A value may be read from a weight file, named as
``@model_path/weights/weight.bin`` with the offset of its entry.
"""

from math import prod

from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs import coreml_rules as rules
from seamark.scan.models.graphs.coreml_operations import OPERATIONS
from seamark.scan.models.graphs.coreml_schema import MIL_DTYPES
from seamark.scan.models.graphs.coreml_walk import Walk
from seamark.scan.models.graphs.coreml_weights import read_entry
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.weights.protobuf import Field, Wire

_MODEL_PATH = "@model_path/"
_LARGEST = 1 << 62
_CUSTOM = "custom_layer"
_FILES = 100
_LONGEST_NAME = 4096
_REFERENCES = 200_000


def walk_program(walk: Walk, program: Field, depth: int) -> None:
    """Walk through the functions of a program and its attributes."""
    for part in walk.fields(program, depth):
        if part.number == 2:
            for inner in walk.fields(part, depth + 1):
                if inner.number == 2:
                    _walk_function(walk, inner, depth + 2)
        elif part.number == 4:
            _walk_attribute(walk, part, depth + 1)


def _walk_function(walk: Walk, function: Field, depth: int) -> None:
    for part in walk.fields(function, depth):
        if part.number == 3:
            for inner in walk.fields(part, depth + 1):
                if inner.number == 2:
                    _walk_block(walk, inner, depth + 2)
        elif part.number == 4:
            _walk_attribute(walk, part, depth + 1)


def _walk_block(walk: Walk, block: Field, depth: int) -> None:
    for part in walk.fields(block, depth):
        if part.number == 3:
            _walk_operation(walk, part, depth + 1)
        elif part.number == 4:
            _walk_attribute(walk, part, depth + 1)


def _walk_operation(walk: Walk, operation: Field, depth: int) -> None:
    kind = ""
    for part in walk.fields(operation, depth):
        if part.number == 1:
            kind = walk.text(part)
        elif part.number == 2:
            _walk_argument(walk, part, depth + 1)
        elif part.number == 4:
            _walk_block(walk, part, depth + 1)
        elif part.number == 5:
            _walk_attribute(walk, part, depth + 1)
    if kind == _CUSTOM:
        walk.report(rules.CUSTOM_CODE, "An operation is a custom layer.", _CUSTOM, operation.start)
    elif kind not in OPERATIONS:
        walk.skip(f"operation {kind[:100]}, which is not known")


def _walk_argument(walk: Walk, entry: Field, depth: int) -> None:
    """An entry of an operation's inputs: name, then a list of names and values."""
    for part in walk.fields(entry, depth):
        if part.number != 2:
            continue
        for binding in walk.fields(part, depth + 1):
            for inner in walk.fields(binding, depth + 2):
                if inner.number == 2:
                    _walk_value(walk, inner, depth + 3)


def _walk_attribute(walk: Walk, entry: Field, depth: int) -> None:
    for part in walk.fields(entry, depth):
        if part.number == 2:
            _walk_value(walk, part, depth + 1)


def _walk_value(walk: Walk, value: Field, depth: int) -> None:
    kind: Field | None = None
    reference: Field | None = None
    for part in walk.fields(value, depth):
        if part.number == 2:
            kind = part
        elif part.number == 5:
            reference = part
        elif part.number == 3:
            _walk_immediate(walk, part, depth + 1)
    if reference is not None:
        _check_reference(walk, reference, kind, depth + 1)


def _walk_immediate(walk: Walk, immediate: Field, depth: int) -> None:
    """Lists, tuples and dictionaries hold values again; a tensor's numbers are only a region."""
    for part in walk.fields(immediate, depth):
        if part.number in (2, 3):
            for inner in walk.fields(part, depth + 1):
                _walk_value(walk, inner, depth + 2)
        elif part.number == 4:
            for pair in walk.fields(part, depth + 1):
                for inner in walk.fields(pair, depth + 2):
                    _walk_value(walk, inner, depth + 3)


def _check_reference(walk: Walk, reference: Field, kind: Field | None, depth: int) -> None:
    name, offset = "", 0
    for part in walk.fields(reference, depth):
        if part.number == 1:
            name = walk.text(part)
        elif part.number == 2 and part.wire == Wire.VARINT:
            offset = part.value
    if (name, offset) in walk.references:
        return
    if len(name) > _LONGEST_NAME or len(walk.references) >= _REFERENCES:
        raise LimitExceeded("refers to too many places or by too long a name")
    walk.references.add((name, offset))
    path = name.removeprefix(_MODEL_PATH)
    led = classify_path(path)
    if led is not PathKind.INSIDE or path.startswith("@"):
        walk.report(
            rules.ESCAPE,
            f"Weights are read from '{name[:200]}', which {led.value}."
            if led is not PathKind.INSIDE
            else f"Weights are read from '{name[:200]}', which is no place in the model.",
            name,
            reference.start,
        )
        return
    dtype, elements = _tensor_type(walk, kind, depth) if kind else (0, -1)
    if dtype in MIL_DTYPES and elements >= 0:
        walk.count(MIL_DTYPES[dtype][0], elements)
    weights = _open(walk, path)
    if weights is not None:
        _check_entry(walk, weights, path, offset, dtype, elements, reference.start)


def _open(walk: Walk, path: str) -> Blob | None:
    if path not in walk.files:
        found = walk.scope.beside(path) if len(walk.files) < _FILES else None
        walk.files[path] = found
        if found is None:
            walk.skip(f"weights: '{path[:200]}' is not beside the model")
    return walk.files[path]


def _check_entry(
    walk: Walk, weights: Blob, path: str, offset: int, dtype: int, elements: int, at: int
) -> None:
    """Compare a reference with the entry that it names."""
    where = f"'{path[:100]}' at {offset}"
    entry = read_entry(weights, offset) if offset < weights.size else None
    if entry is None:
        walk.report(rules.BAD_REFERENCE, f"No weight begins in {where}.", where, at)
        return
    if dtype not in MIL_DTYPES or elements < 0:
        walk.skip("a weight of a type that is not known")
        return
    bits = MIL_DTYPES[dtype][1]
    if entry.size != -(-elements * bits // 8):
        message = f"{where} are {entry.size} bytes, which is not {elements} times {bits} bits."
        walk.report(rules.BAD_REFERENCE, message, where, at)


def _tensor_type(walk: Walk, kind: Field, depth: int) -> tuple[int, int]:
    """Type and number of elements of a value's tensor; -1 where it is none or of no fixed shape."""
    for part in walk.fields(kind, depth):
        if part.number != 1:
            continue
        dtype, extents = 0, []
        for inner in walk.fields(part, depth + 1):
            if inner.number == 1 and inner.wire == Wire.VARINT:
                dtype = inner.value
            elif inner.number == 3:
                extents.append(_extent(walk, inner, depth + 2))
        if -1 in extents:
            return dtype, -1
        elements = prod(extents) if len(extents) < 100 else _LARGEST
        return dtype, min(elements, _LARGEST)
    return 0, -1


def _extent(walk: Walk, dimension: Field, depth: int) -> int:
    for part in walk.fields(dimension, depth):
        if part.number == 1:
            sizes = [f.value for f in walk.fields(part, depth + 1) if f.number == 1]
            return sizes[-1] if sizes else 0
    return -1
