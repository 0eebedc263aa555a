"""Every disguise that the normalizer takes off, put on: name and function of a text."""

import base64
import gzip
import string
import textwrap
import zlib
from collections.abc import Callable

_DRAWN = str.maketrans("aeopcxyAEOPCTX", "аеорсхуАЕОРСТХ")  # noqa: RUF001
_BOLD = {
    **{ord("a") + n: chr(0x1D41A + n) for n in range(26)},
    **{ord("A") + n: chr(0x1D400 + n) for n in range(26)},
}


def _each(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form % byte for byte in text.encode())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _selectors(text: str) -> str:
    return "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in text.encode())


def _units(text: str) -> str:
    data = text.encode("utf-16-be")
    return "".join(f"\\u{data[n : n + 2].hex()}" for n in range(0, len(data), 2))


DISGUISES: dict[str, Callable[[str], str]] = {
    "json": _units,
    "shell": _each("\\x%02x"),
    "octal": _each("\\%03o"),
    "continued": lambda text: text[:4] + "\\\n" + text[4:],
    "punctuation": lambda text: "".join("\\" * (c in string.punctuation) + c for c in text),
    "base64": lambda text: _b64(text.encode()),
    "base64-url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64-bare": lambda text: _b64(text.encode()).rstrip("="),
    "base64-wrapped": lambda text: "\n".join(textwrap.wrap(_b64(text.encode()), 20)),
    "base64-utf16": lambda text: _b64(text.encode("utf-16-le")),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32-lower": lambda text: base64.b32encode(text.encode()).decode().lower().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "hex-list": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "gzip": lambda text: _b64(gzip.compress(text.encode(), mtime=0)),
    "zlib": lambda text: _b64(zlib.compress(text.encode())),
    "percent": _each("%%%02X"),
    "entity": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "entity-hex": lambda text: "".join(f"&#x{ord(c):x};" for c in text),
    "zero-width": "\u200b".join,
    "soft-hyphen": "\u00ad".join,
    "full-width": lambda text: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text
    ),
    "styled": lambda text: text.translate(_BOLD),
    "homoglyph": lambda text: text.translate(_DRAWN),
    "tags": lambda text: "".join(chr(ord(c) + 0xE0000) if " " <= c <= "~" else c for c in text),
    "selectors": _selectors,
    "spaced": " ".join,
    "reversed": lambda text: text[::-1],
}

# Pairs, inner first, that are not taken off; docs/normalize.md says so.
_WIDE = {"full-width", "styled", "tags", "selectors"}  # UTF-16 without a zero byte
_UNSEEN = {"zero-width", "soft-hyphen"}  # removed together with the selectors that speak
UNREAD = {
    *((inner, "base64-utf16") for inner in _WIDE),
    *(("selectors", outer) for outer in _UNSEEN),
    *((inner, "continued") for inner in ("hex-list", "spaced")),  # beyond what is kept beside
}

# For chains of any texts: what depends on where a text happens to be cut is left to the pairs.
CHAINED = sorted(set(DISGUISES) - {"continued", "base64-utf16"})
UNREAD_CHAINED = UNREAD | {
    ("reversed", "reversed"),
    ("base64-wrapped", "spaced"),
    ("spaced", "spaced"),
}
