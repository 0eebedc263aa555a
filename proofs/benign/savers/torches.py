"""Torch: state dicts, whole modules, optimizers, scripts, both formats; safetensors beside them."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import collections
import os
import pickle
import sys
import warnings

import numpy as np
import torch
from record import Shelf
from torch import nn

torch.manual_seed(0)
DTYPES = ("float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 "
          "float8_e4m3fn float8_e5m2 uint16 uint32").split()  # fmt: skip


def networks():
    """Name to module of torch.nn."""
    conv = nn.Sequential(collections.OrderedDict([
        ("conv", nn.Conv2d(1, 4, 3)), ("norm", nn.BatchNorm2d(4)), ("act", nn.ReLU()),
        ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", nn.Linear(4, 2)),
    ]))  # fmt: skip
    spectral = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 3))
    weighted = nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))
    tied = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
    tied[1].weight = tied[0].weight
    return {
        "mlp": nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Dropout(0.1), nn.Linear(8, 2)),
        "conv": conv,
        "lstm": nn.LSTM(4, 5, num_layers=2, bidirectional=True),
        "gru": nn.GRU(3, 3),
        "transformer": nn.TransformerEncoderLayer(8, 2, 16),
        "encoder": nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False),
        "attention": nn.MultiheadAttention(8, 2),
        "embedding": nn.EmbeddingBag(20, 4),
        "spectral": spectral,
        "weight-norm": weighted,
        "tied": tied,
        "lists": nn.ModuleDict({"a": nn.ModuleList([nn.Linear(2, 2)]), "b": nn.ParameterList([torch.ones(2)])}),
        "norms": nn.Sequential(nn.LayerNorm(4), nn.GroupNorm(2, 4), nn.RMSNorm(4)),
    }  # fmt: skip


def tensors():
    """Name to tensor or dict of tensors."""
    out = {
        "dtype-" + d: torch.zeros(3, 2).to(getattr(torch, d)) for d in DTYPES if hasattr(torch, d)
    }
    base = torch.arange(24.0).reshape(4, 6)
    out.update({
        "view": base[1:3, ::2],
        "shared": {"whole": base, "part": base[0]},
        "transposed": base.t(),
        "scalar": torch.tensor(3.0),
        "empty": torch.empty(0, 4),
        "sparse-coo": base.to_sparse(),
        "sparse-csr": base.to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(base, 0.1, 0, torch.qint8),
        "quantized-channels": torch.quantize_per_channel(
            base, torch.full((4,), 0.1), torch.zeros(4).long(), 0, torch.quint8),
        "parameter": nn.Parameter(base),
        "requires-grad": base.clone().requires_grad_(),
        "conjugate": torch.ones(2, dtype=torch.complex64).conj(),
        "negative": torch._neg_view(base),
        "meta": torch.empty(3, device="meta"),
        "size": base.shape,
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "generator-state": torch.get_rng_state(),
        "storage": base.untyped_storage(),
        "typed-storage": torch.FloatStorage([1.0, 2.0]),
        "attributes": _with_attributes(),
        "numpy-inside": {"mean": np.float32(0.5), "array": np.arange(3)},
        "nested-list": [[base, {"a": (base, 1)}], "name"],
    })  # fmt: skip
    return out


def _with_attributes():
    value = torch.ones(2)
    value.note = "seamark"
    return value


def checkpoints():
    """Whole training checkpoints, one for each optimizer."""
    for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adamax", "NAdam"):
        model = nn.Linear(3, 2)
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
        for _ in range(3):
            model(torch.rand(4, 3)).sum().backward()
            optimizer.step()
            scheduler.step()
        yield name, {
            "epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(), "loss": torch.tensor(0.3), "config": {"lr": 0.1},
            "rng": torch.get_rng_state(),
        }  # fmt: skip


def main(out):
    """Save it all."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "torch")
    old = {"_use_new_zipfile_serialization": False}
    endings = ("pt", "pth", "bin", "ckpt")
    for index, (name, model) in enumerate(networks().items()):
        model.eval()
        ending = endings[index % 4]
        shelf.save(
            f"state-{name}.{ending}",
            lambda p, m=model: torch.save(m.state_dict(), p),
            kind="torch-zip",
        )
        shelf.save(
            f"legacy-{name}.{ending}",
            lambda p, m=model: torch.save(m.state_dict(), p, **old),
            kind="torch-legacy",
        )
        if name not in ("spectral", "weight-norm"):
            shelf.save(
                f"module-{name}.{ending}", lambda p, m=model: torch.save(m, p), kind="torch-zip"
            )
    for index, (name, value) in enumerate(tensors().items()):
        shelf.save(f"tensor-{name}.pt", lambda p, v=value: torch.save(v, p), kind="torch-zip")
        if index % 3 == 0:
            shelf.save(
                f"tensor-legacy-{name}.pt",
                lambda p, v=value: torch.save(v, p, **old),
                kind="torch-legacy",
            )
    for name, value in checkpoints():
        shelf.save(f"checkpoint-{name}.ckpt", lambda p, v=value: torch.save(v, p), kind="torch-zip")
    for protocol in (3, 4, 5):
        shelf.save(
            f"protocol-{protocol}.pt",
            lambda p, n=protocol: torch.save({"w": torch.ones(2)}, p, pickle_protocol=n),
            kind="torch-zip",
        )

    def raw(path):
        with open(path, "wb") as handle:
            pickle.dump({"w": torch.ones(3), "b": [torch.zeros(1)]}, handle)

    shelf.save("plain-pickle.pkl", raw)
    sample = torch.rand(2, 4)
    for name in ("mlp", "tied"):
        model = networks()[name].eval()
        shelf.save(
            f"script-{name}.pt",
            lambda p, m=model: torch.jit.save(torch.jit.script(m), p),
            kind="torchscript",
        )
        shelf.save(
            f"trace-{name}.pt",
            lambda p, m=model: torch.jit.save(torch.jit.trace(m, sample), p),
            kind="torchscript",
        )

    def with_extra(path):
        script = torch.jit.script(networks()["mlp"].eval())
        torch.jit.save(script, path, _extra_files={"labels.json": '["no", "yes"]'})

    shelf.save("script-extra.pt", with_extra, kind="torchscript")
    print("torch", shelf.saved, shelf.failed)
    shelf = Shelf(out, "safetensors")
    from safetensors.torch import save_file

    for name, model in networks().items():
        state = {k: v.contiguous().clone() for k, v in model.state_dict().items()}
        shelf.save(
            name + ".safetensors",
            lambda p, s=state: save_file(s, p, metadata={"format": "pt"}),
            kind="safetensors",
        )
    for name in DTYPES:
        if hasattr(torch, name):
            value = {"w": torch.zeros(2, 3).to(getattr(torch, name))}
            shelf.save(
                f"dtype-{name}.safetensors", lambda p, v=value: save_file(v, p), kind="safetensors"
            )
    print("safetensors", shelf.saved, shelf.failed)
    exported(out)


def exported(out):
    """torch's own exporters to ONNX."""
    shelf = Shelf(out, "torch-onnx", "torch")
    sample = {
        "mlp": torch.rand(2, 4),
        "conv": torch.rand(1, 1, 8, 8),
        "norms": torch.rand(2, 4),
        "tied": torch.rand(2, 4),
    }
    for name, value in sample.items():
        model = networks()[name].eval()

        def write(path, dynamo, m=model, v=value):
            with torch.no_grad():
                torch.onnx.export(
                    m, (v,), path, dynamo=dynamo, **({"external_data": False} if dynamo else {})
                )

        shelf.save(name + "-traced.onnx", lambda p, w=write: w(p, False), kind="onnx")
        shelf.save(name + "-dynamo.onnx", lambda p, w=write: w(p, True), kind="onnx")

    def beside(folder):
        model = nn.Linear(64, 64).eval()
        torch.onnx.export(
            model,
            (torch.rand(1, 64),),
            os.path.join(folder, "model.onnx"),
            dynamo=True,
            external_data=True,
        )

    shelf.save("external", beside, kind="onnx", folder=True)
    print("torch-onnx", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
