"""What calls of allowlisted names may look like: an honest callable can still be a gadget.

A kind says how a name may be used at all; a guard holds one callable to the arguments that its
own library writes. All answers are ``None`` (fine) or one clause that says what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from seamark.scan.models.pickle import guards_arrays, guards_libraries, guards_types
from seamark.scan.models.pickle.decide import (
    CALL,
    CLASS,
    ENUM,
    NAME,
    TRUSTED,
    Allowlist,
    load_allowlist,
)
from seamark.scan.models.pickle.shapes import (
    anything,
    called,
    class_of,
    either,
    is_collection,
    is_encoded,
    is_int,
    is_literal,
    is_none,
    is_number,
    is_text,
    matches,
    refers,
    resolve,
)
from seamark.scan.models.pickle.states import check_attributes, check_distribution
from seamark.scan.models.pickle.trace import Call, Const, Map, Payload, Raw, Ref, Seq, Value, thaw

Args = tuple[Value, ...]
Guard = Callable[[Args, Allowlist], str | None]

_SIZE = 1 << 20
"""Largest allocation (in items) that one literal number may ask for."""
_DIGITS = 4300
"""Python's own limit on the digits of an integer in text."""
_PATTERN = 1 << 16
"""Longest regular expression that is compiled at load time without a question."""


def check_call(call: Call, allowlist: Allowlist | None = None) -> str | None:
    """Why this call is not what a model's library writes, or None where it is.

    Calls of names that are not allowlisted get None: their reference is a finding already.
    """
    allowlist = allowlist or load_allowlist()
    function = resolve(call.function)
    if isinstance(function, Call):
        return _check_method(function, call.args)
    if not isinstance(function, Ref):
        return "calls what is not an imported name"
    kind = allowlist.kind(function.module, function.name)
    if kind is None or kind == TRUSTED:
        return None
    args = call.args
    if args is None:
        return "its arguments are computed while loading"
    if kind in (CLASS, CALL, NAME):
        return _check_kind(kind, call, args)
    if not args and call.opcode in ("NEWOBJ", "OBJ", "INST"):
        return None
    if call.kwargs is not None and not (isinstance(call.kwargs, Map) and not call.kwargs.length):
        return "has keyword arguments"
    if isinstance(call.starargs, Seq) and call.starargs.omitted:
        return "has far more arguments than its library writes"
    if refers(function, "operator", "methodcaller"):
        return _method_name(args)
    if kind not in GUARDS:
        return f"has an unknown guard '{kind}'"
    return GUARDS[kind](tuple(map(resolve, args)), allowlist)


def check_state(call: Call, allowlist: Allowlist | None = None) -> str | None:
    """Why the state that ``call``'s result was just given is not its library's, or None.

    Ask at each BUILD. States of names that are not allowlisted get None, as in
    :func:`check_call`.
    """
    allowlist = allowlist or load_allowlist()
    made = class_of(call)
    kind = None if made is None else allowlist.kind(made.module, made.name)
    if kind is None or kind == TRUSTED:
        return None
    if kind in _STATELESS:
        return "has a state, where its library gives none"
    if kind == "distribution":
        return check_distribution(call.state)
    if kind in guards_libraries.STATES:
        return guards_libraries.STATES[kind](call.state)
    if kind == "partial":
        return _partial_state(call.state, allowlist)
    return check_attributes(call.state)


_STATELESS = frozenset(
    "enum generic_alias getattr number regex strings text type_by_name type_of_singleton "
    "ufunc".split()
)
"""Kinds of calls that give shared or stateless objects: a state would change them for all."""


def _check_kind(kind: str, call: Call, args: Args) -> str | None:
    if kind == CALL or (kind == CLASS and call.opcode in ("NEWOBJ", "NEWOBJ_EX")):
        return None
    if kind == CLASS and not args and call.opcode in ("OBJ", "INST"):
        return None  # Without arguments these two do not run a constructor.
    if kind == CLASS:
        return "runs a constructor, where saved objects only have their state set"
    return "calls what saved objects only refer to"


def _check_method(function: Call, args: Args | None) -> str | None:
    """A method fetched by ``getattr`` and called: only the one case that Python itself writes."""
    inner = function.args
    fetched = called(function, "builtins", "getattr") and inner is not None and len(inner) == 2
    if fetched and inner and refers(inner[0], "zoneinfo", "ZoneInfo") and args is not None:
        return None if matches(args, _is_zone, is_int) else "restores a zone by an odd key"
    return "calls the result of another call"


def _is_zone(value: Value) -> bool:
    if not isinstance(value, Const) or not isinstance(value.value, str):
        return False
    key = value.value
    return len(key) < 100 and re.fullmatch(r"[A-Za-z0-9_+/-]+", key) is not None and key[0] != "/"


