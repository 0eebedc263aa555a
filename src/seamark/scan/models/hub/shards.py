"""What a shard says of its tensors, from its header alone."""

import json

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded

_HEADER_LIMIT = 10 << 20
_ALL_HEADERS = 64 << 20


class HeaderBudget:
    """How many bytes of headers one index may make us read."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _ALL_HEADERS

    def tensors(self, blob: Blob) -> dict[str, int] | None:
        """Names and sizes in bytes of a safetensors shard's tensors.

        None where it has no header that can be read: the shard's own examination says why.
        Raises ``LimitExceeded`` where all headers together are too large.
        """
        length = int.from_bytes(blob.read(0, 8), "little")
        if not 2 <= length <= min(_HEADER_LIMIT, blob.size - 8):
            return None
        self.left -= length
        if self.left < 0:
            raise LimitExceeded(f"has shards with more than {_ALL_HEADERS} bytes of headers")
        raw = blob.read(8, length)
        if raw[:1] != b"{" or raw.count(b"[") + raw.count(b"{") > 1000 + len(raw) // 16:
            return None
        try:
            header = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        sizes = {}
        for name, entry in header.items() if isinstance(header, dict) else ():
            if name != "__metadata__":
                sizes[name] = _size(entry)
        return sizes


def _size(entry: object) -> int:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if isinstance(offsets, list) and len(offsets) == 2 and all(type(o) is int for o in offsets):
        return int(offsets[1] - offsets[0])
    return 0
