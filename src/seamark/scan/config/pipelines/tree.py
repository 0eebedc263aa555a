"""YAML and JSON as trees that know their lines, composed from events within bounds.

An alias shares its node, so that a small file stays small; what it would be with every alias
written out is counted nevertheless, because whoever walks the tree walks that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_CHARACTERS = 2 << 20
"""GitHub refuses workflows far below this."""
MAX_NODES = 200_000
MAX_DEPTH = 60


class Unreadable(Exception):  # noqa: N818 - a signal between reader and judge, not an error
    """A document could not be read; ``reason`` is a clause without a full stop."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(slots=True)
class Scalar:
    """A text with its place: ``line`` and ``column`` count from 1; ``last`` is its last line.

    ``plain`` says that it is written without quotes, so that ``true`` means the truth value.
    """

    value: str
    line: int
    column: int
    last: int
    plain: bool = True
    tag: str = ""

    @property
    def null(self) -> bool:
        """Whether nothing is written there."""
        return self.plain and self.value in ("", "~", "null", "Null", "NULL")

    @property
    def true(self) -> bool:
        """Whether it is true: GitHub and GitLab also take the quoted word."""
        return self.value.lower() in ("true", "yes", "on")

    @property
    def false(self) -> bool:
        """Whether it is false."""
        return self.value.lower() in ("false", "no", "off")


@dataclass(slots=True)
class Sequence:
    """A list with its place."""

    line: int
    column: int
    items: list["Node"] = field(default_factory=list)
    tag: str = ""


@dataclass(slots=True)
class Mapping:
    """A mapping with its place; ``keys`` has the place of each key."""

    line: int
    column: int
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, "Node"] = field(default_factory=dict)
    tag: str = ""

    def get(self, name: str) -> "Node | None":
        """The value, None where there is none."""
        return self.values.get(name)


Node = Scalar | Sequence | Mapping


def read(text: str) -> list[Node]:
    """The documents of a YAML (or JSON) text. Raises :class:`Unreadable`."""
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"it is larger than {MAX_CHARACTERS >> 20} MiB")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer().documents(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise Unreadable(f"it is no valid YAML ({error.problem or error.context})", line) from error
    except (yaml.YAMLError, RecursionError, UnicodeError, ValueError) as error:
        raise Unreadable("it is no valid YAML") from error


class _Composer:
    """Events to nodes, without recursion; counts what the aliases stand for."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[Node, int]] = {}

    def documents(self, events: Any) -> list[Node]:
        found: list[Node] = []
        open_: list[_Open] = []
        node: Node
        for event in events:
            kind = type(event).__name__
            if kind in ("MappingStartEvent", "SequenceStartEvent"):
                if len(open_) >= MAX_DEPTH:
                    raise Unreadable("it is nested too deeply", event.start_mark.line + 1)
                open_.append(_Open(_collection(event, kind), event.anchor))
                continue
            if kind == "ScalarEvent":
                node, weight = _scalar(event), 1
                if event.anchor:
                    self._anchors[event.anchor] = (node, 1)
            elif kind == "AliasEvent":
                node, weight = self._aliased(event)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                done = open_.pop()
                node, weight = done.node, done.weight
                if done.anchor:
                    self._anchors[done.anchor] = (node, weight)
            else:
                if kind == "DocumentStartEvent":
                    self._anchors = {}
                continue
            if open_:
                open_[-1].add(node, weight)
            else:
                found.append(node)
        return found

    def _aliased(self, event: Any) -> tuple[Node, int]:
        known = self._anchors.get(event.anchor)
        if known is None:  # also one that stands within itself
            raise Unreadable(f"the alias *{event.anchor} has no anchor", event.start_mark.line + 1)
        return known


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    node: Sequence | Mapping
    anchor: str | None
    weight: int = 1
    key: Scalar | None = None

    def add(self, node: Node, weight: int) -> None:
        self.weight += weight
        if self.weight > MAX_NODES:
            raise Unreadable(f"it holds more than {MAX_NODES} values", node.line)
        if isinstance(self.node, Sequence):
            self.node.items.append(node)
        elif self.key is None:
            if not isinstance(node, Scalar):
                raise Unreadable("a key of it is no text", node.line)
            self.key = node
        else:
            name = self.key.value
            if name in self.node.keys and name != "<<":
                raise Unreadable(f"the key {name[:80]!r} is there twice", self.key.line)
            self.node.keys[name] = self.key
            self.node.values[name] = node
            self.key = None


def _collection(event: Any, kind: str) -> Sequence | Mapping:
    mark = event.start_mark
    make = Sequence if kind == "SequenceStartEvent" else Mapping
    return make(mark.line + 1, mark.column + 1, tag=_tag(event))


def _scalar(event: Any) -> Scalar:
    mark = event.start_mark
    return Scalar(
        event.value,
        mark.line + 1,
        mark.column + 1,
        event.end_mark.line + 1,
        event.style in (None, ""),
        _tag(event),
    )


def _tag(event: Any) -> str:
    tag = event.tag or ""
    return tag if isinstance(tag, str) else ""


def scalars(node: Node | None) -> Iterator[Scalar]:
    """Every text in and below ``node``, keys apart, in the order of the document."""
    waiting = [node] if node is not None else []
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, Sequence):
            waiting.extend(reversed(each.items))
        else:
            waiting.extend(reversed(list(each.values.values())))


def text_of(node: Node | None) -> str:
    """The text where ``node`` is one, else nothing."""
    return node.value if isinstance(node, Scalar) and not node.null else ""
