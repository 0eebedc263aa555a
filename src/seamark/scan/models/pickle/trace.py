"""What the explainer saw: abstract values, and the trace of one pickle stream.

Values stand for what an unpickler would build, without building it. They are cheap on purpose:
a hostile stream makes millions. Containers keep their first ``KEPT`` items and count the rest.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from seamark.scan.models.limits import LimitExceeded

KEPT = 192
"""Items that a container keeps for display and guards; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Const:
    """A constant that the stream spells out: int, float, str, bytes, bool or None."""

    value: int | float | str | bytes | bool | None


@dataclass(frozen=True, slots=True)
class Payload:
    """A constant too long to hold: ``kind`` is ``str``, ``bytes``, ``bytearray`` or ``int``.

    The content is ``[offset, offset + length)`` of the stream's blob.
    """

    kind: str
    offset: int
    length: int

    @property
    def unhashable(self) -> bool:
        """Whether Python refuses it as a dict key."""
        return self.kind == "bytearray"


@dataclass(frozen=True, slots=True)
class Ref:
    """An imported object: ``module`` and ``name`` as ``find_class`` gets them (fix_imports done).

    ``offset`` is that of the opcode that imports it, ``opcode`` its name.
    """

    module: str
    name: str
    offset: int
    opcode: str = "GLOBAL"

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Call:
    """A call: REDUCE, NEWOBJ, NEWOBJ_EX, INST, OBJ. Also stands for the call's result.

    ``args`` are the positional arguments, or None where the argument tuple is itself computed
    (``starargs`` is then what stands in its place). ``kwargs`` is what NEWOBJ_EX gives, ``state``
    what the first BUILD sets on the result. ``instance`` is true where the result is certainly
    not a class (``cls.__new__`` made it). ``root`` is where a chain of calls of results begins.
    """

    __slots__ = ("function", "instance", "kwargs", "offset", "opcode", "root", "starargs", "state")

    def __init__(
        self, function: "Value", starargs: "Value", kwargs: "Value | None", opcode: str, offset: int
    ) -> None:
        self.function = function
        self.root: Value = function.root if type(function) is Call else function
        self.starargs = starargs
        self.kwargs = kwargs
        self.opcode = opcode
        self.offset = offset
        self.state: Raw | None = None
        self.instance = False

    @property
    def args(self) -> "tuple[Value, ...] | None":
        """Positional arguments (at most ``KEPT``), or None where they are computed."""
        return self.starargs.items if isinstance(self.starargs, Seq) else None


