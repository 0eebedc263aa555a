"""Metadata of TFLite models: its own flatbuffer in a buffer, and files in a zip behind the model.

Schema: tensorflow/lite/schema/metadata_schema.fbs. The zip is the format's own way to carry labels
and vocabularies, so it is no second format where the model says that it has metadata.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.flatbuffers import Flatbuffer
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow.tflite_model import Buffer, Model
from seamark.scan.models.weights.tails import examine_appended_zip, find_zip_end

_NAME = "TFLITE_METADATA"
_MARK = b"M001"


def has_metadata(model: Model) -> bool:
    """Whether the model has the metadata that makes files behind it honest."""
    return any(name == _NAME for name, _ in model.metadata)


def examine_metadata(model: Model, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in the metadata and in the associated files."""
    for name, number in model.metadata:
        if name == _NAME and number < len(model.buffers) and model.buffers[number].inside:
            _describe(model.buffers[number], blob, scope)
    if not has_metadata(model):
        yield from examine_appended_zip(blob, scope, host="tflite")
    elif find_zip_end(blob) is not None:
        from seamark.scan.models.archives.zip import examine_appended
        from seamark.scan.models.router import examine_as

        yield from examine_as(examine_appended, blob, scope, "(associated files)")


def _describe(buffer: Buffer, blob: Blob, scope: Scope) -> None:
    held = blob.slice(buffer.start, buffer.length)
    if held.read(4, 4) != _MARK:
        scope.skip("metadata in a form that is not TFLite's")
        return
    flat = Flatbuffer(held, scope.meter)
    try:
        root = flat.root()
        scope.describe(name=flat.text(root, 0), license=flat.text(root, 5))
    except (Malformed, LimitExceeded) as error:
        scope.skip(f"the metadata: {error}")
