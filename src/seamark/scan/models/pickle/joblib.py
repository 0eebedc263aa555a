"""joblib streams: raw array bytes that lie between the opcodes.

``joblib.dump`` pickles a ``NumpyArrayWrapper`` and writes the array's bytes after the BUILD that
sets its state; the loader reads them there (``joblib/numpy_pickle.py``). Arrays of objects are
pickle streams of their own in the same place. Older wrappers name a companion file instead.
"""

import math
from dataclasses import dataclass

from seamark.scan.models.pickle.opcodes import exact_str
from seamark.scan.models.pickle.shapes import class_of
from seamark.scan.models.pickle.trace import Call, Const, Map, Ref, Seq, Value, thaw

ARRAY_WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
_COMPANION_WRAPPERS = frozenset(
    (module, name)
    for module in ("joblib.numpy_pickle", "joblib.numpy_pickle_compat")
    for name in ("NDArrayWrapper", "ZNDArrayWrapper")
)
_SIZES = {"U": 4, "S": 1, "V": 1}
_LARGEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Array:
    """What a wrapper announces: ``size`` in bytes, or a pickle stream where it ``holds_objects``.

    ``aligned`` says that a length byte and padding come first.
    """

    size: int
    holds_objects: bool
    aligned: bool


def is_array_wrapper(call: Call) -> bool:
    """Whether BUILD on this makes joblib read an array from the file.

    The loader asks for the object's class, in whichever of pickle's ways it was made.
    """
    made = class_of(call)
    return made is not None and (made.module, made.name) == ARRAY_WRAPPER


def hands_over_wrapper(call: Call) -> bool:
    """Whether a wrapper's class goes to a function that could make one out of our sight."""
    args = call.starargs
    for arg in args.raw if type(args) is Seq else ():
        if type(arg) is Ref and (arg.module, arg.name) == ARRAY_WRAPPER:
            return not is_array_wrapper(call)
    return False


def companion(call: Call) -> Value | None:
    """The name of the file beside this one that an old wrapper loads its array from."""
    made = class_of(call)
    if made is None or (made.module, made.name) not in _COMPANION_WRAPPERS:
        return None
    return _state(call).get("filename")


def read_wrapper(call: Call) -> Array:
    """What the wrapper announces. Raises ``ValueError`` where its state does not say it clearly."""
    state = _state(call)
    try:
        shape, dtype = state["shape"], state["dtype"]
    except KeyError as error:
        raise ValueError(f"the wrapper has no {error.args[0]}") from None
    width, holds_objects = _dtype(dtype)
    alignment = state.get("numpy_array_alignment_bytes", Const(None))
    if not isinstance(alignment, Const):
        raise ValueError("the alignment is not spelled out")
    size = _count(shape) * width
    if size > _LARGEST:
        raise ValueError("the array is larger than any file")
    return Array(size, holds_objects, alignment.value is not None)


def _state(call: Call) -> dict[str, Value]:
    state = thaw(call.state) if call.state is not None else None
    if not isinstance(state, Map) or state.omitted:
        return {}
    raw = state.raw
    keys = [exact_str(key) for key in raw[::2]]
    return {key: thaw(raw[2 * at + 1]) for at, key in enumerate(keys) if key is not None}


def _count(shape: Value) -> int:
    if not isinstance(shape, Seq) or shape.kind not in ("tuple", "list") or shape.omitted:
        raise ValueError("the shape is not spelled out")
    extents = [_integer(item) for item in shape.items]
    if any(extent < 0 for extent in extents):
        raise ValueError("the shape is negative")
    return math.prod(extents)


def _integer(value: Value) -> int:
    """An int, also where it was saved as a NumPy scalar: ``scalar(dtype('i8'), b'…')``."""
    if isinstance(value, Const) and isinstance(value.value, int):
        return int(value.value)
    if isinstance(value, Call) and str(value.function).endswith("multiarray.scalar"):
        args = value.args or ()
        if len(args) == 2 and isinstance(args[1], Const) and isinstance(args[1].value, bytes):
            return _scalar(args[0], args[1].value)
    raise ValueError("the shape is not made of numbers")


def _scalar(dtype: Value, data: bytes) -> int:
    """A whole number of NumPy, which must be one by its own data type."""
    args = dtype.args if isinstance(dtype, Call) and _is_dtype(dtype) else None
    code = args[0].value if args and isinstance(args[0], Const) else None
    state = thaw(dtype.state) if isinstance(dtype, Call) and dtype.state is not None else None
    order = state.items[1] if isinstance(state, Seq) and state.length > 1 else None
    little = state is None or order in (Const("<"), Const("|"))
    if code not in (f"i{len(data)}", f"u{len(data)}") or not little:
        raise ValueError("the shape is made of numbers that are not whole")
    return int.from_bytes(data, "little", signed=str(code)[0] == "i")


