"""Blobs of an OCI layout: are they what the descriptor says?"""

import hashlib

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Meter

_CHUNK = 1 << 20
_HASHED_AT_MOST = 512 << 20
"""Bytes of one layout whose digests are verified; the content of larger ones is examined as well,
and hashing them would cost as much as reading them all."""

_TYPES = (
    ("tar+gzip", "gzip"),
    ("tar.gzip", "gzip"),
    ("+gzip", "gzip"),
    ("tar+zstd", "zstd"),
    ("+zstd", "zstd"),
    (".tar", "tar"),
    ("+tar", "tar"),
    ("gguf", "gguf"),
    ("safetensors", "safetensors"),
)


def digest_holds(blob: Blob, algorithm: str, value: str, hashed: int, meter: Meter) -> bool | None:
    """Whether the blob has that digest; None beyond the budget, of which ``hashed`` is spent."""
    if hashed + blob.size > _HASHED_AT_MOST:
        return None
    state = hashlib.new(algorithm)
    for offset in range(0, blob.size, _CHUNK):
        state.update(blob.read(offset, _CHUNK))
        meter.check_time()
    return state.hexdigest() == value


def wrong_type(blob: Blob, media_type: str) -> str:
    """What the blob is instead of what its media type says ("is …"); empty where they agree."""
    from seamark.scan.models.router import detect

    kind = media_type.lower().partition(";")[0]
    if "json" in kind.rpartition("+")[2]:
        first = blob.read(0, 64).lstrip(b" \t\r\n\xef\xbb\xbf")[:1]
        return "" if first in (b"{", b"[", b'"') or not blob.size else "is no JSON"
    expected = next((name for mark, name in _TYPES if kind.endswith(mark) or mark in kind), "")
    if not expected or not blob.size:
        return ""
    found = detect(blob)
    name = found.name if found is not None else ""
    if name == expected or (expected == "tar" and _is_empty_tar(blob)):
        return ""
    return f"is {found.title}" if found is not None else "is of no known format"


def _is_empty_tar(blob: Blob) -> bool:
    return blob.size % 512 == 0 and not blob.read(0, 1024).strip(b"\0")
