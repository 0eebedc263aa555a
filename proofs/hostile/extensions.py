"""A pickle under the name of something else, and without any name."""

# ruff: noqa: E501 (a table reads better with one entry a line)

from collections.abc import Iterator

from proofs.hostile.assembler import PAYLOAD, WEIGHTS, payload, pickled
from proofs.hostile.case import Case

_MODEL_ENDINGS = ("safetensors", "onnx", "h5", "hdf5", "keras", "gguf", "tflite", "pb", "npz", "npy",
                  "pt", "pth", "ckpt", "joblib", "model", "mar", "nemo", "weights")  # fmt: skip
_OTHER_ENDINGS = ("json", "txt", "png", "jpg", "csv", "md", "yaml", "py", "zip", "tar", "gz", "pdf",
                  "parquet", "log", "dat", "data", "PKL", "pkl.txt", "bak", "toml", "html")  # fmt: skip
_NAMES = ("model", "weights", "pytorch_model", ".hidden", "README", "data.pkl~", "config")


def _bytes(name: str) -> bytes:
    protocol = (0, 2, 3, 4, 5)[len(name) % 5]
    return payload(protocol) if len(name) % 2 else pickled({**WEIGHTS, "x": PAYLOAD}, protocol)


def cases() -> Iterator[Case]:
    """One case an ending."""
    groups = (
        ("model-endings", [f"model.{ending}" for ending in _MODEL_ENDINGS]),
        ("other-endings", [f"model.{ending}" for ending in _OTHER_ENDINGS]),
        ("no-ending", list(_NAMES)),
    )
    for group, names in groups:
        for name in names:
            yield Case(
                id=f"wrong-extension/{name}",
                family="wrong-extension",
                group=group,
                source="GHSA-769v-p64c-89pr CVE-2025-1889 CVE-2025-10155",
                path=f"wrong-extension/{group}/{name}",
                build=lambda n=name: _bytes(n),
            )
