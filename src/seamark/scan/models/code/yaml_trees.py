"""YAML as plain values of bounded cost: what the loaders of models would see, built by us.

Aliases share their value, so a billion laughs stay small; merge keys are followed, since
a loader follows them as well.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from seamark.scan.models.limits import LimitExceeded

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

_MOST_MERGED = 100_000

Tree = object
"""``dict`` (keys are text), ``list``, text, ``bool`` or None; numbers stay text."""


def tree_of(node: "Node | None") -> Tree:
    """The values of ``node`` and below. Raises ``LimitExceeded`` where merges explode."""
    return _Builder().value(node)


def is_true(value: Tree) -> bool:
    """Whether Python takes the value for true."""
    return value not in (None, False, "", "0", [], {})


def mappings_of(
    tree: Tree, *, without: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Mapping[str, Tree]]]:
    """Every mapping with its dotted path, each once; none below a key of ``without``."""
    waiting: list[tuple[str, Tree]] = [("", tree)]
    seen: set[int] = set()
    while waiting:
        path, value = waiting.pop()
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, list):
            waiting.extend((path, item) for item in reversed(value))
            continue
        yield path, value
        waiting.extend(
            (f"{path}.{key}"[-200:].lstrip("."), item)
            for key, item in reversed(list(value.items()))
            if key not in without
        )


class _Builder:
    """Nodes to values; each node once."""

    def __init__(self) -> None:
        self._made: dict[int, Tree] = {}
        self._merged = 0

    def value(self, node: "Node | None") -> Tree:
        from yaml.nodes import MappingNode, SequenceNode

        if node is None:
            return None
        if id(node) in self._made:
            return self._made[id(node)]
        if isinstance(node, MappingNode):
            mapping: dict[str, Tree] = {}
            self._made[id(node)] = mapping  # first: a mapping may hold itself
            self._fill(node, mapping)
            return mapping
        if isinstance(node, SequenceNode):
            items: list[Tree] = []
            self._made[id(node)] = items
            items.extend(self.value(item) for item in node.value)
            return items
        text = str(node.value)
        if node.tag == "tag:yaml.org,2002:null":
            return None
        if node.tag == "tag:yaml.org,2002:bool":
            return text.lower() in ("true", "yes", "on")
        return text

    def _fill(self, node: "MappingNode", mapping: dict[str, Tree]) -> None:
        own: dict[str, Tree] = {}
        for key, each in node.value:
            value = self.value(each)
            if key.tag == "tag:yaml.org,2002:merge":
                for part in value if isinstance(value, list) else [value]:
                    if isinstance(part, dict):
                        self._merge(part, mapping)
            elif isinstance(key.value, str):
                own[key.value] = value
        mapping.update(own)

    def _merge(self, part: dict[str, Tree], mapping: dict[str, Tree]) -> None:
        self._merged += len(part)
        if self._merged > _MOST_MERGED:
            raise LimitExceeded(f"merges more than {_MOST_MERGED} keys")
        for name, value in list(part.items()):
            mapping.setdefault(name, value)
