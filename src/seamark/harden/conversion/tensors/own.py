"""Engine ``own``: a torch checkpoint to safetensors without torch, in constant memory."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors import safetensors
from seamark.harden.conversion.tensors.checkpoints import Checkpoint, open_checkpoint
from seamark.harden.conversion.tensors.gather import CHUNK, elements, pieces
from seamark.harden.conversion.tensors.states import State, choose_state
from seamark.harden.conversion.tensors.values import Tensor

_LISTED = 1000


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``job["output"]`` from ``job["source"]``. Raises ``Refused``."""
    with open_checkpoint(job["source"]) as checkpoint:
        state = choose_state(checkpoint.root)
        require_complete(state.dropped, drop=job["drop_other"])
        total = sum(tensor.size for tensor in state.tensors.values())
        if total > 4 * checkpoint.blob.size + (16 << 20):
            raise Refused("The tensors spread few bytes over many places: made out, they would "
                          f"take {total} bytes.")  # fmt: skip
        items = safetensors.in_order(
            safetensors.Item(name, tensor.dtype, tensor.shape, tensor.size)
            for name, tensor in state.tensors.items()
        )
        contents = (_pieces(checkpoint, state.tensors[item.name]) for item in items)
        safetensors.write(job["output"], items, contents, {"format": "pt", **state.aliases})
    return {"libraries": {}, "where": state.where, "dropped": listed(state.dropped),
            **summary(items, state.aliases),
            "reordered": sum(not t.contiguous for t in state.tensors.values())}  # fmt: skip


def require_complete(dropped: Mapping[str, str], *, drop: bool) -> None:
    """Refuse where something would be lost that nobody agreed to lose."""
    if dropped and not drop:
        named = "; ".join(f"{name!r}: {what}" for name, what in list(dropped.items())[:5])
        more = f" and {len(dropped) - 5} more" if len(dropped) > 5 else ""
        raise Refused(
            f"{len(dropped)} entries are no tensors that safetensors can hold ({named}{more}); "
            "--drop-other leaves them out."
        )


def listed(dropped: Mapping[str, str]) -> list[dict[str, str]]:
    """Dropped entries as the report lists them."""
    return [{"name": name, "what": what} for name, what in list(dropped.items())[:_LISTED]]


def summary(items: Iterable[safetensors.Item], aliases: Mapping[str, str]) -> dict[str, Any]:
    """What was written, as the report says it."""
    dtypes: dict[str, int] = {}
    count = size = 0
    for item in items:
        dtypes[item.dtype] = dtypes.get(item.dtype, 0) + 1
        count += 1
        size += item.size
    return {"tensors": count, "bytes": size, "dtypes": dict(sorted(dtypes.items())),
            "aliases": dict(sorted(aliases.items()))}  # fmt: skip


def _pieces(checkpoint: Checkpoint, tensor: Tensor) -> Iterator[bytes]:
    return pieces(tensor, partial(checkpoint.read, tensor.storage))


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Hold every tensor of the result to the source: type, shape, and each byte."""
    placed, metadata = safetensors.read_header(job["output"])
    differences: list[str] = []
    size = 0
    with open_checkpoint(job["source"]) as checkpoint:
        state = choose_state(checkpoint.root)
        differences += _names(state, placed, metadata)
        for name, tensor in state.tensors.items():
            found = placed.get(name)
            if found is None:
                continue
            size += found.size
            if (found.dtype, found.shape) != (tensor.dtype, tensor.shape):
                differences.append(f"{name}: type or shape")
            elif not _equal(checkpoint, tensor, job["output"], found):
                differences.append(f"{name}: bytes")
    return {"kind": "tensors", "compared": len(placed), "bytes": size, "exact": not differences,
            "differences": differences[:20], "equal": not differences}  # fmt: skip


def _names(
    state: State, placed: Mapping[str, safetensors.Placed], metadata: Mapping[str, str]
) -> Iterator[str]:
    for name in sorted(set(placed) ^ set(state.tensors)):
        yield f"{name}: only in one of the two"
    if metadata != {"format": "pt", **state.aliases}:
        yield "__metadata__: does not name the shared tensors"


def _equal(checkpoint: Checkpoint, tensor: Tensor, path: str, found: safetensors.Placed) -> bool:
    """Compare digests of the bytes; what was brought into order is read another way here."""
    read = partial(checkpoint.read, tensor.storage)
    told = pieces(tensor, read) if tensor.contiguous else elements(tensor, read)
    return _digest(told) == _digest(safetensors.read_pieces(path, found))


def _digest(parts: Iterable[bytes]) -> bytes:
    state = hashlib.sha256()
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= CHUNK:
            state.update(held)
            held.clear()
    state.update(held)
    return state.digest()
