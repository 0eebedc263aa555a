"""Do the tensor data that a checkpoint's pickle names exist, and are they long enough?"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.archives.member_names import visible
from seamark.scan.models.pickle.torch_legacy import ELEMENT_BYTES
from seamark.scan.models.pickle.trace import Const, Ref, Seq, Trace, Value
from seamark.scan.models.scope import Scope
from seamark.scan.models.torch import rules

DTYPES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8",
    "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
    "QUInt4x2Storage": "quint4x2",
    "QUInt2x4Storage": "quint2x4",
}
"""Element type by the name of the storage class: NumPy's name, or torch's where NumPy has none."""


def named_storage(pid: Value) -> tuple[str, int | None] | None:
    """Key and length in bytes (None where the class is unknown) that a persistent id names."""
    items = pid.items if isinstance(pid, Seq) else ()
    if len(items) < 5 or not isinstance(items[0], Const) or items[0].value != "storage":
        return None
    kind, key, count = items[1], items[2], items[4]
    if not isinstance(key, Const) or not isinstance(count, Const):
        return None
    width = ELEMENT_BYTES.get(kind.name) if isinstance(kind, Ref) else None
    length = width * count.value if width and isinstance(count.value, int) else None
    return str(key.value), length


def _describe(trace: Trace, scope: Scope) -> None:
    """Count the weights: elements of each storage that the pickle names, shared ones once."""
    counted: dict[str, tuple[str, int]] = {}
    for persistent in trace.persistent:
        items = persistent.pid.items if isinstance(persistent.pid, Seq) else ()
        if len(items) < 5 or not isinstance(items[1], Ref):
            continue
        key, count = items[2], items[4]
        if isinstance(key, Const) and isinstance(count, Const) and isinstance(count.value, int):
            counted[str(key.value)] = (dtype_of(items[1].name), max(0, count.value))
    dtypes: dict[str, int] = {}
    for dtype, elements in counted.values():
        dtypes[dtype] = dtypes.get(dtype, 0) + elements
    scope.describe(
        framework="PyTorch",
        parameters=sum(dtypes.values()),
        tensors=len(counted),
        dtypes=dtypes,
    )


def dtype_of(storage: str) -> str:
    """NumPy's name for the elements of a storage class (``FloatStorage``: ``float32``)."""
    return DTYPES.get(storage, storage.removesuffix("Storage").lower())


def examine_storages(
    trace: Trace,
    folder: str,
    suffix: str,
    sizes: Mapping[str, int],
    scope: Scope,
    *,
    empty: bool = False,
) -> Iterator[Finding]:
    """Findings about what ``trace`` names: members ``folder`` + key + ``suffix``.

    ``sizes`` of the members are by name in lower case. ``empty`` storages are as they should be.
    """
    _describe(trace, scope)
    missing: dict[str, None] = {}
    short: dict[str, tuple[int, int]] = {}
    for persistent in trace.persistent:
        named = named_storage(persistent.pid)
        if named is None:
            continue
        key, length = named
        size = sizes.get(f"{folder}{key}{suffix}".lower())
        if size is None:
            missing[key] = None
        elif length is not None and size < length and not (empty and size == 0):
            short[key] = (size, length)
    if missing:
        first = visible(next(iter(missing)))
        yield scope.finding(
            rules.STORAGE_MISSING,
            f"The archive lacks {len(missing)} of the storages that the pickle names, the first "
            f"of them {first!r}.",
            anchor="missing storages",
            evidence={"missing": [visible(key) for key in list(missing)[:20]]},
        )
    for key, (size, length) in list(short.items())[:20]:
        name = visible(key)
        yield scope.finding(
            rules.STORAGE_SHORT,
            f"The storage {name!r} has {size} bytes; the pickle says {length}.",
            anchor=name,
            evidence={"storage": name, "found": size, "told": length},
        )
