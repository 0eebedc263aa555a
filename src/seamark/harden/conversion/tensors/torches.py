"""Engine ``torch``: a checkpoint through torch itself, with ``weights_only=True``."""

from collections.abc import Mapping
from typing import Any

from seamark.harden.conversion.libraries import library, versions
from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors import own, safetensors
from seamark.harden.conversion.tensors.states import CONTAINERS
from seamark.harden.conversion.tensors.values import WIDTHS

PACKAGES = ("torch",)


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``job["output"]`` from ``job["source"]``. Raises ``Refused``."""
    tensors, where, dropped = _load(job)
    own.require_complete(dropped, drop=job["drop_other"])
    kept, aliases = _deduplicated(tensors)
    items = safetensors.in_order(
        safetensors.Item(name, _dtype(tensor), tuple(tensor.shape), _size(tensor))
        for name, tensor in kept.items()
    )
    contents = ([_bytes(kept[item.name])] for item in items)
    safetensors.write(job["output"], items, contents, {"format": "pt", **aliases})
    return {"libraries": versions(PACKAGES), "where": where, "dropped": own.listed(dropped),
            **own.summary(items, aliases),
            "reordered": sum(not t.is_contiguous() for t in kept.values())}  # fmt: skip


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Hold every tensor of the result to what torch loads: type, shape, and each byte."""
    tensors, _, _ = _load(job)
    placed, metadata = safetensors.read_header(job["output"])
    aliases = {name: kept for name, kept in metadata.items() if name != "format"}
    names = set(placed) | set(aliases)
    differences = [f"{name}: only in one of the two" for name in sorted(names ^ set(tensors))]
    for name in sorted(names & set(tensors)):
        tensor, found = tensors[name], placed.get(aliases.get(name, name))
        if found is None or (found.dtype, found.shape) != (_dtype(tensor), tuple(tensor.shape)):
            differences.append(f"{name}: type or shape")
        elif b"".join(safetensors.read_pieces(job["output"], found)) != _bytes(tensor):
            differences.append(f"{name}: bytes")
    return {"kind": "tensors", "compared": len(names), "exact": not differences,
            "bytes": sum(each.size for each in placed.values()),
            "differences": differences[:20], "equal": not differences}  # fmt: skip


def _load(job: Mapping[str, Any]) -> tuple[dict[str, Any], str, dict[str, str]]:
    """Tensors by name, the key they were found under, and what else there is."""
    torch = library("torch")
    torch.set_num_threads(1)
    try:
        root = torch.load(job["source"], map_location="cpu", weights_only=True)
    except Exception as error:  # it says no in many ways
        first = (str(error).strip().splitlines() or [""])[0]
        raise Refused(
            f"torch does not load the file with weights_only=True: {first}"[:300]
        ) from error
    if isinstance(root, torch.Tensor):
        root = {"tensor": root}
    if not isinstance(root, dict):
        raise Refused(f"The file holds a {type(root).__name__}, not a dictionary of tensors.")
    where, dropped = "", {}
    for key in CONTAINERS:
        if isinstance(root.get(key), dict) and _holds(root[key], torch):
            where = key
            dropped = {str(k): _describe(v) for k, v in root.items() if k != key}
            root = root[key]
            break
    tensors: dict[str, Any] = {}
    _collect(root, "", tensors, dropped, torch)
    if not tensors:
        raise Refused("There are no tensors to convert.")
    return tensors, where, dropped


def _holds(value: Mapping[Any, Any], torch: Any) -> bool:
    return any(
        isinstance(each, torch.Tensor) or (isinstance(each, dict) and _holds(each, torch))
        for each in value.values()
    )


def _collect(
    value: Mapping[Any, Any], prefix: str, tensors: dict[str, Any], dropped: dict[str, str],
    torch: Any,
) -> None:  # fmt: skip
    for key, child in value.items():
        name = f"{prefix}{key}"
        plain = isinstance(child, torch.Tensor) and child.layout is torch.strided
        if plain and isinstance(key, str) and not child.is_quantized and _dtype(child) in WIDTHS:
            tensors[name] = child.detach().resolve_conj().resolve_neg()
        elif isinstance(child, dict) and _holds(child, torch):
            _collect(child, f"{name}.", tensors, dropped, torch)
        else:
            dropped[name] = _describe(child)


def _describe(value: Any) -> str:
    kind = type(value).__name__
    dtype = getattr(value, "dtype", None)
    return f"{kind} of {dtype}" if dtype is not None else kind


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _size(tensor: Any) -> int:
    return int(tensor.numel()) * int(tensor.element_size())


def _bytes(tensor: Any) -> bytes:
    torch = library("torch")
    flat = tensor.contiguous().reshape(-1).view(torch.uint8) if tensor.numel() else None
    return b"" if flat is None else flat.numpy().tobytes()


def _deduplicated(tensors: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    first: dict[Any, str] = {}
    kept, aliases = {}, {}
    for name, tensor in tensors.items():
        key = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        other = first.setdefault(key, name) if tensor.numel() and name != "format" else name
        if other == name:
            kept[name] = tensor
        else:
            aliases[name] = other
    return kept, aliases
