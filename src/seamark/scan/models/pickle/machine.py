"""The explainer: the pickle machine over abstract values, with a byte offset for everything.

It does what CPython's C unpickler (``_pickle.c``) does, opcode by opcode, and builds nothing: a
constant stays the bytes that spell it, an import becomes a ``Ref``, a call a ``Call``. Where the C
unpickler raises, so does this (:class:`Broken`): what comes after is never reached by a loader.
One deliberate difference: strings of Python 2 are Latin-1, which never fails to decode.

The stream is read through a sliding window, so memory does not grow with the file; long constants
are skipped by offset and listed in ``Trace.cuts``.
"""

import gc
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Meter
from seamark.scan.models.pickle.opcodes import FIXED
from seamark.scan.models.pickle.trace import (
    KEPT,
    NOTHING,
    Call,
    End,
    Map,
    Odd,
    Oddity,
    Raw,
    Ref,
    Seq,
    Trace,
)

WINDOW = 1 << 18
"""Bytes of the stream that are held at a time."""

MARGIN = 9
"""The longest opcode that the quick loop takes without asking whether it is all there."""

VALUES, BYTES_PER_VALUE = 1_300_000, 16
"""How many values the stack or the memo may hold: so many, and more for larger files."""

ODDITY_LIMIT = 64
DEPTH_LIMIT = 1000
"""Nesting that no pickler reaches: Python's own recursion limit stops it earlier."""

SPREAD_LIMIT = 1 << 53
"""Containers that a walk through a value may visit, shared ones each time anew."""

IMPORTS_LIMIT = 10_000
"""Different names that one stream may import: twice what all allowlisted libraries have."""

HASH_LIMIT = 1 << 22
"""Objects that one hash may visit; a tuple of tuples of tuples doubles it with each level."""


class Broken(Exception):  # noqa: N818  the stream is broken, not the machine
    """The unpickler would raise here."""


class Stopped(Exception):  # noqa: N818  no error
    """The STOP opcode was reached; the argument is the position after it."""


class Sparse(dict[int, "Raw"]):
    """A memo with gaps. Without gaps a list does, in a tenth of the memory."""

    def append(self, value: Raw) -> None:
        """What MEMOIZE does: the index is the number of values, not the next after the last."""
        self[len(self)] = value


Handler = Callable[["Machine", int], int]
"""Carries out the opcode at a position of the window, and returns the position after it."""

PLAIN = frozenset({str, bytes})
"""Types of the constants on the stack: hashable, and no containers."""

_CONTAINERS = frozenset({Seq, Map})

_CARRIES = frozenset(b"\xc2P")
"""How strings begin that may carry a pickle with a protocol mark, or an archive."""

_WIDTH = tuple(FIXED.get(op, 0) for op in range(256))


