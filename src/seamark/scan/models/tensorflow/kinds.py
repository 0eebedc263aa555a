"""TensorFlow's formats as the table of formats lists them. Sniffers only, nothing heavy."""

import re
from collections.abc import Callable
from typing import NamedTuple

from seamark.scan.models.blobs import Blob


class Kind(NamedTuple):
    """One row: see :class:`seamark.scan.models.formats.Format`."""

    name: str
    title: str
    sniff: Callable[[bytes, Blob], bool]
    reader: str
    extensions: frozenset[str] = frozenset()


Part = tuple[int, int, int, int]
"""Number, wire type, start and end of a field."""

TABLE_MARK = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
"""Last eight bytes of a LevelDB table."""

SHARD = re.compile(r"(.+)\.data-(\d{5})-of-(\d{5})")
"""Names of a checkpoint's data files: what the index is called, which file, of how many."""


def _walk(blob: Blob, start: int, end: int, most: int) -> list[Part] | None:
    """Fields of a message; None where it is not one to its end (or to the ``most``-th field)."""
    from seamark.scan.models.limits import Malformed
    from seamark.scan.models.weights.protobuf import Wires

    fields: list[Part] = []
    try:
        for part in Wires(blob).fields(start, end):
            fields.append((part.number, part.wire, part.start, part.end))
            if len(fields) >= most:
                break
    except Malformed:
        return None
    return fields


def is_saved_model(head: bytes, blob: Blob) -> bool:
    """``saved_model.pb``: schema version 1, then meta graphs that begin with a message."""
    if not head.startswith(b"\x08\x01\x12"):
        return False
    fields = _walk(blob, 0, blob.size, 100)
    if fields is None:  # cut off or followed by something: the first meta graph still tells
        length = next((at for at in range(3, 13) if head[at : at + 1] < b"\x80"), 0)
        return head[length + 1 : length + 2] in (b"\x0a", b"\x12")
    return len(fields) > 1 and all(f[:2] == (2, 2) for f in fields[1:])


def is_meta_graph(head: bytes, blob: Blob) -> bool:
    """``MetaGraphDef``: meta information, then a graph whose nodes have names and operators."""
    if head[:1] != b"\x0a":
        return False
    fields = _walk(blob, 0, blob.size, 3)
    if not fields or any(number > 7 for number, *_ in fields) or _is_node(blob, fields[0]):
        return False
    graph = next((field for field in fields if field[:2] == (2, 2)), None)
    if graph is None:
        return False
    nodes = _walk(blob, graph[2], graph[3], 1)
    return nodes is not None and len(nodes) == 1 and _is_node(blob, nodes[0])


def is_graph(head: bytes, blob: Blob) -> bool:
    """``GraphDef``: a node, or a function library whose first function has a signature."""
    if head[:1] not in (b"\x0a", b"\x12"):
        return False
    fields = _walk(blob, 0, blob.size, 8)
    if fields is None:
        fields = _walk(blob, 0, blob.size, 1)
    if not fields or any(number > 5 for number, *_ in fields):
        return False
    return _is_node(blob, fields[0]) or (fields[0][0] == 2 and _is_library(blob, fields[0]))


def _is_node(blob: Blob, field: Part) -> bool:
    number, wire, start, end = field
    if (number, wire) != (1, 2):
        return False
    parts = _walk(blob, start, end, 2)
    if not parts or len(parts) < 2 or [p[:2] for p in parts] != [(1, 2), (2, 2)]:
        return False
    return _is_word(blob.read(parts[1][2], min(parts[1][3] - parts[1][2], 100)))


def _is_word(name: bytes) -> bool:
    """An operator's or function's name, as ``Conv2D``, ``_Arg``, ``Addons>Gelu``."""
    return bool(name) and name.replace(b"_", b"").replace(b">", b"").isalnum()


def _is_library(blob: Blob, field: Part) -> bool:
    """A ``FunctionDefLibrary`` whose first function begins with a signature that has a name."""
    place = field
    for number in (1, 1, 1):  # function, signature, name
        parts = _walk(blob, place[2], place[3], 1)
        if not parts or parts[0][:2] != (number, 2):
            return False
        place = parts[0]
    return _is_word(blob.read(place[2], min(place[3] - place[2], 200)))


def is_table(_head: bytes, blob: Blob) -> bool:
    """A LevelDB table: index of a checkpoint, or a whole checkpoint of the first version."""
    return blob.size >= 48 and blob.read(blob.size - 8, 8) == TABLE_MARK


