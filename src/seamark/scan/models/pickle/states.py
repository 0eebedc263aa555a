"""States that BUILD sets: which attributes, and what SciPy's distributions execute of them.

An object's state is applied by attribute name, so names with a meaning to Python itself can do
more than keep data: ``__class__`` turns the object into another class, past every check of how
that class is made; ``__reduce_ex__`` is called by the next copy. No library writes them.
"""

import re

from seamark.scan.models.pickle.shapes import class_of
from seamark.scan.models.pickle.trace import (
    Call,
    Const,
    Map,
    Opaque,
    Persistent,
    Raw,
    Ref,
    Seq,
    Value,
    thaw,
)

HARMLESS = frozenset(
    "__doc__ __name__ __qualname__ __module__ __wrapped__ __orig_class__ __annotations__".split()
)
"""Double-underscore attributes that honest instances carry."""


class Evident(str):
    """A clause that is evidence of an attack by itself: no library writes it, and it runs code."""

    __slots__ = ()


_TAKES_OVER = frozenset(
    "__bases__ __call__ __class__ __code__ __del__ __dict__ __getattr__ __getattribute__ "
    "__globals__ __init__ __mro__ __new__ __reduce__ __reduce_ex__ __setattr__ "
    "__setstate__".split()
)
"""Attributes that put other code in the place of the object's own."""


def check_attributes(state: Raw | None) -> str | None:
    """Why a state does more than fill in attributes, or None where it does not."""
    value = None if state is None else thaw(state)
    if isinstance(value, Opaque):
        return "is given its state twice, which no library does"
    if isinstance(value, Seq) and value.kind == "tuple" and value.length == 2:
        return _part(value.items[0]) or _part(value.items[1])
    return _part(value)


_NO_DICTS = re.compile(
    r"_codecs\.encode|builtins\.(bytes|bytearray)|numpy\.dtype"
    r"|numpy\._?core\.(multiarray\.(_reconstruct|scalar|dtype)|numeric\._frombuffer)"
    r"|numpy\.random\.(_?bit_generator)\.(__pyx_unpickle_)?(SeedSequence|SeedlessSeedSequence)"
    r"|pandas\.(core\.(arrays\.string_|dtypes\.dtypes)\.)?"
    r"(String|Categorical|DatetimeTZ|Period|Interval)Dtype|scipy\.interpolate\._bsplines\._BSpline"
    r"|torch\._utils\._rebuild_[a-z0-9_]+|joblib\.numpy_pickle\.NumpyArrayWrapper"
)
"""Callables whose results are certainly no mapping, so that they set no attributes."""


def _part(value: Value | None) -> str | None:
    """Why a state, or a half of one, may set what it should not.

    The unpicklers take any subclass of ``dict`` and of ``tuple`` for a state, so one that is made
    by a call can hold attributes that were never looked at.
    """
    if isinstance(value, Map):
        return _names(value)
    if isinstance(value, Ref | Persistent) or (
        isinstance(value, Call) and not _NO_DICTS.fullmatch(str(class_of(value)))
    ):
        return "has a state that is not spelled out as a dict"
    return None


def _names(attributes: Map) -> str | None:
    if attributes.omitted:
        return f"has a state of {attributes.length} attributes, more than are looked at"
    for raw in attributes.raw[::2]:
        if isinstance(raw, str | bytes) and not _is_special(raw):
            continue  # Undecoded constants: no need to decode what holds no "__".
        key = thaw(raw)
        if not isinstance(key, Const):
            return "names an attribute that is computed while loading"
        name = key.value
        if isinstance(name, bytes):
            name = name.decode("latin1")
        special = isinstance(name, str) and name.startswith("__") and name.endswith("__")
        if special and name not in HARMLESS:
            reason = f"sets {str(name)[:60]}, which means something to Python itself"
            return Evident(reason) if name in _TAKES_OVER else reason
    return None


def _is_special(raw: str | bytes) -> bool:
    return "__" in raw if isinstance(raw, str) else b"__" in raw or b"\\" in raw


# ``rv_generic.__setstate__`` restores the instance's dict and then runs ``exec`` over
# ``_parse_arg_template``, which SciPy itself fills from the names of the shape parameters. Random
# searches save such objects, so they cannot simply be denied: their state must be, to the
# letter, what SciPy writes.

_HEAD = re.compile(
    r"\ndef _parse_args\(self, (?P<shapes>(?:[A-Za-z][A-Za-z0-9_]{0,30}, ){0,8})? ?"
    r"(?P<given>loc=0, scale=1|loc=0)\):\n    return "
)
_BODY = """
def _parse_args(self, {shapes} {given}):
    return ({shapes}), {returned}

def _parse_args_rvs(self, {shapes} {given}, size=None):
    return self._argcheck_rvs({shapes} {returned}, size=size)

def _parse_args_stats(self, {shapes} {given}, moments='mv'):
    return ({shapes}), {returned}, moments
"""
_RETURNED = {"loc=0, scale=1": "loc, scale", "loc=0": "loc, 1"}

KEYS = frozenset(
    "__doc__ _ctor_param _parse_arg_template _random_state _stats_has_moments _support a b "
    "badvalue extradoc inc moment_tol moment_type name numargs shapes vecentropy xtol".split()
)
"""What the state of a distribution holds; anything else could stand in for a method that
``__setstate__`` calls."""


def check_distribution(state: Raw | None) -> str | None:
    """Why a distribution's state is not what SciPy writes, or None where it is."""
    value = None if state is None else thaw(state)
    if not isinstance(value, Map) or value.omitted:
        return "has a state that is not a plain dict, and whose text is executed"
    template = None
    for key, item in value.items:
        name = key.value if isinstance(key, Const) else None
        if name not in KEYS:
            return f"has a state with {str(name)[:60]!r}, which SciPy does not write"
        if name == "_parse_arg_template":
            template = item.value if isinstance(item, Const) else None
            if not isinstance(template, str) or not is_template(template):
                return Evident("has a state whose text is executed, and is not SciPy's own")
    return None if template is not None else "has a state without the text that SciPy executes"


def is_template(text: str) -> bool:
    """Whether ``text`` is exactly what SciPy makes of some shape names."""
    head = _HEAD.match(text)
    if head is None:
        return False
    shapes = head["shapes"] or ""
    given = head["given"]
    return text == _BODY.format(shapes=shapes, given=given, returned=_RETURNED[given])
