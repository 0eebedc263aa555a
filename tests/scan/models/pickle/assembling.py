"""Pickles put together by hand, and the shortest way to what the engines say of them."""

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.pickle.judge import Judgment, shared_judge
from seamark.scan.models.pickle.machine import explain
from seamark.scan.models.pickle.trace import Trace

SYSTEM = b"cos\nsystem\n(S'echo seamark'\ntR"
"""An import and a call, as protocol 0 spells them; never executed."""


def text(value: str) -> bytes:
    """SHORT_BINUNICODE."""
    body = value.encode()
    return b"\x8c" + bytes([len(body)]) + body


def explained(data: bytes) -> Trace:
    """The explainer's trace."""
    return explain(BytesBlob(data), meter=Meter(Limits()))


def judged(data: bytes) -> Judgment:
    """The judge's judgment."""
    return shared_judge().judge(BytesBlob(data), explained(data), seconds=30)
