"""The parts of a tar checkpoint (torch before 0.1.10, still read by torch.load).

``sys_info`` and ``pickle`` are pickles. ``storages`` is a pickled count, then for each storage a
pickled (key, location, class), 8 bytes of length and the elements, at last pickled views.
``tensors`` is a pickled count, then for each tensor a pickled triple and its binary shape.
Layout: ``torch.serialization._legacy_load``. Each of these pickles can act (CVE-2025-32434).
"""

from collections.abc import Generator, Iterator
from dataclasses import replace

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.pickle import rules as pickle_rules
from seamark.scan.models.pickle.machine import explain
from seamark.scan.models.pickle.reader import StreamKind, examine_stream
from seamark.scan.models.pickle.torch_legacy import ELEMENT_BYTES
from seamark.scan.models.pickle.trace import Const, End, Ref, Seq, Trace, Value
from seamark.scan.models.scope import Reader, Scope
from seamark.scan.models.torch import rules

_MOST_DIMENSIONS = 64


def reader_of(part: str) -> Reader:
    """The reader of ``sys_info``, ``pickle``, ``storages`` or ``tensors``."""
    return _READERS[part]


def examine_object(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """The pickled object; its persistent ids are numbers of tensors and storages."""
    traces: list[Trace] = []
    found = examine_stream(blob, scope, kind=StreamKind.TORCH_LEGACY, observe=traces.append)
    findings = list(found)
    numbers = all(_is_number(p.pid) for trace in traces for p in trace.persistent)
    for finding in findings:
        if not (numbers and finding.rule is pickle_rules.PERSISTENT_ID):
            yield finding


def examine_system(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What the writing machine was."""
    yield from examine_stream(blob, scope, kind=StreamKind.PLAIN)


def examine_storages(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Pickles and raw elements in turn."""
    parts = _Parts(blob, scope)
    count = yield from parts.pickle()
    for _ in range(_whole(count)):
        kind = yield from parts.pickle()
        width = _element_bytes(kind)
        length = int.from_bytes(blob.read(parts.at, 8), "little", signed=True)
        if parts.broken or width is None or length < 0:
            break
        parts.at += 8 + width * length
    else:
        yield from parts.pickle()
    yield from parts.finish("storages")


def examine_tensors(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Pickles and binary shapes in turn."""
    parts = _Parts(blob, scope)
    count = yield from parts.pickle()
    for _ in range(_whole(count)):
        yield from parts.pickle()
        dimensions = int.from_bytes(blob.read(parts.at, 4), "little", signed=True)
        if parts.broken or not 0 <= dimensions <= _MOST_DIMENSIONS:
            break
        parts.at += 8 + 16 * dimensions + 8
    yield from parts.finish("tensors")


class _Parts:
    """A place in a file in which pickles alternate with binary data."""

    __slots__ = ("at", "blob", "broken", "scope")

    def __init__(self, blob: Blob, scope: Scope) -> None:
        self.blob = blob
        self.scope = scope
        self.at = 0
        self.broken = False

    def pickle(self) -> Generator[Finding, None, Value | None]:
        """Findings in the pickle that begins here; gives what it builds and goes behind it."""
        start = self.at
        if self.broken or start >= self.blob.size:
            self.broken = True
            return None
        trace = explain(self.blob, start, meter=self.scope.meter)
        stream = self.blob.slice(start, trace.consumed - start)
        if trace.end is not End.STOP:
            self.broken = True
            stream = self.blob.slice(start, self.blob.size - start)
        for finding in examine_stream(stream, self.scope, kind=StreamKind.TORCH_LEGACY):
            place = finding.location
            if place.offset is not None and place.member == self.scope.member:
                place = replace(place, offset=place.offset + start)
            yield replace(finding, location=place)
        self.at = trace.consumed
        return trace.result

    def finish(self, part: str) -> Iterator[Finding]:
        """A finding where the file does not end where its parts do; the rest is examined."""
        if self.at == self.blob.size and not self.broken:
            return
        yield self.scope.finding(
            rules.TAR_CHECKPOINT,
            f"The {part} of this tar checkpoint are not laid out as torch wrote them.",
            anchor=part,
            offset=self.at,
        )
        rest = self.blob.slice(self.at, self.blob.size - self.at)
        from seamark.scan.models.router import detect

        if rest.size and self.at and detect(rest) is not None:
            yield from self.scope.examine(rest, f"(bytes from {self.at})")


def _whole(value: Value | None) -> int:
    number = value.value if isinstance(value, Const) else None
    return number if isinstance(number, int) and number > 0 else 0


def _element_bytes(value: Value | None) -> int | None:
    items = value.items if isinstance(value, Seq) else ()
    kind = items[2] if len(items) == 3 else None
    return ELEMENT_BYTES.get(kind.name) if isinstance(kind, Ref) else None


def _is_number(pid: Value) -> bool:
    value = pid.value if isinstance(pid, Const) else None
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())


_READERS: dict[str, Reader] = {
    "sys_info": examine_system,
    "pickle": examine_object,
    "storages": examine_storages,
    "tensors": examine_tensors,
}