class Machine:
    """One stream from ``start`` of ``blob``. Use :func:`explain`, which makes one and runs it.

    ``watch`` sees each call at the moment it happens, but one without arguments only the first
    time that it is made of the same imported object. ``raw`` is asked
    after each BUILD of a called object for the offset at which the stream goes on; formats that
    put raw bytes between opcodes (joblib) answer, others return None. ``fill`` sees each called
    object that items are put into, and by which method. Without ``frames``, a frame
    that ends beyond the data does not end the stream, nor does a number that only Python takes:
    so reads the unpickler in pure Python.
    """

    def __init__(
        self,
        blob: Blob,
        start: int,
        *,
        meter: Meter,
        watch: Callable[[Call], None] | None = None,
        raw: Callable[[Call, int], int | None] | None = None,
        fill: Callable[[Call, str], None] | None = None,
        frames: bool = True,
    ) -> None:
        self.frames = frames
        self.fill = fill
        self.blob = blob
        self.size = blob.size
        self.meter = meter
        self.watch = watch
        self.raw = raw
        self.trace = Trace(start=start)
        self.data = blob.read(start, WINDOW)
        self.base = start
        self.at = 0
        self.safe = 0
        self.frame_end = 0
        self.stack: list[Raw] = []
        self.marks = [0]  # the first is no mark: the last is always the fence
        self.memo: list[Raw] | Sparse = []
        self.nothing = sequence("tuple", [])
        self.bare: dict[tuple[int, str], Ref] = {}  # holds the objects: their ids stay theirs
        self.most = VALUES + self.size // BYTES_PER_VALUE
        self.opcodes = 0
        self.spent = 0

    def run(self) -> Trace:
        """Run to the end of the stream, or of what it may cost (``Trace.limit``)."""
        from seamark.scan.models.pickle.operations import HANDLERS

        trace = self.trace
        pos = 0
        try:
            while True:
                self.aim()
                pos = self._quick(pos, HANDLERS)
                pos = self._careful(pos, HANDLERS)
        except Stopped as stop:
            trace.end = End.STOP
            trace.consumed = self.base + stop.args[0]
        except Broken as error:
            trace.reason = str(error)
            trace.consumed = self.base + self.at
        except LimitExceeded as limit:
            trace.limit = limit
            trace.reason = f"the stream {limit}"
            trace.consumed = self.base + self.at
        trace.opcodes = self.opcodes
        if trace.limit is None:
            self._settle()
        return trace

    def _settle(self) -> None:
        try:
            self.meter.spend_opcodes(self.opcodes - self.spent)
        except LimitExceeded as limit:
            self.trace.limit = limit

    def _quick(self, pos: int, handlers: tuple[Handler, ...]) -> int:  # noqa: C901  calls cost more
        """Opcodes that lie wholly in the window, the frequent ones without a call."""
        data, stack, marks, memo, safe = self.data, self.stack, self.marks, self.memo, self.safe
        push, width, count = stack.append, _WIDTH, 0
        try:
            while pos < safe:
                op = data[pos]
                count += 1
                if size := width[op]:
                    push(data[pos : pos + size])
                    pos += size
                    continue
                if op == 0x68:  # BINGET
                    push(memo[data[pos + 1]])
                    pos += 2
                    continue
                if op == 0x28:  # MARK
                    marks.append(len(stack))
                    pos += 1
                    continue
                if op == 0x71 and data[pos + 1] == len(memo) and len(stack) > marks[-1]:  # BINPUT
                    memo.append(stack[-1])
                    pos += 2
                    continue
                if op == 0x58 and data[pos + 2 : pos + 5] == b"\0\0\0":  # BINUNICODE
                    size = pos + 5 + data[pos + 1]
                    if size <= safe and data[pos + 5] not in _CARRIES and data[size - 1] != 0x2E:
                        push(data[pos + 5 : size].decode())
                        pos = size
                        continue
                if op == 0x8C:  # SHORT_BINUNICODE
                    size = pos + 2 + data[pos + 1]
                    if size > safe:
                        count -= 1
                        break
                    if data[pos + 2] in _CARRIES or data[size - 1] == 0x2E:
                        self.at = pos
                        pos = handlers[op](self, pos)
                        data, safe, memo = self.data, self.safe, self.memo
                        continue
                    push(data[pos + 2 : size].decode())
                    pos = size
                elif op == 0x7D or op == 0x5D:  # EMPTY_DICT, EMPTY_LIST
                    push(Map() if op == 0x7D else Seq("list", NOTHING))
                    pos += 1
                else:
                    self.at = pos
                    pos = handlers[op](self, pos)
                    data, safe, memo = self.data, self.safe, self.memo
                    if pos < safe and data[pos] == 0x94 and len(stack) > marks[-1]:
                        memo.append(stack[-1])
                        pos, count = pos + 1, count + 1
                    continue
                if data[pos] == 0x94 and pos < safe:  # MEMOIZE nearly always follows
                    memo.append(stack[-1])
                    pos, count = pos + 1, count + 1
        except UnicodeDecodeError:  # surrogates, or not UTF-8: the handler knows
            self.at = pos
            pos = handlers[op](self, pos)
        except LookupError:
            self.at = pos
            raise Broken("truncated" if pos + 2 > len(data) else "memo value not found") from None
        finally:
            self.opcodes += count
        return pos

    def _careful(self, pos: int, handlers: tuple[Handler, ...]) -> int:
        """One opcode near the end of the window, of the frame or of the blob."""
        self.at = min(pos, len(self.data))
        offset = self.base + pos
        if offset > self.size:  # the quick loop took an opcode that is not all there
            raise Broken("truncated")
        if offset > self.frame_end > 0:
            self.odd(Oddity.LYING_FRAME, offset, "straddled", "an opcode straddles the frame's end")
        if offset >= self.frame_end:
            self.frame_end = 0
        pos = self.need(pos, 1)
        self.at = pos
        self.opcodes += 1
        return handlers[self.data[pos]](self, pos)

    def aim(self) -> None:
        """Work out how far the quick loop may go in this window."""
        safe = len(self.data)
        if self.base + safe < self.size:
            safe -= MARGIN  # else nothing follows, and an opcode that is cut off breaks
        if self.frame_end:
            safe = min(safe, self.frame_end - self.base)
        self.safe = safe

    def need(self, pos: int, count: int) -> int:
        """Make ``count`` bytes from ``pos`` available; the position where they now are."""
        if pos + count <= len(self.data):
            return pos
        offset = self.base + pos
        if offset + count > self.size:
            raise Broken("truncated")
        self.seek(offset, count)
        if len(self.data) < count:
            raise Broken("truncated")
        return 0

    def seek(self, offset: int, count: int = 0) -> int:
        """Move the window to ``offset``; also the time to look at the limits. Returns 0."""
        self.account()
        at = self.base + self.at
        self.data = self.blob.read(offset, max(count, WINDOW))
        self.at = at - offset
        self.base = offset
        self.aim()
        return 0

    def account(self) -> None:
        """Charge the meter, and stop where the machine itself grows too large."""
        self.meter.spend_opcodes(self.opcodes - self.spent)
        self.spent = self.opcodes
        if len(self.stack) > self.most or len(self.memo) > self.most:
            raise LimitExceeded(f"puts more than {self.most} values on the pickle stack or memo")

    def remember(self, index: int, value: Raw) -> None:
        """Put ``value`` into the memo."""
        memo = self.memo
        if index < len(memo) or isinstance(memo, Sparse):
            memo[index] = value
        elif index == len(memo):
            memo.append(value)
        else:
            self.memo = Sparse(enumerate(memo))
            self.memo[index] = value

    def odd(self, oddity: Oddity, offset: int, anchor: str, detail: str) -> None:
        """Record an oddity, each anchor once."""
        found = self.trace.oddities
        if len(found) < ODDITY_LIMIT and not any(
            odd.oddity == oddity and odd.anchor == anchor for odd in found
        ):
            found.append(Odd(oddity, offset, anchor, detail))

    def top(self) -> Raw:
        """The value on top of the stack."""
        if len(self.stack) <= self.marks[-1]:
            raise Broken("stack underflow")
        return self.stack[-1]

    def pop(self) -> Raw:
        """Take the value on top of the stack."""
        if len(self.stack) <= self.marks[-1]:
            raise Broken("stack underflow")
        return self.stack.pop()

    def pop_mark(self) -> list[Raw]:
        """Take the topmost mark and all above it."""
        if len(self.marks) == 1:
            raise Broken("no MARK")
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def imports(self, module: str, name: str, pos: int, opcode: str) -> Ref:
        """Record what ``find_class`` would be asked for."""
        trace = self.trace
        raw = (module, name)
        count = trace.asked.get(raw, 0)
        if not count and len(trace.asked) >= IMPORTS_LIMIT:
            raise LimitExceeded(f"imports more than {IMPORTS_LIMIT} different names")
        trace.asked[raw] = count + 1
        if trace.protocol < 3:
            module, name = renamed(module, name)
        known = trace.references.get((module, name))
        reference = Ref(module, name, self.base + pos, opcode)
        if known is None:
            trace.references[(module, name)] = reference
        return reference

    def call(self, call: Call) -> None:
        """Push the result of a call, and let it be seen."""
        self.stack.append(call)
        function = call.function
        if type(function) is Ref:
            if call.starargs is self.nothing and call.kwargs is None:
                key = (id(function), call.opcode)
                if key in self.bare:  # without arguments, one call is like the other
                    return
                self.bare[key] = function
            self.trace.calls.setdefault((function.module, function.name), call)
        if self.watch is not None:
            self.watch(call)

    def nest(self, container: Seq | Map, items: list[Raw], pos: int) -> None:
        """Note how deep and how wide ``container`` is now that it holds ``items``."""
        if _CONTAINERS.isdisjoint(map(type, items)):
            return
        before, depth = container.spread, container.depth
        spread, deepest = before, depth
        for item in items:
            if type(item) in _CONTAINERS:
                spread += item.spread  # type: ignore[union-attr]
                if item.depth >= deepest:  # type: ignore[union-attr]
                    deepest = item.depth + 1  # type: ignore[union-attr]
        container.spread = spread if spread < _HEAVY else _HEAVY
        container.depth = deepest
        if depth <= DEPTH_LIMIT < deepest <= DEPTH_LIMIT + 1:  # once on the way down
            detail = f"containers nest {deepest} deep or more"
            self.odd(Oddity.DEEP_NESTING, self.base + pos, "", detail)
        if before <= SPREAD_LIMIT < spread:
            detail = "containers that share their parts expand without end"
            self.odd(Oddity.EXPANSION, self.base + pos, "", detail)

    def hashes(self, key: Raw, pos: int) -> int:
        """How many objects a hash of ``key`` visits. Raises where it cannot be hashed."""
        weight = weigh(key)
        if not weight:
            raise Broken("unhashable key")
        if weight > HASH_LIMIT:
            self.odd(
                Oddity.HASH_BOMB,
                self.base + pos,
                "",
                f"hashing one key visits {'more than ' * (weight >= _HEAVY)}{weight} objects",
            )
        return weight


