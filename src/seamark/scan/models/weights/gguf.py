"""GGUF: typed metadata, tensor descriptions, aligned data; versions 1 to 3, both byte orders.

Specification: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Nothing in it is code but
the chat templates, which programs render with Jinja; native parsers have been broken by lengths
and counts that overflow.
"""

import re
import struct
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Literal

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.gguf_rules import (
    ALIGNMENT,
    BLOCKS,
    DTYPES,
    DUPLICATE_KEY,
    HIDDEN_BYTES,
    LAYOUT,
    OVERFLOW,
    RULES,
)
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

__all__ = ["RULES", "examine"]

_WINDOW = 1 << 20
_PLAUSIBLE_COUNT = 1 << 24
_HELD_KEYS = 1 << 16
_HELD_TENSORS = 1 << 18
_ARRAY_DEPTH = 4
_TEMPLATE_LIMIT = 4 << 20
_LARGEST = (1 << 63) - 1
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9
_MOST_DIMENSIONS = 4
_FACTS = {
    "general.architecture": "architecture",
    "general.name": "name",
    "general.license": "license",
}
_LISTS = {"base_model": "base_models", "dataset": "datasets"}
_MANY = re.compile(r"general\.(base_model|dataset)\.\d{1,4}\.name")


class _OverflowError(Exception):
    """A length or count that native parsers overflow on; becomes a finding."""

    def __init__(self, what: str, value: int, offset: int) -> None:
        super().__init__(what)
        self.what = what
        self.value = value
        self.offset = offset


