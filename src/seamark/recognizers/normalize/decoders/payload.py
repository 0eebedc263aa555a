"""What decoded bytes say: text, text compressed with gzip or zlib, or nothing that can be read."""

import zlib
from collections.abc import Iterator

# Control characters that no text holds; what is left of bytes after this deletion tells.
_NEVER = bytes(code for code in (*range(32), 127) if code not in b"\t\n\v\f\r\x1b")
_PROBE = 48
_CHUNK = 65536


def read(data: bytes, limit: int) -> tuple[str, tuple[str, ...]] | None:
    """The text behind decoded bytes and the further steps it took; None for anything else.

    At most about ``limit`` characters are produced from compressed bytes; a compressed stream
    that is cut off gives what it held. Layers of compression are opened up to three deep.
    """
    steps: tuple[str, ...] = ()
    for _ in range(3):
        kind = _compression(data)
        if kind is None:
            break
        opened = b"".join(_inflate(data, limit))
        if not opened:
            break
        data, steps = opened, (*steps, kind)
    text = _text(data)
    return None if text is None else (text, steps)


def promising(data: bytes) -> bool:
    """Whether the first bytes of something long could be the beginning of what ``read`` reads."""
    data = data[:_PROBE]
    return _compression(data) is not None or _text(data) is not None


def _compression(data: bytes) -> str | None:
    """RFC 1952 section 2.3.1 and RFC 1950 section 2.2: magic, method and header checksum."""
    if data[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if len(data) > 8 and data[0] == 0x78 and (data[0] << 8 | data[1]) % 31 == 0:
        return "zlib"
    return None


def _inflate(data: bytes, limit: int) -> Iterator[bytes]:
    """Decompressed pieces until the limit, an error or something that is no text."""
    stream = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib by its header
    produced = 0
    while data and produced < limit and not stream.eof:
        try:
            piece = stream.decompress(data, min(_CHUNK, limit - produced))
        except zlib.error:
            return
        if not piece or (not produced and not promising(piece)):
            return
        produced += len(piece)
        yield piece
        data = stream.unconsumed_tail


def _text(data: bytes) -> str | None:
    """Bytes as text: UTF-16 with Western letters, or UTF-8 without control characters."""
    if not data:
        return None
    if data[1::2].count(0) * 4 > len(data) and not data[0::2].count(0):
        data = data[: len(data) & ~1]
        wide = data.decode("utf-16-le", "replace")
        return wide if len(wide) > 3 and wide.isprintable() else None
    if len(data.translate(None, _NEVER)) != len(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and error.start >= max(12, len(data) - 3)
        return data[: error.start].decode("utf-8") if cut else None
