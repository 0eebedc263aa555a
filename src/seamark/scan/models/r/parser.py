"""R's serialized values, one after another, without recursion.

Each value is a generator that asks for the values inside it; a stack of generators takes the
place of R's own recursion, so nesting costs memory under a limit and never the interpreter's
stack. Only names, texts and calls are kept, and each call is judged when it is complete.
"""

from collections.abc import Callable, Generator, Iterator

from seamark.core.findings import Finding
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.r import sexptypes as t
from seamark.scan.models.r.streams import Stream
from seamark.scan.models.r.values import (
    MISSING,
    NOTHING,
    UNBOUND,
    Call,
    Other,
    Pairs,
    Symbol,
    Texts,
    Value,
)
from seamark.scan.models.r.witness import Witness

_DEEPEST = 10_000
_MOST_REFERENCES = 1 << 22
_KEPT_TEXTS = 16
_KEPT_LENGTH = 2000
_KEPT_ARGUMENTS = 256
_KEPT_PAIRS = 64
_LARGEST_CALL = 20_000

_ITEM = None
"""Request for the next value. A number asks for one whose flags were read already."""
_OPEN = ("open", 0)
"""Request for the value that is open: its flags were read, and it was found to hold others."""
_HOLDERS = frozenset({*t.WIDTHS, t.TEXTS, t.LIST, *t.CHAINED})
"""The most common types that hold others where they have attributes, or always."""
_CONSTANTS: dict[int, Value] = {
    t.NULL: NOTHING, 0: NOTHING, t.UNBOUND: UNBOUND, t.MISSING: MISSING,
    **{kind: Other(title) for kind, title in t.SINGLE.items()},
}  # fmt: skip
_NUMBERS = {kind: Other(t.KINDS[kind]) for kind in t.WIDTHS}
Request = int | tuple[str, int] | Finding | None
Steps = Generator[Request, Value, Value]


