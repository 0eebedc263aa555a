"""The description of a Core ML model: author, license, and what users put beside them."""

import binascii
import re

from seamark.scan.models.graphs import coreml_rules as rules
from seamark.scan.models.graphs.coreml_walk import Walk
from seamark.scan.models.weights.protobuf import Field, Wire

_TOOLS = "com.github.apple.coremltools.version"
_ENCODED = re.compile(r"[A-Za-z0-9+/=_\s-]{24,}", re.ASCII)
_LOOKED = 4096
_LONGEST = 16 << 20
_FOREIGN = (
    (b"\x80\x02", "a pickle"), (b"\x80\x03", "a pickle"), (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"), (b"\x7fELF", "a native program"), (b"MZ", "a native program"),
    (b"\xcf\xfa\xed\xfe", "a native program"), (b"PK\x03\x04", "a zip archive"),
    (b"bplist00", "a property list"), (b"\xac\xed\0\5", "a serialized Java object"),
    (b"#!/", "a script"), (b"<?php", "a script"),
)  # fmt: skip


def walk_description(walk: Walk, description: Field, depth: int) -> None:
    """``ModelDescription``: only its metadata says something that no runtime reads."""
    for part in walk.fields(description, depth + 1):
        if part.number == 100:
            _walk_metadata(walk, part, depth + 2)


def _walk_metadata(walk: Walk, metadata: Field, depth: int) -> None:
    for part in walk.fields(metadata, depth):
        if part.number == 4 and depth == 2:
            walk.scope.describe(license=_start(walk, part).decode("utf-8", "backslashreplace"))
        if part.number in (1, 2, 3, 4):
            _check(walk, part, f"field {part.number}")
        elif part.number == 100:
            _walk_entry(walk, part, depth + 1)


def _walk_entry(walk: Walk, entry: Field, depth: int) -> None:
    key = ""
    for part in walk.fields(entry, depth):
        if part.number == 1:
            key = walk.text(part)
        elif part.number == 2:
            _check(walk, part, key[:200])
            if key == _TOOLS:
                said = _start(walk, part).decode("utf-8", "backslashreplace")
                walk.scope.describe(framework_version=said)


def _start(walk: Walk, part: Field) -> bytes:
    if part.wire != Wire.BYTES:
        return b""
    return walk.blob.read(part.start, min(_LOOKED, part.end - part.start))


def _check(walk: Walk, part: Field, key: str) -> None:
    """Whether a value begins like something else than text, as it is or in Base64."""
    data = _start(walk, part)
    if part.end - part.start > _LONGEST:
        walk.skip(f"metadata '{key}' of {part.end - part.start} bytes")
    found = _foreign(data) or _foreign(_unpacked(data))
    if found:
        message = f"The metadata '{key}' holds {found}."
        walk.report(rules.METADATA, message, key, part.start)


def _foreign(data: bytes) -> str:
    for mark, title in _FOREIGN:
        if data.startswith(mark) and (mark != b"MZ" or b"\0" in data[:64]):
            return title
    return ""


def _unpacked(data: bytes) -> bytes:
    text = data.decode("ascii", "replace").strip()
    if not _ENCODED.fullmatch(text):
        return b""
    packed = re.sub(r"\s", "", text).replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(packed[: len(packed) & ~3])
    except binascii.Error:
        return b""
