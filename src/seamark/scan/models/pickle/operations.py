"""What each opcode does to the explainer's stack, memo and trace.

Order of checks and error conditions follow ``_pickle.c``; they decide where a broken stream ends.
A handler gets the position of its opcode in the window and returns the position after it.
"""

from seamark.scan.models.pickle import imports, pushes
from seamark.scan.models.pickle.machine import (
    DEPTH_LIMIT,
    PLAIN,
    SPREAD_LIMIT,
    Broken,
    Handler,
    Machine,
    Stopped,
    sequence,
)
from seamark.scan.models.pickle.opcodes import exact_int, text_int
from seamark.scan.models.pickle.trace import (
    KEPT,
    NOTHING,
    Call,
    Map,
    Oddity,
    Opaque,
    Payload,
    Persistent,
    Raw,
    Ref,
    Seq,
    thaw,
)


def _mark(m: Machine, pos: int) -> int:
    m.marks.append(len(m.stack))
    return pos + 1


def _stop(m: Machine, pos: int) -> int:
    m.trace.result = thaw(m.pop())
    offset = m.base + pos + 1
    if m.frame_end > offset:
        left = m.frame_end - offset
        m.odd(Oddity.LYING_FRAME, offset, "long", f"the frame goes on for {left} bytes after STOP")
    raise Stopped(pos + 1)


def _pop(m: Machine, pos: int) -> int:
    if len(m.marks) > 1 and m.marks[-1] == len(m.stack):
        m.marks.pop()
    else:
        m.pop()
    return pos + 1


def _pop_mark(m: Machine, pos: int) -> int:
    m.pop_mark()
    return pos + 1


def _dup(m: Machine, pos: int) -> int:
    m.stack.append(m.top())
    return pos + 1


def _proto(m: Machine, pos: int) -> int:
    pos = m.need(pos, 2)
    offset = m.base + pos
    version = m.data[pos + 1]
    if offset != m.trace.start:
        m.odd(Oddity.LATE_PROTO, offset, "", f"PROTO {version} stands in mid-stream")
    if version > 5:
        m.odd(Oddity.BAD_PROTOCOL, offset, "", f"there is no protocol {version}")
        raise Broken(f"unsupported protocol {version}")
    m.trace.protocol = version
    return pos + 2


def _frame(m: Machine, pos: int) -> int:
    pos = m.need(pos, 9)
    offset = m.base + pos
    length = int.from_bytes(m.data[pos + 1 : pos + 9], "little")
    end = offset + 9 + length
    if end > m.size:
        m.trace.cut_frame = True
        if m.frames:
            raise Broken("truncated")
        return pos + 9
    if offset < m.frame_end:
        m.odd(Oddity.LYING_FRAME, offset, "inside", "a frame begins inside another one")
    m.trace.frames.append((offset, end))
    m.frame_end = end
    m.aim()
    return pos + 9


# memo


def _memoize(m: Machine, pos: int) -> int:
    m.memo.append(m.top())
    return pos + 1


def _remember(m: Machine, index: int, pos: int) -> None:
    value = m.top()
    if index > len(m.memo) + 0xFFFF and index > m.opcodes + m.size:
        m.odd(Oddity.HUGE_MEMO, m.base + pos, "", f"memo index {index} in {m.size} bytes")
    m.remember(index, value)


def _binput(m: Machine, pos: int) -> int:
    pos = m.need(pos, 2)
    m.remember(m.data[pos + 1], m.top())
    return pos + 2


def _long_binput(m: Machine, pos: int) -> int:
    pos = m.need(pos, 5)
    _remember(m, int.from_bytes(m.data[pos + 1 : pos + 5], "little"), pos)
    return pos + 5


def _put(m: Machine, pos: int) -> int:
    line, end = pushes.line(m, pos)
    if not line:
        raise Broken("truncated")
    m.top()
    index = _number(line)
    if not 0 <= index < 1 << 63:
        raise Broken("bad PUT argument")
    _remember(m, index, pos)
    return end


def _number(line: bytes) -> int:
    try:
        return text_int(line)
    except ValueError:
        raise Broken("not a number") from None


def _recall(m: Machine, index: int) -> None:
    if index < 0:
        raise Broken("memo value not found")
    try:
        m.stack.append(m.memo[index])
    except LookupError:
        raise Broken("memo value not found") from None


def _binget(m: Machine, pos: int) -> int:
    pos = m.need(pos, 2)
    _recall(m, m.data[pos + 1])
    return pos + 2


def _long_binget(m: Machine, pos: int) -> int:
    pos = m.need(pos, 5)
    _recall(m, int.from_bytes(m.data[pos + 1 : pos + 5], "little"))
    return pos + 5


def _get(m: Machine, pos: int) -> int:
    line, end = pushes.line(m, pos)
    if not line:
        raise Broken("truncated")
    _recall(m, _number(line))
    return end


# containers


def _empty_list(m: Machine, pos: int) -> int:
    m.stack.append(Seq("list", NOTHING))
    return pos + 1


def _empty_tuple(m: Machine, pos: int) -> int:
    m.stack.append(m.nothing)  # one for all: tuples do not change
    return pos + 1


def _empty_set(m: Machine, pos: int) -> int:
    m.stack.append(Seq("set", NOTHING))
    return pos + 1


def _empty_dict(m: Machine, pos: int) -> int:
    m.stack.append(Map())
    return pos + 1


def _built(m: Machine, kind: str, items: list[Raw], pos: int) -> int:
    made = sequence(kind, items)
    m.nest(made, items, pos)
    if made.depth > DEPTH_LIMIT:
        made.raw = NOTHING
    m.stack.append(made)
    return pos + 1


def _tuple_of(count: int) -> Handler:
    def handler(m: Machine, pos: int) -> int:
        stack = m.stack
        if len(stack) - count < m.marks[-1]:
            raise Broken("stack underflow")
        items = stack[-count:]
        del stack[-count:]
        if not PLAIN.issuperset(map(type, items)):
            return _built(m, "tuple", items, pos)
        made = Seq("tuple", items, count)
        made.weight = count + 1
        stack.append(made)
        return pos + 1

    return handler


def _deeper(item: Raw) -> bool:
    """Whether one more container around ``item`` tells nothing: it is too deep, and is found."""
    return type(item) is Seq and item.depth > DEPTH_LIMIT and item.spread < SPREAD_LIMIT


def _wrap(made: Seq, item: Seq) -> None:
    made.length = 1
    made.depth = item.depth + 1
    made.spread = item.spread + 1


_one = _tuple_of(1)


def _tuple1(m: Machine, pos: int) -> int:
    stack = m.stack
    item = stack[-1] if len(stack) > m.marks[-1] else b""
    if not _deeper(item):
        return _one(m, pos)
    assert isinstance(item, Seq)
    made = Seq("tuple", NOTHING)
    _wrap(made, item)
    made.weight = item.weight and item.weight + 1
    stack[-1] = made
    return pos + 1


def _tuple(m: Machine, pos: int) -> int:
    return _built(m, "tuple", m.pop_mark(), pos)


def _list(m: Machine, pos: int) -> int:
    return _built(m, "list", m.pop_mark(), pos)


def _frozenset(m: Machine, pos: int) -> int:
    items = m.pop_mark()
    for item in items:
        m.hashes(item, pos)
    return _built(m, "frozenset", items, pos)


def _dict(m: Machine, pos: int) -> int:
    items = m.pop_mark()
    if len(items) % 2:
        raise Broken("odd number of items for DICT")
    made = Map()
    m.stack.append(made)
    _assign(m, made, items, pos)
    return pos + 1


