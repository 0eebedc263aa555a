"""NumPy files with objects, and joblib files, whose arrays lie raw between the opcodes."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from proofs.hostile.assembler import (
    PAYLOAD,
    STOP,
    WEIGHTS,
    Apply,
    Ref,
    payload,
    pickled,
    proto,
    push,
)
from proofs.hostile.case import Case
from proofs.hostile.ziparchive import DEFLATED, plain


def npy(data: bytes, *, descr: str = "'|O'", shape: str = "(1,)", version: int = 1) -> bytes:
    """A .npy file with that header and those bytes."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    lead = 10 if version == 1 else 12
    header += b" " * (-(lead + len(header) + 1) % 64) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + data


NUMBERS = npy(struct.pack("<2d", 1, 2), descr="'<f8'", shape="(2,)")


def numpys() -> dict[str, bytes]:
    """Object arrays in all their wrappings."""
    bad = payload(3)
    record = "[('id', '<i4'), ('callback', '|O')]"
    return {
        "object.npy": npy(bad),
        "object-v2.npy": npy(payload(4), version=2),
        "object-v3.npy": npy(payload(5), version=3),
        "structured.npy": npy(bad, descr=record),
        "nested-structured.npy": npy(bad, descr=f"[('a', {record})]"),
        "subarray.npy": npy(bad, descr="[('a', '|O', (2,))]"),
        "scalar-shape.npy": npy(bad, shape="()"),
        "empty-shape.npy": npy(bad, shape="(0,)"),
        "not-an-array.npy": payload(2),
        "header-not-literal.npy": npy(b"\0" * 16, descr="__import__('os').system('echo seamark')"),
        "header-huge.npy": npy(b"", descr="'" + "a" * 70000 + "'", version=2),
        "second-array.npy": NUMBERS + npy(bad),
        "trailing-pickle.npy": NUMBERS + payload(2),
        "object.npz": plain({"weights.npy": npy(bad)}),
        "object-deflated.npz": plain({"a.npy": NUMBERS, "b.npy": npy(payload(4))}, method=DEFLATED),
        "pickle-member.npz": plain({"a.npy": NUMBERS, "b.npy": payload(2)}),
        "extra-member.npz": plain({"a.npy": NUMBERS, "meta.pkl": payload(2)}),
        "npz-in-npz.npz": plain({"a.npy": NUMBERS, "inner.npz": plain({"b.npy": npy(bad)})}),
        "metadata-dtype.npy": npy(bad, descr="('O', {'x': 1})"),
    }


def wrapper(shape: tuple[int, ...], dtype: str, protocol: int = 2) -> bytes:
    """The opcodes of joblib's NumpyArrayWrapper; the array's bytes follow its BUILD."""
    item: Any = Apply(
        Ref("joblib.numpy_pickle", "NumpyArrayWrapper"),
        (),
        state={
            "subclass": Ref("numpy", "ndarray"),
            "shape": shape,
            "order": "C",
            "dtype": Apply(Ref("numpy", "dtype"), (dtype, False, True),
                           state=(3, "<", None, None, None, -1, -1, 0)),
            "allow_mmap": dtype != "O8",
            "numpy_array_alignment_bytes": 16,
        },
        new=True,
    )  # fmt: skip
    return push(item, protocol)


def _aligned(before: int, data: bytes) -> bytes:
    padding = 16 - (before + 1) % 16
    return bytes([padding]) + b"\xff" * padding + data


def joblib(*, after: bytes = b"", raw: bytes | None = None, objects: bytes | None = None) -> bytes:
    """A dict with an array: ``after`` is pushed behind the array's bytes, inside the dict."""
    dtype, shape = ("O8", (1,)) if objects is not None else ("f8", (4,))
    head = proto(2) + b"}" + push("coef", 2) + wrapper(shape, dtype)
    data = raw if raw is not None else struct.pack("<4d", 1, 2, 3, 4)
    body = objects if objects is not None else _aligned(len(head), data)
    return head + body + b"s" + after + STOP


def joblibs() -> dict[str, bytes]:
    """The payload before, inside and after the arrays."""
    late = push("head", 2) + push(PAYLOAD, 2) + b"s"
    fake_stop = struct.pack("<d", 0) + b"." * 8 + b"\x80\x02N." + b"\0" * 12
    return {
        "bare.joblib": payload(2),
        "before-array.joblib": proto(2) + push(PAYLOAD, 2) + b"0" + joblib()[2:],
        "after-array.joblib": joblib(after=late),
        "after-two-arrays.joblib": joblib(
            after=push("b", 2) + wrapper((0,), "f8") + b"\x01\xff" + b"s" + late
        ),
        "array-looks-like-stop.joblib": joblib(raw=fake_stop, after=late),
        "object-array.joblib": joblib(objects=payload(4)),
        "object-array-then.joblib": joblib(objects=pickled([1], 4), after=late),
        "trailing.joblib": joblib() + payload(2),
        "old-array-wrapper.joblib": pickled(
            {"a": Apply(Ref("joblib.numpy_pickle_compat", "NDArrayWrapper"), (), new=True,
                        state={"filename": "../seamark.npy", "subclass": Ref("numpy", "ndarray")}),
             "b": PAYLOAD}, 2),
        "shape-lies.joblib": proto(2) + b"}" + push("c", 2) + wrapper((1 << 40,), "f8") + b"\0" * 64
        + b"s" + late + STOP,
        "memmap-subclass.joblib": joblib(after=push("m", 2) + push(
            Apply(Ref("numpy", "memmap"), ("/seamark-harmless",)), 2) + b"s"),
    }  # fmt: skip


def joblib_compressed() -> dict[str, bytes]:
    """The same under each compressor that joblib knows, and its own oldest one."""
    import lz4.frame

    late = push("head", 2) + push(PAYLOAD, 2) + b"s"
    data = joblib(after=late)
    packed = zlib.compress(data)
    zfile = b"ZF" + hex(len(data)).encode().ljust(19) + packed
    return {
        "gzip.joblib": gzip.compress(data, mtime=0),
        "zlib.joblib": packed,
        "bz2.joblib": bz2.compress(data),
        "xz.joblib": lzma.compress(data),
        "lzma.joblib": lzma.compress(data, format=lzma.FORMAT_ALONE),
        "lz4.joblib": lz4.frame.compress(data),
        "zfile.joblib": zfile,
        "gzip-plain.pkl": gzip.compress(pickled({**WEIGHTS, "w": PAYLOAD}, 4), mtime=0),
    }


_TABLES = {
    ("numpy", "npy-npz"): (numpys, "CVE-2019-6446 own"),
    ("joblib", "raw"): (joblibs, "own"),
    ("joblib", "compressed"): (joblib_compressed, "own"),
}
_ONLY_STOPPED = {
    "header-not-literal.npy",
    "header-huge.npy",
    "empty-shape.npy",
    "shape-lies.joblib",
}


def cases() -> Iterator[Case]:
    """One case an entry; NumPy's files are parted by their ending."""
    for (family, group), (table, source) in _TABLES.items():
        for name in table():
            part = name.rsplit(".", 1)[1] if family == "numpy" else group
            yield Case(
                id=f"{family}/{part}/{name}",
                family=family,
                group=part,
                source=source,
                path=f"{family}/{part}/{name}",
                build=lambda t=table, n=name: t()[n],
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )
