"""joblib streams: raw array bytes that lie between the opcodes.

``joblib.dump`` pickles a ``NumpyArrayWrapper`` and writes the array's bytes after the BUILD that
sets its state; the loader reads them there (``joblib/numpy_pickle.py``). Arrays of objects are
pickle streams of their own in the same place. Older wrappers name a companion file instead.
"""

import math
from dataclasses import dataclass

from seamark.scan.models.pickle.opcodes import exact_str
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
    """Whether BUILD on this makes joblib read an array from the file."""
    function = call.function
    return isinstance(function, Ref) and (function.module, function.name) == ARRAY_WRAPPER


def companion(call: Call) -> Value | None:
    """The name of the file beside this one that an old wrapper loads its array from."""
    function = call.function
    if not isinstance(function, Ref) or (function.module, function.name) not in _COMPANION_WRAPPERS:
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
            return int.from_bytes(args[1].value, "little", signed=True)
    raise ValueError("the shape is not made of numbers")


def _dtype(dtype: Value) -> tuple[int, bool]:
    """Bytes of one element, and whether it holds objects."""
    args = dtype.args if isinstance(dtype, Call) else None
    code = args[0].value if args and isinstance(args[0], Const) else None
    if not isinstance(code, str):
        raise ValueError("the dtype is not spelled out")
    text = code.lstrip("<>|=")
    kind, digits = text[:1], text[1:]
    if kind == "O":
        return 8, True
    if kind not in "?bBhHiIlLqQefdgFDGuifcmMSUVb" or not digits.isdecimal() or len(digits) > 18:
        raise ValueError(f"the dtype {code[:20]!r} is not one that joblib writes")
    state = thaw(dtype.state) if isinstance(dtype, Call) and dtype.state is not None else None
    holds_objects = kind == "V" and state is not None and _has_objects(state, 8)
    return int(digits) * _SIZES.get(kind, 1), holds_objects


def _has_objects(state: Value, depth: int) -> bool:
    """Whether a structured dtype has a field of objects, at any depth."""
    if depth == 0:
        raise ValueError("the dtype nests too deep")
    if isinstance(state, Map):
        return any(_has_objects(item, depth - 1) for _, item in state.items)
    if isinstance(state, Seq):
        return any(_has_objects(item, depth - 1) for item in state.items)
    if isinstance(state, Call) and str(state.function) == "numpy.dtype":
        code = state.args[0] if state.args else None
        if isinstance(code, Const) and isinstance(code.value, str):
            if code.value.lstrip("<>|=").startswith("O"):
                return True
            return state.state is not None and _has_objects(thaw(state.state), depth - 1)
    return False
