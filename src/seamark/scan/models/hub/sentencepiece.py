"""SentencePiece models: pieces, normalizer and settings at wire level.

Schema: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto. Nothing
in it is code; the precompiled character map of the normalizer is a double-array trie that native
code walks.
"""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.hub import tokenizer_rules as rules
from seamark.scan.models.hub.special_tokens import examine_special_tokens
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.protobuf import Field, Wire, Wires
from seamark.scan.models.weights.tails import examine_appended_zip

RULES = rules.RULES

_PIECE, _TRAINER, _NORMALIZER, _SELF_TEST, _DENORMALIZER = 1, 2, 3, 4, 5
_NORMAL, _CONTROL = 1, 3
_HELD = 32 << 20
_MAP_LIMIT = 16 << 20


class Piece(NamedTuple):
    """One entry of the vocabulary: its text and kind (3 is a control piece, 4 is user defined)."""

    text: bytes
    kind: int


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one SentencePiece model."""
    if blob.size > _HELD:
        raise LimitExceeded(f"is a tokenizer of {blob.size} bytes (at most {_HELD})")
    scope.tally.bytes += blob.size
    scope.describe(framework="SentencePiece")
    # First: what follows may end the message early.
    yield from examine_appended_zip(blob, scope, host="sentencepiece")
    wires = Wires(blob)
    texts: set[bytes] = set()
    twice: list[bytes] = []
    special: list[str] = []
    fields: list[Field] = []
    for number, entry in enumerate(_parts(blob, wires)):
        if not number % 8192:
            scope.meter.check_time()
        if isinstance(entry, Field):
            fields.append(entry)
            continue
        if entry.text in texts:
            twice.append(entry.text)
        texts.add(entry.text)
        if entry.kind == _CONTROL:
            special.append(entry.text.decode("utf-8", "backslashreplace"))
    if twice:
        yield _shared(twice, scope)
    yield from examine_special_tokens(special, scope)
    yield from _examine_fields(blob, wires, fields, scope)


def _parts(blob: Blob, wires: Wires) -> Iterator[Piece | Field]:
    """Pieces, and the fields that are none. Nearly every piece has one shape, read by index."""
    data = blob.read(0, blob.size)
    position, size = 0, len(data)
    while position < size:
        # 0a LENGTH 0a LENGTH text 15 score [18 kind], all lengths below 128
        if position + 4 < size and data[position] == 10 and data[position + 2] == 10:
            length, text = data[position + 1], data[position + 3]
            behind = position + 4 + text
            rest = length - 2 - text
            end = position + 2 + length
            if length < 128 and rest in (5, 7) and end <= size and data[behind] == 0x15:
                if rest == 5:
                    yield Piece(data[position + 4 : behind], _NORMAL)
                    position = end
                    continue
                if data[behind + 5] == 0x18 and data[behind + 6] < 128:
                    yield Piece(data[position + 4 : behind], data[behind + 6])
                    position = end
                    continue
        part = next(wires.fields(position, size))
        position = part.end
        if part.number == _PIECE and part.wire == Wire.BYTES:
            yield _piece(wires, part)
        else:
            yield part


def _piece(wires: Wires, part: Field) -> Piece:
    text, kind = b"", _NORMAL
    for field in wires.fields(part.start, part.end):
        if field.number == 1 and field.wire == Wire.BYTES:
            text = wires.bytes(field)
        elif field.number == 3 and field.wire == Wire.VARINT:
            kind = field.value
    return Piece(text, kind)


def _shared(twice: list[bytes], scope: Scope) -> Finding:
    first = twice[0].decode("utf-8", "backslashreplace")[:100]
    others = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
    return scope.finding(
        rules.SHARED_ID, f"The piece '{first}'{others} occurs more than once.", anchor=first
    )


def _examine_fields(
    blob: Blob, wires: Wires, fields: list[Field], scope: Scope
) -> Iterator[Finding]:
    regions: list[Region] = []
    foreign: dict[int, Field] = {}
    for field in fields:
        if field.number in (_NORMALIZER, _DENORMALIZER) and field.wire == Wire.BYTES:
            yield from _examine_normalizer(blob, wires, field, scope)
        elif field.number not in (_TRAINER, _SELF_TEST) or field.wire != Wire.BYTES:
            foreign.setdefault(field.number, field)
            regions.append(Region(f"field {field.number}", field.start, field.end - field.start))
    for number, field in list(foreign.items())[:20]:
        yield scope.finding(
            rules.FOREIGN_FIELD,
            f"Field {number} has {field.end - field.start} bytes and no meaning.",
            anchor=f"field {number}",
            offset=field.start,
        )
    yield from examine_regions(blob, scope, regions)


def _examine_normalizer(
    blob: Blob, wires: Wires, message: Field, scope: Scope
) -> Iterator[Finding]:
    for field in wires.fields(message.start, message.end):
        if field.number != 2 or field.wire != Wire.BYTES or field.start == field.end:
            continue
        size = field.end - field.start
        if size > _MAP_LIMIT:
            raise LimitExceeded(f"has a character map of {size} bytes (at most {_MAP_LIMIT})")
        problem = map_problem(blob.read(field.start, size))
        if problem:
            yield scope.finding(
                rules.CHARACTER_MAP,
                f"The precompiled character map {problem}.",
                anchor="charsmap",
                offset=field.start,
            )


def map_problem(data: bytes) -> str:
    """What is wrong with a precompiled character map; empty where it is sound.

    Layout: bytes of the trie (32 bits, little endian), the trie as 32-bit units of a darts-clone
    double array, then texts that end in NUL, which the trie's values point into.
    """
    if len(data) < 4:
        return "is shorter than its own length"
    length = int.from_bytes(data[:4], "little")
    if length > len(data) - 4 or length % 4:
        return f"claims a trie of {length} bytes and holds {len(data) - 4}"
    texts = data[4 + length :]
    if not length:
        return ""
    if not texts.endswith(b"\0"):
        return "has texts that do not end"
    units = array("I")
    if units.itemsize != 4:  # pragma: no cover - no platform we know
        raise Malformed("this machine has no 32-bit integers")
    units.frombytes(data[4 : 4 + length])
    if int.from_bytes(array("I", [1]).tobytes(), "little") != 1:
        units.byteswap()
    return _trie_problem(units, len(texts))


def _trie_problem(units: "array[int]", texts: int) -> str:
    """Walk what can be reached from the root: no child may lie outside, no value beyond."""
    count = len(units)
    # A unit with the label L that follows the base B lies at B ^ L, so each names its own base.
    children: dict[int, list[int]] = {}
    for position, unit in enumerate(units):
        if unit & 0xFF and not unit & 0x80000000:
            children.setdefault(position ^ (unit & 0xFF), []).append(position)
    waiting = [0]
    seen = bytearray(count)
    while waiting:
        position = waiting.pop()
        if seen[position]:
            continue
        seen[position] = 1
        unit = units[position]
        base = position ^ ((unit >> 10) << ((unit & 0x200) >> 6))
        if (base | 0xFF) >= count:
            return "leads outside its trie"
        # A value lies at the child with the label 0.
        if unit & 0x100 and units[base] & 0x7FFFFFFF >= texts:
            return "leads outside its texts"
        waiting.extend(children.get(base, ()))
    return ""
