"""TensorFlow Lite models: operators, references and buffers, checked without an interpreter."""

import math
from collections import Counter
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.flatbuffers import Flatbuffer
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import tflite_rules as rules
from seamark.scan.models.tensorflow.tflite_custom import examine_code, examine_options
from seamark.scan.models.tensorflow.tflite_metadata import examine_metadata, has_metadata
from seamark.scan.models.tensorflow.tflite_model import (
    CUSTOM,
    CUSTOM_CALL,
    DELEGATE,
    LAST_BUILTIN,
    Model,
    Subgraph,
    read_model,
    require_known,
)
from seamark.scan.models.weights.tails import find_zip_end

_REPORTED = 20
_UNUSED = 256
"""Bytes of an unused buffer, or of a gap, that are no longer an odd end of a writer."""

_TYPES = {
    0: ("float32", 32), 1: ("float16", 16), 2: ("int32", 32), 3: ("uint8", 8), 4: ("int64", 64),
    5: ("string", 0), 6: ("bool", 8), 7: ("int16", 16), 8: ("complex64", 64), 9: ("int8", 8),
    10: ("float64", 64), 11: ("complex128", 128), 12: ("uint64", 64), 13: ("resource", 0),
    14: ("variant", 0), 15: ("uint32", 32), 16: ("uint16", 16), 17: ("int4", 4),
    18: ("bfloat16", 16), 19: ("int2", 2), 20: ("uint4", 4), 21: ("float8_e4m3fn", 8),
    22: ("float8_e5m2", 8),
}  # fmt: skip


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one TFLite model, and in the files that its metadata carries behind it."""
    flat = Flatbuffer(blob, scope.meter)
    model = read_model(flat, blob)
    require_known(model)
    scope.tally.bytes += min(flat.used.reach(), blob.size)
    scope.describe(framework="TensorFlow Lite", format_version=str(model.version))
    _describe(model, scope)
    if model.unknown_fields:
        scope.skip(f"{model.unknown_fields} fields that the schema of a model does not know")
    yield from _examine_codes(model, scope)
    yield from _examine_references(model, scope)
    yield from _examine_recursion(model, scope)
    yield from examine_options(model, blob, scope)
    yield from _examine_buffers(model, blob, scope)
    yield from examine_metadata(model, blob, scope)
    yield from _examine_gaps(model, flat, blob, scope)


def _describe(model: Model, scope: Scope) -> None:
    counts: Counter[str] = Counter()
    tensors = 0
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if 0 < tensor.buffer < len(model.buffers) and model.buffers[tensor.buffer].length:
                tensors += 1
                name = _TYPES.get(tensor.type, (f"type-{tensor.type}", 0))[0]
                counts[name] += max(0, math.prod(tensor.shape))
    scope.describe(tensors=tensors, parameters=sum(counts.values()), dtypes=dict(counts))


def _examine_codes(model: Model, scope: Scope) -> Iterator[Finding]:
    seen: set[tuple[int, str]] = set()
    for code in model.codes:
        if (code.builtin, code.custom) in seen:
            continue
        seen.add((code.builtin, code.custom))
        if code.builtin == CUSTOM or (code.custom and code.builtin == 0):
            yield from examine_code(code.custom, scope)
        elif code.builtin == DELEGATE or not 0 <= code.builtin <= LAST_BUILTIN:
            scope.skip(f"the operator number {code.builtin}, which the schema does not have")
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if operator.target and (CUSTOM_CALL, operator.target) not in seen:
                seen.add((CUSTOM_CALL, operator.target))
                yield from examine_code(operator.target, scope)


def _examine_references(model: Model, scope: Scope) -> Iterator[Finding]:
    reported = 0
    for number, subgraph in enumerate(model.subgraphs):
        for problem in _problems(model, subgraph):
            reported += 1
            if reported <= _REPORTED:
                yield _bad(scope, f"In subgraph {number}, {problem}.", problem)
    for key, number, tensors in model.signatures:
        held = model.subgraphs[number].tensors if number < len(model.subgraphs) else []
        if any(each >= len(held) for each in tensors):
            yield _bad(scope, f"The signature '{key[:100]}' names what is not there.", key)
    for name, buffer in model.metadata:
        if buffer >= len(model.buffers):
            yield _bad(scope, f"The metadata '{name[:100]}' names what is not there.", name)
    for number, each in enumerate(model.buffers):
        if not each.inside:
            yield _bad(scope, f"Buffer {number} lies beyond the file.", f"buffer {number}")
            return


def _problems(model: Model, subgraph: Subgraph) -> Iterator[str]:
    count = len(subgraph.tensors)
    if any(not -1 <= each < count for each in subgraph.ends):
        yield "an input or output is a tensor that is not there"
    for tensor in subgraph.tensors:
        if tensor.buffer >= len(model.buffers):
            yield f"the tensor '{tensor.name[:100]}' names a buffer that is not there"
            continue
        length = model.buffers[tensor.buffer].length
        bits = _TYPES.get(tensor.type, ("", 0))[1]
        if length and bits and not tensor.encoded and tensor.buffer:
            wanted = math.prod(tensor.shape) * bits
            if wanted < 0 or -(-wanted // 8) != length:
                yield f"the tensor '{tensor.name[:100]}' has {length} bytes for another shape"
    for operator in subgraph.operators:
        if operator.code >= len(model.codes):
            yield "an operator has a code that is not there"
        if any(not -1 <= each < count for each in operator.tensors):
            yield "an operator takes a tensor that is not there"
        if any(not -1 <= each < len(model.subgraphs) for each in operator.subgraphs):
            yield "an operator runs a subgraph that is not there"
        if operator.options is not None and not operator.options.inside:
            yield "an operator's options lie beyond the file"


def _examine_recursion(model: Model, scope: Scope) -> Iterator[Finding]:
    calls = [
        sorted({each for op in graph.operators for each in op.subgraphs if each >= 0})
        for graph in model.subgraphs
    ]
    state = [0] * len(calls)  # 1 while on the way, 2 when done
    for root in range(len(calls)):
        pending = [(root, False)]
        while pending:
            at, done = pending.pop()
            if done:
                state[at] = 2
                continue
            if state[at]:
                continue
            state[at] = 1
            pending.append((at, True))
            for called in calls[at]:
                if called < len(calls) and state[called] == 1:
                    yield scope.finding(
                        rules.RECURSION,
                        f"Subgraph {called} runs itself, by way of subgraph {at}.",
                        anchor=f"subgraph {called}",
                    )
                    return
                if called < len(calls) and not state[called]:
                    pending.append((called, False))


def _examine_buffers(model: Model, blob: Blob, scope: Scope) -> Iterator[Finding]:
    used = {tensor.buffer for graph in model.subgraphs for tensor in graph.tensors}
    used |= {number for _, number in model.metadata}
    names: dict[int, str] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            names.setdefault(tensor.buffer, tensor.name)
    regions = [
        Region(names.get(number, f"buffer {number}"), buffer.start, buffer.length)
        for number, buffer in enumerate(model.buffers)
        if buffer.inside and buffer.length
    ]
    yield from examine_regions(blob, scope, regions)
    for number, buffer in enumerate(model.buffers):
        if number and number not in used and buffer.length >= _UNUSED:
            yield scope.finding(
                rules.UNUSED_CONTENT,
                f"No tensor uses the {buffer.length} bytes of buffer {number}.",
                anchor=f"buffer {number}",
                offset=buffer.start,
            )


def _examine_gaps(model: Model, flat: Flatbuffer, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Bytes that nothing leads to. A zip of associated files closes models with metadata."""
    end = blob.size
    if has_metadata(model) and find_zip_end(blob) is not None:
        end = min(end, flat.used.reach())
    reported = 0
    for start, stop in flat.used.gaps(end):
        if stop - start < _UNUSED or not _holds_anything(blob, start, stop):
            continue
        reported += 1
        if reported <= _REPORTED:
            yield scope.finding(
                rules.UNUSED_CONTENT,
                f"Nothing leads to the {stop - start} bytes from {start} on.",
                anchor=f"gap {reported}",
                offset=start,
            )
        yield from examine_regions(blob, scope, [Region("gap", start, stop - start)])


def _holds_anything(blob: Blob, start: int, stop: int) -> bool:
    pieces = range(start, stop, 1 << 20)
    return any(any(blob.read(at, min(1 << 20, stop - at))) for at in pieces)


def _bad(scope: Scope, message: str, anchor: str) -> Finding:
    return scope.finding(rules.BAD_REFERENCE, message, anchor=anchor[:200])