_HEAVY = 1 << 60


def weigh(key: Raw) -> int:
    """How many objects a hash of ``key`` visits; 0 where it is not hashable."""
    kind = type(key)
    if kind is Seq:
        return key.weight  # type: ignore[union-attr]
    if kind is Map or getattr(key, "unhashable", False):
        return 0
    return 1


def sequence(kind: str, items: list[Raw]) -> Seq:
    """A tuple or frozenset of ``items``; a list has no weight."""
    made = Seq(kind, items if len(items) <= KEPT else items[:KEPT], len(items))
    if PLAIN.issuperset(map(type, items)):
        made.weight = len(items) + 1 if kind == "tuple" else int(kind == "frozenset")
    elif kind == "tuple":
        total = 1
        for item in items:
            weight = weigh(item) if type(item) not in PLAIN else 1
            if not weight:
                return made
            total += weight
        made.weight = min(total, _HEAVY)
    elif kind == "frozenset":
        made.weight = 1  # its hash is kept
    return made


def renamed(module: str, name: str) -> tuple[str, str]:
    """Where Python 3 finds what Python 2 called ``module.name`` (protocols 0 to 2)."""
    if (module, name) in NAME_MAPPING:
        return NAME_MAPPING[(module, name)]
    return IMPORT_MAPPING.get(module, module), name


def explain(
    blob: Blob,
    start: int = 0,
    *,
    meter: Meter,
    watch: Callable[[Call], None] | None = None,
    raw: Callable[[Call, int], int | None] | None = None,
    fill: Callable[[Call, str], None] | None = None,
    frames: bool = True,
) -> Trace:
    """Explain the stream that begins at ``start``. See :class:`Machine`."""
    machine = Machine(blob, start, meter=meter, watch=watch, raw=raw, fill=fill, frames=frames)
    with _collector_paused(blob.size - start > WINDOW):
        return machine.run()


@contextmanager
def _collector_paused(wanted: bool) -> Iterator[None]:
    """Millions of small values make the cycle collector take longer than the work itself."""
    if not (wanted and gc.isenabled()):
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