def is_keras_metadata(head: bytes, blob: Blob) -> bool:
    """``keras_metadata.pb``: saved objects whose identifiers are Keras's."""
    if head[:1] != b"\x0a" or b"_tf_keras_" not in head[:300]:
        return False
    fields = _walk(blob, 0, blob.size, 1)
    return bool(fields) and fields is not None and fields[0][:2] == (1, 2)


def is_fingerprint(head: bytes, blob: Blob) -> bool:
    """``fingerprint.pb``: hashes as numbers, a version, maybe an identifier; nothing else."""
    if head[:1] != b"\x08" or blob.size > 400:
        return False
    fields = _walk(blob, 0, blob.size, 9) or []
    numbers = [(number, wire) for number, wire, *_ in fields]
    hashes = [(number, 0) for number in range(1, 6)]
    return (
        numbers[:1] == hashes[:1]
        and (6, 2) in numbers
        and numbers == sorted(set(numbers) & {*hashes, (6, 2), (7, 2)})
    )


def is_tflite(head: bytes, _blob: Blob) -> bool:
    """A flatbuffer with the identifier of TFLite's third schema."""
    return head[4:8] == b"TFL3"


_TEXT_ROOTS = (
    (re.compile(rb"node\s*:?\s*[{<]\s*(?:name|op)\s*:\s*[\"']"), "Graph"),
    (re.compile(rb"library\s*:?\s*[{<]\s*function\s*:?\s*[{<]"), "Graph"),
    (re.compile(rb"versions\s*:?\s*[{<]\s*producer\s*:"), "Graph"),
    (re.compile(rb"meta_info_def\s*:?\s*[{<]"), "MetaGraph"),
    (re.compile(rb"graph_def\s*:?\s*[{<]"), "MetaGraph"),
    (re.compile(rb"saved_model_schema_version\s*:|meta_graphs\s*:?\s*[{<]"), "SavedModel"),
)
_COMMENTS = re.compile(rb"(?:[ \t\r\n]|#[^\n]*\n)*")


def text_root(head: bytes) -> str:
    """Which message a text begins with (``Graph``, ``MetaGraph``, ``SavedModel``), or nothing."""
    start = _COMMENTS.match(head)
    at = start.end() if start else 0
    return next((root for mark, root in _TEXT_ROOTS if mark.match(head, at)), "")


def is_text_graph(head: bytes, _blob: Blob) -> bool:
    """A graph, meta graph or SavedModel as protobuf text."""
    return text_root(head) != ""


def is_state(head: bytes, _blob: Blob) -> bool:
    """The ``checkpoint`` file that names the checkpoints of a folder."""
    return head.lstrip(b" \t\r\n").startswith(
        (b"model_checkpoint_path:", b"all_model_checkpoint_paths:")
    )


_GRAPH_EXTENSIONS = frozenset({".pb", ".graphdef"})

KINDS: tuple[Kind, ...] = (
    Kind(
        "tf_checkpoint",
        "TensorFlow checkpoint",
        is_table,
        "tensorflow.checkpoints:examine",
    ),
    Kind(
        "tflite",
        "TensorFlow Lite model",
        is_tflite,
        "tensorflow.tflite:examine",
        frozenset({".tflite", ".lite", ".task"}),
    ),
    Kind(
        "keras_metadata",
        "Keras metadata of a SavedModel",
        is_keras_metadata,
        "tensorflow.keras_objects:examine",
        frozenset({".pb"}),
    ),
    Kind(
        "tf_saved_model",
        "TensorFlow SavedModel",
        is_saved_model,
        "tensorflow.saved_model:examine",
        frozenset({".pb"}),
    ),
    Kind(
        "tf_fingerprint",
        "Fingerprint of a SavedModel",
        is_fingerprint,
        "tensorflow.saved_model:examine_fingerprint",
        frozenset({".pb"}),
    ),
    Kind(
        "tf_meta_graph",
        "TensorFlow meta graph",
        is_meta_graph,
        "tensorflow.saved_model:examine_meta_graph",
        _GRAPH_EXTENSIONS,
    ),
    Kind("tf_graph", "TensorFlow graph", is_graph, "tensorflow.graphs:examine", _GRAPH_EXTENSIONS),
    Kind(
        "tf_graph_text", "TensorFlow graph as text", is_text_graph, "tensorflow.text_graphs:examine"
    ),
    Kind(
        "tf_checkpoint_state",
        "State of TensorFlow checkpoints",
        is_state,
        "tensorflow.text_graphs:examine_state",
    ),
)
"""In order of certainty. ``.meta`` and ``.index`` are honest names of other things as well."""

CHECKPOINT_DATA = Kind(
    "tensor_data",
    "Data file of a TensorFlow checkpoint",
    lambda _head, _blob: False,
    "tensorflow.shards:examine",
)
"""Known by name and by the index beside it, never by content."""
