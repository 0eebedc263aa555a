"""Is this a pickle? By content, for streams with and without a protocol mark.

Protocols 2 to 5 begin with PROTO. Protocols 0 and 1 have no magic: the first opcodes are tried on
the explainer. Text that happens to begin with opcode letters is not claimed, but a stream that
would call or import something before it breaks is.
"""

import codecs

from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Meter
from seamark.scan.models.pickle.opcodes import COUNTED, NAMES
from seamark.scan.models.pickle.trace import End, Trace

_PROTO, _FRAME = 0x80, 0x95
_TRIED = 4096
_LIMITS = Limits(opcodes=100_000)
_ENOUGH = 64
"""Opcodes without an error that no text has."""

_FIRST = frozenset(b"(IJKLMNFGSTUVXBCcP])}\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96")
"""Opcodes that do not fail on an empty stack."""


def is_pickle(head: bytes, blob: Blob) -> bool:
    """Whether a loader that tries this as a pickle would get anywhere."""
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
    return _tries_well(head, blob)


def _tries_well(head: bytes, blob: Blob) -> bool:
    from seamark.scan.models.pickle.machine import explain

    tried = head[:_TRIED]
    try:
        trace = explain(BytesBlob(tried), meter=Meter(_LIMITS))
    except LimitExceeded:
        return True
    if trace.end is End.STOP:
        rest = blob.size - trace.consumed
        if not rest or trace.references or trace.opcodes >= _ENOUGH:
            return True
        tail = tried[trace.consumed :]
        return tail[:1] != tried[:1] and is_pickle(tail, BytesBlob(tail)) if tail else False
    if trace.calls or (trace.opcodes >= _ENOUGH and not trace.references):
        return True
    if trace.references and (not _is_text(tried) or _acts(trace)):
        return True
    if trace.reason == "truncated" and len(tried) < blob.size:
        return bool(trace.references) or _goes_on(tried[trace.consumed :], trace.consumed, blob)
    return False


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


def _goes_on(token: bytes, offset: int, blob: Blob) -> bool:
    """Whether after a long constant, which the head does not hold, another opcode follows."""
    if len(token) < 9 or token[0] not in COUNTED:
        return False
    width = COUNTED[token[0]][0]
    end = offset + 1 + width + int.from_bytes(token[1 : 1 + width], "little")
    after = blob.read(end, 1)
    return len(after) == 1 and after[0] in NAMES