class Parser:
    """Reads one stream. ``witness`` turns what it meets into findings."""

    __slots__ = ("_count", "_in_frame", "_meter", "_references", "_repeats", "_stream", "witness")

    def __init__(self, stream: Stream, meter: Meter, witness: Witness) -> None:
        self._stream = stream
        self._meter = meter
        self._references: list[Value] = []
        self._repeats: dict[int, Value] = {}
        self._in_frame = False
        self._count = 0
        self.witness = witness

    def run(self, meet: Callable[[str, Value], Iterator[Finding]] | None) -> Iterator[Finding]:
        """Findings of the next value; with ``meet`` it is a workspace, whose bindings are met."""
        top = self._workspace(meet) if meet else self._single()
        stack: list[Steps] = [top]
        value: Value | None = None
        while stack:
            try:
                asked = stack[-1].send(value)  # type: ignore[arg-type]
            except StopIteration as end:
                stack.pop()
                value = end.value
                continue
            if isinstance(asked, Finding):
                yield asked
                value = None
                continue
            value = self._leaf(asked) if not isinstance(asked, tuple) else None
            if value is None:
                if len(stack) >= _DEEPEST:
                    raise LimitExceeded(f"nests deeper than {_DEEPEST} levels")
                stack.append(self._steps(asked))

    def _single(self) -> Steps:
        value = yield _ITEM
        self.witness.top(value)
        return value

    def _workspace(self, meet: Callable[[str, Value], Iterator[Finding]]) -> Steps:
        """A pairlist of bindings; see ``save()``."""
        flags = self._stream.integer()
        while flags & 0xFF == t.PAIRLIST:
            if flags & t.HAS_ATTRIBUTES:
                yield _ITEM
            tag = (yield _ITEM) if flags & t.HAS_TAG else NOTHING
            value = yield _ITEM
            yield from meet(tag.name if isinstance(tag, Symbol) else "", value)
            flags = self._stream.integer()
        if flags & 0xFF not in (t.NULL, 0):
            yield flags
        return NOTHING

    # Values that hold no others.

    def _leaf(self, flags: int | None) -> Value | None:
        """The value, where it holds no others; else None, and its flags wait in the witness."""
        self._count += 1
        if not self._count % 4096:
            self._meter.check_time()
        if flags is None:
            flags = self._stream.integer()
        self.witness.flags = flags
        kind = flags & 0xFF
        if kind in _HOLDERS:
            if kind in t.WIDTHS and not flags & t.HAS_ATTRIBUTES:
                return self._numbers(kind)
            return self._texts() if kind == t.TEXTS and not flags & t.HAS_ATTRIBUTES else None
        if kind == t.REFERENCE:
            return self._reference(flags)
        if kind == t.SYMBOL:
            return self._symbol()
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind == t.TEXT:
            return Texts((self._text(self._stream.integer()),))
        if kind in (t.SPECIAL, t.BUILTIN):
            return Symbol(self._text(self._stream.integer()))
        return None

    def _text(self, length: int) -> str:
        if length < -1:
            raise Malformed("the length of a text is negative", self._stream.offset)
        if length <= 0:
            return ""
        return self._stream.text(length)[:_KEPT_LENGTH].decode("utf-8", "replace")

    def _symbol(self) -> Value:
        if self._stream.integer() & 0xFF != t.TEXT:
            raise Malformed("a symbol has no name", self._stream.offset)
        return self._remember(Symbol(self._text(self._stream.integer())))

    def _remember(self, value: Value) -> Value:
        if len(self._references) >= _MOST_REFERENCES:
            raise LimitExceeded(f"refers to more than {_MOST_REFERENCES} objects")
        self._references.append(value)
        return value

    def _reference(self, flags: int) -> Value:
        index = (flags & 0xFFFFFFFF) >> 8 or self._stream.integer()
        if not 1 <= index <= len(self._references):
            raise Malformed(f"there is no object {index} to refer to", self._stream.offset)
        return self._references[index - 1]

    def _length(self) -> int:
        length = self._stream.integer()
        if length == -1:
            upper, lower = self._stream.integer(), self._stream.integer()
            length = (upper << 32) + (lower & 0xFFFFFFFF)
        if length < 0 or length >= 1 << 52:
            raise Malformed(f"there is no vector of {length} values", self._stream.offset)
        return length

    def _numbers(self, kind: int) -> Value:
        length = self._length()
        at = self._stream.offset
        self._stream.skip(length, t.WIDTHS[kind])
        if kind == t.RAW:
            self.witness.raw(at, length)
        return _NUMBERS[kind]

    def _texts(self) -> Value:
        length = self._length()
        kept = []
        for _ in range(min(length, _KEPT_TEXTS)):
            if self._stream.integer() & 0xFF != t.TEXT:
                raise Malformed("a text is of another type", self._stream.offset)
            kept.append(self._text(self._stream.integer()))
        self._stream.skip_texts(length - len(kept))
        return Texts(tuple(kept))

    # Values that hold others.

    def _steps(self, asked: int | tuple[str, int] | None) -> Steps:
        if isinstance(asked, tuple) and asked is not _OPEN:
            return self._compiled() if asked[0] == "code" else self._in_code(asked[1])
        flags = self.witness.flags
        kind = flags & 0xFF
        in_frame, self._in_frame = self._in_frame, False
        if kind in t.CHAINED:
            return self._chain(flags, in_frame and kind == t.DOTS)
        if kind in (t.CLOSURE, t.PROMISE):
            return self._closure(flags) if kind == t.CLOSURE else self._promise(flags, in_frame)
        if kind == t.ENVIRONMENT:
            return self._environment()
        if kind in t.WIDTHS or kind in (t.TEXTS, t.LIST, t.EXPRESSION, t.S4):
            return self._vector(flags)
        if kind in (t.POINTER, t.WEAK):
            return self._pointer(flags)
        if kind == t.BYTECODE:
            return self._bytecode(flags)
        if kind in (t.PERSISTENT, t.PACKAGE, t.NAMESPACE):
            return self._named(kind)
        if kind == t.ALTREP:
            return self._altrep()
        raise Malformed(f"there is no type {kind}", self._stream.offset)

    def _vector(self, flags: int) -> Steps:
        kind = flags & 0xFF
        value: Value = Other(t.KINDS.get(kind, "texts"))
        if kind == t.TEXTS:
            value = self._texts()
        elif kind in t.WIDTHS:
            self._numbers(kind)
        elif kind != t.S4:
            left = self._length()
            while left:
                skipped = self._stream.skip_scalars(left)
                left -= skipped or 1
                if not skipped and self._leaf(None) is None:
                    yield _OPEN
        if flags & t.HAS_ATTRIBUTES:
            attributes = yield _ITEM
            if isinstance(value, Other) and isinstance(attributes, Pairs):
                return Other(value.kind, attributes)
        return value

    def _chain(self, flags: int, in_frame: bool = False) -> Steps:
        """A pairlist, a call, or the values of ``...``: one cell after the other."""
        kind = flags & 0xFF
        kept: list[tuple[str, Value]] = []
        most = _KEPT_ARGUMENTS if kind == t.CALL else _KEPT_PAIRS
        attributes: Value | None = None
        while True:
            if flags & t.HAS_ATTRIBUTES:
                given = yield _ITEM
                attributes = attributes or given
            tag = (self._leaf(None) or (yield _OPEN)) if flags & t.HAS_TAG else NOTHING
            self._in_frame = in_frame
            value = self._leaf(None) or (yield _OPEN)
            self._in_frame = False
            if len(kept) < most:
                kept.append((tag.name if isinstance(tag, Symbol) else "", value))
            elif isinstance(value, Symbol):  # no call that is judged will show it
                yield from self.witness.name(value.name)
            flags = self._stream.integer()
            if flags & 0xFF not in t.CHAINED:
                break
        if flags & 0xFF not in (t.NULL, 0):
            yield flags
        made = _made(kind, kept)
        yield from self.witness.call(made)
        if isinstance(made, Call) and isinstance(attributes, Pairs):
            self.witness.attributes = attributes
        return made

    def _closure(self, flags: int) -> Steps:
        if flags & t.HAS_ATTRIBUTES:
            yield _ITEM
        if flags & t.HAS_TAG:
            yield _ITEM  # its environment
        yield _ITEM  # its arguments
        yield _ITEM  # its body
        return Other("function")

    def _promise(self, flags: int, in_frame: bool) -> Steps:
        """A value and the expression that it came from, or will come from."""
        at = self._stream.offset
        if flags & t.HAS_ATTRIBUTES:
            yield _ITEM
        if flags & t.HAS_TAG:
            yield _ITEM
        value = yield _ITEM
        expression = yield _ITEM
        if value is UNBOUND and not in_frame:
            yield self.witness.promise(expression, at)
        return Other("promise")

    def _environment(self) -> Steps:
        self._remember(Other("environment"))
        self._stream.integer()  # whether it is locked
        yield _ITEM  # the one around it
        yield from self._bindings()
        flags = self._stream.integer()  # a table of bindings by hash
        if flags & 0xFF == t.LIST:
            for _ in range(self._length()):
                yield from self._bindings()
            if flags & t.HAS_ATTRIBUTES:
                yield _ITEM
        else:
            yield flags
        yield _ITEM  # attributes
        return Other("environment")

    def _bindings(self) -> Steps:
        """Names with values, where arguments that nobody used yet may wait."""
        flags = self._stream.integer()
        if flags & 0xFF == t.PAIRLIST:
            return (yield from self._chain(flags, in_frame=True))
        return (yield flags)

    def _pointer(self, flags: int) -> Steps:
        value = self._remember(Other(t.KINDS[flags & 0xFF]))
        if flags & 0xFF == t.POINTER:
            yield _ITEM  # what it keeps alive
            yield _ITEM  # its tag
        if flags & t.HAS_ATTRIBUTES:
            yield _ITEM
        return value

    def _named(self, kind: int) -> Steps:
        """A namespace, a package or a persistent object, by its names."""
        at = self._stream.offset
        if self._stream.integer():
            raise Malformed("a reference has names of its own", at)
        names: list[str] = []
        for _ in range(self._length()):
            name = yield _ITEM
            if isinstance(name, Texts) and len(names) < _KEPT_TEXTS:
                names += name.first[:1]
        self._remember(Other("environment"))
        if kind == t.PERSISTENT:
            yield self.witness.persistent(names, at)
        return Other("environment")

    def _altrep(self) -> Steps:
        at = self._stream.offset
        info = yield _ITEM
        state = yield _ITEM
        yield _ITEM  # attributes
        listed = info.items if isinstance(info, Pairs) else ()
        names = [each.name for _tag, each in listed if isinstance(each, Symbol)]
        yield from self.witness.altrep(names, state, at)
        return state if isinstance(state, Texts) else Other("vector")

    # Compiled code: numbers, and a pool of constants that may repeat.

    def _bytecode(self, flags: int) -> Steps:
        self._stream.integer()  # how many repeated constants
        self._repeats = {}
        value = yield ("code", 0)
        if flags & t.HAS_ATTRIBUTES:
            yield _ITEM
        return value

    def _compiled(self) -> Steps:
        yield _ITEM  # the instructions
        for _ in range(self._length()):
            kind = self._stream.integer()
            if kind == t.BYTECODE:
                yield ("code", 0)
                continue
            listed = kind in t.CODE_CHAINED or kind in (t.REPEATED, t.REPEATABLE)
            value = yield ("value", kind) if listed else _ITEM
            if isinstance(value, Symbol):
                yield from self.witness.name(value.name)
        return Other("bytecode")

    def _in_code(self, kind: int) -> Steps:
        if kind == t.REPEATED:
            return self._repeats.get(self._stream.integer(), NOTHING)
        begin: int | None = None
        first = 0
        kept: list[tuple[str, Value]] = []
        while True:
            if kind == t.REPEATABLE:
                position, kind = self._stream.integer(), self._stream.integer()
                begin = position if begin is None and not kept else begin
            if kind not in t.CODE_CHAINED:
                break
            first = first or kind
            if kind in (t.ATTRIBUTE_LIST, t.ATTRIBUTE_CALL):
                yield _ITEM
            tag = yield _ITEM
            inner = self._stream.integer()
            listed = inner in t.CODE_CHAINED or inner in (t.REPEATED, t.REPEATABLE)
            value = yield ("value", inner) if listed else _ITEM
            if len(kept) < _KEPT_ARGUMENTS:
                kept.append((tag.name if isinstance(tag, Symbol) else "", value))
            kind = self._stream.integer()
        if kind == t.REPEATED:
            self._stream.integer()
        else:
            rest = yield _ITEM
            if not kept:
                return rest
        made = _made(t.CALL if first in (t.CALL, t.ATTRIBUTE_CALL) else t.PAIRLIST, kept)
        if begin is not None:
            self._repeats[begin] = made
        yield from self.witness.call(made)
        return made


def _made(kind: int, kept: list[tuple[str, Value]]) -> Value:
    if kind != t.CALL:
        return Pairs(tuple((tag, _plain(value)) for tag, value in kept))
    arguments = [(tag, _plain(v) if not isinstance(v, Call) else v) for tag, v in kept]
    size = 1 + sum(v.size if isinstance(v, Call) else 1 for _tag, v in arguments)
    if size > _LARGEST_CALL:
        arguments = [(tag, Other("call") if isinstance(v, Call) else v) for tag, v in arguments]
        size = len(arguments)
    return Call(arguments[0][1], tuple(arguments[1:]), size)


def _plain(value: Value) -> Value:
    """What a list keeps of a value: not what that one holds."""
    if isinstance(value, Other):
        return Other(value.kind) if value.attributes else value
    if isinstance(value, Symbol | Texts):
        return value
    return Other("call" if isinstance(value, Call) else "pairlist")
