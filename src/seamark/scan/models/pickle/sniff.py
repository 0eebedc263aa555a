"""Is this a pickle? By content, for streams with and without a protocol mark.

Protocols 2 to 5 begin with PROTO. Protocols 0 and 1 have no magic: the first opcodes are tried on
the explainer. Text that happens to begin with opcode letters is not claimed, but a stream that
would call or import something before it breaks is.
"""

import codecs

from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.pickle.opcodes import NAMES
from seamark.scan.models.pickle.trace import End, Trace

_PROTO, _FRAME = 0x80, 0x95
_TRIED = 4096
_LIMITS = Limits(opcodes=4096, seconds=5)
_ENOUGH = 64
"""Opcodes without an error that no text has."""

_FIRST = frozenset(b"(IJKLMNFGSTUVXBCcP])}\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96")
"""Opcodes that do not fail on an empty stack."""


def is_pickle(head: bytes, blob: Blob, *, streams: int = 16) -> bool:
    """Whether a loader that tries this as a pickle would get anywhere.

    ``streams`` that do nothing may come first; those of a word each are also found in prose.
    """
    if len(head) < 2:
        return False
    if head[0] == _PROTO:
        if head[1] <= 5:
            return len(head) > 2 and head[2] in NAMES
        return False
    if head[0] not in _FIRST:
        return False
    if head[0] == _FRAME and int.from_bytes(head[1:9], "little") <= blob.size:
        return len(head) > 9
    return streams > 0 and _tries_well(head, blob, streams)


def _tries_well(head: bytes, blob: Blob, streams: int) -> bool:
    from seamark.scan.models.pickle.machine import explain

    tried: Blob = BytesBlob(head[:_TRIED])
    trace = explain(tried, meter=Meter(_LIMITS))
    if trace.reason == "truncated" and tried.size < blob.size:  # a constant longer than the head
        tried = blob
        trace = explain(blob, meter=Meter(_LIMITS))
    if trace.loose_number:  # where the C unpickler stops, that in Python goes on
        trace = explain(tried, meter=Meter(_LIMITS), frames=False)
    if trace.limit is not None or trace.calls:
        return True
    if trace.end is End.STOP:
        if trace.consumed == blob.size or trace.references or trace.opcodes >= _ENOUGH:
            return True
        rest = tried.read(trace.consumed, _TRIED)
        return is_pickle(rest, BytesBlob(rest), streams=streams - 1)
    if trace.references:
        return not _is_text(head[:_TRIED]) or _acts(trace)
    return trace.opcodes >= _ENOUGH


def acts_as_pickle(head: bytes, blob: Blob) -> bool:
    """Whether what is another format as well would import something real when unpickled.

    For formats that a sniffer before this one claims; ``head`` may be any few bytes.
    """
    return acting(head, blob) is not None


def acting(head: bytes, blob: Blob) -> Trace | None:
    """What such a pickle does; None where it is none that imports something real."""
    if not head or (head[0] not in _FIRST and head[0] != _PROTO):
        return None
    from seamark.scan.models.pickle.decide import load_allowlist
    from seamark.scan.models.pickle.machine import explain

    trace = explain(blob, meter=Meter(_LIMITS))
    if trace.loose_number or trace.end is not End.STOP:  # some unpickler may go on
        trace = explain(blob, meter=Meter(_LIMITS), frames=False)
    if not trace.references:
        return None
    stdlib = load_allowlist().stdlib
    real = any(module.partition(".")[0] in stdlib for module, _ in trace.references)
    return trace if real or trace.calls or trace.end is End.STOP else None


_CONTROL = bytes(set(range(32)) - set(b"\t\n\r"))


def _is_text(head: bytes) -> bool:
    """Whether ``head`` is UTF-8 without control characters, as word lists and tables are."""
    try:
        codecs.utf_8_decode(head, "strict", False)
    except UnicodeDecodeError:
        return False
    return len(head.translate(None, _CONTROL)) == len(head)


def _acts(trace: Trace) -> bool:
    """Whether text that calls nothing is more likely a pickle than a list of words with c.

    Each two lines of such a list spell an import. Here the first import must be of a module that
    exists, or a loader stops there, and an opcode must follow that is no import.
    """
    from seamark.scan.models.pickle.decide import load_allowlist

    if trace.opcodes - 1 <= sum(trace.asked.values()):
        return False
    module, name = next(iter(trace.references))
    return module.partition(".")[0] in load_allowlist().stdlib and name.isidentifier()
