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


def _is_core_ml(head: bytes, blob: Blob) -> bool:
    """Core ML ``Model``: a specification version, then a model type with a number from 200 on."""
    if head[:1] != b"\x08":
        return False
    fields = _walk(blob, 0, blob.size, 100) or []
    numbers = {field[0] for field in fields}
    types = {number for number in numbers if 200 <= number <= 3000}
    return bool(types) and numbers - types <= {1, 2, 10} and 1 in numbers


KINDS: tuple[Kind, ...] = (
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
    Kind(
        "core_ml",
        "Core ML model",
        _is_core_ml,
        "can hold custom layers and references to files",
        frozenset({".mlmodel"}),
    ),
)
"""In order of certainty."""
