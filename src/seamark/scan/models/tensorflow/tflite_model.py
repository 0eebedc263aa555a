"""The parts of a TFLite model, read from its flatbuffer into plain values.

Schema: tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3. Fields are numbered in the order
of that file.
"""

from dataclasses import dataclass, field

from seamark.scan.models.blobs import Blob
from seamark.scan.models.flatbuffers import Flatbuffer, Table, Vector
from seamark.scan.models.limits import LimitExceeded, Malformed

MOST = 200_000
"""Tensors, operators, buffers and the like, each; large models have some ten thousand."""

CUSTOM, DELEGATE, CUSTOM_CALL = 32, 51, 173
"""Codes of operators that are not built in, or not meant for files."""
LAST_BUILTIN = 209
"""The last operator that the schema of LiteRT 2.20 has."""
_SUBGRAPHS = {92: (0, 1), 93: (0, 1), 103: (0,), 16: (0,)}
_SUBGRAPHS_2 = {21: (1,), 15: (0, 1)}
"""Fields with a subgraph's number in operators' options, by the options' type."""


@dataclass(frozen=True, slots=True)
class Buffer:
    """Where a buffer's bytes lie in the file."""

    start: int
    length: int
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor; ``encoded`` says that its numbers are stored in another way than its shape."""

    name: str
    shape: tuple[int, ...]
    type: int
    buffer: int
    encoded: bool


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of operator that the model uses."""

    builtin: int
    custom: str


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: ``options`` are a custom one's, ``subgraphs`` those that it runs."""

    code: int
    tensors: tuple[int, ...]
    options: Buffer | None
    subgraphs: tuple[int, ...]
    target: str
    start: int


@dataclass(slots=True)
class Subgraph:
    """Tensors and operators that see each other; ``ends`` are inputs and outputs."""

    tensors: list[Tensor] = field(default_factory=list)
    ends: tuple[int, ...] = ()
    operators: list[Operator] = field(default_factory=list)
    name: str = ""


@dataclass(slots=True)
class Model:
    """A whole model. ``metadata`` gives names and numbers of buffers."""

    version: int = 0
    description: str = ""
    codes: list[Code] = field(default_factory=list)
    subgraphs: list[Subgraph] = field(default_factory=list)
    buffers: list[Buffer] = field(default_factory=list)
    metadata: list[tuple[str, int]] = field(default_factory=list)
    signatures: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    unknown_fields: int = 0


def read_model(flat: Flatbuffer, blob: Blob) -> Model:
    """The model in a flatbuffer. Raises ``Malformed``, ``LimitExceeded``."""
    root = flat.root()
    model = Model(flat.number(root, 0, "<I"), flat.text(root, 3))
    model.unknown_fields = sum(1 for at in root.fields[8:] if at)
    for each in flat.tables(root, 1, MOST):
        old, new = flat.number(each, 0, "<b"), flat.number(each, 3, "<i")
        flat.number(each, 2, "<i")
        model.codes.append(Code(max(old, new), flat.text(each, 1)))
    for each in flat.tables(root, 4, MOST):
        model.buffers.append(_read_buffer(flat, each, blob))
    count = 0
    for each in flat.tables(root, 2, MOST):
        subgraph = _read_subgraph(flat, each, blob)
        model.subgraphs.append(subgraph)
        count += len(subgraph.tensors) + len(subgraph.operators)
        if count > 2 * MOST:
            raise LimitExceeded(f"holds more than {2 * MOST} tensors and operators")
    flat.numbers(root, 5, "<i", MOST)
    for each in flat.tables(root, 6, MOST):
        model.metadata.append((flat.text(each, 0), flat.number(each, 1, "<I")))
    for each in flat.tables(root, 7, MOST):
        model.signatures.append(_read_signature(flat, each))
    return model


def _read_signature(flat: Flatbuffer, table: Table) -> tuple[str, int, tuple[int, ...]]:
    tensors: list[int] = []
    for at in (0, 1):
        for each in flat.tables(table, at, MOST):
            flat.text(each, 0)
            tensors.append(flat.number(each, 1, "<I"))
    return flat.text(table, 2), flat.number(table, 4, "<I"), tuple(tensors)


