"""Plain values without pydantic: Typer validates every option with it, which costs 80 ms to load.

Where a value is not obviously right, Typer's own conversion takes over, message and all; where
another Typer keeps things elsewhere, nothing is changed but the start-up time.
"""

from enum import Enum
from typing import Any

import typer


class PlainValue:
    """Converts what needs no conversion; everything else is left to Typer."""

    def __init__(self, descriptor: Any) -> None:
        self._descriptor = descriptor

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command wants it. Raises what Typer raises."""
        annotation = self._descriptor.annotation
        info = self._descriptor.parameter_info
        if annotation is bool and (value is None or isinstance(value, bool)):
            return value
        if annotation is str and isinstance(value, str):
            return value
        if annotation == list[str] and isinstance(value, list | tuple):
            if all(isinstance(each, str) for each in value):
                return list(value)
        elif isinstance(annotation, type) and issubclass(annotation, Enum):
            found = [each for each in annotation if value in (each, each.value)]
            if found:
                return found[0]
        elif (
            annotation is int and isinstance(value, int) and (info.min is None or value >= info.min)
        ):
            return value
        from typer._coercion import build_runtime_param

        return build_runtime_param(self._descriptor).coerce(value, param=param, ctx=ctx)


def quicken(command: Any) -> None:
    """Give every parameter of a command, and of the commands below it, a :class:`PlainValue`."""
    help_option = getattr(command, "get_help_option", None)
    params = list(getattr(command, "params", ()))
    if help_option is not None:  # made on first use and kept by the command
        params.append(help_option(typer.Context(command)))
    for param in params:
        if getattr(param, "_runtime_param", param) is None and hasattr(param, "type_descriptor"):
            param._runtime_param = PlainValue(param.type_descriptor)
    for below in getattr(command, "commands", {}).values():
        quicken(below)
