"""Formats that no program loads as a model, as a table. Sniffers only, nothing heavy."""

from seamark.scan.models.blobs import Blob

PNG = b"\x89PNG\r\n\x1a\n"
"""First bytes of a PNG image."""

MEDIA_EXTENSIONS = frozenset(
    ".png .jpg .jpeg .jfif .gif .tif .tiff .ico .bmp .webp .pdf .parquet .arrow .feather .avro "
    ".sqlite .sqlite3 .db .mp3 .ogg .oga .ogv .flac .wav .avi .mp4 .m4a .m4v .mov .heic .avif "
    ".mkv .webm .woff .woff2".split()
)
"""Honest names of pictures, sound, film, documents, tables and fonts."""

MAGIC = (
    PNG,
    b"\xff\xd8\xff",  # JPEG
    b"GIF87a",
    b"GIF89a",
    b"II*\0",  # TIFF
    b"MM\0*",
    b"%PDF-",
    b"PAR1",  # Parquet
    b"ARROW1\0\0",
    b"Obj\x01",  # Avro
    b"SQLite format 3\0",
    b"ID3",
    b"OggS\0",
    b"fLaC",
    b"\x1aE\xdf\xa3",  # Matroska
    b"wOFF",
    b"wOF2",
)
"""First bytes of pictures, sound, documents and tables."""


def is_media(head: bytes, _blob: Blob) -> bool:
    """Pictures, sound, film, documents, tables and fonts with unmistakable first bytes."""
    if head.startswith(MAGIC):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] in (b"WAVE", b"WEBP", b"AVI ")
    if head[:2] == b"BM":
        return head[6:10] == b"\0\0\0\0" and head[14:18] in (b"\x28\0\0\0", b"\x7c\0\0\0")
    return head[4:8] == b"ftyp" or _is_icon(head)


def _is_icon(head: bytes) -> bool:
    """Windows icon: the first picture begins right behind the directory."""
    count = int.from_bytes(head[4:6], "little")
    first = int.from_bytes(head[18:22], "little")
    return head[:4] == b"\0\0\x01\0" and 0 < count < 100 and first == 6 + 16 * count


def is_empty(_head: bytes, blob: Blob) -> bool:
    """No bytes at all."""
    return blob.size == 0


_TEXT = bytes(set(range(32, 256)) - {0x7F} | {7, 8, 9, 10, 12, 13, 27})
"""Bytes of text in any encoding that extends ASCII; the rest are control characters."""


def is_text(head: bytes, _blob: Blob) -> bool:
    """UTF-8 text without control characters, or UTF-16 text with its mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(head[: len(head) & ~1], "utf-16") and b"\0\0" not in head
    return bool(head) and not head.translate(None, delete=_TEXT) and _decodes(head, "utf-8")


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether ``data`` is text; a character may be cut at the end of the window."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.reason in ("unexpected end of data",) and error.start >= len(data) - 4
    return True