def _read_buffer(flat: Flatbuffer, table: Table, blob: Blob) -> Buffer:
    """Bytes in the flatbuffer, or behind it by offset and size (files of more than 2 GB)."""
    data = flat.vector(table, 0, 1)
    offset, size = flat.number(table, 1, "<Q"), flat.number(table, 2, "<Q")
    if offset > 1:
        inside = offset + size <= blob.size
        if inside:
            flat.used.add(offset, offset + size)
        return Buffer(offset, size, inside)
    return Buffer(data.start, data.length) if data else Buffer(0, 0)


def _read_subgraph(flat: Flatbuffer, table: Table, blob: Blob) -> Subgraph:
    subgraph = Subgraph(name=flat.text(table, 4))
    for each in flat.tables(table, 0, MOST):
        shape = flat.numbers(each, 0, "<i", 64)
        flat.numbers(each, 7, "<i", 64)
        sparse = flat.table(each, 6)
        _mark_quantization(flat, each)
        if sparse is not None:
            _mark_sparsity(flat, sparse)
        kept = Tensor(
            flat.text(each, 3)[:300],
            shape,
            flat.number(each, 1, "<b"),
            flat.number(each, 2, "<I"),
            sparse is not None,
        )
        for inner in flat.tables(each, 9, 64):
            flat.numbers(inner, 0, "<i", 64)
        subgraph.tensors.append(kept)
    subgraph.ends = (*flat.numbers(table, 1, "<i", MOST), *flat.numbers(table, 2, "<i", MOST))
    for each in flat.tables(table, 3, MOST):
        subgraph.operators.append(_read_operator(flat, each, blob))
    return subgraph


def _mark_quantization(flat: Flatbuffer, tensor: Table) -> None:
    """Walk through what readers do not need here, so that its bytes count as used."""
    quantization = flat.table(tensor, 4)
    if quantization is None:
        return
    for at, width in ((0, 4), (1, 4), (2, 4), (3, 8)):
        flat.vector(quantization, at, width)
    details = flat.table(quantization, 5)
    if details is not None and flat.number(quantization, 4, "<B") == 1:
        flat.vector(details, 0, 1)


def _mark_sparsity(flat: Flatbuffer, sparse: Table) -> None:
    flat.vector(sparse, 0, 4)
    flat.vector(sparse, 1, 4)
    widths = {1: 4, 2: 2, 3: 1}
    for each in flat.tables(sparse, 2, 64):
        for kind, held in ((2, 3), (4, 5)):
            inner = flat.table(each, held)
            if inner is not None:
                flat.vector(inner, 0, widths.get(flat.number(each, kind, "<B"), 1))


def _read_operator(flat: Flatbuffer, table: Table, blob: Blob) -> Operator:
    inputs, outputs = flat.numbers(table, 1, "<i", MOST), flat.numbers(table, 2, "<i", MOST)
    between = flat.numbers(table, 8, "<i", MOST)
    flat.vector(table, 7, 1)
    held = flat.vector(table, 5, 1)
    offset, size = flat.number(table, 9, "<Q"), flat.number(table, 10, "<Q")
    options = _options(held, offset, size, flat, blob)
    subgraphs: tuple[int, ...] = ()
    target = ""
    first, second = flat.table(table, 4), flat.table(table, 12)
    kind = flat.number(table, 3, "<B")
    if first is not None and kind in _SUBGRAPHS:
        subgraphs = tuple(flat.number(first, at, "<i") for at in _SUBGRAPHS[kind])
    kind = flat.number(table, 11, "<B")
    if second is not None:
        numbered = _SUBGRAPHS_2.get(kind, ())
        subgraphs += tuple(flat.number(second, at, "<i") for at in numbered)
        if kind == 5:
            target = flat.text(second, 0)
        if kind == 21:
            flat.text(second, 0)
            flat.vector(second, 2, 1)
    code = flat.number(table, 0, "<I")
    return Operator(code, (*inputs, *outputs, *between), options, subgraphs, target, table.start)


def _options(
    held: Vector | None, offset: int, size: int, flat: Flatbuffer, blob: Blob
) -> Buffer | None:
    if offset > 1:
        inside = offset + size <= blob.size
        if inside:
            flat.used.add(offset, offset + size)
        return Buffer(offset, size, inside)
    return Buffer(held.start, held.length) if held else None


def require_known(model: Model) -> None:
    """Raise ``Malformed`` where the model is none that a program could run."""
    if model.version != 3:
        raise Malformed(f"the model has the schema version {model.version}, not 3")