_DTYPES = frozenset({"numpy.dtype", "numpy.core.multiarray.dtype", "numpy._core.multiarray.dtype"})


def _is_dtype(value: Value) -> bool:
    return isinstance(value, Call) and str(value.function) in _DTYPES


def _dtype(dtype: Value) -> tuple[int, bool]:
    """Bytes of one element, and whether it holds objects."""
    args = dtype.args if isinstance(dtype, Call) and _is_dtype(dtype) else None
    code = args[0].value if args and isinstance(args[0], Const) else None
    if not isinstance(code, str):
        raise ValueError("the dtype is not spelled out")
    text = code.lstrip("<>|=")
    kind, digits = text[:1], text[1:]
    if kind == "O":
        _check_object_flag(dtype)
        return 8, True
    if kind not in "?bBhHiIlLqQefdgFDGuifcmMSUVb" or not digits.isdecimal() or len(digits) > 18:
        raise ValueError(f"the dtype {code[:20]!r} is not one that joblib writes")
    holds_objects = isinstance(dtype, Call) and _flags_objects(dtype)
    width = int(digits) * _SIZES.get(kind, 1)
    if kind in _SIZES and isinstance(dtype, Call):
        _check_width(dtype, width)
    return width, holds_objects


def _check_object_flag(dtype: Value) -> None:
    """A type of objects whose state says that it holds none is read as raw bytes."""
    state = thaw(dtype.state) if isinstance(dtype, Call) and dtype.state is not None else None
    if isinstance(state, Seq) and len(state.items) > 7:
        flags = state.items[7]
        if isinstance(flags, Const) and isinstance(flags.value, int) and flags.value & 1:
            return
    elif state is None or (isinstance(state, Seq) and state.length < 8):
        return
    raise ValueError("the dtype of objects is flagged as holding none")


def _check_width(dtype: Call, width: int) -> None:
    """NumPy takes the size of text and records from the state, not from the type string."""
    state = None if dtype.state is None else thaw(dtype.state)
    if isinstance(state, Seq) and len(state.items) > 5 and state.items[5] != Const(width):
        raise ValueError("the state of the dtype gives it another size")


_WITH_FLAGS = 3
"""First version of a dtype's state that says itself whether there are objects."""


def _flags_objects(dtype: Call) -> bool:
    """Whether the loader takes the dtype for one that holds objects.

    NumPy believes the flags in the dtype's state, whatever its fields are
    (``arraydescr_setstate``): (version, order, subdtype, names, fields, itemsize, alignment,
    flags[, metadata]). Where fields and flags do not say the same, nobody honest wrote them.
    """
    state = None if dtype.state is None else thaw(dtype.state)
    if state is None:
        return False
    if not isinstance(state, Seq) or state.kind != "tuple" or state.omitted:
        raise ValueError("the state of the dtype is not spelled out")
    numbers = [item.value if isinstance(item, Const) else None for item in state.items]
    version, flags = numbers[:1], numbers[7:8]
    if version == [_WITH_FLAGS] or version == [_WITH_FLAGS + 1]:
        if not flags or not isinstance(flags[0], int):
            raise ValueError("the flags of the dtype are not spelled out")
        flagged = bool(flags[0] & 1)
        whole, found = _walk_fields(state)
        if found > flagged or (whole and found != flagged):
            raise ValueError("the dtype's fields and its flags do not agree")
        return flagged
    whole, found = _walk_fields(state)
    if not whole:
        raise ValueError("the dtype has more fields than are looked at")
    return found


_VISITED = 10_000


def _walk_fields(state: Value) -> tuple[bool, bool]:
    """Whether all fields were seen, at any depth, and whether one of them holds objects."""
    seen: set[int] = set()
    todo: list[Value] = [state]
    whole = True
    while todo:
        value = todo.pop()
        if not isinstance(value, Map | Seq | Call) or id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > _VISITED:
            raise ValueError("the dtype has too many fields")
        if isinstance(value, Map | Seq):
            whole = whole and not value.omitted
            inside = value.items
            todo += [v for item in inside for v in (item if isinstance(item, tuple) else (item,))]
        elif _is_dtype(value):
            code = value.args[0] if value.args else None
            if not isinstance(code, Const) or not isinstance(code.value, str):
                raise ValueError("the dtype of a field is not spelled out")
            if code.value.lstrip("<>|=").startswith("O"):
                return whole, True
            if value.state is not None:
                todo.append(thaw(value.state))
    return whole, False
