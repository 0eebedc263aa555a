"""How the formats of weights and graphs are recognized.

Sniffers run for every file that is scanned, so this module imports nothing heavy.
"""

from seamark.scan.models.blobs import Blob

NUMPY = b"\x93NUMPY"
"""First bytes of a ``.npy`` file."""


def is_safetensors(head: bytes, _blob: Blob) -> bool:
    """Eight bytes that are no text, then ``{"`` or ``{}``. The length may lie; the reader looks.

    A huge length is accepted here so that it is reported as what it is.
    """
    if head[8:9] != b"{" or _is_printable(head[:8]):
        return False
    return head[9:].lstrip(b" \t\r\n")[:1] in (b'"', b"}")


def _is_printable(data: bytes) -> bool:
    return data.isascii() and data.decode("ascii").isprintable()
