"""Reads marshalled Python code without running it: which names and texts does it use?

``marshal`` has no specification; the layout is that of CPython 2.7 to 3.14. Names that code looks
up stand in it as plain text, so they can be listed whatever the byte code does.
"""

from dataclasses import dataclass, field

from seamark.scan.models.limits import Malformed

_DEPTH = 60
_OBJECTS = 200_000
_LONG_TEXT = frozenset(b"aAtus")
_SHORT_TEXT = frozenset(b"zZ")
_CONTAINERS = frozenset(b"([<>")
_SINGLETONS = frozenset(b"0NFTS.")
_FIXED = {ord("i"): 4, ord("I"): 8, ord("g"): 8, ord("y"): 16}


@dataclass(slots=True)
class CodeNames:
    """What marshalled code mentions: ``names`` it looks up, ``texts`` among its constants."""

    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    code_objects: int = 0


def read_code(data: bytes) -> CodeNames:
    """Names and texts of the code object in ``data`` and of all code nested in it.

    Raises ``Malformed`` where the bytes are not marshalled data, or too deep or large.
    """
    reader = _Reader(data)
    reader.value(0)
    if not reader.found.code_objects:
        raise Malformed("there is no code object")
    return reader.found


Value = str | bytes | list["Value"] | None


class _Reader:
    __slots__ = ("_objects", "_references", "data", "found", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.found = CodeNames()
        self._references: list[Value] = []
        self._objects = 0

    def value(self, depth: int) -> Value:
        """The next object; what is neither text, bytes nor a collection comes back as None."""
        self._objects += 1
        if depth > _DEPTH or self._objects > _OBJECTS:
            raise Malformed("the code nests too deep or is too large", self.position)
        kind = self._take(1)[0]
        slot = -1
        if kind & 0x80:
            kind &= 0x7F
            slot = len(self._references)
            self._references.append(None)
        result = self._body(kind, depth)
        if slot >= 0:
            self._references[slot] = result
        return result

    def _body(self, kind: int, depth: int) -> Value:
        if kind in _SINGLETONS:
            return None
        if kind in _SHORT_TEXT:
            return self._take(self._take(1)[0]).decode("latin-1")
        if kind in _LONG_TEXT:
            raw = self._take(self._integer())
            return raw if kind == ord("s") else raw.decode("utf-8", "backslashreplace")
        if kind == ord(")"):
            return [self.value(depth + 1) for _ in range(self._take(1)[0])]
        if kind in _CONTAINERS:
            return [self.value(depth + 1) for _ in range(self._count())]
        if kind in _FIXED:
            self._take(_FIXED[kind])
            return None
        if kind == ord("l"):
            self._take(2 * abs(self._integer()))
            return None
        if kind in b"fx":
            self._take(self._take(1)[0])
            if kind == ord("x"):
                self._take(self._take(1)[0])
            return None
        return self._rare(kind, depth)

    def _rare(self, kind: int, depth: int) -> Value:
        if kind == ord("c"):
            self._code(depth)
            return None
        if kind in b"rR":
            index = self._integer()
            return self._references[index] if 0 <= index < len(self._references) else None
        if kind == ord("{"):
            items: list[Value] = []
            while self.data[self.position : self.position + 1] != b"0":
                items += [self.value(depth + 1), self.value(depth + 1)]
            self.position += 1
            return items
        if kind == ord(":"):  # slice, from 3.14 on
            return [self.value(depth + 1) for _ in range(3)]
        raise Malformed(f"there is no marshal type {kind:#x}", self.position - 1)

    def _code(self, depth: int) -> None:
        """One code object. Versions differ in the counts before the byte code, 4 to 6 integers."""
        self.found.code_objects += 1
        for count in (4, 5, 6):
            at = self.position + 4 * count
            if self.data[at : at + 1] in (b"s", b"\xf3"):
                break
        else:
            raise Malformed("the code object has no byte code", self.position)
        self._take(4 * count)
        self.value(depth + 1)  # byte code
        constants = self.value(depth + 1)
        names = self.value(depth + 1)
        self.found.texts |= _texts(constants)
        self.found.names |= _texts(names)
        self.value(depth + 1)  # variables
        if self.data[self.position : self.position + 1] in (b"s", b"\xf3"):  # their kinds: 3.11+
            self.value(depth + 1)
            tail = 3  # file, name, qualified name
        else:
            self.value(depth + 1)  # free variables
            self.value(depth + 1)  # cell variables
            tail = 2  # file, name
        for _ in range(tail):
            self.value(depth + 1)
        self._integer()  # first line
        self.value(depth + 1)  # line table
        if tail == 3:
            self.value(depth + 1)  # exception table

    def _take(self, length: int) -> bytes:
        end = self.position + length
        if length < 0 or end > len(self.data):
            raise Malformed("the marshalled data is cut off", self.position)
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def _integer(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _count(self) -> int:
        count = self._integer()
        if not 0 <= count <= len(self.data) - self.position:
            raise Malformed("a collection is longer than the data", self.position)
        return count


def _texts(value: Value) -> set[str]:
    found: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, bytes):
            found.add(item.decode("latin-1"))
        elif isinstance(item, list):
            pending += item
    return found
