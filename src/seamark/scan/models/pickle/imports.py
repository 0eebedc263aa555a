"""Opcodes that import, call, or set the state of what was imported.

Nobody knows what an unknown callable returns. Explainer and judge assume the same: a call gives
something that can be called, subclassed, filled and given a state, ``cls.__new__`` gives an
instance, and neither is a tuple or a string. Where a stream goes on only if a call returned a
tuple (as arguments) or a string (as a name), that is an oddity, and the stream counts as broken.
"""

from seamark.scan.models.pickle import pushes
from seamark.scan.models.pickle.machine import Broken, Handler, Machine, sequence
from seamark.scan.models.pickle.opcodes import exact_str
from seamark.scan.models.pickle.trace import (
    Call,
    Map,
    Oddity,
    Opaque,
    Payload,
    Persistent,
    Raw,
    Ref,
    Seq,
    Value,
    thaw,
)


def _name_line(m: Machine, pos: int, encoding: str) -> tuple[str, int]:
    text, end = pushes.line(m, pos)
    if not text:
        raise Broken("truncated")
    try:
        return text.decode(encoding), end
    except UnicodeDecodeError:
        raise Broken("name is not text") from None


def _two_lines(m: Machine, pos: int, encoding: str) -> tuple[str, str, int, int]:
    """Module, name, where the opcode was relative to the window now, where it ended."""
    offset = m.base + pos
    module, end = _name_line(m, pos, encoding)
    name, end = _name_line(m, end - 1, encoding)
    return module, name, offset - m.base, end


def _global(m: Machine, pos: int) -> int:
    module, name, at, end = _two_lines(m, pos, "utf-8")
    m.stack.append(m.imports(module, name, at, "GLOBAL"))
    return end


def _stack_global(m: Machine, pos: int) -> int:
    name, module = m.pop(), m.pop()
    names = []
    for operand in (module, name):
        text = exact_str(operand)
        if text is None:
            _computed(m, operand, pos)
            raise Broken("STACK_GLOBAL requires strings")
        names.append(text)
    m.stack.append(m.imports(names[0], names[1], pos, "STACK_GLOBAL"))
    return pos + 1


def _computed(m: Machine, operand: Raw, pos: int) -> None:
    if isinstance(operand, (Ref, Call, Persistent, Payload)):
        detail = "the name of an import is not spelled out but computed"
        m.odd(Oddity.COMPUTED_GLOBAL, m.base + pos, "", detail)


def _extension(width: int) -> Handler:
    def handler(m: Machine, pos: int) -> int:
        pos = m.need(pos, 1 + width)
        body = m.data[pos + 1 : pos + 1 + width]
        code = int.from_bytes(body, "little", signed=width == 4)
        m.odd(
            Oddity.EXTENSION,
            m.base + pos,
            str(code),
            f"extension code {code} imports whatever the loading process registered under it",
        )
        raise Broken(f"extension code {code} is not registered")

    return handler


def _persid(m: Machine, pos: int) -> int:
    offset = m.base + pos
    text, end = pushes.line(m, pos)
    if not text.isascii():
        raise Broken("persistent id is not ASCII")
    _persist(m, text.decode("ascii"), offset)
    return end


def _binpersid(m: Machine, pos: int) -> int:
    _persist(m, m.pop(), m.base + pos)
    return pos + 1


PERSISTENT_KEPT = 10_000


def _persist(m: Machine, pid: Raw, offset: int) -> None:
    made = Persistent(thaw(pid), offset)
    m.trace.persistent_count += 1
    if len(m.trace.persistent) < PERSISTENT_KEPT:
        m.trace.persistent.append(made)
    m.stack.append(made)


# calls


def _callable(function: Raw) -> Value:
    if isinstance(function, (Ref, Call, Persistent)):
        return function
    raise Broken("callee is not callable")


def _is_tuple(value: Raw) -> bool:
    return isinstance(value, Seq) and value.kind == "tuple"


def _arguments(m: Machine, args: Raw, pos: int) -> Value:
    if not _is_tuple(args):
        if isinstance(args, (Ref, Call, Persistent)):
            detail = "the arguments of a call are not spelled out but computed"
            m.odd(Oddity.COMPUTED_ARGUMENTS, m.base + pos, "", detail)
        raise Broken("arguments are not a tuple")
    return args  # type: ignore[return-value]


