"""Mutations: of bytes, of text, and of what lies inside zip and gzip containers."""

import gzip
import io
import random
import re
import zipfile
import zlib

_LARGEST = 1 << 20
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
          0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NUMBERS = (b"-1", b"0", b"1", b"4294967296", b"9223372036854775807", b"18446744073709551616",
            b"1e400", b"-0.0", b"NaN", b"1" * 5000, b"[]", b"{}", b"null", b'"x"')  # fmt: skip
_WORDS = (b"../" * 9 + b"etc/passwd", b"/", b"\0", b"\xff\xfe", b"%s%n", b"<!DOCTYPE a [", b"&a;",
          b"os.system", b"builtins", b"__class__", b"\\u0000", b"\xe2\x80\xae", b"{{", b"}}",
          b"[" * 200, b"{\"a\":" * 200, b"<a>" * 200, b"- " * 200, b"&a *a ")  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """``data`` with one to some changes, at most 1 MiB long."""
    if chance.random() < 0.5:
        inside = _inside(data, chance)
        if inside is not None:
            return inside
    changed = bytearray(data[:_LARGEST])
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        _change(changed, chance)
    return bytes(changed[:_LARGEST])


def _inside(data: bytes, chance: random.Random) -> bytes | None:
    """The container with a mutated member, sound again outside; None where it is none."""
    try:
        if data.startswith(b"PK\x03\x04"):
            return _zip(data, chance)
        if data.startswith(b"\x1f\x8b"):
            return gzip.compress(mutated(gzip.decompress(data)[:_LARGEST], chance), 1)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return None
    return None


def _zip(data: bytes, chance: random.Random) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(data))
    chosen = chance.choice(source.infolist()).filename
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            body = source.read(info)
            name = info.filename
            if name == chosen:
                body = mutated(body, chance)
                name = chance.choice((name, name, name, f"../{name}", f"{name}\0", name.upper()))
            made.writestr(name, body, info.compress_type)
    return target.getvalue()


def _change(data: bytearray, chance: random.Random) -> None:
    size = len(data)
    at = chance.randrange(size + 1)
    if not size:
        data += chance.randbytes(8)
        return
    at = min(at, size - 1) if chance.random() < 0.7 else min(at, size - 1, 512)
    kind = chance.randrange(10)
    if kind == 0:
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 1:
        data[at] = chance.randrange(256)
    elif kind == 2:
        width = chance.choice((1, 2, 4, 8))
        edge = chance.choice(_EDGES) & ((1 << 8 * width) - 1)
        data[at : at + width] = edge.to_bytes(width, chance.choice(("little", "big")))
    elif kind == 3:
        del data[at : at + chance.choice((1, 2, 4, 16, 200))]
    elif kind == 4:
        del data[at:]
    elif kind == 5:
        piece = data[at : at + chance.choice((1, 4, 16, 256))]
        data[at:at] = piece * chance.choice((1, 1, 2, 50))
    elif kind == 6:
        data[at:at] = chance.choice(_WORDS)
    elif kind == 7:
        _replace_number(data, at, chance)
    elif kind == 8:
        other = chance.randrange(size)
        length = chance.choice((1, 4, 16, 256))
        data[at : at + length] = data[other : other + length]
    else:
        data += chance.randbytes(chance.choice((1, 16, 300)))


def _replace_number(data: bytearray, at: int, chance: random.Random) -> None:
    found = _NUMBER.search(data, at, at + 4096)
    if found:
        data[found.start() : found.end()] = chance.choice(_NUMBERS)
    else:
        data[at] = 0
