"""What the formats' own libraries write must be clean; what they refuse must not be.

Runs where the libraries are installed: ``pip install safetensors onnx gguf h5py``.
"""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner, scan_bytes

SEED = 20261123


def mutations(data: bytes, count: int, *, head: int) -> list[bytes]:
    """``data`` with one to four bytes of its first ``head`` bytes replaced."""
    chance = random.Random(SEED)
    made = []
    for _ in range(count):
        raw = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(min(head, len(raw)))] = chance.randrange(256)
        made.append(bytes(raw))
    return made


def test_safetensors_agrees(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy", reason="pip install safetensors")
    kinds = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    tensors = {f"layer.{kind}": np.zeros((3, 2), kind) for kind in kinds}
    tensors["empty"] = np.zeros((0, 4), "float32")
    data = numpy.save(tensors, metadata={"format": "np"})
    assert scan_bytes(data, name="a.safetensors").verdict is Verdict.CLEAN
    refused = 0
    for raw in mutations(data, 3000, head=len(data)):
        try:
            numpy.load(raw)
        except Exception:
            refused += 1
            assert scan_bytes(raw, name="a.safetensors").verdict is not Verdict.CLEAN
    assert refused > 100


def test_onnx_agrees(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="pip install onnx")
    make = onnx.helper
    weights = onnx.numpy_helper.from_array(np.ones((64, 64), "float32"), "w")
    body = make.make_graph(
        [make.make_node("MatMul", ["x", "w"], ["y"])],
        "main",
        [make.make_tensor_value_info("x", 1, [1, 64])],
        [make.make_tensor_value_info("y", 1, [1, 64])],
        [weights],
    )
    model = make.make_model(body, producer_name="seamark")
    onnx.save(model, tmp_path / "inside.onnx")
    onnx.save(
        model,
        tmp_path / "outside.onnx",
        save_as_external_data=True,
        location="outside.onnx.data",
        size_threshold=0,
    )
    for name in ("inside.onnx", "outside.onnx", "outside.onnx.data"):
        report = Scanner().scan_file(tmp_path / name)
        assert (report.verdict, report.findings) == (Verdict.CLEAN, ()), name
    data = (tmp_path / "inside.onnx").read_bytes()
    refused = 0
    for raw in mutations(data, 1500, head=200):
        try:
            onnx.load_from_string(raw)
        except Exception:
            refused += 1
            assert scan_bytes(raw, name="a.onnx").verdict is not Verdict.CLEAN
    assert refused > 50


def write_gguf(gguf: Any, path: Path) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint32("llama.block_count", 1)
    writer.add_float32("f", 1.5)
    writer.add_bool("b", val=True)
    writer.add_array("numbers", [1, 2, 3])
    writer.add_token_list([f"token{i}" for i in range(500)])
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")
    writer.add_tensor("a", np.ones((4, 4), "float32"))
    writer.add_tensor("b", np.ones((3,), "float16"))
    blocks = gguf.quants.quantize(np.ones((2, 64), "float32"), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("q", blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_gguf_agrees(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="pip install gguf")
    path = tmp_path / "a.gguf"
    write_gguf(gguf, path)
    report = Scanner().scan_file(path)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    data = path.read_bytes()
    # The library itself can hang on a forged count, so what it refuses is broken by hand.
    broken = [
        data[:40],
        data[:-40],
        data.replace(b"llama.block", b"llama\xffblock"),
        data[:4] + b"\x09" + data[5:],
        data.replace(b"token499", b"token49"),
    ]
    for raw in broken:
        path.write_bytes(raw)
        with pytest.raises(Exception):  # noqa: B017 - whatever the library raises
            gguf.GGUFReader(path)
        assert scan_bytes(raw, name="a.gguf").verdict is not Verdict.CLEAN


def test_h5py_agrees(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="pip install h5py")
    for index, bounds in enumerate(["earliest", ("earliest", "v110"), "latest"]):
        path = tmp_path / f"{index}.h5"
        with h5py.File(path, "w", libver=bounds) as file:
            for i in range(200):
                file.create_group(f"layer_{i}").attrs["names"] = ["w", "b"]
            file["layer_0/w"] = np.ones((8, 8))
            file["layer_0"].attrs["long"] = "x" * 100_000
        report = Scanner().scan_file(path)
        assert (report.verdict, report.findings) == (Verdict.CLEAN, ()), bounds
