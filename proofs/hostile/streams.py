"""Where a payload hides in a stream of bytes: before, after and inside other pickles."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import pickle
import struct
from collections.abc import Iterator

from proofs.hostile.assembler import (
    PAYLOAD,
    STOP,
    WEIGHTS,
    Apply,
    Ref,
    frame,
    payload,
    pickled,
    proto,
    push,
    text,
)
from proofs.hostile.case import Case

BENIGN = pickle.dumps(WEIGHTS, protocol=4)
BENIGN_0 = pickle.dumps(WEIGHTS, protocol=0)
BENIGN_2 = pickle.dumps([1, 2, 3], protocol=2)


def leading() -> dict[str, bytes]:
    """Benign streams first: a loader that loads several reaches the payload."""
    return {
        "one": BENIGN + payload(2),
        "two": BENIGN + BENIGN_2 + payload(4),
        "twenty": BENIGN_2 * 20 + payload(2),
        "protocol-0": BENIGN_0 + payload(0),
        "mixed": BENIGN_0 + BENIGN + BENIGN_2 + payload(3),
        "empty-ones": b"N." * 8 + payload(0),
        "newlines-between": BENIGN + b"\n\n" + payload(2),
        "ints-like-torch": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
        + b"\x80\x02M\xe9\x03."
        + payload(2),
    }


def trailing() -> dict[str, bytes]:
    """The payload is loaded, then something harmless hides it from tail readers."""
    return {
        "benign-after": payload(2) + BENIGN,
        "zeros-after": payload(2) + b"\0" * 4096,
        "text-after": payload(0) + b"\n# model card\n" * 20,
        "zip-end-after": payload(2) + b"PK\x05\x06" + b"\0" * 18,
        "numpy-after": payload(2)
        + b"\x93NUMPY\x01\x00v\x00"
        + b"{'descr': '<f8'}".ljust(117)
        + b"\n",
        "gzip-after": payload(4) + b"\x1f\x8b\x08\x00" + b"\0" * 64,
        "huge-random-after": payload(2) + bytes((i * 7919) % 256 for i in range(200_000)),
    }


def after_stop() -> dict[str, bytes]:
    """Bytes after the STOP of the stream that is loaded; a second load reaches them."""
    return {
        "padding-between": BENIGN + b"\0" * 64 + payload(2),
        "page-padding": BENIGN.ljust(4096, b"\0") + payload(4),
        "garbage-between": BENIGN + b"seamark garbage" + payload(2),
        "frame-hides": proto(4) + frame(push(WEIGHTS, 4) + STOP + payload(2)),
        "stop-in-frame": proto(4) + frame(b"N." + payload(4)[2:]),
        "length-prefixed": struct.pack("<I", len(BENIGN)) + BENIGN + payload(2),
    }


def nested() -> dict[str, bytes]:
    """A pickle inside a value of a pickle, which the receiving code or a reducer loads."""
    inner, inner4 = payload(2), payload(4)
    loads = Ref("torch.storage", "_load_from_bytes")
    array = Apply(
        Ref("numpy.core.multiarray", "_reconstruct"), (Ref("numpy", "ndarray"), (0,), b"b")
    )
    return {
        "bytes-in-dict": pickled({**WEIGHTS, "blob": inner4}, 4),
        "bytes-in-list": pickled([1, [2, [3, inner]]], 4),
        "str-latin1": pickled({**WEIGHTS, "blob": inner.decode("latin-1")}, 4),
        "codecs-encode": pickled({"blob": inner}, 2),
        "bytearray": proto(5) + b"\x96" + struct.pack("<Q", len(inner)) + inner + STOP,
        "load-from-bytes": pickled(Apply(loads, (inner,)), 4),
        "load-from-bytes-codecs": pickled(Apply(loads, (inner,)), 2),
        "load-from-bytes-latin1": pickled({**WEIGHTS, "w": Apply(loads, (payload(0),))}, 3),
        "pickle-loads": pickled(Apply(Ref("pickle", "loads"), (inner,)), 4),
        "twice-nested": pickled({"a": pickled({"b": inner4}, 4)}, 4),
        "thrice-loaded": pickled(Apply(loads, (pickled(Apply(loads, (inner,)), 4),)), 4),
        "array-state": pickled(
            Apply(Ref("numpy.core.multiarray", "_reconstruct"), (Ref("numpy", "ndarray"), (0,), b"b"),
                  state=(1, (1,), Apply(Ref("numpy", "dtype"), ("O8", False, True),
                                        state=(3, "|", None, None, None, -1, -1, 63)), False, [PAYLOAD])), 3),
        "estimator-state": pickled(Apply(Ref("sklearn.linear_model._logistic", "LogisticRegression"), (),
                                         state={"C": 1.0, "coef_": array, "callback": PAYLOAD}, new=True), 4),
        "dict-key": pickled([{"k": 1}], 2)[:-1] + b"0}" + push(PAYLOAD, 2) + b"K\x01s.",
        "memo-only": proto(4) + push(PAYLOAD, 4) + b"\x940" + push(WEIGHTS, 4) + STOP,
        "frozenset-member": proto(4) + b"(" + push(PAYLOAD, 4) + b"\x91.",
        "ordered-dict-items": pickled(Apply(Ref("collections", "OrderedDict"), ([["w", PAYLOAD]],)), 2),
        "exception-state": pickled(Apply(Ref("builtins", "ValueError"), (PAYLOAD,)), 4),
        "cloudpickle-function": pickled(
            Apply(Ref("cloudpickle.cloudpickle", "_builtin_type"), ("FunctionType",)), 4),
        "deque-member": pickled(Apply(Ref("collections", "deque"), ([PAYLOAD],)), 2),
        "utf8-string-text": pickled({"note": text("os.system", 4), "w": PAYLOAD}, 4),
    }  # fmt: skip


# Inner pickles that only a further load by the application would run: findings there are a
# courtesy, so these ask that the file is stopped, not how.
_TABLES = {
    ("stream", "leading"): leading,
    ("stream", "trailing"): trailing,
    ("stream", "after-stop"): after_stop,
    ("nested", "state"): nested,
}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for (family, group), table in _TABLES.items():
        for name in table():
            yield Case(
                id=f"{family}/{group}/{name}",
                family=family,
                group=group if family == "stream" else _nested_group(name),
                source="own",
                path=f"{family}/{group}-{name}.pkl",
                build=lambda t=table, n=name: t()[n],
            )


def _nested_group(name: str) -> str:
    return "loaded-again" if "load" in name or "bytes" in name or "str" in name else "in-state"
