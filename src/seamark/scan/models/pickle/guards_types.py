"""Guards for types as values: typed arrays, generic types, and types that are loaded by name.

dill and cloudpickle write ``_load_type("int")`` and ``_builtin_type("SimpleNamespace")`` for types
of Python itself. Such a call stands for the type, so it is judged as the import of that type would
be: see :func:`shapes.resolve`.
"""

from collections.abc import Callable, Mapping

from seamark.scan.models.pickle.decide import CLASS, Allowlist
from seamark.scan.models.pickle.shapes import (
    OF_BUILTINS,
    OF_TYPES,
    called,
    either,
    is_bytes,
    is_exception_name,
    is_int,
    is_none,
    is_number,
    is_text,
    matches,
    refers,
    resolve,
)
from seamark.scan.models.pickle.trace import Const, Ref, Seq, Value

Args = tuple[Value, ...]
Guard = Callable[[Args, Allowlist], str | None]

_TYPE_CODES = frozenset("bBuwhHiIlLqQfd")


def _type_by_name(args: Args, allowlist: Allowlist) -> str | None:
    """Run for each loader: whether its argument is one of the names that ``resolve`` knows."""
    name = args[0].value if len(args) == 1 and isinstance(args[0], Const) else None
    if isinstance(name, str) and (
        name in OF_TYPES
        or name in OF_BUILTINS
        or (is_exception_name(name) and allowlist.kind("builtins", name) is not None)
    ):
        return None
    return "loads a type that is not plain data"


def _is_type_code(value: Value) -> bool:
    return isinstance(value, Const) and value.value in _TYPE_CODES


def _are_numbers(value: Value) -> bool:
    """A list of literal numbers, as far as it is kept: appending others raises an error."""
    return isinstance(value, Seq) and all(is_number(item) or is_text(item) for item in value.items)


def _typed_array(args: Args, _allowlist: Allowlist) -> str | None:
    """``array("d", [1.0, 2.0])``; Python 2 gave the text of a ``u`` array as it is."""
    if matches(args, _is_type_code, either(_are_numbers, is_bytes), required=1):
        return None
    return "is not made from a type code and literal items"


def _array_bytes(args: Args, _allowlist: Allowlist) -> str | None:
    """``_array_reconstructor(array, "d", 16, b"…")``."""
    is_array = len(args) == 4 and refers(args[0], "array", "array")
    if is_array and matches(args[1:], _is_type_code, is_int, is_bytes):
        return None
    return "is not made from a type code and literal bytes"


_GENERIC = frozenset("typing collections collections.abc types datetime decimal numbers".split())


def _is_type(value: Value, allowlist: Allowlist, depth: int = 8) -> bool:
    value = resolve(value)
    if isinstance(value, Ref):
        if value.module == "builtins":
            return value.name in OF_BUILTINS
        kind = allowlist.kind(value.module, value.name)
        return kind is not None and (kind == CLASS or value.module in _GENERIC)
    if is_none(value) or refers(value, "builtins", "Ellipsis"):
        return True
    if isinstance(value, Seq) and depth:
        return not value.omitted and all(_is_type(v, allowlist, depth - 1) for v in value.items)
    # Calls of these are held to types by their own guards.
    return called(value, "types", "GenericAlias") or called(value, "builtins", "type")


def _generic_alias(args: Args, allowlist: Allowlist) -> str | None:
    if matches(args, *[lambda value: _is_type(value, allowlist)] * 2):
        return None
    return "is not made from types"


GUARDS: Mapping[str, Guard] = {
    "array_bytes": _array_bytes,
    "generic_alias": _generic_alias,
    "type_by_name": _type_by_name,
    "typed_array": _typed_array,
}
"""Guards by the name that the allowlist's data uses."""
