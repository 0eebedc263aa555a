"""JSON and YAML of advisory records: plain data, bounded, no key twice.

YAML is built from its events in one pass, which is quicker than through nodes and never recurses:
aliases (a small file can mean gigabytes) and deep nesting end as :class:`Undecodable`.
"""

import json
from typing import Any

MAX_BYTES = 8 << 20
"""Of one record; the largest that are published have about one megabyte."""
MAX_DEPTH = 64


class Undecodable(ValueError):  # noqa: N818 - a signal between decoder and reader, not an error
    """The bytes are no record; the message is a clause without a full stop."""


def decode(data: bytes, *, yaml: bool) -> Any:
    """The document: mappings, lists, texts and None; JSON also numbers and booleans.

    Scalars of YAML stay text (``3.10`` is not 3.1). Raises :class:`Undecodable`.
    """
    if len(data) > MAX_BYTES:
        raise Undecodable(f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Undecodable("it is no valid UTF-8 text") from error
    return _yaml(text) if yaml else _json(text)


def _json(text: str) -> Any:
    try:
        document = json.loads(text, object_pairs_hook=_unique)
        if "\\ud" in text or "\\uD" in text:  # halves of surrogate pairs are no text
            json.dumps(document, ensure_ascii=False).encode()
        return document
    except UnicodeEncodeError as error:
        raise Undecodable("it holds half a surrogate pair") from error
    except json.JSONDecodeError as error:
        raise Undecodable(f"it is no valid JSON (line {error.lineno}: {error.msg})") from error
    except RecursionError as error:
        raise Undecodable("it is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise Undecodable(f"it is no valid JSON ({error})") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Undecodable("a key is there twice")
    return found


def _yaml(text: str) -> Any:
    import yaml

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise Undecodable(f"it is no valid YAML ({where}{error.problem})") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Undecodable("it is no valid YAML") from error
    return builder.document


class _Builder:
    """Puts events together: a stack of open mappings and lists, and the key that waits."""

    def __init__(self) -> None:
        self.document: Any = None
        self._open: list[Any] = []
        self._keys: list[str | None] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._add(_scalar(event), isinstance(event.value, str))
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._start({} if kind[0] == "M" else [])
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            self._keys.pop()
        elif kind == "AliasEvent":
            raise Undecodable("it uses aliases (*name)")
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise Undecodable("it holds more than one document")

    def _start(self, container: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Undecodable("it is nested too deeply")
        self._add(container, False)
        self._open.append(container)
        self._keys.append(None)

    def _add(self, value: Any, text: bool) -> None:
        if not self._open:
            self.document = value
            return
        inside = self._open[-1]
        if isinstance(inside, list):
            inside.append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = self._key(inside, value, text)
        else:
            inside[self._keys[-1]] = value
            self._keys[-1] = None

    def _key(self, inside: dict[str, Any], value: Any, text: bool) -> str:
        if not text or not isinstance(value, str):
            raise Undecodable("a key of it is no text")
        if value in inside:
            raise Undecodable(f"the key {value[:40]!r} is there twice")
        return value


def _scalar(event: Any) -> str | None:
    if not event.style and event.value in ("", "~", "null", "Null", "NULL"):
        return None
    return str(event.value)