def _reduce(m: Machine, pos: int) -> int:
    args, function = m.pop(), m.pop()
    arguments = args if args is m.nothing else _arguments(m, args, pos)
    called = function if type(function) is Ref else _callable(function)
    m.call(Call(called, arguments, None, "REDUCE", m.base + pos))
    return pos + 1


def _is_class(value: Raw) -> bool:
    return isinstance(value, (Ref, Persistent)) or (isinstance(value, Call) and not value.instance)


def _made(m: Machine, function: Raw, args: Value, opcode: str, pos: int) -> Call:
    call = Call(_callable(function), args, None, opcode, m.base + pos)
    call.instance = True
    return call


def _newobj(m: Machine, pos: int) -> int:
    args, cls = m.pop(), m.pop()
    if not _is_class(cls):
        raise Broken("NEWOBJ needs a class")
    m.call(_made(m, cls, _arguments(m, args, pos), "NEWOBJ", pos))
    return pos + 1


def _newobj_ex(m: Machine, pos: int) -> int:
    kwargs, args, cls = m.pop(), m.pop(), m.pop()
    if not _is_class(cls):
        raise Broken("NEWOBJ_EX needs a class")
    arguments = _arguments(m, args, pos)
    if not isinstance(kwargs, Map):
        raise Broken("keyword arguments are not a dict")
    call = _made(m, cls, arguments, "NEWOBJ_EX", pos)
    call.kwargs = kwargs
    m.call(call)
    return pos + 1


def _instantiate(m: Machine, cls: Raw, items: list[Raw], opcode: str, pos: int) -> None:
    args = sequence("tuple", items)
    m.nest(args, items, pos)
    call = Call(_callable(cls), args, None, opcode, m.base + pos)
    call.instance = not items and _is_class(cls)
    m.call(call)


def _inst(m: Machine, pos: int) -> int:
    items = m.pop_mark()
    module, name, at, end = _two_lines(m, pos, "ascii")
    _instantiate(m, m.imports(module, name, at, "INST"), items, "INST", at)
    return end


def _obj(m: Machine, pos: int) -> int:
    items = m.pop_mark()
    if not items:
        raise Broken("stack underflow")
    _instantiate(m, items[0], items[1:], "OBJ", pos)
    return pos + 1


# state


def _build(m: Machine, pos: int) -> int:
    if len(m.stack) - 2 < m.marks[-1]:
        raise Broken("stack underflow")
    state = m.stack.pop()
    target = m.stack[-1]
    if isinstance(target, Ref):
        detail = f"the state of the imported {target} is overwritten"
        m.odd(Oddity.STATE_ON_IMPORT, m.base + pos, str(target), detail)
    elif isinstance(target, Call):
        # Picklers set a state once; who sets it twice wants the first to be looked at.
        target.state = state if target.state is None else Opaque("a second state")
        if m.raw is not None:
            offset = m.base + pos + 1
            after = m.raw(target, offset)
            if after is not None:
                if m.frame_end > offset:  # the loader reads on after the frame, not here
                    m.odd(Oddity.LYING_FRAME, offset, "raw", "raw bytes lie inside a frame")
                m.frame_end = 0
                m.trace.cuts.append((offset, after, b""))
                return m.seek(after)
    elif isinstance(target, Persistent):
        detail = "the state of a persistent object is overwritten"
        m.odd(Oddity.STATE_ON_IMPORT, m.base + pos, "a persistent object", detail)
    else:
        _build_on_native(state)
    return pos + 1


def _build_on_native(state: Raw) -> None:
    """Python's own data types have no ``__dict__``: only an empty state goes through."""
    if state == b"N":
        return
    if isinstance(state, Seq) and state.kind == "tuple" and state.length == 2:
        first, second = state.raw
        if first == b"N" and isinstance(second, Map) and not second.length:
            return
    raise Broken("target takes no state")


OPERATIONS: dict[str, Handler] = {
    "c": _global,
    "\x93": _stack_global,
    "\x82": _extension(1),
    "\x83": _extension(2),
    "\x84": _extension(4),
    "P": _persid,
    "Q": _binpersid,
    "R": _reduce,
    "\x81": _newobj,
    "\x92": _newobj_ex,
    "i": _inst,
    "o": _obj,
    "b": _build,
}
