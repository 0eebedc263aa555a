"""How the formats of weights and graphs are recognized.

Sniffers run for every file that is scanned, so this module imports nothing heavy.
"""

from seamark.scan.models.blobs import Blob

NUMPY = b"\x93NUMPY"
"""First bytes of a ``.npy`` file."""

HDF5 = b"\x89HDF\r\n\x1a\n"
"""First bytes of an HDF5 superblock."""


def is_hdf5(head: bytes, _blob: Blob) -> bool:
    """HDF5, also behind a user block of 512, 1024 or 2048 bytes."""
    return head.startswith(HDF5) or any(head[at : at + 8] == HDF5 for at in (512, 1024, 2048))


def is_safetensors(head: bytes, _blob: Blob) -> bool:
    """Eight bytes that are no text, then ``{"`` or ``{}``. The length may lie; the reader looks.

    A huge length is accepted here so that it is reported as what it is.
    """
    if head[8:9] != b"{" or _is_printable(head[:8]):
        return False
    return head[9:].lstrip(b" \t\r\n")[:1] in (b'"', b"}")


def _is_printable(data: bytes) -> bool:
    return data.isascii() and data.decode("ascii").isprintable()


ONNX_GRAPH = 7
ONNX_FUNCTION = 25
ONNX_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
"""Fields of ONNX ``ModelProto`` and their wire types."""
_ONNX_FIRST = frozenset(number << 3 | wire for number, wire in ONNX_FIELDS.items() if number < 16)


def is_onnx(head: bytes, blob: Blob) -> bool:
    """A message whose fields are those of ``ModelProto``, in any order, to the end of the file.

    A file that is cut off, or followed by something else, counts where the format version and
    the producer's name stand before the damage: TensorFlow's and Core ML's messages differ there.
    """
    if not head or head[0] not in _ONNX_FIRST:
        return False
    from seamark.scan.models.limits import Malformed
    from seamark.scan.models.weights.protobuf import Wires

    seen: set[int] = set()
    named = False
    try:
        for count, part in enumerate(Wires(blob).fields(0, blob.size)):
            if ONNX_FIELDS.get(part.number) != part.wire or count > 10_000:
                break
            if part.number == 1 and not 0 < part.value < 64:
                return False
            if part.number == 2:
                named = _is_name(blob.read(part.start, min(1000, part.end - part.start)))
                if not named and part.end > part.start:
                    return False
            seen.add(part.number)
        return bool(seen & {ONNX_GRAPH, ONNX_FUNCTION}) and bool(seen & {1, 8})
    except Malformed:
        return 1 in seen and (named or ONNX_GRAPH in seen)


def _is_name(data: bytes) -> bool:
    return 0 < len(data) < 1000 and data.decode("utf-8", "replace").isprintable()
