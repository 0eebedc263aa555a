"""Readers for what is no model at all, and names that promise one."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.inert_kinds import PNG
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

NOT_A_MODEL = "not a model file"
"""Remark for files that no program loads as a model."""

MODEL_EXTENSIONS = frozenset(
    ".pkl .pickle .dill .joblib .pt .pth .ckpt .pt2 .ptl .npy .npz .safetensors .onnx .ort .h5 "
    ".hdf5 .keras .gguf .ggml .tflite .mlmodel .engine .plan .trt .rds .rdata .cbm .ubj .msgpack "
    ".nemo .mar .skops .pmml .llamafile .weights .model".split()
)
"""Names that promise a model, whatever wrote it."""


def examine_media(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Pictures, sound, documents: no model, unless something else hides behind them."""
    scope.tally.note = scope.tally.note or NOT_A_MODEL
    if blob.read(0, len(PNG)) == PNG:
        end = _png_end(blob, scope)
        if end is not None and end < blob.size:
            yield scope.finding(
                rules.POLYGLOT,
                f"{blob.size - end} bytes follow the end of the PNG image.",
                anchor="after PNG",
                offset=end,
            )
            yield from examine_trailing(blob, scope, end)
            return
    yield from examine_appended_zip(blob, scope, host="media")


def _png_end(blob: Blob, scope: Scope) -> int | None:
    """Offset behind the IEND chunk; None where the image is cut off, which harms nobody."""
    offset = len(PNG)
    while True:
        chunk = blob.read(offset, 8)
        if len(chunk) < 8:
            return None
        offset += 12 + int.from_bytes(chunk[:4], "big")
        if chunk[4:] == b"IEND":
            return offset
        scope.meter.check_time()


def examine_empty(_blob: Blob, scope: Scope) -> Iterator[Finding]:
    """A file without content is harmless, and no model."""
    if suffix_of(scope.name) in MODEL_EXTENSIONS:
        yield scope.finding(rules.EMPTY, "The file has no content.", anchor="empty")
    else:
        scope.tally.note = scope.tally.note or NOT_A_MODEL


def suffix_of(name: str) -> str:
    """The last extension of a file name, lower case with dot; empty where there is none."""
    _, dot, suffix = name.rpartition(".")
    return dot + suffix.lower() if dot else ""


def companion_of(scope: Scope) -> str | None:
    """The model beside this file whose raw tensors it holds by name (``m.onnx.data``), or None.

    Raw tensors have no mark of their own, so only the name and the model beside it tell.
    """
    name = scope.name
    for ending in (".data", "_data"):
        stem = name.removesuffix(ending)
        if stem != name:
            for model in (stem, f"{stem}.onnx"):
                if model.endswith(".onnx") and model in scope.siblings():
                    return model
    return None
