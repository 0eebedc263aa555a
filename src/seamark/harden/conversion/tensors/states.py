"""Which tensors of a checkpoint are the model's, under which names, and what else there is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors.values import Foreign, Ordered, Tensor, Unreadable

CONTAINERS = (
    "state_dict", "model_state_dict", "model_state", "model", "module", "net", "network",
    "weights", "params", "params_ema", "ema",
)  # fmt: skip
"""Keys under which training programs keep the model's state beside other things, best first."""

_DEPTH = 64


@dataclass(slots=True)
class State:
    """The tensors by name, in order; ``where`` they were found; ``dropped``: name to what it is.

    ``aliases`` names tensors that are another one in all respects, to that one's name.
    """

    tensors: dict[str, Tensor] = field(default_factory=dict)
    where: str = ""
    dropped: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


def choose_state(root: Any) -> State:
    """The model's state in what a checkpoint's pickle describes. Raises ``Refused``.

    A dictionary of tensors is taken as it is, also where it nests (names joined by dots); of a
    training checkpoint only the model's part; of a whole module the parameters and buffers.
    """
    state = State()
    found, where = root, ""
    if type(root) in (dict, Ordered):
        chosen = _container(root)
        if chosen:
            found, where = root[chosen], chosen
            for key, value in root.items():
                if key != chosen:
                    state.dropped[str(key)[:200]] = describe(value)
    state.where = where
    if isinstance(found, Tensor):
        state.tensors["tensor"] = found
    else:
        _collect(found, "", state, 0)
    if not state.tensors:
        raise Refused(f"There are no tensors to convert; the file holds {describe(root)}.")
    _find_aliases(state)
    return state


def _container(root: Mapping[Any, Any]) -> str:
    """The key of the model's part, where the checkpoint is more than the model."""
    for key in CONTAINERS:
        value = root.get(key)
        if not isinstance(value, Tensor) and any(True for _ in _tensors_in(value, 0)):
            return key
    return ""


def _children(value: Any) -> Iterator[tuple[Any, Any]]:
    if type(value) in (dict, Ordered):
        yield from value.items()
    elif isinstance(value, Foreign) and isinstance(value.state, dict):
        unsaved = value.state.get("_non_persistent_buffers_set")
        unsaved = unsaved if isinstance(unsaved, set) else set()
        for part in ("_parameters", "_buffers", "_modules"):
            below = value.state.get(part)
            for key, child in below.items() if isinstance(below, dict) else ():
                if child is not None and not (part == "_buffers" and key in unsaved):
                    yield key, child


def _is_module(value: Any) -> bool:
    return (
        isinstance(value, Foreign) and isinstance(value.state, dict) and "_modules" in value.state
    )


def _tensors_in(value: Any, depth: int) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif depth < _DEPTH:
        for _, child in _children(value):
            yield from _tensors_in(child, depth + 1)


def _collect(value: Any, prefix: str, state: State, depth: int) -> None:
    if depth > _DEPTH:
        raise Refused(f"The checkpoint nests deeper than {_DEPTH} levels.")
    for key, child in _children(value):
        name = f"{prefix}{key}"
        if isinstance(child, Tensor) and isinstance(key, str) and name != "__metadata__":
            if name in state.tensors:
                raise Refused(f"Two tensors would be called {name[:80]!r}.")
            state.tensors[name] = child
        elif type(child) in (dict, Ordered) or _is_module(child):
            if any(True for _ in _tensors_in(child, 0)):
                _collect(child, f"{name}.", state, depth + 1)
            elif not _is_module(child):
                state.dropped[name[:200]] = describe(child)
        else:
            state.dropped[name[:200]] = describe(child)


def describe(value: Any) -> str:
    """What an entry is, for people."""
    if isinstance(value, Unreadable):
        return value.reason
    if isinstance(value, Foreign):
        return value.what
    if isinstance(value, Tensor):
        return f"a {value.dtype} tensor"
    if isinstance(value, dict):
        return f"a dictionary of {len(value)}"
    if isinstance(value, list | tuple | set):
        return f"a {type(value).__name__} of {len(value)}"
    if value is None or isinstance(value, bool | int | float | str):
        return f"{type(value).__name__} {str(value)[:60]!r}"
    return type(value).__name__


def _find_aliases(state: State) -> None:
    """Tied weights are kept once: safetensors has no two names for the same bytes."""
    first: dict[Tensor, str] = {}
    for name, tensor in list(state.tensors.items()):
        if name == "format" or not tensor.count:  # the metadata has a "format" of its own
            continue
        kept = first.setdefault(tensor, name)
        if kept != name:
            state.aliases[name] = kept
            del state.tensors[name]
