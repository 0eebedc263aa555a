"""Texts as every standard form can hold them: no control characters, no lone surrogates."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

LONGEST = 2000
"""Characters that are kept of one text."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SIGNS = r"[A-Za-z0-9._~!$&'()*+,;=%:@-]"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:[A-Za-z0-9._~!$&'()*+,;=%:-]*@)?"
    rf"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?(?=[/?#]|$))?"
    rf"(?:{_SIGNS}|/)*(?:\?(?:{_SIGNS}|[/?])*)?(?:#(?:{_SIGNS}|[/?])*)?"
)
_DIGEST = re.compile(r"([a-z0-9-]+):([0-9a-f]+)")
_SIZES = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128,
    "sha3-256": 64, "sha3-384": 96, "sha3-512": 128,
    "blake2b-256": 64, "blake2b-384": 96, "blake2b-512": 128, "blake3": 64,
}  # fmt: skip


def clean(text: str, most: int = LONGEST) -> str:
    """One line of text; what XML cannot hold becomes a space."""
    plain = _CONTROLS.sub(" ", text).strip()
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def without_controls(document: str) -> str:
    """The same lines without characters that XML cannot hold."""
    return _NOT_IN_XML.sub(" ", document)


def uri(text: str) -> str:
    """``text`` as a URI reference (RFC 3986); what may not be in one is quoted.

    A text that is no absolute URI even so becomes a relative one.
    """
    plain = _STRAY_PERCENT.sub("%25", clean(text))
    quoted = quote(plain, safe="%:/?#[]@!$&'()*+,;=~-._")
    return quoted if _URI.fullmatch(quoted) else quote(plain, safe="/%")


def digest_parts(digest: str) -> tuple[str, str] | None:
    """Algorithm and hex digits of a digest of a known algorithm and its size, else None."""
    match = _DIGEST.fullmatch(digest.lower())
    if match is None or _SIZES.get(match[1]) != len(match[2]):
        return None
    return match[1], match[2]


def short(text: str, digits: int = 8) -> str:
    """Hex digits that tell ``text`` from others."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def content_digest(tree: Mapping[str, Any], *more: str) -> str:
    """Hex digits over JSON values; the items of long lists one by one, never as one text."""
    total = hashlib.sha256("\0".join(more).encode())
    for key, value in tree.items():
        total.update(f"\0{key}\0".encode())
        for item in value if isinstance(value, list) else [value]:
            total.update(json.dumps(item, sort_keys=True).encode() + b"\n")
    return total.hexdigest()
