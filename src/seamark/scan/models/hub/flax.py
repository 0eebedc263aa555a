"""Weights in MessagePack, as Flax writes them: maps of maps that end in arrays.

Flax (``flax.serialization``) packs arrays as extension 1, whose payload is MessagePack again:
shape, name of the type, bytes. msgpack-numpy uses maps with the key ``nd``, and pickles arrays of
objects. Both are read to the header of each array; the numbers are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.hub import flax_rules as rules
from seamark.scan.models.hub.msgpack import Form, Item, Items
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

RULES = rules.RULES

_ITEMS = 1_000_000
_ALIKE = 64
_DEPTH = 200
_DIMENSIONS = 64
_KEY = 200
_NDARRAY, _COMPLEX, _SCALAR, _TIMESTAMP = 1, 2, 3, -1
_TYPE = re.compile(r"(?:bool|bfloat|u?int|float|complex|str|bytes|void|datetime|timedelta)\d*.*")
_BYTES = {
    "bool": 1, "int4": 1, "uint4": 1, "int2": 1, "uint2": 1, "bfloat16": 2, "float16": 2,
    "float32": 4, "float64": 8, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4,
    "uint32": 4, "int64": 8, "uint64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_CODES = {"f2": "float16", "f4": "float32", "f8": "float64", "i1": "int8", "i2": "int16",
          "i4": "int32", "i8": "int64", "u1": "uint8", "u2": "uint16", "u4": "uint32",
          "u8": "uint64", "b1": "bool", "c8": "complex64", "c16": "complex128"}  # fmt: skip
_NUMPY_KEYS = frozenset({"nd", "type", "kind", "shape", "data", "complex"})


@dataclass(slots=True)
class _Frame:
    """A container that is being read. ``facts`` keeps the entries of what may be an array."""

    path: str
    left: int
    is_map: bool
    is_shape: bool = False
    keys: set[str] = field(default_factory=set)
    facts: dict[str, Item | list[int]] = field(default_factory=dict)
    index: int = 0


@dataclass(slots=True)
class _Seen:
    """What the arrays are, all together."""

    parameters: int = 0
    tensors: int = 0
    dtypes: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    is_flax: bool = False

    def add(self, dtype: str, count: int) -> None:
        self.parameters += count
        self.tensors += 1
        if dtype in self.dtypes or len(self.dtypes) < 100:
            self.dtypes[dtype] = self.dtypes.get(dtype, 0) + count


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one MessagePack file; describes its arrays."""
    walk = _Walk(blob, scope)
    try:
        yield from walk.findings()
    finally:
        scope.tally.bytes += min(walk.structure, blob.size)
        seen = walk.seen
        if seen.tensors:
            scope.describe(
                framework="Flax" if seen.is_flax else "",
                parameters=seen.parameters,
                tensors=seen.tensors,
                dtypes=seen.dtypes,
            )
        if seen.unknown:
            scope.skip(f"arrays of unknown type: {', '.join(sorted(seen.unknown)[:10])}")
    yield from examine_regions(blob, scope, walk.regions)
    end = walk.items.position
    if end < blob.size:
        yield scope.finding(
            rules.TRAILING,
            f"{blob.size - end} bytes follow the value that the file holds.",
            anchor="trailing",
            offset=end,
        )
        yield from examine_trailing(blob, scope, end)
    yield from examine_appended_zip(blob, scope, host="msgpack")


