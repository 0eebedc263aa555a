"""What hides where only numbers should lie: programs, archives, scripts, keys.

Readers name the regions that no loader interprets (tensors, padding, metadata blobs); nothing here
knows a format. Only the beginning of each region is read, so the cost does not grow with the model.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope

HIDDEN_CONTENT = Rule(
    id="HID001",
    title="Foreign content among the weights",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A program, archive, script or key begins where a tensor's numbers should. Weights are "
    "a place to carry a payload past scanners to a program that unpacks it.",
    remedy="Compare the tensor with its publisher's; do not run anything that reads it as bytes.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)

RULES = (HIDDEN_CONTENT,)


@dataclass(frozen=True, slots=True)
class Region:
    """``length`` bytes from ``offset`` of a blob that only hold numbers, or nothing."""

    name: str
    offset: int
    length: int


def examine_regions(blob: Blob, scope: Scope, regions: Iterable[Region]) -> Iterator[Finding]:
    """A finding for each region that begins like something other than numbers."""
    for region in regions:
        content = _foreign(blob, region)
        if content:
            yield scope.finding(
                HIDDEN_CONTENT,
                f"'{region.name[:200]}' begins with {content}.",
                anchor=region.name[:200],
                offset=region.offset,
            )


_MARKS = (
    (b"\x7fELF", "a native program (ELF)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"-----BEGIN ", "a PEM key or certificate"),
    (b"#!/", "a script"),
    (b"<?php", "a script"),
    (b"MZ", "a native program (PE)"),
)
_HEAD = 1024


def _foreign(blob: Blob, region: Region) -> str:
    head = blob.read(region.offset, min(_HEAD, region.length))
    for mark, title in _MARKS:
        if head.startswith(mark) and (mark != b"MZ" or _is_pe(head)):
            return title
    return ""


def _is_pe(head: bytes) -> bool:
    at = int.from_bytes(head[60:64], "little")
    return head[at : at + 4] == b"PE\0\0"
