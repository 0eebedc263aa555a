"""Torch checkpoints: zip, legacy and tar, and the tricks that part loader and scanner."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import io
import struct
import tarfile
from collections.abc import Iterator
from typing import Any

from proofs.hostile.assembler import (
    PAYLOAD,
    SYSTEM,
    Apply,
    Persistent,
    Ref,
    payload,
    pickled,
    proto,
    push,
)
from proofs.hostile.case import COMMAND, Case
from proofs.hostile.ziparchive import DEFLATED, Entry, archive, plain

STORAGE = struct.pack("<4f", 0.5, -1.0, 2.0, 0.25)
TENSOR = Apply(
    Ref("torch._utils", "_rebuild_tensor_v2"),
    (
        Persistent(("storage", Ref("torch", "FloatStorage"), "0", "cpu", 4)),
        0, (2, 2), (2, 1), False, Apply(Ref("collections", "OrderedDict"), ()),
    ),
)  # fmt: skip


def state(extra: dict[str, Any] | None = None) -> bytes:
    """`data.pkl` of a state dict with one tensor, and what else is asked for."""
    return pickled({"weight": TENSOR, **(extra or {})}, 2)


BENIGN = state()
HOSTILE = state({"bias": PAYLOAD})


def members(data: bytes = HOSTILE, root: str = "archive") -> dict[str, bytes]:
    """The members that `torch.save` writes."""
    return {
        f"{root}/data.pkl": data,
        f"{root}/.format_version": b"1",
        f"{root}/byteorder": b"little",
        f"{root}/data/0": STORAGE,
        f"{root}/version": b"3\n",
        f"{root}/.data/serialization_id": b"0" * 40,
    }


def entries(*first: Entry, root: str = "archive", **options: Any) -> list[Entry]:
    """``first`` and then the other members of a checkpoint."""
    rest = [
        Entry(name=n.encode(), data=d) for n, d in members(b"", root).items() if "data.pkl" not in n
    ]
    return [*first, *rest]


def _pkl(data: bytes = HOSTILE, name: bytes = b"archive/data.pkl", **options: Any) -> Entry:
    return Entry(name=name, data=data, **options)


def zip_names() -> dict[str, bytes]:
    """Names that do not say what they hold."""
    both = {**members(BENIGN), "other/data.pkl": HOSTILE}
    return {
        "plain": plain(members()),
        "bare-payload": plain(members(payload(2))),
        "root-less": plain({n.removeprefix("archive/"): d for n, d in members().items()}),
        "other-root": plain(members(root="model_final (1)")),
        "deflated": plain(members(), method=DEFLATED),
        "upper-case": archive(*entries(_pkl(name=b"archive/DATA.PKL"))),
        "second-root": plain(both),
        "config-pickle": plain({**members(BENIGN), "archive/config.p": payload(4)}),
        "extra-json-is-pickle": plain({**members(BENIGN), "archive/extra/info.json": payload(2)}),
        "extra-no-name": plain({**members(BENIGN), "archive/extra/info": payload(0)}),
        "version-is-pickle": plain({**members(BENIGN), "archive/version": payload(0)}),
        "constants": plain({**members(BENIGN), "archive/constants.pkl": HOSTILE}),
        "nested-zip": plain({"inner.pt": plain(members())}),
        "nested-zip-beside": plain({**members(BENIGN), "archive/extra/inner.bin": plain(members())}),
        "data-pkl-is-zip": plain(members(plain(members()))),
        "local-name-differs": archive(*entries(_pkl(local_name=b"archive/readme.txt"))),
        "local-name-longer": archive(*entries(_pkl(local_name=b"archive/data.pkl/../notes"))),
        "duplicate-benign-first": archive(*entries(_pkl(BENIGN), _pkl())),
        "duplicate-benign-last": archive(*entries(_pkl(), _pkl(BENIGN))),
        "duplicate-by-case": archive(*entries(_pkl(BENIGN), _pkl(name=b"archive/Data.pkl"))),
        "traversal": plain({**members(BENIGN), "archive/../../seamark.pkl": payload(2)}),
        "absolute": plain({**members(BENIGN), "/seamark/harmless.pkl": payload(2)}),
        "backslash": plain({**members(BENIGN), "archive\\..\\..\\seamark.pkl": payload(2)}),
        "symlink": archive(*entries(_pkl(BENIGN), Entry(name=b"archive/data/1", data=b"/etc/hostname",
                                                         attributes=0o120777 << 16))),
        "nul-in-name": archive(*entries(_pkl(name=b"archive/data.pkl\0.txt"))),
        "not-utf8": archive(*entries(_pkl(BENIGN), _pkl(name=b"archive/\xff\xfe.pkl"))),
    }  # fmt: skip


def zip_headers() -> dict[str, bytes]:
    """Headers that lie."""
    whole = plain(members())
    big = archive(*entries(_pkl()), zip64=True)
    overlap = _pkl(BENIGN)
    return {
        "crc-wrong": archive(*entries(_pkl(crc=0x12345678))),
        "crc-zero": archive(*entries(_pkl(crc=0))),
        "flag-encrypted": archive(*entries(_pkl(flags=1))),
        "flag-encrypted-local": archive(*entries(_pkl(local_flags=1))),
        "flag-encrypted-central": archive(*entries(_pkl(flags=1, local_flags=0))),
        "flag-patched": archive(*entries(_pkl(flags=0x20))),
        "flag-strong": archive(*entries(_pkl(flags=0x41))),
        "flag-masked": archive(*entries(_pkl(flags=0x2000))),
        "flag-all": archive(*entries(_pkl(flags=0xFFFF))),
        "size-short": archive(*entries(_pkl(size=10))),
        "size-long": archive(*entries(_pkl(size=99999))),
        "size-differs": archive(*entries(_pkl(local_size=7))),
        "method-unknown": archive(*entries(_pkl(method=99))),
        "method-differs": archive(*entries(_pkl(local_method=DEFLATED))),
        "zip64": big,
        "offset-overlaps": archive(_pkl(), *entries(overlap)[1:],
                                   Entry(name=b"archive/copy.pkl", data=HOSTILE, local_offset=0)),
        "hidden-local": archive(_pkl(central=False), *entries(_pkl(BENIGN))),
        "hidden-gap": archive(*entries(_pkl(BENIGN, gap=payload(2)))),
        "prefix-script": archive(*entries(_pkl()), prefix=b"#!/bin/sh\necho seamark-harmless\nexit\n"),
        "prefix-unshifted": archive(*entries(_pkl()), prefix=b"MZ" + b"\0" * 62, shifted=False),
        "prefix-pickle": archive(*entries(_pkl(BENIGN)), prefix=payload(2)),
        "prefix-zip": plain(members(BENIGN)) + archive(*entries(_pkl())),
        "suffix-zip": archive(*entries(_pkl())) + plain(members(BENIGN)),
        "suffix-pickle": plain(members(BENIGN)) + payload(2),
        "comment-pickle": archive(*entries(_pkl(BENIGN)), comment=payload(2)),
        "comment-directory": archive(*entries(_pkl()), comment=b"PK\x05\x06" + b"\0" * 18),
        "truncated-directory": whole[:-40],
        "no-directory": archive(*entries(_pkl()), directory=False),
        "first-entry-corrupt": archive(Entry(name=b"archive/a", data=b"x", method=DEFLATED, crc=1,
                                             local_method=99), *entries(_pkl())),
    }  # fmt: skip


def scripts() -> dict[str, bytes]:
    """TorchScript whose code reaches files, and pickles beside it."""
    head = "def forward(self, x: Tensor) -> Tensor:\n"

    def script(line: str) -> bytes:
        code = f"class M(Module):\n  __parameters__ = []\n  {head}    {line}\n    return x\n"
        data = pickled(Apply(Ref("__torch__", "M"), (), state={"training": False}, new=True), 2)
        return plain({
            "m/data.pkl": data,
            "m/code/__torch__.py": code.encode(),
            "m/code/__torch__.py.debug_pkl": pickled([], 2),
            "m/constants.pkl": pickled((), 2),
            "m/version": b"3\n",
        })  # fmt: skip

    return {
        "save": script('_0 = torch.save(x, "/seamark-harmless")'),
        "from-file": script('x = torch.from_file("/seamark-harmless", False, 10)'),
        "ops-call": script('x = ops.seamark.run_command("echo")'),
        "ops-from-file": script('x = ops.aten.from_file("/seamark-harmless", False, 10)'),
        "ops-save": script('_0 = ops.aten.save(x, "/seamark-harmless")'),
        "debug-pickle": plain({
            "m/data.pkl": BENIGN, "m/code/__torch__.py": b"class M(Module):\n  pass\n",
            "m/code/__torch__.py.debug_pkl": payload(2), "m/constants.pkl": pickled((), 2),
            "m/version": b"3\n",
        }),
        "constants-pickle": plain({
            "m/data.pkl": BENIGN, "m/code/__torch__.py": b"class M(Module):\n  pass\n",
            "m/constants.pkl": payload(2), "m/version": b"3\n",
        }),
    }  # fmt: skip


MAGIC = pickled(0x1950A86A20F9469CFC6C, 2)
VERSION = pickled(1001, 2)
SYSTEM_INFO = pickled(
    {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}, 2
)


def legacy(*, magic: bytes = MAGIC, version: bytes = VERSION, info: bytes = SYSTEM_INFO,
           data: bytes = BENIGN, keys: bytes = pickled(["0"], 2), tail: bytes = b"") -> bytes:  # fmt: skip
    """A checkpoint as torch wrote it before 1.6: five pickles, then storages."""
    return magic + version + info + data + keys + struct.pack("<q", 4) + STORAGE + tail


def legacies() -> dict[str, bytes]:
    """The payload in each of the five pickles, and after the storages."""
    return {
        "state": legacy(data=HOSTILE),
        "system-info": legacy(info=payload(2)),
        "keys": legacy(keys=payload(2)),
        "version": legacy(version=payload(2)),
        "extra-stream": legacy(info=SYSTEM_INFO + payload(2)),
        "tail": legacy(tail=payload(2)),
        "keys-missing": MAGIC + VERSION + SYSTEM_INFO + HOSTILE,
        "magic-payload": legacy(magic=proto(2) + push(PAYLOAD, 2) + b"0" + MAGIC[2:]),
    }


def _tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tars() -> dict[str, bytes]:
    """The oldest format: a tar of pickles; `weights_only` trusted it (CVE-2025-32434)."""
    base = {
        "sys_info": SYSTEM_INFO,
        "pickle": BENIGN,
        "storages": pickled(1, 2),
        "tensors": pickled(0, 2),
    }
    return {
        "pickle": _tar({**base, "pickle": HOSTILE}),
        "storages": _tar({**base, "storages": payload(2)}),
        "tensors": _tar({**base, "tensors": payload(2) + b"\0" * 16}),
        "sys-info": _tar({**base, "sys_info": payload(2)}),
    }


def weights_only() -> dict[str, bytes]:
    """What passed or broke torch's own allowlist."""
    setitem = proto(2) + push(TENSOR, 2) + push(0, 2) + push(SYSTEM, 2) + b"s."
    wide = Apply(TENSOR.function, (TENSOR.arguments[0], 0, (1 << 40, 1 << 20), (1, 1), False,
                                   Apply(Ref("collections", "OrderedDict"), ())))  # fmt: skip
    hooks = Apply(
        TENSOR.function,
        (*TENSOR.arguments[:5], Apply(Ref("collections", "OrderedDict"), ([["h", SYSTEM]],))),
    )
    return {
        "setitem-on-tensor": plain(members(setitem)),
        "tensor-outside-storage": plain(members(pickled({"w": wide}, 2))),
        "hooks-callable": plain(members(pickled({"w": hooks}, 2))),
        "persistent-id-computed": plain(members(pickled({"w": Persistent(PAYLOAD)}, 2))),
        "persistent-id-class": plain(members(pickled(
            {"w": Persistent(("storage", SYSTEM, "0", "cpu", 4))}, 2))),
        "persistent-id-string": plain(members(pickled({"w": Persistent("os.system")}, 2))),
    }  # fmt: skip


