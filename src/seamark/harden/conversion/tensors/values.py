"""What a checkpoint's pickle describes, without torch: storages, tensors, and what is neither."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTHS: Mapping[str, int] = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2,
    "int8": 1, "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "bool": 1, "complex64": 8,
    "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e8m0fnu": 1, "float8_e4m3fnuz": 1,
    "float8_e5m2fnuz": 1,
}  # fmt: skip
"""Bytes of one element by torch's name of the type; those that safetensors can hold."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Raw numbers that tensors are views of. ``dtype`` is None where the storage is untyped.

    ``count`` of elements, of bytes where untyped; ``key`` names it inside its checkpoint.
    """

    key: str
    dtype: str | None
    count: int

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.count * (WIDTHS.get(self.dtype, 0) if self.dtype else 1)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view of a storage. ``offset`` and ``stride`` count elements, as torch does."""

    storage: Storage
    dtype: str
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Length in bytes once it is contiguous."""
        return self.count * WIDTHS[self.dtype]

    @property
    def contiguous(self) -> bool:
        """Whether its elements lie in the storage one after the other, in order."""
        expected = 1
        for extent, stride in zip(reversed(self.shape), reversed(self.stride), strict=True):
            if extent != 1 and stride != expected:
                return self.count == 0
            expected *= extent
        return True

    def problem(self) -> str:
        """Why it is no view of its storage; empty where it is one."""
        if len(self.shape) != len(self.stride) or min((*self.shape, *self.stride, 0)) < 0:
            return "its shape and stride do not describe a tensor"
        if self.offset < 0:
            return "it begins before its storage"
        if not self.count:
            return ""
        pairs = zip(self.shape, self.stride, strict=True)
        last = self.offset + sum((extent - 1) * stride for extent, stride in pairs)
        if (last + 1) * WIDTHS[self.dtype] > self.storage.size:
            return "it reaches beyond its storage"
        return ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A tensor that has no plain bytes in the checkpoint; ``reason`` says which kind it is."""

    reason: str


class Ordered(dict[Any, Any]):
    """Stands for ``collections.OrderedDict``; the attributes that torch hangs on it are dropped."""

    def __setstate__(self, _state: object) -> None: ...


class Foreign:
    """Stands for any other object: keeps its state, runs nothing.

    ``what`` is its class or function as ``module.name``.
    """

    what = "object"

    def __new__(cls, *_args: object, **_kwargs: object) -> "Foreign":
        """Whatever the arguments are."""
        return object.__new__(cls)

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, _key: object, _value: object) -> None: ...

    def append(self, _item: object) -> None:
        """Items of a list of a kind of its own are not kept."""

    def extend(self, _items: object) -> None:
        """See :meth:`append`."""

    def add(self, _item: object) -> None:
        """See :meth:`append`."""
