"""Do the tensor data that a checkpoint's pickle names exist, and are they long enough?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

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


class Storage(NamedTuple):
    """What a persistent id names: ``dtype`` is empty and ``length`` None for unknown classes."""

    key: str
    dtype: str
    elements: int | None
    length: int | None


def named_storage(pid: Value) -> Storage | None:
    """The storage that a persistent id names: its key, elements, and length in bytes."""
    items = pid.items if isinstance(pid, Seq) else ()
    if len(items) < 5 or not isinstance(items[0], Const) or items[0].value != "storage":
        return None
    kind, key, count = items[1], items[2], items[4]
    if not isinstance(key, Const) or not isinstance(count, Const):
        return None
    elements = count.value if isinstance(count.value, int) else None
    name = kind.name if isinstance(kind, Ref) else ""
    width = ELEMENT_BYTES.get(name)
    length = width * elements if width and elements is not None else None
    return Storage(str(key.value), dtype_of(name), elements, length)


def _describe(named: Iterable[Storage], scope: Scope) -> None:
    """Count the weights: elements of each storage that the pickle names, shared ones once."""
    counted = {
        each.key: (each.dtype, max(0, each.elements))
        for each in named
        if each.dtype and each.elements is not None
    }
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
    found = [named_storage(persistent.pid) for persistent in trace.persistent]
    storages = [storage for storage in found if storage is not None]
    _describe(storages, scope)
    missing: dict[str, None] = {}
    short: dict[str, tuple[int, int]] = {}
    for key, _dtype, _elements, length in storages:
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
