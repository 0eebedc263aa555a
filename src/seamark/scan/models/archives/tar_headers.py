"""Tar headers as bytes say them: ustar, GNU and pax, without judging.

Format: POSIX.1-2017 pax, section "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

from typing import NamedTuple

from seamark.scan.models.limits import Malformed

BLOCK = 512
ZERO = bytes(BLOCK)
REGULAR = b"\x007"
"""Types, besides ``0``, that extract as regular files."""
PAX, PAX_GLOBAL, PAX_OLD = b"x", b"g", b"X"
LONG_NAME, LONG_LINK = b"L", b"K"
HARD_LINK, SYMBOLIC_LINK = b"1", b"2"
DEVICES = (b"3", b"4", b"6")
DIRECTORY = b"5"
SPARSE = b"S"
OLD_DIRECTORIES = (b"D",)
MOST_PAX = 1 << 20


class Header(NamedTuple):
    """One header block. ``checksum_holds`` is what tar readers test first."""

    name: str
    size: int
    kind: bytes
    link: str
    checksum_holds: bool


def parse_header(block: bytes) -> Header:
    """The header in ``block``. Raises ``Malformed`` where a number is none."""
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and block[345]:
        name = f"{_text(block[345:500])}/{name}"
    kind = block[156:157]
    size = _number(block[124:136])
    return Header(name, size, kind, _text(block[157:257]), checksum_holds(block))


def checksum_holds(block: bytes) -> bool:
    """Whether the header's checksum is right, summed over unsigned or signed bytes."""
    try:
        told = _number(block[148:156])
    except Malformed:
        return False
    body = block[:148] + block[156:]
    total = sum(body) + 8 * 0x20
    if told == total:
        return True
    return told == total - 256 * sum(1 for byte in body if byte > 0x7F)


def parse_pax(data: bytes) -> dict[str, str]:
    """The records ``length key=value`` of a pax header. Raises ``Malformed``."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 20)
        digits = data[at:space] if space > at else b""
        if not digits.isdigit() or int(digits) < len(digits) + 3:
            raise Malformed("a pax record has no length")
        record = data[space + 1 : at + int(digits)]
        if at + int(digits) > len(data) or not record.endswith(b"\n") or b"=" not in record:
            raise Malformed("a pax record is cut off")
        key, _, value = record[:-1].partition(b"=")
        found[key.decode("utf-8", "backslashreplace")] = value.decode("utf-8", "backslashreplace")
        at += int(digits)
    return found


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _number(field: bytes) -> int:
    """Octal text, or base 256 where the first bit is set."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] & 0x40:
            raise Malformed("a header holds a negative number")
        return value
    digits = field.replace(b"\0", b" ").strip()
    if not digits:
        return 0
    try:
        return int(digits.split()[0], 8)
    except ValueError:
        raise Malformed("a header holds a number that is none") from None
