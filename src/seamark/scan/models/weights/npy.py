"""NumPy ``.npy``: a literal as header, then raw array data, or a pickle where objects are inside.

Format: NEP 1 and https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Versions
1 to 3. Several arrays may follow one another in one file, as repeated ``np.save`` calls write.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.literals import Literal, parse_literal
from seamark.scan.models.weights.signatures import NUMPY
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

_HEADER_LIMIT = 4 << 20
_LARGEST = (1 << 63) - 1
_KEYS = {"descr", "fortran_order", "shape"}
_TYPE = re.compile(r"[<>=|]?(?:([?bBcdefFgGhHiIlLqQpPuSaUVmMO])(\d{0,12})(\[[^\[\]]{1,32}\])?)")
_WIDTH_OF_CHARACTER = {"U": 4}

TRAILING = Rule(
    id="NPY001",
    title="Bytes follow the array",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="NumPy stops reading at the end of the array; what follows is invisible to it and can "
    "carry a payload for another program.",
    remedy="Save the array again with numpy.save.",
    references=(cwe(434),),
)
HEADER_INVALID = Rule(
    id="NPY002",
    title="npy header is not what NumPy writes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The header is text that readers evaluate. An expression there runs in readers that "
    "use eval, and strict readers refuse it.",
    remedy="Do not load the file; save the array again with numpy.save.",
    references=(cwe(95), cwe(20)),
)
IMPOSSIBLE_SHAPE = Rule(
    id="NPY003",
    title="npy shape or type cannot be",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Negative or overflowing sizes make readers allocate too little or read elsewhere.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(190), cwe(125)),
)

RULES = (TRAILING, HEADER_INVALID, IMPOSSIBLE_SHAPE)

PICKLED_ARRAY = cve("CVE-2019-6446")
"""numpy.load unpickled object arrays by default before 1.16.3."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """``width`` in bytes of one element, None where it is not known; ``objects`` inside?"""

    width: int | None
    objects: bool


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``.npy`` file; object arrays go to the pickle reader."""
    start = 0
    while blob.read(start, len(NUMPY)) == NUMPY:
        if start:
            scope.meter.spend_member()
        end = yield from _examine_array(blob, scope, start)
        if end is None:
            return
        start = end
    if start < blob.size:
        yield scope.finding(
            TRAILING,
            f"{blob.size - start} bytes follow the last array.",
            anchor="trailing",
            offset=start,
        )
        yield from examine_trailing(blob, scope, start)
    yield from examine_appended_zip(blob, scope, host="npy")


def _examine_array(blob: Blob, scope: Scope, start: int) -> Generator[Finding, None, int | None]:
    """Examine the array at ``start``; return where it ends, None where that cannot be said."""
    text, data = _read_header(blob, start)
    scope.tally.bytes += data - start
    try:
        header = parse_literal(text)
    except Malformed as error:
        yield scope.finding(
            HEADER_INVALID,
            f"The header is not a literal: {error.reason}.",
            anchor="header",
            offset=start,
            evidence={"header": text[:200]},
        )
        return None
    if not isinstance(header, dict) or header.keys() != _KEYS or not _is_shape(header["shape"]):
        yield scope.finding(
            HEADER_INVALID,
            "The header does not hold exactly descr, fortran_order and shape.",
            anchor="header",
            offset=start,
            evidence={"header": text[:200]},
        )
        return None
    layout = _layout(header["descr"], 0)
    if layout.objects:
        # Where objects are inside, numpy.load gives the rest of the file to pickle.
        from seamark.scan.models.pickle.reader import StreamKind, examine_stream

        rest = blob.slice(data, blob.size - data)
        for finding in examine_stream(rest, scope, kind=StreamKind.NUMPY_OBJECT):
            yield replace(finding, references=(*finding.references, PICKLED_ARRAY))
        return None
    if layout.width is None:
        scope.skip(f"an array of a type that is not understood: {str(header['descr'])[:80]}")
        return None
    return (yield from _examine_size(header["shape"], layout.width, blob, scope, data))


