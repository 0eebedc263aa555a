"""Abstract values as Python text: ``os.system('echo x')``. For people; never evaluated."""

from seamark.scan.models.pickle.trace import (
    Call,
    Const,
    Map,
    Opaque,
    Payload,
    Persistent,
    Ref,
    Seq,
    Value,
)

LONGEST = 300
"""Characters of one rendering."""

_DEEPEST = 6
_MOST_ITEMS = 8
_MOST_VALUES = 200
_LONGEST_CONST = 120
_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "frozenset": "{}"}


def decompile(value: Value) -> str:
    """``value`` as one line of Python, shortened with ``…`` where it is long or deep."""
    text = _Rendering().render(value, _DEEPEST)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def printable(text: str) -> str:
    """``text`` without lone surrogates, so that it can be encoded."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _constant(constant: object) -> str:
    if isinstance(constant, int) and constant.bit_length() > 4 * _LONGEST_CONST:
        return f"<int of {constant.bit_length()} bits>"
    if isinstance(constant, (str, bytes)):
        cut = constant[:_LONGEST_CONST]
        return printable(repr(cut)) + ("…" if len(cut) < len(constant) else "")
    return repr(constant)


class _Rendering:
    """One rendering. ``left`` bounds the values visited: shared parts would multiply."""

    def __init__(self) -> None:
        self.left = _MOST_VALUES

    def render(self, value: Value, depth: int) -> str:
        self.left -= 1
        if isinstance(value, Const):
            return _constant(value.value)
        if isinstance(value, Payload):
            return f"<{value.kind} of {value.length} bytes>"
        if isinstance(value, Ref):
            return printable(str(value))
        if isinstance(value, Opaque):
            return f"<{value.what}>"
        if depth == 0 or self.left < 0:
            return "…"
        if isinstance(value, Persistent):
            return f"persistent_load({self.render(value.pid, depth - 1)})"
        if isinstance(value, Call):
            return self._call(value, depth - 1)
        if isinstance(value, Map):
            return self._map(value, depth - 1)
        return self._sequence(value, depth - 1)

    def _items(self, values: tuple[Value, ...], length: int, depth: int) -> list[str]:
        shown = [self.render(value, depth) for value in values[:_MOST_ITEMS]]
        return [*shown, "…"] if length > len(shown) else shown

    def _sequence(self, value: Seq, depth: int) -> str:
        brackets = _BRACKETS[value.kind]
        inside = self._items(value.items, value.length, depth)
        if value.kind == "tuple" and len(inside) == 1:
            inside.append("")
        text = brackets[0] + ", ".join(inside).rstrip() + brackets[1]
        if value.kind == "frozenset" or (value.kind == "set" and not inside):
            return f"{value.kind}({text if inside else ''})"
        return text

    def _map(self, value: Map, depth: int) -> str:
        pairs = value.items[:_MOST_ITEMS]
        inside = [f"{self.render(key, depth)}: {self.render(item, depth)}" for key, item in pairs]
        if value.length > len(pairs):
            inside.append("…")
        return "{" + ", ".join(inside) + "}"

    def _call(self, value: Call, depth: int) -> str:
        function = self.render(value.function, depth)
        args = value.args
        if args is None:
            inside = [f"*{self.render(value.starargs, depth)}"]
        else:
            length = value.starargs.length if isinstance(value.starargs, Seq) else len(args)
            inside = self._items(args, length, depth)
        if isinstance(value.kwargs, Map) and value.kwargs.length:
            inside.append(f"**{self.render(value.kwargs, depth)}")
        if value.opcode in ("NEWOBJ", "NEWOBJ_EX"):
            return f"{function}.__new__({', '.join([function, *inside])})"
        return f"{function}({', '.join(inside)})"
