"""Tests of a value's structure: checksums, headers, randomness. Each takes the value as text."""

import base64
import binascii
import json
import zlib
from collections import Counter
from math import log2

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MOST = 64 << 10


def entropy(text: str) -> float:
    """Shannon entropy of the characters, in bits a character; 0 for an empty text."""
    if not text:
        return 0.0
    total = len(text)
    return -sum(n / total * log2(n / total) for n in Counter(text).values())


def base62(number: int, width: int) -> str:
    """``number`` in digits, capitals, small letters; left-filled with zeros to ``width``."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(width, "0")


def crc_base62(value: str) -> bool:
    """Whether the last six characters are the CRC-32 of the body between prefix and them.

    GitHub's tokens (its engineering blog, April 2021) and npm's.
    """
    body = value.rpartition("_")[2]
    return base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:]


def unpadded(text: str) -> bytes:
    """Base64 of either alphabet, padded or not; empty where it is none."""
    try:
        swapped = text.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(swapped + "=" * (-len(swapped) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def json_object(data: bytes) -> dict[str, object]:
    """A small JSON object; empty where it is none."""
    if len(data) > _MOST:
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_jwt(value: str) -> bool:
    """A JSON Web Token (RFC 7519) that is signed: header with ``alg``, claims an object."""
    parts = value.split(".")
    if len(parts) != 3 or not parts[2]:
        return False
    header = json_object(unpadded(parts[0]))
    return "alg" in header and bool(unpadded(parts[1])[:1] == b"{")


def is_pem_body(value: str) -> bool:
    """Whether what follows ``BEGIN … PRIVATE KEY`` decodes to a key's first bytes.

    Line ends may be escaped, lines quoted or indented. DER begins with a SEQUENCE, OpenSSH's
    format with its name, OpenPGP's packets with a bit; traditional PEM may have headers.
    """
    body = value.replace("\\r", "").replace("\\n", "\n").replace("\\", "")
    lines = [line.strip(" \t\r\"',+") for line in body.split("\n")]
    packed = "".join(line for line in lines if ":" not in line and "-" not in line)
    packed = packed.replace(" ", "")[:2000]
    data = unpadded(packed[: len(packed) // 4 * 4])
    if len(data) < 24 or entropy(packed) < 4:
        return False
    encrypted = "ENCRYPTED" in value[:200]
    return encrypted or data[:1] == b"\x30" or data.startswith(b"openssh-key") or data[0] > 127


def is_uuid(value: str) -> bool:
    """8-4-4-4-12 hex digits."""
    parts = value.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and is_hex("".join(parts))


def is_hex(value: str) -> bool:
    """Hex digits only, of one case."""
    return not value.strip("0123456789abcdef") or not value.strip("0123456789ABCDEF")


def mixed(value: str) -> bool:
    """Digits and letters both, as random values of 16 and more characters have them."""
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def both_cases(value: str) -> bool:
    """Digits, capitals and small letters: what base62 and base64 values of length 20 have."""
    return mixed(value) and value.lower() != value and value.upper() != value


def azure_storage_key(value: str) -> bool:
    """64 bytes in base64."""
    return len(unpadded(value)) == 64


def bcrypt_like(value: str) -> bool:
    """A crypt hash with its parameters, not the bare word."""
    return value.startswith("$") and value.count("$") >= 3


def telegram_bot(value: str) -> bool:
    """A bot's number and 35 characters of both cases."""
    return both_cases(value.partition(":")[2])


def basic_pair(value: str) -> bool:
    """Base64 of ``user:password`` in printable text (RFC 7617)."""
    data = unpadded(value)
    user, colon, password = data.partition(b":")
    return bool(colon and user and len(password) >= 3) and data.isascii() and data[:1].isalnum()
