"""Guards for the restoring functions of NumPy, SciPy, pandas and torch."""

import re
from collections.abc import Callable, Mapping

from seamark.scan.models.pickle.decide import CLASS, NAME, TRUSTED, Allowlist
from seamark.scan.models.pickle.shapes import (
    anything,
    called,
    either,
    is_bytes,
    is_collection,
    is_empty_hooks,
    is_int,
    is_ints,
    is_literal,
    is_map,
    is_none,
    is_number,
    matches,
    refers,
)
from seamark.scan.models.pickle.states import check_attributes
from seamark.scan.models.pickle.trace import Call, Const, Persistent, Ref, Seq, Value
from seamark.scan.models.pickle.ufuncs import is_ufunc

Args = tuple[Value, ...]
Guard = Callable[[Args, Allowlist], str | None]

_DTYPE = re.compile(r"[|<>=]?[A-Za-z?][A-Za-z_]{0,14}[0-9]{0,9}(\[[0-9a-zA-Z/ ]{1,12}\])?")
_BIT_GENERATORS = frozenset(["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])


def _is_type_string(value: Value) -> bool:
    if called(value, "_codecs", "encode"):
        return True
    if not isinstance(value, Const) or not isinstance(value.value, str | bytes):
        return False
    text = value.value if isinstance(value.value, str) else value.value.decode("latin1")
    return _DTYPE.fullmatch(text) is not None


def _dtype(args: Args, allowlist: Allowlist) -> str | None:
    """``numpy.dtype("f8", False, True)``; also of one of NumPy's scalar types."""

    def is_scalar_type(value: Value) -> bool:
        if not isinstance(value, Ref) or value.module not in ("numpy", "builtins"):
            return False
        return allowlist.kind(value.module, value.name) == NAME

    if matches(args, either(_is_type_string, is_scalar_type), is_int, is_int, required=1):
        return None
    return "is not made from one type string"


def is_dtype(value: Value) -> bool:
    """A NumPy data type."""
    return (
        called(value, "numpy", "dtype")
        or called(value, "numpy._core.multiarray", "dtype")
        or called(value, "numpy.core.multiarray", "dtype")
        or called(value, "numpy._core._internal", "_convert_to_stringdtype_kwargs")
        or _called_in(value, "numpy.dtypes")
        or refers(value, "numpy", "dtype")
    )


def _is_type(value: Value) -> bool:
    return _is_type_string(value) or is_dtype(value)


def _called_in(value: Value, module: str) -> bool:
    function = getattr(value, "function", None)
    return isinstance(function, Ref) and function.module == module


def _is_class(value: Value, allowlist: Allowlist) -> bool:
    if not isinstance(value, Ref):
        return False
    return allowlist.kind(value.module, value.name) in _CLASSES


_CLASSES = (CLASS, TRUSTED, None, "array", "plain", "numbers", "tree", "empty")
"""Kinds of classes that restoring functions make; None is a finding of its own."""


def _reconstruct(args: Args, allowlist: Allowlist) -> str | None:
    """``_reconstruct(ndarray, (0,), b"b")``: always empty, the state sets the real shape."""
    named = len(args) == 3 and _is_class(args[0], allowlist)
    if named and _is_small_shape(args[1]) and _is_type(args[2]):
        return None
    return "does not make an empty array of an array type"


def _is_small_shape(value: Value) -> bool:
    if not isinstance(value, Seq) or value.length > 64 or value.omitted:
        return False
    return all(isinstance(item, Const) and item.value in (0, 1) for item in value.items)


def _mareconstruct(args: Args, allowlist: Allowlist) -> str | None:
    named = len(args) == 4 and all(_is_class(arg, allowlist) for arg in args[:2])
    if named and _is_small_shape(args[2]) and _is_type(args[3]):
        return None
    return "does not make an empty masked array"


def _ufunc(args: Args, allowlist: Allowlist) -> str | None:
    """``_ufunc_reconstruct(module, name)`` imports ``module`` and takes ``name`` from it."""
    if len(args) == 2 and all(isinstance(a, Const) and isinstance(a.value, str) for a in args):
        module, name = (str(a.value) for a in args if isinstance(a, Const))
        if is_ufunc(module, name, allowlist):
            return None
    return _NOT_UFUNC


_NOT_UFUNC = "imports by name something that is not a universal function"


def _is_bit_generator(value: Value) -> bool:
    if isinstance(value, Const):
        return value.value in _BIT_GENERATORS
    if isinstance(value, Ref):
        return value.module.startswith("numpy.random._") and value.name in _BIT_GENERATORS
    return called(value, "numpy.random._pickle", "__bit_generator_ctor")


def _bit_generator(args: Args, _allowlist: Allowlist) -> str | None:
    def is_ctor(value: Value) -> bool:
        return refers(value, "numpy.random._pickle", "__bit_generator_ctor")

    if matches(args, _is_bit_generator, is_ctor, required=0):
        return None
    return "does not name one of NumPy's bit generators"


def _pyx_unpickle(args: Args, allowlist: Allowlist) -> str | None:
    """Cython's ``__pyx_unpickle_X(type, checksum, state)`` calls ``type.__new__``."""
    shaped = matches(args, anything, is_int, either(is_none, is_collection))
    if shaped and _is_class(args[0], allowlist):
        return None
    return "does not restore an allowed class"


def _class_first(args: Args, allowlist: Allowlist) -> str | None:
    """A restoring function whose first argument is the class to make."""
    if args and _is_class(args[0], allowlist):
        return None
    return "does not make an instance of an allowed class"


def _new_index(args: Args, allowlist: Allowlist) -> str | None:
    if len(args) == 2 and _is_class(args[0], allowlist) and is_map(args[1]):
        return check_attributes(args[1])
    return "does not make an index from a literal dict"


def _is_storage(value: Value) -> bool:
    return isinstance(value, Persistent) or called(value, "torch.storage", "_load_from_bytes")


def _rebuild_tensor(args: Args, _allowlist: Allowlist) -> str | None:
    """``_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])``."""
    shapes = (_is_storage, is_int, is_ints, is_ints, is_int, is_empty_hooks, anything)
    if matches(args, *shapes, required=4):
        return "reaches beyond its storage" if _outside(args) else None
    if len(args) >= 6 and not is_empty_hooks(args[5]):
        return "gives the tensor hooks, which run when gradients flow"
    return "does not make a tensor from a storage of this file"


def _outside(args: Args) -> bool:
    """Whether offset, size and stride lead out of the storage that the persistent id describes.

    Releases of torch that do not look themselves read or write foreign memory then.
    """
    pid = args[0].pid if isinstance(args[0], Persistent) else None
    items = pid.items if isinstance(pid, Seq) else ()
    if len(items) != 5:
        return False
    numel, offset = _whole(items[4]), _whole(args[1])
    sizes, strides = (_whole_numbers(arg) for arg in args[2:4])
    if numel is None or offset is None or sizes is None or strides is None:
        return False
    if len(sizes) != len(strides) or min([offset, *sizes, *strides]) < 0:
        return True
    if 0 in sizes:
        return False
    last = sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    return offset + last >= numel


def _whole(value: Value) -> int | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _whole_numbers(value: Value) -> list[int] | None:
    if not isinstance(value, Seq) or value.omitted:
        return None
    numbers = [_whole(item) for item in value.items]
    return None if None in numbers else [number for number in numbers if number is not None]


def _rebuild_parameter(args: Args, _allowlist: Allowlist) -> str | None:
    if matches(args, anything, is_int, is_empty_hooks, anything, required=3):
        return check_attributes(args[3]) if len(args) == 4 else None
    return "gives the parameter hooks, which run when gradients flow"


def _rebuild_from_type(args: Args, allowlist: Allowlist) -> str | None:
    """``_rebuild_from_type_v2(function, type, args, state)`` calls ``function(*args)``."""
    if len(args) != 4 or not isinstance(args[0], Ref):
        return _NOT_TENSOR
    if not refers(args[1], "torch", "Tensor") and not _is_class(args[1], allowlist):
        return _NOT_TENSOR
    if reason := check_attributes(args[3]):
        return reason
    function, inside = args[0], args[2]
    kind = allowlist.kind(function.module, function.name)
    if not isinstance(inside, Seq) or inside.omitted or function.module != "torch._utils":
        return _NOT_TENSOR
    if kind == "rebuild_tensor":
        return _rebuild_tensor(inside.items, allowlist)
    if kind == "rebuild_parameter":
        return _rebuild_parameter(inside.items, allowlist)
    return _NOT_TENSOR


_NOT_TENSOR = "calls something else than torch's own tensor functions"


def _legacy_storage(args: Args, _allowlist: Allowlist) -> str | None:
    """``_load_from_bytes(b)``: a second ``torch.load``; its bytes are examined as a file."""
    return None if matches(args, is_bytes) else "loads bytes that are computed"


def _rebuild_tensor_v3(args: Args, _allowlist: Allowlist) -> str | None:
    """As version 2 with the data type at the end."""
    shapes = (_is_storage, is_int, is_ints, is_ints, is_int, is_empty_hooks)
    if matches(args[:6], *shapes) and matches(args[6:], _is_torch_name, anything, required=1):
        return None
    return "does not make a tensor from a storage of this file"


def _rebuild_qtensor(args: Args, _allowlist: Allowlist) -> str | None:
    shapes = (_is_storage, is_int, is_ints, is_ints, is_collection, is_int, is_empty_hooks)
    return None if matches(args, *shapes) else "does not make a tensor from a storage of this file"


def _rebuild_sparse(args: Args, _allowlist: Allowlist) -> str | None:
    """A layout (or a buffer) and tensors, all made by guarded functions."""
    plain = either(is_collection, _is_made, _is_torch_name, is_literal)
    fine = 2 <= len(args) <= 4 and all(plain(arg) for arg in args)
    return None if fine else "does not make a tensor from tensors"


def _is_torch_name(value: Value) -> bool:
    return isinstance(value, Ref) and value.module == "torch"


def _is_made(value: Value) -> bool:
    return isinstance(value, Call | Persistent)


def _numbers(args: Args, _allowlist: Allowlist) -> str | None:
    fine = len(args) <= 8 and all(is_number(arg) or _is_numpy_scalar(arg) for arg in args)
    return None if fine else "has parameters that are not numbers"


def _is_numpy_scalar(value: Value) -> bool:
    return called(value, "numpy._core.multiarray", "scalar") or called(
        value, "numpy.core.multiarray", "scalar"
    )


def _tree(args: Args, _allowlist: Allowlist) -> str | None:
    """``Tree(features, classes, outputs)``, criteria alike: numbers and arrays."""
    small = either(_is_count, _is_numpy_scalar, _is_array)
    return None if len(args) <= 4 and all(map(small, args)) else "is not made from counts"


def _is_count(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int) and value.value < 1 << 32


def _is_array(value: Value) -> bool:
    # joblib's loader puts the array in the place of its wrapper; any other leaves the wrapper,
    # which Tree refuses.
    return called(value, "joblib.numpy_pickle", "NumpyArrayWrapper") or any(
        called(value, f"numpy.{core}.{module}", name)
        for core in ("_core", "core")
        for module, name in (("multiarray", "_reconstruct"), ("numeric", "_frombuffer"))
    )


def _plain(args: Args, _allowlist: Allowlist) -> str | None:
    """Restoring functions that only keep what they get: no imported callable among it."""
    for arg in args:
        if isinstance(arg, Ref) and not _is_type_name(arg):
            return f"is given {arg}, where its library gives plain values"
    return None if len(args) <= 16 else "has far more arguments than its library writes"


def _is_type_name(value: Ref) -> bool:
    """Data types and devices, which torch and NumPy pass by name."""
    return value.module in ("torch", "numpy") or value.name == "NA"


GUARDS: Mapping[str, Guard] = {
    "numbers": _numbers,
    "plain": _plain,
    "tree": _tree,
    "rebuild_qtensor": _rebuild_qtensor,
    "rebuild_sparse": _rebuild_sparse,
    "rebuild_tensor_v3": _rebuild_tensor_v3,
    "bit_generator": _bit_generator,
    "class_first": _class_first,
    "dtype": _dtype,
    "frombuffer": lambda args, _allowlist: (
        None
        if matches(
            args,
            either(is_bytes, _is_storage),
            is_dtype,
            is_ints,
            is_literal,
            either(is_ints, is_none),  # the order of axes, from NumPy 2.4 on
            required=4,
        )
        else "does not make an array from literal bytes"
    ),
    "mareconstruct": _mareconstruct,
    "new_index": _new_index,
    "pyx_unpickle": _pyx_unpickle,
    "rebuild_from_type": _rebuild_from_type,
    "rebuild_parameter": _rebuild_parameter,
    "rebuild_tensor": _rebuild_tensor,
    "reconstruct": _reconstruct,
    "scalar": lambda args, _allowlist: (
        None
        if matches(args, is_dtype, anything, required=1)
        else "is not made from a data type and a value"
    ),
    "storage_bytes": _legacy_storage,
    "ufunc": _ufunc,
}
"""Guards by the name that the allowlist's data uses."""
