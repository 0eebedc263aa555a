"""Texts in a model that hold something else: pickles and archives in base64 or hex, code.

Tree libraries keep free texts: attributes, parameters, names. None of them is run by the library
itself, but programs that load the model read them back, some through ``pickle``.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.scope import Scope

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")
_CODE = re.compile(
    r"__import__|\b(?:exec|eval|compile)\s*\(|\bos\.(?:system|popen|exec\w*)|\bsubprocess\b"
    r"|\bpickle\.loads?|<script\b|^#!|\bpowershell\b|\b(?:ba)?sh\s+-c\b|\bcurl\s+http"
)
_MEANT = frozenset({"pickle", "zip", "gzip", "bzip2", "xz", "executable", "7z", "tar", "hdf5"})
_LONGEST = 1 << 20
_MOST_TEXTS = 10_000


def examine_text(text: str, scope: Scope, rule: Rule, *, anchor: str) -> Iterator[Finding]:
    """A ``rule`` finding where ``text``, kept under the name ``anchor``, is something else."""
    shown = anchor[:200]
    for part in _parts(text):
        found = _CODE.search(part)
        if found:
            yield scope.finding(
                rule,
                f"The text under '{shown}' holds code: '{found[0]}'.",
                anchor=shown,
                evidence={"text": part[max(0, found.start() - 40) : found.end() + 80]},
            )
            return
        raw = _decoded(part)
        if raw is None:
            continue
        from seamark.scan.models.router import detect

        blob = BytesBlob(raw)
        kind = detect(blob)
        if kind is not None and kind.name in _MEANT:
            yield scope.finding(
                rule,
                f"The text under '{shown}' is {kind.title} in disguise.",
                anchor=shown,
                evidence={"content": kind.name, "length": len(raw)},
            )
            yield from scope.examine(blob, shown.replace("!", "_") or "text")
            return


def _parts(text: str) -> Iterator[str]:
    """The text, or the texts in it where it is JSON."""
    if len(text) > _LONGEST:
        yield text[:_LONGEST]
        return
    if text[:1] in ("{", "["):
        try:
            tree: object = json.loads(text)
        except (ValueError, RecursionError):
            yield text
            return
        pending, left = [tree], _MOST_TEXTS
        while pending and left:
            left -= 1
            item = pending.pop()
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                pending += [*item, *item.values()]
            elif isinstance(item, list):
                pending += item
        return
    yield text


def _decoded(text: str) -> bytes | None:
    """Bytes that the text stands for in hex or base64, or is itself as an old pickle."""
    packed = "".join(text.split()) if len(text) < _LONGEST else text
    try:
        if _HEX.fullmatch(packed):
            return bytes.fromhex(packed)
        if _BASE64.fullmatch(packed):
            raw = packed.rstrip("=").replace("-", "+").replace("_", "/")
            return base64.b64decode(raw + "=" * (-len(raw) % 4))
    except (ValueError, binascii.Error):
        return None
    data = text.encode("utf-8", "replace")
    return data if text.endswith(".") and "\n" in text else None
