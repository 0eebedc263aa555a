"""Legacy torch checkpoints: five pickles, then each storage as a count and its raw elements.

The layout is that of ``torch.serialization._legacy_save``. The storages must end with the file.
"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.pickle.rules import DAMAGED_STREAM, STORAGE_LIES
from seamark.scan.models.pickle.trace import Const, Ref, Seq, Trace, Value
from seamark.scan.models.scope import Scope

MAGIC = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
STREAMS = 5

ELEMENT_BYTES: Mapping[str, int] = {
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "BFloat16Storage": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
    "BoolStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "QInt8Storage": 1,
    "QUInt8Storage": 1,
    "QInt32Storage": 4,
    "QUInt4x2Storage": 1,
    "QUInt2x4Storage": 1,
    "UntypedStorage": 1,
}
"""Bytes of one element by the name of the storage class that a checkpoint spells."""


def is_legacy(head: bytes) -> bool:
    """Whether the first pickle is the magic number, at any protocol that torch was asked for."""
    first = head[:64]
    return first[:1] == b"\x80" and MAGIC in first


def examine_storages(blob: Blob, scope: Scope, traces: list[Trace]) -> Iterator[Finding]:
    """Whether the raw storages after the five pickles are those that the object names."""
    widths = _widths(traces[3])
    keys = _keys(traces[4].result)
    at = traces[4].consumed
    problem = "" if keys is not None else "the list of storage keys is not a list of strings"
    for key in keys or ():
        if key not in widths:
            problem = f"storage {key[:40]!r} belongs to no tensor"
            break
        width, count = widths[key]
        head = blob.read(at, 8)
        announced = int.from_bytes(head, "little", signed=True)
        if len(head) < 8 or announced != count:
            problem = f"storage {key[:40]!r} does not have the announced number of elements"
            break
        at += 8 + count * width
    if not problem and at != blob.size:
        left = blob.size - at
        problem = f"{left} bytes are left over" if left > 0 else f"{-left} bytes are missing"
    if problem:
        rule = DAMAGED_STREAM if at > blob.size else STORAGE_LIES
        yield scope.finding(rule, f"After the pickles, {problem}.", anchor="storages", offset=at)


def _widths(trace: Trace) -> dict[str, tuple[int, int]]:
    """Bytes of one element and number of elements, by storage key."""
    widths = {}
    for persistent in trace.persistent:
        pid = persistent.pid
        items = pid.items if isinstance(pid, Seq) else ()
        if len(items) < 5 or not isinstance(items[1], Ref):
            continue
        key, count = _value(items[2]), _value(items[4])
        width = ELEMENT_BYTES.get(items[1].name)
        if isinstance(key, str) and isinstance(count, int) and width is not None and count >= 0:
            widths[key] = (width, count)
    return widths


def _value(value: Value) -> object:
    return value.value if isinstance(value, Const) else None


def _keys(result: Value | None) -> list[str] | None:
    if not isinstance(result, Seq) or result.kind != "list":
        return None
    keys = [_value(item) for item in result.items]
    return [key for key in keys if isinstance(key, str)] if not result.omitted else None
