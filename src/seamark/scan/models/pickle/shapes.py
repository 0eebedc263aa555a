"""Shapes of abstract values: what the guards say about arguments."""

from collections.abc import Callable

from seamark.scan.models.pickle.trace import Call, Const, Map, Payload, Ref, Seq, Value

Shape = Callable[[Value], bool]


def anything(_value: Value) -> bool:
    """Any value; its own references and calls are decided elsewhere."""
    return True


def is_text(value: Value) -> bool:
    """A literal string."""
    return (isinstance(value, Const) and isinstance(value.value, str)) or (
        isinstance(value, Payload) and value.kind == "str"
    )


def is_bytes(value: Value) -> bool:
    """Literal bytes, also as the older protocols spell them."""
    if isinstance(value, Payload):
        return value.kind in ("bytes", "bytearray", "str")
    if isinstance(value, Const):
        return isinstance(value.value, bytes | str)
    return is_encoded(value) or called(value, "builtins", "bytearray", "bytes")


def is_encoded(value: Value) -> bool:
    """``_codecs.encode(text, "latin1")``: bytes in protocols below 3."""
    return called(value, "_codecs", "encode")


def is_int(value: Value) -> bool:
    """A literal integer (or bool, its subtype)."""
    return isinstance(value, Const) and isinstance(value.value, int)


def is_number(value: Value) -> bool:
    """A literal int or float."""
    return isinstance(value, Const) and isinstance(value.value, int | float)


def is_none(value: Value) -> bool:
    """None."""
    return isinstance(value, Const) and value.value is None


def is_literal(value: Value) -> bool:
    """A constant of any type and length."""
    return isinstance(value, Const | Payload)


def is_collection(value: Value) -> bool:
    """A collection that the stream spells out, so that its end is certain."""
    return isinstance(value, Seq | Map)


def is_ints(value: Value) -> bool:
    """A tuple or list of literal integers."""
    return isinstance(value, Seq) and not value.omitted and all(map(is_int, value.items))


def is_map(value: Value) -> bool:
    """A dict that the stream spells out."""
    return isinstance(value, Map)


def is_empty_hooks(value: Value) -> bool:
    """An ``OrderedDict`` made without arguments, an empty dict, or None: no hooks."""
    if isinstance(value, Map):
        return value.length == 0
    return is_none(value) or (called(value, "collections", "OrderedDict") and not arity(value))


def called(value: Value, module: str, *names: str) -> bool:
    """The result of calling one of ``names`` of ``module``."""
    return isinstance(value, Call) and refers(value.function, module, *names)


_CONSTANT_TYPES = frozenset("EllipsisType NoneType NotImplementedType".split())
OF_TYPES = _CONSTANT_TYPES | {"SimpleNamespace"}
"""Data types of module ``types`` that dill or cloudpickle load by name."""
OF_BUILTINS = frozenset(
    "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple "
    "type".split()
)
"""Data types of builtins that dill loads by name."""
_DILL = frozenset([("dill._dill", "_load_type"), ("dill.dill", "_load_type")])
_CLOUDPICKLE = frozenset(
    [
        ("cloudpickle.cloudpickle", "_builtin_type"),
        ("cloudpickle.cloudpickle_fast", "_builtin_type"),
    ]
)
_BY_NAME = _DILL | _CLOUDPICKLE


def resolve(value: Value) -> Value:
    """The type that ``value`` loads by name, as if it had been imported; else ``value`` itself.

    Only for names of plain data types: all others stay calls, which the guard refuses.
    """
    if not isinstance(value, Call) or not isinstance(value.function, Ref):
        return value
    key = (value.function.module, value.function.name)
    if key not in _BY_NAME:
        return value
    args = value.args or ()
    name = args[0].value if len(args) == 1 and isinstance(args[0], Const) else None
    if not isinstance(name, str):
        return value
    if name in OF_TYPES and (key in _CLOUDPICKLE or name in _CONSTANT_TYPES):
        return Ref("types", name, value.offset, value.opcode)
    if key in _DILL and (name in OF_BUILTINS or is_exception_name(name)):
        return Ref("builtins", name, value.offset, value.opcode)
    return value


def is_exception_name(name: str) -> bool:
    """Whether a name of builtins is that of an exception."""
    return name.endswith(("Error", "Exception", "Warning", "ExceptionGroup"))


def class_of(value: Value) -> Ref | None:
    """The class itself, or the class of a new instance, by whichever of pickle's ways."""
    if type(value) is Call:
        function = value.function
        if type(function) is Ref and function.module != "copyreg":
            return function  # nearly always
        makes = called(value, "copyreg", "_reconstructor", "__newobj__", "__newobj_ex__")
        value = resolve(value.args[0] if makes and value.args else value.function)
    return value if isinstance(value, Ref) else None


def refers(value: Value, module: str, *names: str) -> bool:
    """A reference to one of ``names`` of ``module``."""
    return isinstance(value, Ref) and value.module == module and value.name in names


def arity(value: Value) -> int:
    """How many positional arguments a call has; 0 for anything else or computed arguments."""
    return len(value.args or ()) if isinstance(value, Call) else 0


def either(*shapes: Shape) -> Shape:
    """A value of any of ``shapes``."""
    return lambda value: any(shape(value) for shape in shapes)


def matches(args: tuple[Value, ...], *shapes: Shape, required: int | None = None) -> bool:
    """Whether ``args`` have these shapes in order; ``required`` of them must be there."""
    least = len(shapes) if required is None else required
    return least <= len(args) <= len(shapes) and all(
        shape(arg) for arg, shape in zip(args, shapes, strict=False)
    )
