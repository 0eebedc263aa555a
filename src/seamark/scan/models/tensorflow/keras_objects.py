"""Keras layers inside a SavedModel: configurations in ``keras_metadata.pb`` or the object graph.

``tf.keras.models.load_model`` revives layers from these texts, so a Lambda layer's compiled code
runs although the SavedModel beside it holds only a graph.
"""

import json
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow.nodes import message
from seamark.scan.models.tensorflow.objects import KerasObject
from seamark.scan.models.weights.keras import examine_keras_config
from seamark.scan.models.weights.keras_rules import CUSTOM_CODE
from seamark.scan.models.weights.protobuf import Wires

_OBJECTS = 100_000
_KERAS = "_tf_keras_"
_LONGEST = 16 << 20


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in ``keras_metadata.pb``, the configurations of a SavedModel's Keras objects."""
    wires = Wires(blob)
    count = 0
    for part in wires.fields(0, blob.size):
        if part.number != 1:
            continue
        count += 1
        if count > _OBJECTS:
            raise LimitExceeded(f"holds more than {_OBJECTS} objects")
        path = identifier = ""
        metadata = b""
        for inner in wires.fields(message(part).start, part.end):
            if inner.number == 3:
                path = wires.text(message(inner))
            elif inner.number == 4:
                identifier = wires.text(message(inner))
            elif inner.number == 5:
                metadata = wires.bytes(message(inner), _LONGEST)
        if metadata:
            yield from examine_saved_object(KerasObject(identifier, metadata, path), scope)
    scope.tally.bytes += wires.bytes_seen
    scope.describe(framework="TensorFlow")


def examine_saved_object(item: KerasObject, scope: Scope) -> Iterator[Finding]:
    """Findings in one object's configuration.

    A class that Keras does not have needs no code here: where nobody has registered it, the
    loader revives it from the saved functions. So that alone is no finding, unlike in other files.
    """
    if not item.identifier.startswith(_KERAS) and not item.metadata.lstrip().startswith(b"{"):
        return
    blob = BytesBlob(item.metadata)
    found: list[Finding] = []
    try:
        found = list(examine_keras_config(blob, scope))
    except Malformed as error:
        scope.skip(f"the configuration of '{item.node[:200]}': {error.reason}")
    yield from (finding for finding in found if finding.rule is not CUSTOM_CODE)
    if item.identifier in ("_tf_keras_model", "_tf_keras_sequential", "_tf_keras_network"):
        _describe(item, scope)


def _describe(item: KerasObject, scope: Scope) -> None:
    if item.node not in ("root", "node 0") or scope.tally.metadata.architecture:
        return
    try:
        tree = json.loads(item.metadata)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, dict) and isinstance(tree.get("class_name"), str):
        scope.describe(architecture=tree["class_name"])
        if isinstance(tree.get("name"), str):
            scope.describe(name=tree["name"])
