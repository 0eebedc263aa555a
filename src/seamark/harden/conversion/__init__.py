"""Conversion of models to formats that need no code: scanned, limited, rescanned, proved equal.

:func:`convert` takes a :class:`Request` and gives a :class:`Conversion`, the record of what was
done. The child that does the work imports from here too, so nothing is loaded before it is asked
for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seamark.harden.conversion.convert import convert
    from seamark.harden.conversion.records import SCHEMA, Conversion, Engine, Request, Target
    from seamark.harden.conversion.text import as_json, as_text, schema_text

__all__ = [
    "SCHEMA",
    "Conversion",
    "Engine",
    "Request",
    "Target",
    "as_json",
    "as_text",
    "convert",
    "schema_text",
]

_PLACES = {
    "convert": "convert",
    "as_json": "text",
    "as_text": "text",
    "schema_text": "text",
}


def __getattr__(name: str) -> Any:
    """Load the public names on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'records')}"), name)
