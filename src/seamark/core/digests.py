"""Content digests: the names of immutable things."""

import hashlib


def digest_bytes(data: bytes) -> str:
    """``sha256:`` and 64 hex digits over ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
