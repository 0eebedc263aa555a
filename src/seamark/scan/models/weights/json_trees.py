"""JSON text of bounded cost: Python needs up to thirty times its size in memory."""

import json

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed

_SIZE_LIMIT = 16 << 20
_BYTES_PER_COLLECTION = 6  # real configurations have about twelve


def read_json(blob: Blob, what: str) -> object:
    """The value of the JSON text in ``blob``; ``what`` names it in errors (``the schema``).

    Raises ``Malformed`` where it is not JSON or nests too deep, ``LimitExceeded`` beyond 16 MiB or
    where it consists of little more than brackets.
    """
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"holds more JSON than {_SIZE_LIMIT} bytes in {what}")
    raw = blob.read(0, blob.size)
    if raw.count(b"[") + raw.count(b"{") > 200_000 + len(raw) // _BYTES_PER_COLLECTION:
        raise LimitExceeded(f"holds too many collections in {what}")
    try:
        tree: object = json.loads(raw.decode("utf-8"))
    except RecursionError:
        raise Malformed(f"{what} nests too deep") from None
    except ValueError as error:
        raise Malformed(f"{what} is not JSON text") from error
    return tree
