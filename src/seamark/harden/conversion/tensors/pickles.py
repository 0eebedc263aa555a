"""Unpickle a checkpoint without torch: nothing is imported, every name becomes an inert value.

The names that make tensors (``torch._utils``, ``torch._tensor``) are understood as of torch 2.13;
all others become :class:`~.values.Foreign`, whose state is kept so that the tensors of a whole
module can be found in it.
"""

import pickle
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, Any

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors.values import (
    WIDTHS,
    Foreign,
    Ordered,
    Storage,
    Tensor,
    Unreadable,
)
from seamark.scan.models.torch.storages import DTYPES

_STORAGES: Mapping[str, str | None] = MappingProxyType({**DTYPES, "UntypedStorage": None})
_PLAIN_TYPES = frozenset({"Tensor", "Parameter", "Buffer", "UninitializedParameter"})


class _Named:
    """An imported name that is only mentioned: a storage class, a dtype, a tensor class."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __call__(self, *_args: object, **_kwargs: object) -> Foreign:
        return _foreign(self.module, self.name)()


def _foreign(module: str, name: str) -> type[Foreign]:
    return type("Foreign", (Foreign,), {"what": f"{module}.{name}"})


def _tensor(storage: object, offset: object, shape: object, stride: object, dtype: str | None = "",
            metadata: object = None) -> Tensor | Unreadable:  # fmt: skip
    if not isinstance(storage, Storage):
        return Unreadable("a tensor without a storage")
    dtype = dtype or storage.dtype
    if dtype is None or dtype not in WIDTHS:
        return Unreadable(f"a tensor of type {dtype}, which safetensors cannot hold")
    if metadata:
        return Unreadable("a tensor whose conjugation or sign is not yet carried out")
    sizes = all(type(each) is int for each in (offset, *_tuple(shape), *_tuple(stride)))
    if not sizes or not isinstance(offset, int):
        return Unreadable("a tensor whose shape is not made of numbers")
    tensor = Tensor(storage, dtype, offset, _tuple(shape), _tuple(stride))
    problem = tensor.problem()
    return Unreadable(f"a tensor, but {problem}") if problem else tensor


def _tuple(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ("not a shape",)


def _rebuild(storage: object, offset: object, shape: object, stride: object, *_rest: object) -> Any:
    return _tensor(storage, offset, shape, stride)


def _rebuild_v2(
    storage: object,
    offset: object,
    shape: object,
    stride: object,
    _grad: object = None,
    _hooks: object = None,
    metadata: object = None,
) -> Any:
    return _tensor(storage, offset, shape, stride, metadata=metadata)


def _rebuild_v3(storage: object, offset: object, shape: object, stride: object, _grad: object,
                _hooks: object, dtype: object, metadata: object = None) -> Any:  # fmt: skip
    if not isinstance(dtype, _Named):
        return Unreadable("a tensor without a type")
    return _tensor(storage, offset, shape, stride, dtype.name, metadata)


def _first(data: object, *_rest: object) -> object:
    """A parameter is its tensor."""
    return data


def _from_type(function: Any, kind: object, args: object, _state: object = None) -> object:
    if isinstance(kind, _Named) and kind.name in _PLAIN_TYPES and isinstance(args, tuple):
        return function(*args)
    return Unreadable("a tensor of a class of its own")


def _unreadable(reason: str) -> Callable[..., Unreadable]:
    return lambda *_args, **_kwargs: Unreadable(reason)


_KNOWN: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        ("collections", "OrderedDict"): Ordered,
        ("torch._utils", "_rebuild_tensor"): _rebuild,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild_v2,
        ("torch._utils", "_rebuild_tensor_v3"): _rebuild_v3,
        ("torch._utils", "_rebuild_parameter"): _first,
        ("torch._utils", "_rebuild_parameter_with_state"): _first,
        ("torch._utils", "_rebuild_qtensor"): _unreadable("a quantized tensor"),
        ("torch._utils", "_rebuild_sparse_tensor"): _unreadable("a sparse tensor"),
        ("torch._utils", "_rebuild_sparse_csr_tensor"): _unreadable("a sparse tensor"),
        ("torch._utils", "_rebuild_nested_tensor"): _unreadable("a nested tensor"),
        ("torch._utils", "_rebuild_meta_tensor_no_storage"): _unreadable("a tensor without data"),
        ("torch._utils", "_rebuild_device_tensor_from_numpy"): _unreadable("a device's tensor"),
        ("torch._tensor", "_rebuild_from_type_v2"): _from_type,
        ("torch._tensor", "_rebuild_from_type"): _from_type,
        ("torch", "Size"): tuple,
        ("builtins", "set"): set,
        ("builtins", "list"): list,
    }
)


class CheckpointUnpickler(pickle.Unpickler):
    """Reads one pickle of a checkpoint. ``storages`` collects what its persistent ids name."""

    def __init__(self, file: IO[bytes], storages: dict[str, Storage]) -> None:
        super().__init__(file, encoding="utf-8")
        self.storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """An inert stand-in; nothing is imported."""
        known = _KNOWN.get((module, name))
        if known is not None:
            return known
        root = module.partition(".")[0]
        if root == "torch" and (name in _STORAGES or name in WIDTHS or name in _PLAIN_TYPES):
            return _Named(module, name)
        return _foreign(module, name)

    def persistent_load(self, pid: Any) -> Storage:
        """The storage that ``('storage', class, key, location, count[, view])`` names."""
        if not isinstance(pid, tuple) or len(pid) not in (5, 6) or pid[0] != "storage":
            raise Refused("A persistent id in the checkpoint names no storage.")
        kind, key, count = pid[1], str(pid[2]), pid[4]
        if not isinstance(kind, _Named) or kind.name not in _STORAGES or type(count) is not int:
            raise Refused(f"The storage {key[:40]!r} is of a kind that is not known.")
        if len(pid) == 6 and pid[5] is not None:
            raise Refused(f"The storage {key[:40]!r} is a view of another, as torch 0.1 wrote.")
        found = Storage(key, _STORAGES[kind.name], count)
        if count < 0 or self.storages.setdefault(key, found) != found:
            raise Refused(f"The storage {key[:40]!r} is described in two ways.")
        return found


def unpickle(file: IO[bytes], storages: dict[str, Storage]) -> Any:
    """One pickle from ``file``, which is left behind its end. Raises ``Refused``."""
    try:
        return CheckpointUnpickler(file, storages).load()
    except Refused:
        raise
    except RecursionError:
        raise Refused("The checkpoint nests too deep.") from None
    except Exception as error:  # the unpickler raises what it likes
        raise Refused(f"The checkpoint's pickle does not load: {error}"[:300]) from error
