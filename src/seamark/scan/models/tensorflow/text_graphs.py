"""Graphs and SavedModels as text (``.pbtxt``), and the ``checkpoint`` file beside checkpoints."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow import graphs, saved_model
from seamark.scan.models.tensorflow.dtypes import DTYPES
from seamark.scan.models.tensorflow.kinds import is_state, text_root
from seamark.scan.models.tensorflow.text_format import encode
from seamark.scan.models.tensorflow.text_schema import SCHEMA
from seamark.scan.models.weights.protobuf import Wires

_SIZE_LIMIT = 16 << 20
_CHECKPOINTS = 100_000

_ODD_NAMES = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}
_TYPES = {
    f"DT_{_ODD_NAMES.get(dtype.name, dtype.name.upper())}": number
    for number, dtype in DTYPES.items()
}

_READERS: dict[str, Callable[[Blob, Scope], Iterator[Finding]]] = {
    "Graph": graphs.examine,
    "MetaGraph": saved_model.examine_meta_graph,
    "SavedModel": saved_model.examine,
}


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in a graph, meta graph or SavedModel that is written as text."""
    root = text_root(blob.read(0, 4096))
    data = _encoded(blob, scope, root)
    for finding in _READERS[root](BytesBlob(data), scope):
        # Offsets are those of the binary form, which nobody has.
        yield replace(finding, location=replace(finding.location, offset=None))


def _encoded(blob: Blob, scope: Scope, root: str) -> bytes:
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"has more than {_SIZE_LIMIT} bytes of protobuf text")
    wire = encode(blob.read(0, blob.size), SCHEMA, root, _TYPES, scope.meter)
    if wire.unknown:
        names = ", ".join(sorted(wire.unknown)[:10])
        scope.skip(f"fields that the schema does not know: {names}")
    return wire.data


def examine_state(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """The ``checkpoint`` file: which checkpoint is restored next, and which ones there are.

    Absolute names are honest where that checkpoint lies beside the file: programs that save to an
    absolute path write them, and folders are moved.
    """
    if not is_state(blob.read(0, 4096), blob):
        return
    scope.tally.note = scope.tally.note or "state of checkpoints"
    data = _encoded(blob, scope, "State")
    scope.tally.bytes += blob.size
    wires = Wires(BytesBlob(data))
    seen: set[str] = set()
    for count, part in enumerate(wires.fields(0, len(data))):
        if count > _CHECKPOINTS:
            raise LimitExceeded(f"names more than {_CHECKPOINTS} checkpoints")
        path = wires.text(part) if part.number in (1, 2) else ""
        if path and path not in seen:
            seen.add(path)
            kind = classify_path(path)
            if kind is PathKind.INSIDE or (kind is PathKind.ABSOLUTE and _is_beside(path, scope)):
                continue
            yield scope.finding(
                rules.FOREIGN_CHECKPOINT,
                f"The checkpoint is called '{path[:200]}', which {kind.value}.",
                anchor=path[:200],
                evidence={"path": path[:1000]},
            )


def _is_beside(path: str, scope: Scope) -> bool:
    name = path.replace("\\", "/").rpartition("/")[2]
    return any(each == name or each.startswith(f"{name}.") for each in scope.siblings())