def _extend(m: Machine, target: Raw, items: list[Raw], pos: int) -> None:
    """``target.extend(items)`` as APPEND and APPENDS do it."""
    if isinstance(target, Seq) and target.kind == "list":
        target.length += len(items)
        kept = target.raw
        if not kept:
            target.raw = items[:KEPT]
        elif len(kept) < KEPT:
            kept += items[: KEPT - len(kept)]
        m.nest(target, items, pos)
        if target.depth > DEPTH_LIMIT:
            target.raw = NOTHING  # found already, and a long chain takes memory
    elif isinstance(target, (Ref, Call, Persistent)):
        _touch(m, target, pos, "extend")
    elif isinstance(target, Payload) and target.kind == "bytearray":
        if not all(_is_byte(item) for item in items):
            raise Broken("a bytearray holds numbers from 0 to 255")
    else:
        raise Broken("target has neither extend nor append")


def _is_byte(item: Raw) -> bool:
    number = exact_int(item)
    return number is not None and 0 <= number <= 255


def _touch(m: Machine, target: Raw, pos: int, method: str) -> None:
    """Items for what is no plain container: the loader calls ``method`` of it."""
    if isinstance(target, Call):
        if m.fill is not None:
            m.fill(target, method)
    elif isinstance(target, Persistent):
        detail = "an item is put into a persistent object"
        m.odd(Oddity.ITEM_ON_IMPORT, m.base + pos, "a persistent object", detail)
    elif isinstance(target, Ref):
        m.odd(
            Oddity.ITEM_ON_IMPORT,
            m.base + pos,
            str(target),
            f"an item is put into the imported {target}",
        )


def _target(m: Machine, items: int) -> tuple[Raw, list[Raw]]:
    stack = m.stack
    if len(stack) - items <= m.marks[-1]:
        raise Broken("stack underflow")
    taken = stack[-items:]
    del stack[-items:]
    return stack[-1], taken


def _above_mark(m: Machine) -> list[Raw]:
    """Take the items above the mark; there must be a value below it, which they are for."""
    stack, marks = m.stack, m.marks
    if len(marks) == 1:
        raise Broken("no MARK")
    mark = marks.pop()
    if mark <= marks[-1]:
        raise Broken("stack underflow")
    items = stack[mark:]
    del stack[mark:]
    return items


def _append(m: Machine, pos: int) -> int:
    stack = m.stack
    if len(stack) - 1 <= m.marks[-1]:
        raise Broken("stack underflow")
    item = stack.pop()
    target = stack[-1]
    if type(target) is Seq and not target.length and target.kind == "list":
        if type(item) in PLAIN:
            target.length = 1
            target.raw = [item]
            return pos + 1
        if type(item) is Seq and _deeper(item):
            _wrap(target, item)
            return pos + 1
    _extend(m, target, [item], pos)
    return pos + 1


def _appends(m: Machine, pos: int) -> int:
    items = _above_mark(m)
    if items:
        target = m.stack[-1]
        if type(target) is not Seq or target.length or target.kind != "list":
            _extend(m, target, items, pos)
        elif PLAIN.issuperset(map(type, items)):  # most frequent: no further calls
            target.length = len(items)
            target.raw = items if len(items) <= KEPT else items[:KEPT]
        else:
            _extend(m, target, items, pos)
    return pos + 1


def _assign(m: Machine, target: Raw, items: list[Raw], pos: int) -> None:
    """``target[key] = value`` for each pair."""
    if type(target) is Map:
        if not PLAIN.issuperset(map(type, items[::2])):
            for key in items[::2]:
                m.hashes(key, pos)
        m.nest(target, items, pos)
        target.length += len(items) // 2
        kept = target.raw
        if not kept:
            target.raw = items if len(items) <= 2 * KEPT else items[: 2 * KEPT]
        elif len(kept) < 2 * KEPT:
            kept += items[: 2 * KEPT - len(kept)]
    elif isinstance(target, (Ref, Call, Persistent)):
        _touch(m, target, pos, "__setitem__")
    else:
        for key, value in zip(items[::2], items[1::2], strict=True):
            _replace(target, key, value)


