"""Safetensors whose header lies, formats only recognized so far, and binaries posing as weights."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from proofs.hostile.assembler import payload
from proofs.hostile.case import Case
from proofs.hostile.compressed import tar
from proofs.hostile.onnxfiles import message
from proofs.hostile.ziparchive import plain


def safetensors(sizes: dict[str, int], *, tail: bytes = b"", **meta: str) -> bytes:
    """An honest file with float32 vectors of those lengths."""
    header: dict[str, Any] = {"__metadata__": meta} if meta else {}
    at = 0
    for name, count in sizes.items():
        header[name] = {"dtype": "F32", "shape": [count], "data_offsets": [at, at + 4 * count]}
        at += 4 * count
    return raw(json.dumps(header).encode(), b"\0" * at + tail)


def raw(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    """Any header before any data; ``length`` is what the first eight bytes say."""
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def _tensor(start: int, stop: int, shape: list[int], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def tensors() -> dict[str, bytes]:
    """Headers that disagree with the data, and data that is something else."""

    def of(size: int, **named: dict[str, Any]) -> bytes:
        return raw(json.dumps(named).encode(), b"\0" * size)

    a = _tensor(0, 16, [4])
    return {
        "overlap": of(24, a=a, b=_tensor(8, 24, [4])),
        "same-bytes-twice": of(16, a=a, b=a),
        "beyond-end": of(16, a=_tensor(0, 400, [100])),
        "negative": of(16, a=_tensor(-16, 0, [4])),
        "reversed": of(16, a=_tensor(16, 0, [4])),
        "shape-overflow": of(16, a=_tensor(0, 16, [1 << 62, 4])),
        "shape-mismatch": of(16, a=_tensor(0, 16, [5])),
        "gap": of(64, a=a, b=_tensor(48, 64, [4])),
        "gap-before": of(64, a=_tensor(48, 64, [4])),
        "trailing-pickle": safetensors({"w": 4}, tail=payload(2)),
        "trailing-zip": safetensors({"w": 4}, tail=plain({"model.pkl": payload(2)})),
        "trailing-elf": safetensors({"w": 4}, tail=b"\x7fELF\x02\x01\x01" + b"\0" * 57),
        "duplicate-names": raw(b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},'
                               b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', b"\0" * 16),
        "header-not-json": raw(b"{'a': 1}", b"\0" * 16),
        "header-beyond-end": raw(b"{}", length=1 << 40),
        "header-length-huge": raw(b"{}", length=(1 << 64) - 1),
        "dtype-unknown": of(16, a=_tensor(0, 16, [4], "OBJECT")),
        "header-pickle": raw(payload(2) + b" " * 5, b"\0" * 16),
        "metadata-not-strings": raw(b'{"__metadata__":{"a":{"b":1}}}'),
    }  # fmt: skip


def recognized() -> dict[str, bytes]:
    """Formats that a reader may only recognize today: they must not come out clean."""
    read_file = message(
        (1, "r"), (2, "ReadFile"), (5, message((1, "f"), (2, message((2, "/etc/hostname")))))
    )
    saved = message((1, 1), (2, message((2, message((1, read_file), (4, message((1, 987))))))))
    write = message((1, message((1, "w"), (2, "WriteFile"))))
    promise = (
        b"X\n\0\0\0\x03\0\4\3\0\0\3\5\0\0\0\0\5UTF-8\0\0\0\5\0\0\0\6"
        + b"\0\0\0\1\0\4\0\x09\0\0\0\6system"
    )
    pmml = (
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b'<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>&x;</PMML>'
    )
    nemo = tar(
        {
            "model_config.yaml": b"_target_: os.system\ncommand: echo seamark-harmless\n",
            "model_weights.ckpt": b"\0" * 64,
        }
    )
    pickled_nemo = tar(
        {
            "model_config.yaml": b"target: x\n",
            "model_weights.ckpt": plain({"archive/data.pkl": payload(2), "archive/version": b"3"}),
        }
    )
    skops = plain(
        {
            "schema.json": json.dumps(
                {
                    "__class__": "system",
                    "__module__": "os",
                    "__loader__": "FunctionNode",
                    "__id__": 1,
                    "content": "system",
                    "protocol": 2,
                }
            ).encode()
        }
    )
    operator = plain(
        {
            "schema.json": json.dumps(
                {
                    "__class__": "methodcaller",
                    "__module__": "operator",
                    "__loader__": "OperatorFuncNode",
                    "attrs": {
                        "__class__": "tuple",
                        "__module__": "builtins",
                        "__loader__": "TupleNode",
                    },
                }
            ).encode()
        }
    )
    return {
        "saved_model.pb": saved,
        "saved_model/assets-write.pb": write,
        "model.rds": zlib.compress(promise),
        "promise.rds": promise,
        "model.pmml": pmml,
        "model.nemo": nemo,
        "pickled.nemo": pickled_nemo,
        "function.skops": skops,
        "operator.skops": operator,
        "torch.7z": b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 24 + payload(2),
        "archive.rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 24 + payload(2),
        "engine.plan": b"ptrt" + b"\0" * 60,
        "model.tflite": b"\x1c\0\0\0TFL3" + b"\0" * 24 + b"FlexReadFile",
        "model.mlmodel": message((1, 5), (2, message((1, "m"))), (555, message((10, "seamark.Custom")))),
        "openvino.xml": b'<?xml version="1.0"?><net name="m" version="11"><layers><layer id="0" '
                        b'type="Custom" version="extension"/></layers></net>',
        "catboost.cbm": b"CBM1" + b"\0" * 60,
        "msgpack.model": b"\x81\xa5model\xc7\x10\x7f" + b"\0" * 16,
    }  # fmt: skip


def binaries() -> dict[str, bytes]:
    """Programs under the name of weights."""
    elf = (
        b"\x7fELF\x02\x01\x01\0"
        + b"\0" * 8
        + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    )
    pe = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0\x64\x86\0\0" + b"\0" * 16
    macho = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x01000007, 3, 2, 0, 0, 0, 0)
    return {
        "elf.bin": elf + b"\0" * 64,
        "elf-as.safetensors": elf + b"\0" * 64,
        "pe.pt": pe,
        "macho.bin": macho + b"\0" * 64,
        "macho.dylib.weights": b"\xca\xfe\xba\xbe\0\0\0\2" + b"\0" * 64,
        "script.bin": b"#!/bin/sh\necho seamark-harmless\n",
        "python-script.ckpt": b"#!/usr/bin/env python3\nprint('seamark-harmless')\n",
        "python-bytecode.bin": b"\xa7\r\r\n" + b"\0" * 12 + b"\xe3" + b"\0" * 32,
        "java.model": b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10" + b"\0" * 32,
        "wasm.onnx": b"\0asm\x01\0\0\0\x01\4\x01\x60\0\0",
        "serialized-java.model": b"\xac\xed\0\5sr\0\x11java.util.HashMap",
        "marshal.pkl": b"\xe3" + b"\0" * 40 + b"seamark",
        "php-object.pkl": b'O:8:"Seamark_":1:{s:1:"a";i:1;}',
        "html.pt": b"<!DOCTYPE html><html><script>alert('seamark')</script></html>",
    }


_TABLES = {
    ("safetensors", "structure"): (tensors, "own"),
    ("recognized", "formats"): (recognized, "CVE-2024-27322 CVE-2025-23304 CVE-2025-54412 own"),
    ("binary", "programs"): (binaries, "own"),
}
_ONLY_STOPPED = {
    "header-not-json", "header-beyond-end", "header-length-huge", "dtype-unknown", "header-pickle",
    "metadata-not-strings",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """One case an entry; formats that are only recognized are asked to be stopped, no more."""
    for (family, group), (table, source) in _TABLES.items():
        for name in table():
            path = name if "." in name else f"{name}.safetensors"
            yield Case(
                id=f"{family}/{name}", family=family, group=_part(family, name, group), source=source,
                path=f"{family}/{path}", build=lambda t=table, n=name: t()[n],
                expected="stopped" if family != "safetensors" or name in _ONLY_STOPPED else "found",
            )  # fmt: skip


def _part(family: str, name: str, group: str) -> str:
    if family == "safetensors":
        return (
            "tail-and-header"
            if "header" in name or "trail" in name or "meta" in name
            else "tensors"
        )
    if family == "recognized":
        return "containers" if name.endswith(("nemo", "skops", "7z", "rar")) else "graphs"
    return "native" if name.startswith(("elf", "pe", "macho", "wasm")) else group
