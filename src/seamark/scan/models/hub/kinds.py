"""Formats of hub folders as the table of formats lists them. Sniffers only, nothing heavy."""

from seamark.scan.models.archives.kinds import Kind
from seamark.scan.models.blobs import Blob

OCDBT = (b"\x0c\xdb\x3a\x2a", b"\x0c\xdb\x20\xde", b"\x0c\xdb\x12\x34")
"""First bytes of a TensorStore OCDBT manifest, B+tree node and version tree node."""


def is_msgpack(head: bytes, _blob: Blob) -> bool:
    """A map whose first key is a short printable text, as Flax writes."""
    if not head or not (0x81 <= head[0] <= 0x8F or head[0] in (0xDE, 0xDF)):
        return False
    at = {0xDE: 3, 0xDF: 5}.get(head[0], 1)
    mark = head[at : at + 1]
    if mark in (b"\xd9", b"\xc4"):  # keys of msgpack-numpy are bytes
        length, at = head[at + 1] if len(head) > at + 1 else 0, at + 2
    elif mark and 0xA1 <= mark[0] <= 0xBF:
        length, at = mark[0] & 31, at + 1
    else:
        return False
    key = head[at : at + length]
    return len(key) == length > 0 and key.isascii() and key.decode("ascii").isprintable()


def is_sentencepiece(head: bytes, _blob: Blob) -> bool:
    """A message that begins with a piece: a text, its score as a float, perhaps its type."""
    if len(head) < 8 or head[0] != 0x0A or head[2] != 0x0A or head[1] > 127 or head[3] > 100:
        return False
    length, text = head[1], head[3]
    score = 4 + text
    rest = length - 2 - text
    if rest not in (0, 2, 5, 7) or head[score : score + 1] not in (b"\x15", b"\x18", b"\x0a"):
        return False
    following = head[2 + length : 3 + length]
    return rest >= 5 and following in (b"\x0a", b"\x12", b"\x1a", b"")


KINDS: tuple[Kind, ...] = (
    Kind(
        "ocdbt",
        "Orbax checkpoint (OCDBT)",
        lambda head, _blob: head.startswith(OCDBT),
        "hub.orbax:examine",
    ),
    Kind(
        "sentencepiece",
        "SentencePiece model",
        is_sentencepiece,
        "hub.sentencepiece:examine",
        frozenset({".model", ".spm", ".spiece"}),
    ),
    Kind(
        "msgpack",
        "MessagePack data",
        is_msgpack,
        "hub.flax:examine",
        frozenset({".msgpack", ".bin", ".ckpt", ".mpk"}),
    ),
)
"""In order of certainty."""