def _replace(target: Raw, key: Raw, value: Raw) -> None:
    """Item assignment on what is no dict: lists and bytearrays take an index in range."""
    index = exact_int(key)
    if isinstance(target, Seq) and target.kind == "list":
        length = target.length
    elif isinstance(target, Payload) and target.kind == "bytearray":
        length = target.length
        if not _is_byte(value):
            raise Broken("a bytearray holds numbers from 0 to 255")
    else:
        raise Broken("target takes no items")
    if index is None or not -length <= index < length:
        raise Broken("index out of range")
    if isinstance(target, Seq) and -len(target.raw) <= index < len(target.raw):
        target.raw[index if index >= 0 or not target.omitted else 0] = value


def _setitem(m: Machine, pos: int) -> int:
    target, items = _target(m, 2)
    _assign(m, target, items, pos)
    return pos + 1


def _setitems(m: Machine, pos: int) -> int:
    items = _above_mark(m)
    if items:
        if len(items) % 2:
            raise Broken("odd number of items for SETITEMS")
        target = m.stack[-1]
        if type(target) is Map and not target.length:
            if not PLAIN.issuperset(map(type, items)):
                if not PLAIN.issuperset(map(type, items[::2])):
                    for key in items[::2]:
                        m.hashes(key, pos)
                m.nest(target, items, pos)
            target.length = len(items) // 2
            target.raw = items if len(items) <= 2 * KEPT else items[: 2 * KEPT]
        else:
            _assign(m, target, items, pos)
    return pos + 1


def _additems(m: Machine, pos: int) -> int:
    items = _above_mark(m)
    if not items:
        return pos + 1
    target = m.stack[-1]
    if isinstance(target, Seq) and target.kind == "set":
        for item in items:
            m.hashes(item, pos)
        target.length += len(items)
        target.raw = (target.raw + items)[:KEPT]
        m.nest(target, items, pos)
    elif isinstance(target, (Ref, Call, Persistent)):
        _touch(m, target, pos, "add")
    else:
        raise Broken("target has no add")
    return pos + 1


def _next_buffer(_m: Machine, _pos: int) -> int:
    raise Broken("refers to out-of-band data, and a file has none")


def _readonly_buffer(m: Machine, pos: int) -> int:
    top = m.top()
    if isinstance(top, Payload) and top.kind == "bytearray":
        m.stack[-1] = Opaque("read-only view of a bytearray", unhashable=True)
    elif not (
        (isinstance(top, bytes) and top[0] in b"BC\x8e")
        or (isinstance(top, Payload) and top.kind == "bytes")
        or isinstance(top, Opaque)
    ):
        raise Broken("not a buffer")
    return pos + 1


def _unknown(m: Machine, pos: int) -> int:
    raise Broken(f"there is no opcode 0x{m.data[pos]:02x}")


_OPERATIONS: dict[str, Handler] = {
    "(": _mark,
    ".": _stop,
    "0": _pop,
    "1": _pop_mark,
    "2": _dup,
    "\x80": _proto,
    "\x95": _frame,
    "\x94": _memoize,
    "q": _binput,
    "r": _long_binput,
    "p": _put,
    "h": _binget,
    "j": _long_binget,
    "g": _get,
    "]": _empty_list,
    ")": _empty_tuple,
    "\x8f": _empty_set,
    "}": _empty_dict,
    "\x85": _tuple1,
    "\x86": _tuple_of(2),
    "\x87": _tuple_of(3),
    "t": _tuple,
    "l": _list,
    "d": _dict,
    "\x91": _frozenset,
    "a": _append,
    "e": _appends,
    "s": _setitem,
    "u": _setitems,
    "\x90": _additems,
    "\x97": _next_buffer,
    "\x98": _readonly_buffer,
    **imports.OPERATIONS,
    **pushes.OPERATIONS,
}

HANDLERS: tuple[Handler, ...] = tuple(_OPERATIONS.get(chr(op), _unknown) for op in range(256))
"""What to do for each opcode byte."""
