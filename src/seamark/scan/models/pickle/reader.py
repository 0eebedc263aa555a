"""Pickle files: streams one after the other, what is nested in them, and what follows them."""

from collections.abc import Callable, Iterator

from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.formats import HEAD
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.pickle import rules, torch_legacy
from seamark.scan.models.pickle.machine import explain
from seamark.scan.models.pickle.opcodes import exact_str
from seamark.scan.models.pickle.root import describe_root
from seamark.scan.models.pickle.sniff import is_pickle
from seamark.scan.models.pickle.streams import Stream, StreamKind, open_stream
from seamark.scan.models.pickle.trace import (
    Call,
    Const,
    End,
    Nested,
    Oddity,
    Payload,
    Ref,
    Spelling,
    Trace,
    Value,
)
from seamark.scan.models.scope import Scope

__all__ = ["StreamKind", "examine", "examine_first", "examine_stream"]

TEXT_LIMIT = 64 << 20
"""Longest string that is turned back into the bytes it spells."""

STREAM_LIMIT = 10_000
_PADDING = 1 << 16


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in a pickle file of any kind: plain, joblib, or a legacy torch checkpoint."""
    if torch_legacy.is_legacy(blob.read(0, HEAD)):
        scope.set_format("torch-legacy")
        yield from _examine_legacy(blob, scope)
    else:
        yield from examine_stream(blob, scope, kind=StreamKind.PLAIN)


def examine_stream(
    blob: Blob,
    scope: Scope,
    *,
    kind: StreamKind,
    observe: Callable[[Trace], None] | None = None,
) -> Iterator[Finding]:
    """Findings in the pickle streams that fill ``blob``, loaded as ``kind`` says.

    ``observe`` is given the trace of each stream, for what only the container can judge.
    """
    start = 0
    for _ in range(STREAM_LIMIT):
        stream = open_stream(blob, scope, kind)
        trace = stream.run(start)
        if observe is not None:
            observe(trace)
        if stream.arrays:
            scope.set_format("joblib")
        if not start and kind in (StreamKind.PLAIN, StreamKind.JOBLIB):
            describe_root(trace.result, scope)
        yield from _report(stream, trace)
        if stream.arrays and kind is StreamKind.PLAIN:
            yield from _read_plainly(stream, trace)
        if trace.end is not End.STOP:
            return
        start = trace.consumed
        if start >= blob.size or _is_padding(blob, start):
            return
        if not is_pickle(blob.read(start, HEAD), blob.slice(start, blob.size - start)):
            yield from _examine_rest(blob, scope, start)
            return
    raise LimitExceeded(f"holds more than {STREAM_LIMIT} pickle streams")


def examine_first(
    blob: Blob, scope: Scope, *, observe: Callable[[Trace], None] | None = None
) -> Iterator[Finding]:
    """Findings in the one stream with which ``blob`` begins, which is all that is loaded."""
    scope.set_format("pickle")
    stream = open_stream(blob, scope, StreamKind.PLAIN)
    trace = stream.run(0)
    if observe is not None:
        observe(trace)
    yield from _report(stream, trace)
    if stream.arrays:
        yield from _read_plainly(stream, trace)


def _report(stream: Stream, trace: Trace) -> Iterator[Finding]:
    """What was found in one stream and in the constants that it carries."""
    yield from stream.found
    for nested in trace.nested:
        yield from _examine_nested(stream, nested)
    for call in stream.loads:
        yield from _examine_loaded(stream, call)
    if trace.limit is not None:
        raise trace.limit


def _examine_nested(stream: Stream, nested: Nested) -> Iterator[Finding]:
    content: Blob = stream.blob.slice(nested.offset, nested.length)
    if nested.spelling is not Spelling.BYTES:
        spelled = _spelled(content, nested.spelling)
        if spelled is None:
            return
        content = spelled
    head = content.read(0, HEAD)
    zipped = head.startswith(b"PK\x03\x04")
    if zipped or (is_pickle(head, content) and _gets_anywhere(content, stream.scope)):
        yield from stream.scope.examine(content, f"(constant at {nested.offset})")


_PLAUSIBLE = 16
"""Opcodes in a row that array bytes hardly ever make."""


def _gets_anywhere(content: Blob, scope: Scope) -> bool:
    """Whether a constant does something as a pickle before it breaks, if it breaks.

    The bytes of a small array may well begin like a pickle: that alone is no evidence.
    """
    trace = explain(content, meter=scope.meter)
    broken = trace.end is End.BROKEN and trace.limit is None
    # An extension code that nobody registered ends the stream: of two bytes, one chance in 85.
    odd = any(odd.oddity is not Oddity.EXTENSION for odd in trace.oddities)
    acted = trace.references or odd or trace.persistent or trace.nested or trace.loose_number
    return not broken or bool(acted) or trace.opcodes >= _PLAUSIBLE


def _spelled(text: Blob, spelling: Spelling = Spelling.UTF8) -> BytesBlob | None:
    """The bytes that a string spells as Latin-1 characters; None where it spells none."""
    if text.size > TEXT_LIMIT:
        raise LimitExceeded(f"spells more than {TEXT_LIMIT} bytes as text")
    data = text.read(0, text.size)
    try:
        value = data.decode("utf-8") if spelling is Spelling.UTF8 else exact_str(data) or ""
        return BytesBlob(value.encode("latin-1"))
    except UnicodeError:
        return None


def _examine_loaded(stream: Stream, call: Call) -> Iterator[Finding]:
    """What a known callable deserializes while loading: whatever it looks like, it is read."""
    content = _bytes_of(stream.blob, call.args[0] if call.args else None)
    if content is None:
        yield stream.scope.finding(
            rules.ODD_CALL,
            f"{call.function} loads bytes that are not spelled out in the stream.",
            anchor=f"{call.function} computed bytes",
            offset=call.offset,
        )
    elif not _is_noted(content):
        yield from stream.scope.examine(content, f"(loaded at {call.offset})")


def _is_noted(content: Blob) -> bool:
    """Whether the explainer noted the constant itself, so that it was examined already."""
    head = content.read(0, 4)
    return head == b"PK\x03\x04" or (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05")


def _bytes_of(blob: Blob, value: Value | None) -> Blob | None:
    if isinstance(value, Payload):
        content = blob.slice(value.offset, value.length)
        return _spelled(content) if value.kind == "str" else content
    if isinstance(value, Const) and isinstance(value.value, bytes):
        return BytesBlob(value.value)
    if isinstance(value, Const) and isinstance(value.value, str):
        try:
            return BytesBlob(value.value.encode("latin-1"))
        except UnicodeError:
            return None
    encodes = isinstance(value, Call) and value.function
    if isinstance(encodes, Ref) and str(encodes) == "_codecs.encode" and isinstance(value, Call):
        return _bytes_of(blob, value.args[0]) if value.args else None
    return None


def _read_plainly(stream: Stream, trace: Trace) -> Iterator[Finding]:
    """What ``pickle.load`` does with a joblib stream: it takes the arrays for opcodes.

    An array of objects is a pickle stream, so its names are in it anyway, and with the outer memo
    some come out as others; then only what is hostile counts.
    """
    other = explain(stream.blob, trace.start, meter=stream.scope.meter)
    known = set(trace.references).union(*(inner.references for inner in stream.inner))
    new = {key: ref for key, ref in other.references.items() if key not in known}
    found = list(stream.decide(new, other))
    if stream.arrays[0].holds_objects:
        found = [finding for finding in found if finding.rule.verdict is Verdict.HOSTILE]
    if found:
        yield stream.scope.finding(
            rules.TWO_READINGS,
            "Read without joblib, the array bytes are instructions that import something else.",
            anchor="plain reading",
            offset=trace.start,
        )
        yield from found


def _is_padding(blob: Blob, start: int) -> bool:
    """Zeros or line ends after the stream, as transfers and disks leave them."""
    rest = blob.size - start
    return rest <= _PADDING and not blob.read(start, rest).strip(b"\0\r\n ")


def _examine_rest(blob: Blob, scope: Scope, start: int) -> Iterator[Finding]:
    """Bytes after the last stream: a finding, and whatever they are is examined as such."""
    from seamark.scan.models.router import detect
    from seamark.scan.models.weights.tails import examine_appended_zip

    rest = blob.slice(start, blob.size - start)
    yield scope.finding(
        rules.TRAILING_BYTES,
        f"After the end of the stream there are {rest.size} more bytes.",
        anchor="trailing bytes",
        offset=start,
        evidence={"bytes": rest.size},
    )
    if detect(rest) is not None:
        yield from scope.examine(rest, f"(bytes from {start})")
    else:
        yield from examine_appended_zip(blob, scope, host="pickle")


def _examine_legacy(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Five pickles (magic, protocol, system, object, storage keys), then the raw storages."""
    start = 0
    traces: list[Trace] = []
    for _ in range(torch_legacy.STREAMS):
        stream = open_stream(blob, scope, StreamKind.TORCH_LEGACY)
        trace = stream.run(start)
        yield from _report(stream, trace)
        if trace.end is not End.STOP:
            return
        traces.append(trace)
        start = trace.consumed
    yield from torch_legacy.examine_storages(blob, scope, traces)
