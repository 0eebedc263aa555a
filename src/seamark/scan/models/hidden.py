"""What hides where only numbers should lie: programs, archives, scripts, keys.

Readers name the regions that no loader interprets (tensors, padding, metadata blobs); nothing here
knows a format. The beginning of each region is read, and some blocks inside the large ones, so the
cost does not grow with the model: what lies between the blocks is not seen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden_marks import BLOCK, is_text, mark_of, may_be_pickle
from seamark.scan.models.scope import Scope

HIDDEN_CONTENT = Rule(
    id="HID001",
    title="Foreign content among the weights",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A program, archive, script or key lies where a tensor's numbers should. Weights are "
    "a place to carry a payload past scanners to a program that unpacks it.",
    remedy="Compare the tensor with its publisher's; do not run anything that reads it as bytes.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)

HIDDEN_PICKLE = Rule(
    id="HID002",
    title="A pickle that acts among the weights",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A tensor holds a serialized program: no numbers look like it by chance, and nothing "
    "but a loader that unpickles the tensor's bytes has a use for it.",
    remedy="Do not load the model; report it where it was published.",
    references=(atlas("AML.T0011.000"), cwe(502), cwe(506)),
)
HIDDEN_TEXT = Rule(
    id="HID003",
    title="Text among the weights",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Trained numbers do not spell words or base64. Text in a tensor was put there, and can "
    "be a script, stolen data or instructions.",
    remedy="Look at the bytes at the offset, and compare the tensor with its publisher's.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)

RULES = (HIDDEN_CONTENT, HIDDEN_PICKLE, HIDDEN_TEXT)

_ALIGNED = 4096
_BLOCKS = 64
_LOOKS = 2000
_UNPICKLED = 1 << 20
_TEXTUAL = frozenset({"", "u8", "uint8", "bool", "string"})
"""Element types, in lower case, that honest models keep words in; also where it is not known."""


@dataclass(frozen=True, slots=True)
class Region:
    """``length`` bytes from ``offset`` of a blob that only hold numbers, or nothing.

    ``dtype`` is the element type as the format calls it. Plain text is a finding where it is a
    type of numbers wider than a byte or signed; unsigned bytes may hold a vocabulary.
    """

    name: str
    offset: int
    length: int
    dtype: str = ""


def examine_regions(blob: Blob, scope: Scope, regions: Iterable[Region]) -> Iterator[Finding]:
    """A finding for each region that begins like something other than numbers, or holds it.

    Reads a block at each beginning, and for one file some 2,000 more inside its regions.
    """
    listed = list(regions)
    for number, region in enumerate(listed):
        if not number % 1024:
            scope.meter.check_time()
        found = _look(blob, scope, region, 0)
        # A look into an object on a server is a request: there the beginnings must do.
        shallow = found or region.length <= _ALIGNED or blob.by_request
        inner = () if shallow else _inner(region, scope, listed, number)
        for at in inner:
            scope.tally.looks += 1
            found = _look(blob, scope, region, at)
            if found:
                break
        if found:
            yield found


def _inner(region: Region, scope: Scope, listed: list[Region], number: int) -> list[int]:
    """Aligned places inside ``region``: the last, and others evenly spaced."""
    left, waiting = _LOOKS - scope.tally.looks, len(listed) - number
    count = min(_BLOCKS - 1, left // waiting, (region.length - 1) // _ALIGNED)
    if left > 0 and not count and not number % -(-waiting // left):
        count = 1  # more regions than looks: some of them get one
    last = (region.length - 1) // _ALIGNED
    if last > count and region.length - last * _ALIGNED < BLOCK:
        last -= 1  # too little would be left to see anything in
    return [last * each // count * _ALIGNED for each in range(1, count + 1)]


_AT_THE_BEGINNING = {
    b"\x7fELF": "the mark of a native program (ELF)",
    b"PK\x03\x04": "the mark of a zip archive",
}
"""Marks that are no chance at a region's beginning, even where what follows is damaged."""


def _look(blob: Blob, scope: Scope, region: Region, at: int) -> Finding | None:
    """What the block ``at`` so many bytes into the region shows."""
    start, length = region.offset + at, region.length - at
    block = blob.read(start, min(BLOCK, length))
    rule, content = HIDDEN_CONTENT, mark_of(block, length)
    if not at and not content:
        content = _AT_THE_BEGINNING.get(block[:4], "")
    if not content and may_be_pickle(block):
        rule, content = _pickled(block, blob.slice(start, min(length, _UNPICKLED)))
    if not content and region.dtype.lower() not in _TEXTUAL and is_text(block):
        rule, content = HIDDEN_TEXT, "text"
    if not content:
        return None
    name = region.name[:200]
    where = f"holds {content}, {at} bytes from its beginning" if at else f"begins with {content}"
    return scope.finding(rule, f"'{name}' {where}.", anchor=name, offset=start)


def _pickled(block: bytes, part: Blob) -> tuple[Rule, str]:
    """Which rule a pickle breaks: one that only names what numbers need is a review."""
    from seamark.scan.models.pickle.decide import load_allowlist
    from seamark.scan.models.pickle.sniff import acting

    trace = acting(block, part)
    if trace is None:
        return HIDDEN_CONTENT, ""
    allowed = load_allowlist().kind
    if trace.references and all(allowed(*each) is not None for each in trace.references):
        return HIDDEN_CONTENT, "a pickle"
    return HIDDEN_PICKLE, "a pickle that imports what no tensor needs"
