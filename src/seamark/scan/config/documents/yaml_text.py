"""YAML with many documents, anchors and tags: built from the parser's events, bounded.

Nothing is constructed: tags (``!Ref``, ``!reference``, ``!!python/…``) are left out and the value
below them is kept. libyaml's composer recurses in C; its event parser does not.
"""

import re
from collections.abc import Iterator
from typing import Any

from seamark.scan.config.documents.document import (
    MAX_DEPTH,
    MAX_VALUES,
    List,
    Map,
    Position,
    Unreadable,
)

MAX_CHARACTERS = 8 << 20
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")


def read_yaml(text: str) -> Iterator[tuple[Any, Position]]:
    """Each document's value and where it begins. Raises :class:`Unreadable`."""
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"it is larger than {MAX_CHARACTERS >> 20} MiB, too much for YAML")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from _Builder().documents(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise Unreadable(f"it is no valid YAML ({error.problem or error.context})", line) from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Unreadable(f"it is no valid YAML ({reason})") from error
    except RecursionError as error:  # only PyYAML's own parser recurses
        raise Unreadable("it is nested too deeply") from error


class _Open:
    """A container whose end has not come yet."""

    __slots__ = ("anchor", "is_merge", "key", "key_at", "size", "value")

    def __init__(self, value: Any, anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        self.key_at: Position = (1, 1)
        self.is_merge = False
        self.size = 1


class _Builder:
    """Events to values."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._total = 0
        self._stack: list[_Open] = []
        self._root: Any = None

    def documents(self, events: Any) -> Iterator[tuple[Any, Position]]:
        import yaml

        start: Position = (1, 1)
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = _scalar(event.value) if event.implicit[0] else event.value
                self._add(value, event.start_mark, event.anchor, event.value)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(Map() if kind is yaml.MappingStartEvent else List(), event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                start = _position(event.start_mark)
                self._anchors, self._root = {}, None
            elif kind is yaml.DocumentEndEvent:
                yield self._root, start

    def _open(self, value: Any, event: Any) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise Unreadable("it is nested too deeply", event.start_mark.line + 1)
        self._place(value, event.start_mark, None)
        self._stack.append(_Open(value, event.anchor))

    def _close(self) -> None:
        done = self._stack.pop()
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        if self._stack:
            self._stack[-1].size += done.size

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise Unreadable("an alias has no anchor before it", event.start_mark.line + 1)
        value, size = self._anchors[event.anchor]
        self._count(size, event.start_mark)
        if self._stack:
            self._stack[-1].size += size
        self._place(value, event.start_mark, value if isinstance(value, str) else None)

    def _add(self, value: Any, mark: Any, anchor: str | None, raw: str) -> None:
        if anchor:
            self._anchors[anchor] = (value, 1)
        if self._stack:
            self._stack[-1].size += 1
        self._place(value, mark, raw)

    def _count(self, number: int, mark: Any) -> None:
        self._total += number
        if self._total > MAX_VALUES:
            raise Unreadable(f"it holds more than {MAX_VALUES} values", mark.line + 1)

    def _place(self, value: Any, mark: Any, raw: str | None) -> None:
        """Put a value where it belongs; ``raw`` is its text where it may be a key."""
        self._count(1, mark)
        if not self._stack:
            self._root = value
            return
        top = self._stack[-1]
        holder = top.value
        if isinstance(holder, List):
            holder.append(value)
            holder.positions.append(_position(mark))
        elif top.key is None:
            top.key = raw if raw is not None else f"?{len(holder)}"  # a key that is a container
            top.key_at = _position(mark)
        else:
            key, top.key = top.key, None
            if key == "<<":
                self._merge(holder, value, mark)
            else:
                holder[key] = value
                holder.positions[key] = top.key_at

    def _merge(self, holder: Map, value: Any, mark: Any) -> None:
        for part in value if isinstance(value, List) else [value]:
            if isinstance(part, Map):
                self._count(len(part), mark)
                for key, each in part.items():
                    if key not in holder:
                        holder[key] = each
                        holder.positions[key] = part.positions[key]


def _position(mark: Any) -> Position:
    return mark.line + 1, mark.column + 1


def _scalar(text: str) -> Any:
    """A plain scalar by the core types of YAML 1.1; floats, dates and odd numbers stay text."""
    if text in _NULLS:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return int(text) if text[-1:].isdigit() and _WHOLE.fullmatch(text) else text
