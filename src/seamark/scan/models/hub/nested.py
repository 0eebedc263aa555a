"""Parts of a configuration: objects inside objects, to a bounded depth."""

from collections.abc import Iterator, Mapping
from typing import Final

Config = Mapping[str, object]

_DEEPEST: Final = 8
_MOST: Final = 5_000


def parts_of(config: Config) -> Iterator[tuple[str, Config]]:
    """Every object with the dotted path of its keys, the outermost (path "") first.

    Multi-modal configurations keep one for each tower (``text_config``), some of them in lists.
    """
    waiting: list[tuple[str, object, int]] = [("", config, 0)]
    count = 0
    while waiting:
        path, part, depth = waiting.pop()
        count += 1
        if isinstance(part, dict):
            yield path, part
        if depth >= _DEEPEST or count > _MOST:
            continue
        entries = (
            part.items()
            if isinstance(part, dict)
            else enumerate(part)
            if isinstance(part, list)
            else ()
        )
        inner = [
            (f"{path}.{key}"[-200:] if path else str(key)[:200], value, depth + 1)
            for key, value in entries
            if isinstance(value, dict | list)
        ]
        waiting.extend(reversed(inner[:_MOST]))


def text_of(config: Config, *keys: str) -> str:
    """The first of ``keys`` that is a text; empty where none is."""
    for key in keys:
        value = config.get(key)
        if isinstance(value, str):
            return value
    return ""


def texts_of(value: object) -> list[str]:
    """A text, or the texts of a list."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
