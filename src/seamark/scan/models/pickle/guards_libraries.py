"""Guards for what statsmodels, tokenizers and datasets write: states that would be executed.

``statsmodels.base.data.ModelData.__setstate__`` looks for a mark in its state and then evaluates
the formula beside it. A formula is Python (``I(__import__("os")...)``), so such a state runs code
of the file's choosing, honest models fitted by formula included.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from seamark.scan.models.pickle.decide import Allowlist
from seamark.scan.models.pickle.shapes import called, matches
from seamark.scan.models.pickle.states import check_attributes
from seamark.scan.models.pickle.trace import Const, Map, Raw, Ref, Seq, Value, thaw

Args = tuple[Value, ...]
Guard = Callable[[Args, Allowlist], str | None]
StateGuard = Callable[[Raw | None], str | None]

_RESTORES = frozenset(["restore_design_info", "restore_model_spec"])
"""Keys that make statsmodels evaluate a formula, by release: up to 0.14, from 0.15 on."""


def check_model_data(state: Raw | None) -> str | None:
    """Why the state of statsmodels' data holder is not one that only keeps arrays, or None."""
    value = None if state is None else thaw(state)
    if isinstance(value, Seq) or not isinstance(value, Map) or value.omitted:
        return "has a state that is not a plain dict, and whose formula may be evaluated"
    for key, _ in value.items:
        name = key.value if isinstance(key, Const) else None
        if isinstance(name, bytes):
            name = name.decode("latin1")
        if not isinstance(name, str):
            return "names an attribute that is computed while loading"
        if name in _RESTORES:
            return "restores its design from a formula, which is Python that loading evaluates"
    return check_attributes(state)


def _model_data(args: Args, _allowlist: Allowlist) -> str | None:
    return "has arguments, where its library gives none" if args else None


def _numeric(value: Value) -> bool:
    """What the state space classes are made from: numbers, arrays, and each other."""
    if isinstance(value, Ref):
        return False
    if isinstance(value, Seq):
        return not value.omitted and all(map(_numeric, value.items))
    return True


def _state_space(args: Args, _allowlist: Allowlist) -> str | None:
    """Cython classes of statsmodels: matrices and settings, as their ``__reduce__`` gives them."""
    if len(args) <= 40 and all(map(_numeric, args)):
        return None
    return "is not made from matrices and numbers"


def _is_empty_model(value: Value) -> bool:
    return called(value, "tokenizers.models", "Model") and not getattr(value, "args", None)


def _tokenizer(args: Args, _allowlist: Allowlist) -> str | None:
    """``Tokenizer(Model())``: empty, its JSON follows as state."""
    return None if matches(args, _is_empty_model) else "is not made from an empty model"


GUARDS: Mapping[str, Guard] = MappingProxyType(
    {"model_data": _model_data, "state_space": _state_space, "tokenizer": _tokenizer}
)
"""Guards by the name that the allowlist's data uses."""

STATES: Mapping[str, StateGuard] = MappingProxyType({"model_data": check_model_data})
"""Guards of states, by the same names."""
