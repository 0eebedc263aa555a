"""Opcodes that push a constant: fixed, counted, and spelled out up to the end of the line."""

from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.pickle.machine import Broken, Handler, Machine
from seamark.scan.models.pickle.opcodes import COUNTED, FIXED, LINES, constant
from seamark.scan.models.pickle.trace import Const, Nested, Payload, Spelling

HELD = 1 << 16
"""Longer constants are not held but skipped, and cut out of what the judge gets."""

LINE_LIMIT = 64 << 20

_EMPTY = {"str": b"\x8c\0", "latin-1": b"U\0", "bytes": b"C\0", "int": b"\x8a\0"}
_EMPTY["bytearray"] = b"\x96" + bytes(8)
_NOT_UTF8 = b"\x8c\x01\xff"
_PIECE = 1 << 20


def line(m: Machine, pos: int) -> tuple[bytes, int]:
    """The text between the opcode at ``pos`` and the end of its line; the position after it."""
    end = m.data.find(b"\n", pos + 1)
    wanted = 4096
    while end < 0:
        left = m.size - m.base - pos
        if len(m.data) - pos >= left:
            raise Broken("truncated")
        if wanted > LINE_LIMIT:
            raise LimitExceeded(f"holds a text line longer than {LINE_LIMIT} bytes")
        pos = m.need(pos, min(wanted, left))
        end = m.data.find(b"\n", pos + 1)
        wanted *= 4
    return m.data[pos + 1 : end], end + 1


def python_reads(token: bytes) -> bool:
    """Whether the unpickler in pure Python takes a number that the C unpickler refuses.

    It gives the line to ``float()`` or ``int()``, which take spaces and underscores.
    """
    text = token[1:-1]
    try:
        if token[:1] == b"F":
            float(text)
        elif token[:1] == b"I":
            int(text, 0)
        elif token[:1] == b"L":
            int(text.removesuffix(b"L"), 0)
        else:
            return False
    except ValueError:
        return False
    return True


def _fixed(m: Machine, pos: int) -> int:
    pos = m.need(pos, 1)
    size = FIXED[m.data[pos]]
    pos = m.need(pos, size)
    m.stack.append(m.data[pos : pos + size])
    return pos + size


def _text(m: Machine, pos: int) -> int:
    text, end = line(m, pos)
    start = end - len(text) - 2  # the window may have moved
    token = m.data[start:end]
    try:
        value = constant(token)
    except ValueError as error:
        if not python_reads(token):
            raise Broken(str(error)) from None
        m.trace.loose_number = True
        if m.frames:
            raise Broken(str(error)) from None
        m.stack.append(b"K\0")
        return end
    offset = m.base + start
    if len(token) > HELD:
        m.stack.append(Payload("str", offset, len(token)))
        m.trace.cuts.append((offset, offset + len(token), _EMPTY["str"]))
    else:
        m.stack.append(token)
    if isinstance(value, Const) and isinstance(value.value, str):
        body = value.value.encode("latin-1", "replace")
        _look(m, body, len(body), Nested(offset, len(token), Spelling.LINE))
    return end


def _counted(m: Machine, pos: int) -> int:
    op = m.data[pos]
    width, signed, kind = COUNTED[op]
    pos = m.need(pos, 1 + width)
    size = int.from_bytes(m.data[pos + 1 : pos + 1 + width], "little", signed=signed)
    if size < 0:
        raise Broken("negative byte count")
    begin = m.base + pos + 1 + width
    if begin + size > m.size:
        raise Broken("truncated")
    if size > HELD:
        return _skip(m, pos, kind, begin, size)
    pos = m.need(pos, 1 + width + size)
    token = m.data[pos : pos + 1 + width + size]
    body = token[1 + width :]
    if kind == "bytearray":
        m.stack.append(Payload(kind, begin, size))
    else:
        if kind == "str":
            _check_utf8(body)
        m.stack.append(token)
    if kind != "int":
        _look(m, body, size, Nested(begin, size, _SPELLING[kind]))
    return pos + len(token)


def _check_utf8(body: bytes) -> None:
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise Broken("string is not UTF-8") from None


def _skip(m: Machine, pos: int, kind: str, begin: int, size: int) -> int:
    """A constant that is too long to hold: step over it, unread unless it must be UTF-8."""
    start, end = m.base + pos, begin + size
    m.stack.append(Payload("str" if kind == "latin-1" else kind, begin, size))
    if kind != "int":
        _look(m, m.blob.read(begin, 8), size, Nested(begin, size, _SPELLING[kind]))
    if kind == "str" and not _is_utf8(m, begin, end):
        m.trace.cuts.append((start, end, _NOT_UTF8))
        raise Broken("string is not UTF-8")
    m.trace.cuts.append((start, end, _EMPTY[kind]))
    inside = pos + end - start
    return inside if inside <= len(m.data) else m.seek(end)


def _is_utf8(m: Machine, begin: int, end: int) -> bool:
    """Whether a long string decodes, looked at piece by piece, cut between characters."""
    while begin < end:
        piece = m.blob.read(begin, min(_PIECE, end - begin))
        if begin + len(piece) < end:
            cut = len(piece)
            while cut > len(piece) - 4 and piece[cut - 1] & 0xC0 == 0x80:
                cut -= 1
            if piece[cut - 1] >= 0xC0:
                cut -= 1
            piece = piece[:cut]
        if not piece:
            return False
        try:
            piece.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return False
        begin += len(piece)
        m.meter.check_time()
    return True


# nested files

_SPELLING = {"str": Spelling.UTF8}
_SPELLING |= dict.fromkeys(("latin-1", "bytes", "bytearray"), Spelling.BYTES)
_SHORTEST = 4
_NESTED_LIMIT = 10_000
_MAGIC = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
_MAGIC_AS_TEXT = tuple(magic.decode("latin-1").encode() for magic in _MAGIC)
_TEXT_PICKLE = frozenset(b"(]}cilpdIFLSVPK)NM\x8c\x80")


def _look(m: Machine, body: bytes, size: int, nested: Nested) -> None:
    """Note a constant that may itself be loaded: one that begins like a pickle or an archive.

    ``body`` is its beginning, or all of it; ``size`` its whole length in bytes.
    """
    if size < _SHORTEST or not body:
        return
    magic = _MAGIC_AS_TEXT if nested.spelling is Spelling.UTF8 else _MAGIC
    if not body.startswith(magic):
        # Protocols 0 and 1 have no magic. They end in STOP, and one that matters imports.
        if body[0] not in _TEXT_PICKLE or size > _PIECE:
            return
        whole = body if len(body) >= size else m.blob.read(nested.offset, size)
        if not whole.endswith(b".") or b"\n" not in whole:
            return
    if len(m.trace.nested) >= _NESTED_LIMIT:
        raise LimitExceeded(f"holds more than {_NESTED_LIMIT} constants that look like pickles")
    m.trace.nested.append(nested)


OPERATIONS: dict[str, Handler] = {
    **{chr(op): _fixed for op in FIXED},
    **{chr(op): _counted for op in COUNTED},
    **{chr(op): _text for op in LINES},
}