def _shape(what: str, *shapes: Callable[[Value], bool], required: int | None = None) -> Guard:
    """A guard that only looks at the shapes of the arguments."""

    def guard(args: Args, _allowlist: Allowlist) -> str | None:
        return None if matches(args, *shapes, required=required) else what

    return guard


def _is_short_number(value: Value) -> bool:
    if isinstance(value, Const) and isinstance(value.value, str | bytes):
        return len(value.value) <= _DIGITS
    return is_number(value)


def _is_small(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int) and value.value <= _SIZE


def _is_singleton(value: Value) -> bool:
    return is_none(value) or refers(value, "builtins", "Ellipsis", "NotImplemented")


def _is_codec(value: Value) -> bool:
    """Only Latin-1: what a string spells is read so, and picklers write no other."""
    return isinstance(value, Const) and value.value in ("latin1", "latin-1", "iso-8859-1")


def _buffer(args: Args, _allowlist: Allowlist) -> str | None:
    """``bytes`` and ``bytearray``: literal content, or a small length."""
    content = either(is_literal_text, is_collection, lambda v: called(v, "_codecs", "encode"))
    if matches(args, either(content, _is_small), required=0) or matches(args, is_text, _is_codec):
        return None
    return "is not made from literal bytes"


def is_literal_text(value: Value) -> bool:
    """Literal bytes or str."""
    if isinstance(value, Payload):
        return value.kind != "int"
    return isinstance(value, Const) and isinstance(value.value, bytes | str)


_FACTORIES = frozenset(
    "list dict set frozenset tuple int float str bool bytes complex "
    "OrderedDict Counter deque defaultdict".split()
)


def _is_plain_type(value: Value) -> bool:
    if not isinstance(value, Ref):
        return False
    return value.module in ("builtins", "collections") and value.name in _FACTORIES


def _is_factory(value: Value) -> bool:
    """A type that makes an empty plain value when it is called without arguments."""
    if is_none(value):
        return True
    if _is_plain_type(value):
        return True
    if called(value, "functools", "partial") and isinstance(value, Call):
        inner = value.args or ()
        return bool(inner) and all(map(_is_plain_type, inner))
    return False


def _defaultdict(args: Args, _allowlist: Allowlist) -> str | None:
    literal = len(args) < 2 or (len(args) == 2 and is_collection(args[1]))
    if literal and (not args or _is_factory(args[0])):
        return None
    return "its factory, which is called for missing keys, is not a plain type"


_BASES = frozenset("object dict list set frozenset tuple int float complex str bytes".split())


def _reconstructor(args: Args, allowlist: Allowlist) -> str | None:
    """``copyreg._reconstructor(cls, base, state)``: ``base.__new__(cls, state)``."""
    if len(args) != 3 or not isinstance(args[0], Ref) or not isinstance(args[1], Ref):
        return "does not name a class and its base type"
    cls, base = args[0], args[1]
    if allowlist.kind(cls.module, cls.name) == NAME:
        return f"makes an instance of {cls}, which saved objects only refer to"
    if base.module != "builtins" or base.name not in _BASES:
        return f"builds on {base}, which is not a plain type"
    # All but ``object`` are called with the third argument: twice, as type and as initializer.
    if base.name == "object":
        return None if is_none(args[2]) else "gives an argument to a constructor that takes none"
    if is_collection(args[2]) or is_literal(args[2]) or is_encoded(args[2]):
        return None
    return "fills a plain type with what is computed while loading"


_MAKEABLE = (CLASS, CALL, TRUSTED, None)
"""Kinds that ``__newobj__`` may make; None is a finding of its own."""


def _newobj(args: Args, allowlist: Allowlist) -> str | None:
    made = args[0] if args else None
    if isinstance(made, Ref) and allowlist.kind(made.module, made.name) in _MAKEABLE:
        return None
    return "does not make an instance of an allowed class"


def _partial(args: Args, allowlist: Allowlist) -> str | None:
    """``functools.partial``: what it keeps must be harmless to call with anything."""
    function = args[0] if args else None
    if not isinstance(function, Ref):
        return "keeps a function that is not an imported name"
    kind = allowlist.kind(function.module, function.name)
    private = kind == NAME and function.name.startswith("_")
    if (kind in (None, NAME, CALL, TRUSTED) and not private) or _is_plain_type(function):
        return None
    return f"keeps {function} with arguments of its own"


def _partial_state(state: Raw | None, allowlist: Allowlist) -> str | None:
    """``partial.__setstate__((function, args, keywords, dict))`` replaces the function."""
    value = None if state is None else thaw(state)
    if isinstance(value, Seq) and value.kind == "tuple" and value.length == 4:
        return _partial(value.items[:1], allowlist)
    return "has a state of another form than functools.partial writes"


