"""Callables that act when a pickle names or calls them, one file each, from ``gadgets.txt``."""

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proofs.hostile.assembler import WEIGHTS, Apply, Ref, pickled
from proofs.hostile.case import COMMAND, Case

TABLE = Path(__file__).with_name("gadgets.txt")
_SHAPES = ("bare", "in a model", "never called", "as an object")
_ENDINGS = ("pkl", "pickle", "bin", "pkl")


def _resolve(value: Any) -> Any:
    if isinstance(value, str):
        if value.startswith("@"):
            return Ref(*value[1:].split(":", 1))
        return COMMAND if value == "$" else value
    if isinstance(value, tuple):
        return tuple(_resolve(item) for item in value)
    if isinstance(value, list):
        return [_resolve(item) for item in value]
    if isinstance(value, dict):
        return {key: _resolve(item) for key, item in value.items()}
    return value


def _harm_within(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_harm_within(item) for item in value)
    return isinstance(value, (Ref, bytes))


def build(module: str, name: str, arguments: tuple[Any, ...], shape: str, protocol: int) -> bytes:
    """One gadget as a file: called, hidden in a model, only named, or made an object."""
    function = Ref(module, name)
    values: dict[str, Any] = {
        "bare": Apply(function, arguments),
        "in a model": {**WEIGHTS, "head": Apply(function, arguments)},
        "never called": {**WEIGHTS, "loss": function},
        "as an object": [WEIGHTS, Apply(function, arguments, state={"fitted": True})],
    }
    return pickled(values[shape], protocol)


def rows() -> Iterator[tuple[str, str, str, str, str, tuple[Any, ...]]]:
    """The table's rows: family, group, source, module, name, arguments."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            family, group, source, module, name, arguments = line.split(";", 5)
            yield family, group, source, module, name, _resolve(ast.literal_eval(arguments))


def cases() -> Iterator[Case]:
    """One case a row; protocol and shape are drawn by the row's name."""
    for family, group, source, module, name, arguments in rows():
        chance = random.Random(f"{module}:{name}")
        protocol = chance.choice((0, 2, 2, 3, 4, 4, 5))
        if "." in name:
            protocol = chance.choice((4, 5, 4, 2))
        shape = chance.choice(_SHAPES)
        if shape == "never called" and _harm_within(arguments):
            # The harm is in what it is given: merely named, it is in many honest models.
            shape = "in a model"
        ident = f"{family}/{module}.{name}"
        yield Case(
            id=ident,
            family=family,
            group=group,
            source=source,
            path=f"{ident}.{chance.choice(_ENDINGS)}",
            build=lambda m=module, n=name, a=arguments, s=shape, p=protocol: build(m, n, a, s, p),
        )