class _Cursor:
    """Reads numbers and texts in order through one sliding window."""

    __slots__ = ("_base", "_blob", "_buffer", "_index", "_order", "_size_width", "version")

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._base = 4
        self._buffer = blob.read(4, _WINDOW)
        self._index = 0
        raw = self._buffer[:4]
        # The version is small, so its byte order shows which end comes first.
        self._order: Literal["big", "little"]
        self._order = "big" if int.from_bytes(raw, "little") & 0xFFFF == 0 else "little"
        self._size_width = 8
        self.version = self.number(4)
        if self.version == 1:
            self._size_width = 4

    @property
    def offset(self) -> int:
        return self._base + self._index

    def number(self, width: int) -> int:
        end = self._index + width
        if end > len(self._buffer):
            self._refill(width)
            end = width
        value = int.from_bytes(self._buffer[self._index : end], self._order)
        self._index = end
        return value

    def size(self) -> int:
        return self.number(self._size_width)

    def skip(self, length: int) -> None:
        self._index += length
        if self.offset > self._blob.size:
            raise Malformed("the file ends inside a value", self._blob.size)

    def text(self, limit: int) -> bytes:
        length = self.size()
        if length > self._blob.size:
            self._refuse_length(length)
        if length > limit:
            raise LimitExceeded(f"has a text of {length} bytes (at most {limit})")
        data = self._blob.read(self.offset, length)
        self.skip(length)
        return data

    def skip_texts(self, count: int, check_time: Callable[[], None]) -> None:
        """Step over ``count`` texts; the loop is flat, as vocabularies hold 100,000s."""
        width, buffer, index = self._size_width, self._buffer, self._index
        form = (">" if self._order == "big" else "<") + ("Q" if width == 8 else "I")
        sized, most, held = struct.Struct(form).unpack_from, self._blob.size, len(self._buffer)
        for _ in range(count):
            if index + width > held:
                self._index = index
                self._refill(width)
                check_time()
                buffer, index, held = self._buffer, 0, len(self._buffer)
            (length,) = sized(buffer, index)
            index += width + length
            if length > most:
                self._index = index - length
                self._refuse_length(length)
        self._index = index
        self.skip(0)

    def _refuse_length(self, length: int) -> None:
        if length > _LARGEST or length + 1 >= 1 << (8 * self._size_width):
            raise _OverflowError("a text", length, self.offset)
        raise Malformed(f"a text of {length} bytes does not fit into the file", self.offset)

    def _refill(self, width: int) -> None:
        self._base += self._index
        self._index = 0
        self._buffer = self._blob.read(self._base, _WINDOW)
        if len(self._buffer) < width:
            raise Malformed("the file ends inside its header", self._blob.size)


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    offset: int
    size: int | None
    kind: int
    elements: int
    ragged: bool = False


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one GGUF file. Tensor data is never read."""
    cursor = _Cursor(blob)
    if cursor.version not in (1, 2, 3):
        raise Malformed(f"GGUF version {cursor.version} does not exist", 4)
    try:
        tensors = cursor.size()
        pairs = cursor.size()
        _check_count("the number of tensors", tensors, cursor)
        _check_count("the number of metadata entries", pairs, cursor)
        alignment = yield from _examine_metadata(cursor, pairs, scope)
        described = [_read_tensor(cursor, scope) for _ in range(_bounded(tensors))]
    except _OverflowError as overflow:
        yield scope.finding(
            OVERFLOW,
            f"The file claims {overflow.value} for {overflow.what}.",
            anchor=overflow.what,
            offset=overflow.offset,
            evidence={"claimed": str(overflow.value), "file_size": blob.size},
        )
        return
    finally:
        scope.tally.bytes += min(cursor.offset, blob.size)
    _describe(described, cursor.version, scope)
    yield from _examine_layout(described, alignment, cursor.offset, blob, scope)
    base = _align(cursor.offset, alignment)
    yield from examine_regions(
        blob, scope, (Region(t.name, base + t.offset, t.size or 0, "gguf") for t in described)
    )
    yield from examine_appended_zip(blob, scope, host="gguf")


def _describe(tensors: list[_Tensor], version: int, scope: Scope) -> None:
    """Say what the tensor table says of the model; the metadata has been told on the way."""
    dtypes: dict[str, int] = {}
    for tensor in tensors:
        name = DTYPES.get(tensor.kind, f"ggml type {tensor.kind}")
        dtypes[name] = dtypes.get(name, 0) + tensor.elements
    scope.describe(
        framework="GGML",
        format_version=str(version),
        parameters=sum(dtypes.values()),
        tensors=len(tensors),
        dtypes=dtypes,
    )


def _told(key: str, cursor: _Cursor, scope: Scope) -> bool:
    """Take a text that says something of the model; whether ``key`` is one that does."""
    fact = _FACTS.get(key)
    if fact is None:
        match = _MANY.fullmatch(key)
        fact = None if match is None else _LISTS[match[1]]
    if fact is None:
        return False
    text = cursor.text(_WINDOW).decode("utf-8", "replace")
    scope.describe(**{fact: [text] if fact in _LISTS.values() else text})
    return True


def _check_count(what: str, count: int, cursor: _Cursor) -> None:
    if count > _PLAUSIBLE_COUNT:
        raise _OverflowError(what, count, cursor.offset)


def _bounded(tensors: int) -> int:
    if tensors > _HELD_TENSORS:
        raise LimitExceeded(f"describes {tensors} tensors (at most {_HELD_TENSORS})")
    return tensors


def _examine_metadata(cursor: _Cursor, pairs: int, scope: Scope) -> Generator[Finding, None, int]:
    """Walk the metadata; return the alignment of the data."""
    if pairs > _HELD_KEYS:
        raise LimitExceeded(f"has {pairs} metadata entries (at most {_HELD_KEYS})")
    keys: set[str] = set()
    alignment = 32
    for _ in range(pairs):
        at = cursor.offset
        key = _read_name(cursor)
        if key in keys:
            yield scope.finding(
                DUPLICATE_KEY,
                f"The metadata entry '{key[:200]}' appears more than once.",
                anchor=key[:200],
                offset=at,
            )
        keys.add(key)
        kind = cursor.number(4)
        if kind == _TEXT and _is_template(key):
            text = cursor.text(_TEMPLATE_LIMIT).decode("utf-8", "replace")
            from seamark.scan.models.code.templates import examine_template

            yield from examine_template(text, scope, anchor=key[:200])
        elif kind == _TEXT and _told(key, cursor, scope):
            continue
        elif key == "general.alignment" and kind == 4:
            alignment = cursor.number(4)
            if alignment == 0 or alignment & (alignment - 1) or alignment > 1 << 20:
                yield scope.finding(
                    ALIGNMENT,
                    f"The file asks for an alignment of {alignment} bytes.",
                    anchor="general.alignment",
                    offset=at,
                )
                alignment = 32
        else:
            _skip_value(cursor, kind, scope, 0)
    return alignment


def _read_name(cursor: _Cursor) -> str:
    at = cursor.offset
    try:
        return cursor.text(65535).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a name is not UTF-8 text", at) from None


def _is_template(key: str) -> bool:
    return "chat_template" in key


def _skip_value(cursor: _Cursor, kind: int, scope: Scope, depth: int) -> None:
    if kind in _WIDTHS:
        cursor.skip(_WIDTHS[kind])
    elif kind == _TEXT:
        cursor.skip_texts(1, scope.meter.check_time)
    elif kind == _ARRAY:
        _skip_array(cursor, scope, depth)
    else:
        raise Malformed(f"there is no value type {kind}", cursor.offset)


def _skip_array(cursor: _Cursor, scope: Scope, depth: int) -> None:
    if depth >= _ARRAY_DEPTH:
        raise LimitExceeded(f"nests arrays deeper than {_ARRAY_DEPTH} levels")
    kind = cursor.number(4)
    count = cursor.size()
    if count * _WIDTHS.get(kind, 16) > _LARGEST:
        raise _OverflowError("the length of an array", count, cursor.offset)
    if kind in _WIDTHS:
        cursor.skip(count * _WIDTHS[kind])
    elif kind == _TEXT:
        cursor.skip_texts(count, scope.meter.check_time)
    else:
        for _ in range(count):  # every round takes at least four bytes of the file
            _skip_value(cursor, kind, scope, depth + 1)
            scope.meter.check_time()


def _read_tensor(cursor: _Cursor, scope: Scope) -> _Tensor:
    name = _read_name(cursor)
    dimensions = cursor.number(4)
    if dimensions > _MOST_DIMENSIONS:
        raise _OverflowError("the number of dimensions of a tensor", dimensions, cursor.offset)
    elements = 1
    for _ in range(dimensions):
        extent = cursor.size()
        elements *= extent
        if max(extent, elements) > _LARGEST:
            raise _OverflowError("the extent of a tensor", extent, cursor.offset)
    kind = cursor.number(4)
    offset = cursor.number(8)
    if offset > _LARGEST:
        raise _OverflowError("the offset of a tensor", offset, cursor.offset)
    block = BLOCKS.get(kind)
    if block is None:
        reason = f"tensors of unknown type {kind}"
        if reason not in scope.tally.skipped:
            scope.skip(reason)
        return _Tensor(name, offset, None, kind, elements)
    per_block, width = block
    size = -(-elements // per_block) * width
    if size > _LARGEST:
        raise _OverflowError("the size of a tensor", elements, cursor.offset)
    return _Tensor(name, offset, size, kind, elements, ragged=elements % per_block != 0)


def _examine_layout(
    tensors: list[_Tensor], alignment: int, header_end: int, blob: Blob, scope: Scope
) -> Iterator[Finding]:
    """Tensors must follow one another, aligned, to the end of the file."""
    base = _align(header_end, alignment)
    room = blob.size - base
    reached = 0
    odd: dict[str, list[str]] = {}
    names: set[str] = set()
    for tensor in sorted(tensors, key=lambda tensor: tensor.offset):
        if tensor.name in names:
            odd.setdefault("is described twice", []).append(tensor.name)
        names.add(tensor.name)
        if tensor.ragged:
            odd.setdefault("is not made of whole blocks", []).append(tensor.name)
        if tensor.offset % alignment:
            odd.setdefault("is not aligned", []).append(tensor.name)
        if tensor.offset < reached and tensor.size:
            odd.setdefault("shares bytes with the tensor before it", []).append(tensor.name)
        elif tensor.offset > _align(reached, alignment):
            odd.setdefault("leaves unused bytes before it", []).append(tensor.name)
        if tensor.size is None:
            return  # what follows a tensor of unknown size cannot be placed; it was skipped
        reached = max(reached, tensor.offset + tensor.size)
    for wording, who in odd.items():
        yield scope.finding(
            LAYOUT,
            f"The tensor '{who[0][:200]}' {wording}.",
            anchor=who[0][:200],
            evidence={"tensors": [name[:200] for name in who[:10]], "count": len(who)},
        )
    if reached > max(room, 0):
        raise Malformed(f"the tensors need {reached} bytes and the file holds {max(room, 0)}", base)
    yield from _examine_rest(base + reached, alignment, blob, scope)


def _examine_rest(end: int, alignment: int, blob: Blob, scope: Scope) -> Iterator[Finding]:
    padding = blob.read(end, min(_align(end, alignment) - end, blob.size - end))
    if padding.strip(b"\0"):
        rest = end
    else:
        rest = end + len(padding)
    if rest < blob.size:
        yield scope.finding(
            HIDDEN_BYTES,
            f"{blob.size - rest} bytes follow the last tensor.",
            anchor="trailing",
            offset=rest,
        )
        yield from examine_trailing(blob, scope, rest)


def _align(offset: int, alignment: int) -> int:
    return (offset + alignment - 1) // alignment * alignment