_STR_METHODS = frozenset(
    "capitalize casefold count endswith find isalnum isalpha isascii isdecimal isdigit islower "
    "isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind "
    "rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper "
    "zfill".split()
)


def _getattr(args: Args, allowlist: Allowlist) -> str | None:
    """Methods, as pickle spells them: of ``str``, and those listed by qualified name."""
    if len(args) == 2 and isinstance(args[1], Const):
        name = str(args[1].value)
        owner = class_of(args[0])
        if owner is not None:
            member = isinstance(args[0], Ref) and name.isidentifier() and name[0] != "_"
            if member and allowlist.kind(owner.module, owner.name) == ENUM:
                return None  # how Python 3.11 spelled members for a while
            if allowlist.kind(owner.module, f"{owner.name}.{name}") == NAME:
                return None
            kind = allowlist.kind(owner.module, owner.name)
            if kind == "distribution" and name == "_entropy":
                return None
        if refers(args[0], "builtins", "str") and name in _STR_METHODS:
            return None
        if refers(args[0], "zoneinfo", "ZoneInfo") and name == "_unpickle":
            return None
    return "reaches an attribute while loading"


def _fraction(args: Args, _allowlist: Allowlist) -> str | None:
    if matches(args, is_int, is_int, required=0):
        return None
    text = args[0].value if len(args) == 1 and isinstance(args[0], Const) else None
    if isinstance(text, str) and re.fullmatch(r"-?[0-9]{1,4300}(/[0-9]{1,4300})?", text):
        return None
    return "is not given as two whole numbers"


_METHODS = _STR_METHODS | frozenset(
    "all any argmax argmin astype clip copy cumsum decode encode fillna flatten get items keys max "
    "mean median min mode predict predict_proba ravel reset_index reshape round sort_values std "
    "sum to_numpy toarray tocsc tocsr todense tolist transform transpose values var".split()
)
"""What ``methodcaller`` may name: methods that compute, and touch nothing but their object."""


def _method_name(args: Args) -> str | None:
    name = args[0].value if args and isinstance(args[0], Const) else None
    if name not in _METHODS:
        return f"keeps the method name {str(name)[:60]!r}, which may do anything"
    return None if all(map(is_literal, args)) else "keeps arguments that are computed"


def _attribute_names(args: Args, allowlist: Allowlist) -> str | None:
    for arg in args:
        if not isinstance(arg, Const) or not isinstance(arg.value, str):
            return "keeps an attribute name that is computed"
        if not all(part.isidentifier() and part[0] != "_" for part in arg.value.split(".")):
            return f"keeps the private attribute name {arg.value[:60]!r}"
        if "." in arg.value and not allowlist.stdlib.isdisjoint(arg.value.split(".")):
            return f"walks to a module of Python by {arg.value[:60]!r}"
    return None


def _is_pattern(value: Value) -> bool:
    if isinstance(value, Const) and isinstance(value.value, str | bytes):
        return len(value.value) <= _PATTERN
    return called(value, "_codecs", "encode")


def _strings(args: Args, _allowlist: Allowlist) -> str | None:
    fine = all(is_literal(arg) for arg in args) and len(args) <= 8
    return None if fine else "has arguments that are not literal"


def _literal_collection(args: Args, _allowlist: Allowlist) -> str | None:
    if matches(args, either(is_collection, is_literal_text), anything, required=0):
        return None
    return "iterates over what is computed while loading"


GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "attrgetter": _attribute_names,
        "buffer": _buffer,
        "collection": _literal_collection,
        "defaultdict": _defaultdict,
        "distribution": _shape("has arguments, where its library gives none"),
        "array": _shape("makes an array of any size, where saved arrays are restored by state"),
        "enum": _shape("is not one literal value", is_literal),
        "empty": _shape("has arguments, where its library gives none"),
        "encode": _shape("encodes with another codec than latin1", is_text, _is_codec),
        "fraction": _fraction,
        "getattr": _getattr,
        "newobj": _newobj,
        "number": _shape("is not a literal number", _is_short_number, required=0),
        "ordered_dict": _shape("is filled from what is computed", is_collection, required=0),
        "partial": _partial,
        "path": _strings,
        "range": _shape("is not of literal integers", is_int, is_int, is_int, required=1),
        "reconstructor": _reconstructor,
        "regex": _shape("is not one literal pattern", _is_pattern, is_int),
        "strings": _strings,
        "text": _shape("is not literal text", either(is_literal, is_number), required=0),
        "type_of_singleton": _shape(
            "is called with more than one of None, ... and NotImplemented", _is_singleton
        ),
        **guards_arrays.GUARDS,
        **guards_libraries.GUARDS,
        **guards_types.GUARDS,
    }
)
"""Guards by the name that the allowlist's data uses."""
