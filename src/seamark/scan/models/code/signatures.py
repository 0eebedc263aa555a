"""How text that is not UTF-8 is told from binary formats."""

from typing import Final

from seamark.scan.models.blobs import Blob

_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))


def is_eight_bit_text(head: bytes, _blob: Blob) -> bool:
    """Mostly ASCII without control characters: Latin-1, Windows code pages, KOI8 and the like.

    Python reads such source when its first lines say so.
    """
    if not head or head.translate(None, _CONTROLS) != head:
        return False
    return 4 * len(head.decode("ascii", "ignore")) >= 3 * len(head)