_TABLES = {
    ("torch-zip", "names"): (zip_names, "CVE-2025-1944 CVE-2025-1889 own"),
    ("torch-zip", "headers"): (zip_headers, "CVE-2025-1945 CVE-2025-10156 modelscan 354 own"),
    ("torch-zip", "torchscript"): (scripts, "own"),
    ("torch-zip", "weights-only"): (weights_only, "CVE-2026-24747 own"),
    ("torch-legacy", "legacy"): (legacies, "own"),
    ("torch-legacy", "tar"): (tars, "CVE-2025-32434"),
}
# No loader of torch reaches these bytes, or the loader refuses the file: not clearing is enough.
_ONLY_STOPPED = {
    "flag-strong", "method-unknown", "truncated-directory", "no-directory", "size-short", "size-long",
    "flag-patched", "flag-masked", "flag-all", "comment-directory", "tensor-outside-storage",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """One case an entry."""
    for (family, group), (table, source) in _TABLES.items():
        for name in table():
            yield Case(
                id=f"{family}/{group}/{name}",
                family=family,
                group=group,
                source=source,
                path=f"{family}/{group}-{name}.{'pt' if len(name) % 2 else 'bin'}",
                build=lambda t=table, n=name: t()[n],
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )


__all__ = ["COMMAND", "cases", "legacy", "members", "state"]
