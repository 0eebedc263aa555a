"""Formats that are recognized but not read in depth, as a table. Sniffers only, nothing heavy."""

from collections.abc import Callable
from dataclasses import dataclass

from seamark.scan.models.blobs import Blob

Sniffer = Callable[[bytes, Blob], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """One recognized format. ``why`` completes "It is not examined yet, though it …".

    ``extensions`` leaves out names that honest files of other formats carry as well
    (``.model``, ``.meta``, ``.index``), so that those are not called a lie.
    """

    name: str
    title: str
    sniff: Sniffer
    why: str
    extensions: frozenset[str] = frozenset()


def _starts(*prefixes: bytes) -> Sniffer:
    return lambda head, _blob: head.startswith(prefixes)


def _at(offset: int, mark: bytes) -> Sniffer:
    end = offset + len(mark)
    return lambda head, _blob: head[offset:end] == mark


def _is_xml_with(*marks: bytes) -> Sniffer:
    def sniff(head: bytes, _blob: Blob) -> bool:
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        return text[:1] == b"<" and any(mark in text for mark in marks)

    return sniff


def _walk(blob: Blob, start: int, end: int, most: int) -> list[tuple[int, int, int, int]] | None:
    """Fields of a message as (number, wire, start, end); None where it is not one to its end."""
    from seamark.scan.models.limits import Malformed
    from seamark.scan.models.weights.protobuf import Wires

    fields = []
    try:
        for part in Wires(blob).fields(start, end):
            fields.append((part.number, part.wire, part.start, part.end))
            if len(fields) >= most:
                break
    except Malformed:
        return None
    return fields


def _is_saved_model(head: bytes, blob: Blob) -> bool:
    """``saved_model.pb``: schema version 1, then meta graphs that begin with a message."""
    if not head.startswith(b"\x08\x01\x12"):
        return False
    fields = _walk(blob, 0, blob.size, 100) or []
    return len(fields) > 1 and all(f[:2] == (2, 2) for f in fields[1:])


def _is_core_ml(head: bytes, blob: Blob) -> bool:
    """Core ML ``Model``: a specification version, then a model type with a number from 200 on."""
    if head[:1] != b"\x08":
        return False
    fields = _walk(blob, 0, blob.size, 100) or []
    numbers = {field[0] for field in fields}
    types = {number for number in numbers if 200 <= number <= 3000}
    return bool(types) and numbers - types <= {1, 2, 10} and 1 in numbers


def _is_tf_graph(head: bytes, blob: Blob) -> bool:
    """``GraphDef`` (nodes first) or ``MetaGraphDef`` (meta information, then the graph)."""
    if head[:1] != b"\x0a":
        return False
    fields = _walk(blob, 0, blob.size, 8)
    if not fields or any(number > 7 for number, *_ in fields):
        return False
    if _is_node(blob, fields[0]):
        return True
    graph = next((field for field in fields if field[0] == 2 and field[1] == 2), None)
    if graph is None:
        return False
    nodes = _walk(blob, graph[2], graph[3], 1)
    return nodes is not None and len(nodes) == 1 and _is_node(blob, nodes[0])


def _is_node(blob: Blob, field: tuple[int, int, int, int]) -> bool:
    number, wire, start, end = field
    if (number, wire) != (1, 2):
        return False
    parts = _walk(blob, start, end, 2)
    if not parts or len(parts) < 2 or [p[:2] for p in parts] != [(1, 2), (2, 2)]:
        return False
    operation = blob.read(parts[1][2], min(parts[1][3] - parts[1][2], 100))
    return operation.isalnum() and operation[:1].isupper()


def _is_level_db(head: bytes, blob: Blob) -> bool:
    """Index of a TensorFlow checkpoint: a table whose last eight bytes are its mark."""
    return (
        head[:2] == b"\0\0" and blob.read(blob.size - 8, 8) == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
    )


_GRAPH = "can hold operations that read and write files"

KINDS: tuple[Kind, ...] = (
    Kind(
        "tflite",
        "TensorFlow Lite model",
        _at(4, b"TFL3"),
        "can ask for custom operators",
        frozenset({".tflite", ".lite"}),
    ),
    Kind(
        "tensorrt",
        "TensorRT engine",
        _starts(b"ptrt", b"ftrt"),
        "can hold plugins and native code",
        frozenset({".engine", ".plan", ".trt"}),
    ),
    Kind(
        "openvino",
        "OpenVINO model",
        _is_xml_with(b"<net name=", b"<net "),
        "can ask for extension libraries",
        frozenset({".xml"}),
    ),
    Kind(
        "pmml",
        "PMML model",
        _is_xml_with(b"<PMML"),
        "can hold extensions and external entities",
        frozenset({".pmml", ".xml"}),
    ),
    Kind("tf_saved_model", "TensorFlow SavedModel", _is_saved_model, _GRAPH, frozenset({".pb"})),
    Kind(
        "core_ml",
        "Core ML model",
        _is_core_ml,
        "can hold custom layers and references to files",
        frozenset({".mlmodel"}),
    ),
    Kind(
        "tf_graph",
        "TensorFlow graph",
        _is_tf_graph,
        _GRAPH,
        frozenset({".pb", ".graphdef"}),
    ),
    Kind(
        "tf_checkpoint",
        "TensorFlow checkpoint index",
        _is_level_db,
        "points to data in other files",
    ),
)
"""In order of certainty."""