def _examine_size(
    shape: Literal, width: int, blob: Blob, scope: Scope, data: int
) -> Generator[Finding, None, int | None]:
    size = width
    for extent in shape if isinstance(shape, tuple) else ():
        size *= extent if isinstance(extent, int) else 0
        if abs(size) > _LARGEST or (isinstance(extent, int) and extent < 0):
            yield scope.finding(
                IMPOSSIBLE_SHAPE,
                "The shape is negative or needs more than 64 bits to count.",
                anchor="shape",
                offset=data,
                evidence={"shape": str(shape)[:200], "width": width},
            )
            return None
    if data + size > blob.size:
        raise Malformed(f"the array needs {size} bytes and the file holds {blob.size - data}", data)
    return data + size


def _read_header(blob: Blob, start: int) -> tuple[str, int]:
    """The header's text and the offset behind it."""
    fixed = blob.read(start + 6, 6)
    if len(fixed) < 4:
        raise Malformed("the header is cut off", start)
    major, minor = fixed[0], fixed[1]
    if major not in (1, 2, 3) or minor:
        raise Malformed(f"npy version {major}.{minor} does not exist", start + 6)
    field = 2 if major == 1 else 4
    length = int.from_bytes(fixed[2 : 2 + field], "little")
    begin = start + 8 + field
    if begin + length > blob.size:
        raise Malformed("the header reaches beyond the end of the file", start + 8)
    if length > _HEADER_LIMIT:
        raise LimitExceeded(f"has a header of {length} bytes (at most {_HEADER_LIMIT})")
    raw = blob.read(begin, length)
    return raw.decode("utf-8" if major == 3 else "latin-1", "replace"), begin + length


def _is_shape(shape: Literal) -> bool:
    return isinstance(shape, tuple) and all(type(extent) is int for extent in shape)


def _layout(descr: Literal, depth: int) -> _Layout:
    """Width of a type description, and whether Python objects are in it.

    Text (``<f8``), a list of fields ``(name, type[, shape])``, or a pair of type and shape.
    What is not understood counts as neither wide nor harmless: ``width`` is None.
    """
    if isinstance(descr, str):
        return _layout_of_text(descr)
    if isinstance(descr, tuple) and len(descr) == 2:
        return _repeat(_layout(descr[0], depth + 1), descr[1])
    if not isinstance(descr, list):
        return _Layout(None, objects=_mentions_object(descr))
    total: int | None = 0
    objects = False
    for field in descr:
        if not isinstance(field, tuple) or len(field) not in (2, 3):
            return _Layout(None, objects=objects or _mentions_object(descr))
        inner = _layout(field[1], depth + 1)
        if len(field) == 3:
            inner = _repeat(inner, field[2])
        objects = objects or inner.objects
        total = None if total is None or inner.width is None else total + inner.width
    return _Layout(total, objects)


def _layout_of_text(descr: str) -> _Layout:
    match = _TYPE.fullmatch(descr)
    if match is None:
        return _Layout(None, objects=_mentions_object(descr))
    kind, digits, _unit = match.groups()
    if kind == "O":
        return _Layout(None, objects=True)
    if kind in "mM":
        return _Layout(8, objects=False)
    if not digits:
        return _Layout(1 if kind in "?bB" else None, objects=False)
    return _Layout(int(digits) * _WIDTH_OF_CHARACTER.get(kind, 1), objects=False)


def _repeat(layout: _Layout, shape: Literal) -> _Layout:
    extents = shape if isinstance(shape, tuple) else (shape,)
    width = layout.width
    for extent in extents:
        if type(extent) is not int or extent < 0 or width is None or width > _LARGEST:
            return _Layout(None, layout.objects)
        width *= extent
    return _Layout(width, layout.objects)


def _mentions_object(descr: Literal) -> bool:
    return "O" in str(descr) or "object" in str(descr)