class _Walk:
    """One pass over all items with a stack of our own."""

    def __init__(self, blob: Blob, scope: Scope) -> None:
        self.blob, self.scope = blob, scope
        self.items = Items(blob)
        self.seen = _Seen()
        self.regions: list[Region] = []
        self.structure = 0
        self._stack: list[_Frame] = []
        self._count = self._check_at = 0

    def findings(self) -> Iterator[Finding]:
        """Read the one value of the file."""
        yield from self._value(self._next(), "")
        while self._stack:
            frame = self._stack[-1]
            if not frame.left:
                self._stack.pop()
                yield from self._close(frame)
                continue
            if not frame.is_map and not frame.is_shape:
                count = self._skip_alike(frame.left)
                frame.left -= count
                frame.index += count
                if count:
                    continue
            frame.left -= 1
            name = str(frame.index)
            frame.index += 1
            if frame.is_map:
                name = self._key()
                if name in frame.keys:
                    yield self.scope.finding(
                        rules.DUPLICATE_KEY,
                        f"'{_join(frame.path, name)}' is named twice.",
                        anchor=_join(frame.path, name),
                        offset=self.items.position,
                    )
                frame.keys.add(name)
            item = self._next()
            if item.form > Form.TEXT or frame.is_shape or name in _NUMPY_KEYS:
                yield from self._value(item, name)

    def _skip_alike(self, most: int) -> int:
        """Step over numbers that lie in a row; they cost next to nothing, and count for little."""
        count = self.items.skip_alike(most)
        if count:
            self._spend(1 + count // _ALIKE)
            self.structure += count
        return count

    def _next(self) -> Item:
        item = self.items.next()
        self._spend(1)
        self.structure += 9 if item.form is Form.BINARY else item.end - item.start + 1
        return item

    def _spend(self, count: int) -> None:
        self._count += count
        if self._count > _ITEMS:
            raise LimitExceeded(f"holds more than {_ITEMS} MessagePack values")
        if self._count >= self._check_at:
            self._check_at = self._count + 4096
            self.scope.meter.check_time()

    def _key(self) -> str:
        item = self._next()
        if item.form in (Form.TEXT, Form.BINARY):
            return self.items.payload(item, _KEY).decode("utf-8", "backslashreplace")
        if item.form is Form.INT:
            return str(item.value)
        raise Malformed("a map's key is neither text nor a number", item.start)

    def _value(self, item: Item, name: str) -> Iterator[Finding]:
        parent = self._stack[-1] if self._stack else None
        path = _join(parent.path, name) if parent else ""
        if item.form in (Form.MAP, Form.ARRAY):
            yield from self._open(item, path)
            return
        if parent and parent.is_map and name in _NUMPY_KEYS:
            parent.facts[name] = item
        elif parent and parent.is_shape:
            parent.facts.setdefault("shape", [])
            shape = parent.facts["shape"]
            if isinstance(shape, list) and item.form is Form.INT and len(shape) < _DIMENSIONS:
                shape.append(int(item.value))
        if item.form is Form.EXTENSION:
            yield from self._extension(item, path)
        elif item.form is Form.BINARY:
            yield from self._binary(item, path)

    def _open(self, item: Item, path: str) -> Iterator[Finding]:
        count = int(item.value)
        needed = count * (2 if item.form is Form.MAP else 1)
        if needed > self.blob.size - item.start:
            if count > 0xFFFF and needed > self.blob.size:
                yield self.scope.finding(
                    rules.COUNT,
                    f"'{path or 'the file'}' announces {count} entries.",
                    anchor=path,
                    offset=item.start,
                    evidence={"entries": count, "file_size": self.blob.size},
                )
            raise Malformed(f"{count} entries are announced and cannot follow", item.start)
        if len(self._stack) >= _DEPTH:
            raise LimitExceeded(f"nests deeper than {_DEPTH} levels")
        is_map = item.form is Form.MAP
        is_shape = not is_map and path.endswith("shape")
        self._stack.append(_Frame(path, count, is_map, is_shape))

    def _close(self, frame: _Frame) -> Iterator[Finding]:
        """The container ended: hand a shape to the map around it, or judge an array."""
        if not frame.is_map:
            if self._stack and "shape" in frame.facts and frame.path.endswith("shape"):
                self._stack[-1].facts["shape"] = frame.facts["shape"]
            return
        nd = frame.facts.get("nd")
        if not (isinstance(nd, Item) and nd.form is Form.BOOL):
            return
        kind, dtype = (self._text(frame.facts.get(key)) for key in ("kind", "type"))
        data = frame.facts.get("data")
        if kind == "O" or dtype.lstrip("|<>=") == "O":
            yield self._pickled(frame.path, nd.start)
        elif isinstance(data, Item) and data.form in (Form.BINARY, Form.TEXT):
            name = _CODES.get(dtype.lstrip("|<>="), dtype[:40])
            shape = frame.facts.get("shape", [])
            extents = shape if isinstance(shape, list) else []
            yield from self._array(frame.path, name, extents, data)

    def _text(self, item: object) -> str:
        if isinstance(item, Item) and item.form in (Form.TEXT, Form.BINARY):
            return self.items.payload(item, _KEY).decode("utf-8", "backslashreplace")
        return ""

    def _pickled(self, path: str, offset: int) -> Finding:
        return self.scope.finding(
            rules.PICKLED,
            f"'{path}' is an array of Python objects.",
            anchor=path,
            offset=offset,
        )

    def _extension(self, item: Item, path: str) -> Iterator[Finding]:
        code = int(item.value)
        if code in (_NDARRAY, _SCALAR):
            self.seen.is_flax = True
            inner = self.items.within(item)
            try:
                head = inner.next()
                if head.form is not Form.ARRAY or head.value != 3:
                    raise Malformed("an array is not shape, type and bytes", item.start)
                shape = self._shape(inner)
                dtype, data = inner.next(), inner.next()
                if data.form not in (Form.BINARY, Form.TEXT) or inner.position != item.end:
                    raise Malformed("an array does not end with its bytes", item.start)
            except Malformed as error:
                yield self._strange(path, item, f"is no array of Flax: {error.reason}")
                return
            name = self._text(dtype)
            if name.lstrip("|<>=") in ("object", "O"):
                yield self._pickled(path, item.start)
                yield from self._binary(data, path)
            else:
                yield from self._array(path, name, shape, data)
        elif code == _COMPLEX and item.end - item.start <= 32:
            self.seen.is_flax = True
        elif code != _TIMESTAMP or item.end - item.start not in (4, 8, 12):
            yield self._strange(path, item, f"has the extension type {code}")
            yield from self._binary(item, path)

    def _strange(self, path: str, item: Item, why: str) -> Finding:
        return self.scope.finding(
            rules.EXTENSION,
            f"'{path}' {why}.",
            anchor=path,
            offset=item.start,
            evidence={"type": int(item.value), "bytes": item.end - item.start},
        )

    def _shape(self, inner: Items) -> list[int]:
        head = inner.next()
        if head.form is not Form.ARRAY or head.value > _DIMENSIONS:
            raise Malformed("an array's shape is no list of sizes", head.start)
        sizes = [inner.next() for _ in range(int(head.value))]
        if any(size.form is not Form.INT for size in sizes):
            raise Malformed("an array's shape is no list of sizes", head.start)
        return [int(size.value) for size in sizes]

    def _array(self, path: str, dtype: str, shape: list[int], data: Item) -> Iterator[Finding]:
        count = 1
        for extent in shape:
            count *= extent
        held = data.end - data.start
        width = _BYTES.get(dtype)
        if any(extent < 0 for extent in shape) or (width and count * width != held):
            yield self.scope.finding(
                rules.ARRAY_SIZE,
                f"'{path}' holds {held} bytes, and its shape of {dtype[:40]} does not.",
                anchor=path,
                offset=data.start,
                evidence={"shape": [str(extent) for extent in shape], "bytes": held},
            )
            return
        if width is None and not dtype.startswith("float8") and not _TYPE.fullmatch(dtype):
            self.seen.unknown.add(dtype[:40])
        self.seen.add(dtype[:40], count)
        self.regions.append(Region(path, data.start, held, dtype[:40]))

    def _binary(self, item: Item, path: str) -> Iterator[Finding]:
        """A binary value by itself: no number, so whatever reads it knows what it is."""
        from seamark.scan.models.formats import is_marked_pickle

        part = self.blob.slice(item.start, item.end - item.start)
        if is_marked_pickle(part.read(0, 4096), part):
            yield self.scope.finding(
                rules.EMBEDDED, f"'{path}' is a pickle.", anchor=path, offset=item.start
            )
            yield from self.scope.examine(part, path or "value")
        else:
            self.regions.append(Region(path, item.start, item.end - item.start))


def _join(path: str, name: str) -> str:
    joined = f"{path}/{name}" if path else name
    return joined if len(joined) <= 300 else f"…{joined[-299:]}"