@dataclass(frozen=True, slots=True)
class Persistent:
    """What ``persistent_load`` would return for ``pid``."""

    pid: "Value"
    offset: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only ``what`` it is is known."""

    what: str
    unhashable: bool = False


NOTHING: "list[Raw]" = []
"""What empty containers hold: never changed, so that a million of them cost no list each."""


class Seq:
    """A list, tuple, set or frozenset (``kind``), with its first items and its ``length``.

    ``weight`` counts the objects reached by hashing it, repeats included; 0 where unhashable.
    ``depth`` of nested containers, and ``spread``, how many a walk through it visits, as far as
    they were known when it was built.
    """

    __slots__ = ("_thawed", "depth", "kind", "length", "raw", "spread", "weight")

    _thawed: "tuple[Value, ...]"

    def __init__(self, kind: str, raw: list["Raw"], length: int = 0) -> None:
        self.kind = kind
        self.raw = raw
        self.length = length
        self.weight = 0
        self.depth = self.spread = 1

    @property
    def items(self) -> "tuple[Value, ...]":
        """The items that were kept."""
        if self.kind != "tuple":
            return tuple(map(thaw, self.raw))
        try:
            return self._thawed  # unset at first: most are never asked, and a slot costs time
        except AttributeError:
            self._thawed = tuple(map(thaw, self.raw))
            return self._thawed

    @property
    def omitted(self) -> int:
        """How many items were not kept."""
        return self.length - len(self.raw)


class Map:
    """A dict, with its first entries; ``length`` counts all assignments, repeats included."""

    __slots__ = ("depth", "length", "raw", "spread")

    def __init__(self) -> None:
        self.raw = NOTHING
        self.length = 0
        self.depth = self.spread = 1

    @property
    def items(self) -> "tuple[tuple[Value, Value], ...]":
        """The (key, value) pairs that were kept, in the order of assignment."""
        pairs = zip(self.raw[::2], self.raw[1::2], strict=True)
        return tuple((thaw(key), thaw(value)) for key, value in pairs)

    @property
    def omitted(self) -> int:
        """How many pairs were not kept."""
        return self.length - len(self.raw) // 2


Value = Const | Payload | Ref | Call | Persistent | Opaque | Seq | Map
Raw = str | bytes | Value
"""A value as the machine holds it: ``bytes`` is the undecoded opcode that pushes a constant,
``str`` a constant that was decoded because that is cheaper."""


def thaw(raw: Raw) -> Value:
    """The value of what the machine holds."""
    kind = type(raw)
    if kind is bytes or kind is str:
        return _thaw_short(raw) if len(raw) <= _SHORT else _thaw(raw)  # type: ignore[arg-type]
    return raw  # type: ignore[return-value]


_SHORT = 64


def _thaw(raw: str | bytes) -> Const | Payload:
    if isinstance(raw, str):
        return Const(raw)
    from seamark.scan.models.pickle.opcodes import constant

    return constant(raw)


_thaw_short = lru_cache(4096)(_thaw)


class End(StrEnum):
    """How a stream ended."""

    STOP = "stop"
    BROKEN = "broken"


class Oddity(StrEnum):
    """Constructions that no pickler writes."""

    COMPUTED_GLOBAL = "computed STACK_GLOBAL operand"
    EXTENSION = "EXT opcode"
    LYING_FRAME = "frame that lies"
    LATE_PROTO = "PROTO in mid-stream"
    BAD_PROTOCOL = "unknown protocol number"
    HUGE_MEMO = "huge memo index"
    DEEP_NESTING = "deep nesting"
    HASH_BOMB = "exponential structure"
    STATE_ON_IMPORT = "state set on an imported object"
    ITEM_ON_IMPORT = "item set on an imported object"
    EXPANSION = "expansion without end"
    COMPUTED_ARGUMENTS = "computed argument tuple"


@dataclass(frozen=True, slots=True)
class Odd:
    """One oddity: where it is, what it is about (``anchor``), one clause of detail."""

    oddity: Oddity
    offset: int
    anchor: str
    detail: str


class Spelling(StrEnum):
    """How a constant spells bytes: as they are, or as a string of Latin-1 characters.

    Protocols 0 to 2 store bytes in strings: ``UTF8`` in a counted one, ``LINE`` in the whole opcode
    of a text line with its escapes.
    """

    BYTES = "bytes"
    UTF8 = "utf-8"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Nested:
    """A constant that begins like a pickle or an archive."""

    offset: int
    length: int
    spelling: Spelling = Spelling.BYTES


@dataclass(slots=True)
class Trace:
    """What one stream does. Offsets count from the start of the blob the stream lies in.

    ``references`` holds each distinct (module, name) once, in order of first import; ``asked`` how
    often each pair was asked for, as it stands in the stream (before names of Python 2 are mapped).
    ``calls`` holds the first call of each distinct callee (all calls
    go to the machine's ``watch``). ``consumed`` is the offset after STOP, or where it broke.
    ``cuts`` are ranges (start, end, replacement) that hold no opcodes, for the judge to leave out;
    ``frames`` are (offset of the FRAME opcode, offset of the frame's end).
    ``cut_frame`` says that a frame ends beyond the data, which only the C unpickler
    minds, and ``loose_number`` that it stopped at a number that ``float()`` or ``int()`` take.
    ``limit`` is set where the machine stopped because the stream costs too much.
    ``acted`` says that something was imported before the end.
    """

    start: int = 0
    end: End = End.BROKEN
    reason: str = ""
    consumed: int = 0
    opcodes: int = 0
    protocol: int = 0
    references: dict[tuple[str, str], Ref] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    calls: dict[tuple[str, str], Call] = field(default_factory=dict)
    persistent: list[Persistent] = field(default_factory=list)
    persistent_count: int = 0
    oddities: list[Odd] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    cuts: list[tuple[int, int, bytes]] = field(default_factory=list)
    frames: list[tuple[int, int]] = field(default_factory=list)
    cut_frame: bool = False
    loose_number: bool = False
    limit: LimitExceeded | None = None
    result: Value | None = None

    @property
    def acted(self) -> bool:
        """Whether a loader would have imported something before the stream ended."""
        return bool(self.references)

    def called(self, reference: Ref) -> Call | None:
        """The first call of ``reference``, if it is called at all."""
        return self.calls.get((reference.module, reference.name))
