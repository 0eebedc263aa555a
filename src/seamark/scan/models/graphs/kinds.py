"""Graphs of vendors as the table of formats lists them. Sniffers only, nothing heavy."""

from collections.abc import Callable
from typing import NamedTuple

from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.xml_prolog import may_be_xml, root_name

SENTINEL = b"\xef\xbe\xad\xde"
"""First bytes of each entry in a Core ML weight file."""


class Kind(NamedTuple):
    """One row: see :class:`seamark.scan.models.formats.Format`."""

    name: str
    title: str
    sniff: Callable[[bytes, Blob], bool]
    reader: str
    extensions: frozenset[str] = frozenset()


def _is_tensorrt(head: bytes, _blob: Blob) -> bool:
    return head.startswith((b"ptrt", b"ftrt"))


def _is_weight_file(head: bytes, _blob: Blob) -> bool:
    """Core ML blob storage, version 2: 64 bytes of header, mostly zero, then the first entry."""
    return head[4:64] == b"\2" + bytes(59) and head[64:68] in (SENTINEL, b"")


def _is_manifest(head: bytes, _blob: Blob) -> bool:
    """``Manifest.json`` of a Core ML package."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and b'"itemInfoEntries"' in head


def _is_core_ml(head: bytes, blob: Blob) -> bool:
    """Core ML ``Model``: a specification version, and a model type with a number from 200 on.

    A file that is cut off counts where a whole model type stands before the damage.
    """
    if head[:1] not in (b"\x08", b"\x12", b"\x50"):
        return False
    from seamark.scan.models.limits import Malformed
    from seamark.scan.models.weights.protobuf import Wires

    numbers: set[int] = set()
    try:
        for count, part in enumerate(Wires(blob).fields(0, blob.size)):
            numbers.add(part.number)
            if count > 100 or not (part.number in (1, 2, 10) or 200 <= part.number <= 3000):
                return False
    except Malformed:
        pass
    return bool(numbers - {1, 2, 10}) and 1 in numbers


def _is_openvino(head: bytes, blob: Blob) -> bool:
    return root_name(head, blob) == "net"


def _is_pmml(head: bytes, blob: Blob) -> bool:
    return root_name(head, blob) == "PMML"


def _is_other_xml(head: bytes, _blob: Blob) -> bool:
    """XML whose root element is no model's, or that hides it; its name tells whether it matters."""
    if not may_be_xml(head):
        return False
    text = head.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n\0").replace(b"\0", b"")
    return text.startswith((b"<?xml", b"<!DOCTYPE", b"<!--"))


PACKAGE = Kind(
    "core_ml_package",
    "Manifest of a Core ML package",
    _is_manifest,
    "graphs.coreml_package:examine",
    frozenset({".json"}),
)
"""Known by its name as well: ``Manifest.json`` beside a folder ``Data``."""

KINDS: tuple[Kind, ...] = (
    Kind(
        "tensorrt",
        "TensorRT engine",
        _is_tensorrt,
        "graphs.tensorrt:examine",
        frozenset({".engine", ".plan", ".trt", ".bin"}),
    ),
    Kind(
        "core_ml_weights",
        "Core ML weight file",
        _is_weight_file,
        "graphs.coreml_weights:examine",
        frozenset({".bin", ".wt"}),
    ),
    PACKAGE,
    Kind(
        "openvino",
        "OpenVINO model",
        _is_openvino,
        "graphs.openvino:examine",
        frozenset({".xml"}),
    ),
    Kind("pmml", "PMML model", _is_pmml, "graphs.pmml:examine", frozenset({".pmml", ".xml"})),
    Kind("xml", "XML document", _is_other_xml, "graphs.xml_other:examine"),
)
"""In order of certainty."""

GUESSED: tuple[Kind, ...] = (
    Kind(
        "core_ml",
        "Core ML model",
        _is_core_ml,
        "graphs.coreml:examine",
        frozenset({".mlmodel"}),
    ),
)
"""What is told by plausible fields of a message, so only after everything with a magic."""
