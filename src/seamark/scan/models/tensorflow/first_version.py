"""Checkpoints of the first version: one table that holds the tensors themselves.

Schema: tensorflow/core/util/saved_tensor_slice.proto. The empty key lists the tensors, every other
holds a slice of one as a ``TensorProto``.
"""

import math
from collections import Counter
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.dtypes import name_of
from seamark.scan.models.tensorflow.nodes import Place, message, read_shape
from seamark.scan.models.tensorflow.tables import Entry
from seamark.scan.models.weights.protobuf import Field, Wire, Wires

_TENSORS = 1_000_000


def examine_entries(
    blob: Blob, scope: Scope, first: Entry, entries: Iterator[Entry]
) -> Iterator[Finding]:
    """Findings in the entries of one table, whose ``first`` lists the tensors."""
    listed = _describe(first, scope)
    unlisted: set[str] = set()
    for entry in entries:
        name, regions = _read_slice(entry)
        if name not in listed and name not in unlisted and len(unlisted) < 50:
            unlisted.add(name)
            yield scope.finding(
                rules.UNUSED_BYTES,
                f"The data of '{name[:200]}' belongs to no tensor of the checkpoint.",
                anchor=name[:200],
                offset=entry.offset,
            )
        if entry.offset is not None:
            yield from examine_regions(blob, scope, regions)
        else:  # the table was compressed: offsets are those within the value
            value = BytesBlob(entry.value)
            here = [r for r in regions if r.length]
            yield from examine_regions(value, scope, here)


def _describe(first: Entry, scope: Scope) -> set[str]:
    """Names of the tensors that the header lists."""
    value = first.value
    wires = Wires(BytesBlob(value))
    counts: Counter[str] = Counter()
    names: set[str] = set()
    for part in wires.fields(0, len(value)):
        if part.number != 1:
            continue
        for inner in wires.fields(message(part).start, part.end):
            if inner.number != 1:
                continue
            name, dtype, elements = _read_listed(wires, message(inner))
            names.add(name)
            counts[name_of(dtype)] += elements
            if len(names) > _TENSORS:
                raise LimitExceeded(f"lists more than {_TENSORS} tensors")
    scope.describe(
        format_version="1",
        tensors=len(names),
        parameters=sum(counts.values()),
        dtypes=dict(counts),
    )
    return names


def _read_listed(wires: Wires, item: Field) -> tuple[str, int, int]:
    name, dtype, elements = "", 0, 1
    for part in wires.fields(item.start, item.end):
        if part.number == 1:
            name = wires.text(message(part))
        elif part.number == 2:
            shape = read_shape(wires, Place(message(part).start, part.end))
            elements = max(0, math.prod(shape))
        elif part.number == 3 and part.wire == Wire.VARINT:
            dtype = part.value
    return name, dtype, elements


def _read_slice(entry: Entry) -> tuple[str, list[Region]]:
    """Name and numbers of one slice: what ``TensorProto`` packs or keeps as raw content."""
    wires = Wires(BytesBlob(entry.value))
    base = entry.offset or 0
    name = ""
    regions: list[Region] = []
    for part in wires.fields(0, len(entry.value)):
        if part.number != 2:
            continue
        for inner in wires.fields(message(part).start, part.end):
            if inner.number == 1:
                name = wires.text(message(inner))
            elif inner.number == 3:
                for held in wires.fields(message(inner).start, inner.end):
                    if held.number != 2 and held.wire == Wire.BYTES:
                        length = held.end - held.start
                        regions.append(Region(name or "tensor", base + held.start, length))
    return name, regions
