"""One XGBoost tree while it is read, and what can be wrong with it."""

import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import eq

from seamark.core.rules import Rule
from seamark.scan.models.trees import xgboost_rules as rules
from seamark.scan.models.trees.forest import defect_of

CHILDREN = ("left_children", "right_children")
_CATEGORIES = ("categories_nodes", "categories_segments", "categories_sizes")
HELD = frozenset({*CHILDREN, *_CATEGORIES, "split_indices"})
"""Arrays of a tree whose numbers are looked at; of the others only the length is."""
_PER_NODE = (
    *CHILDREN,
    "parents",
    "split_indices",
    "split_conditions",
    "default_left",
    "split_type",
)
_LARGEST = (1 << 31) - 1

Defect = tuple[Rule, str]
_MISSING = -2
"""Stands for a child that the library would follow and that is not there."""


def right_of(left: "array.array[int]", right: "array.array[int]") -> "array.array[int]":
    """Right children as the library takes them: only the left one tells whether it is a leaf."""
    if len(left) != len(right) or all(map(eq, map((-1).__eq__, left), map((-1).__eq__, right))):
        return right
    return array.array(
        "q",
        (
            -1 if first == -1 else (_MISSING if second < 0 else second)
            for first, second in zip(left, right, strict=True)
        ),
    )


@dataclass(slots=True)
class Tree:
    """The parts of one tree: ``held`` numbers and the ``lengths`` of all arrays, by name."""

    number: int
    offset: int
    parameters: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    held: dict[str, "array.array[int]"] = field(default_factory=dict)

    def defects(self, features: int | None) -> Iterator[Defect]:
        """What is wrong; ``features`` is the number of columns that the model declares."""
        nodes = self.lengths.get("left_children", 0)
        yield from self._counts(nodes)
        left, right = (self.held.get(name, array.array("q")) for name in CHILDREN)
        defect = defect_of(left, right_of(left, right)) or self._leaves(left, right)
        if defect:
            yield rules.TREE, defect
        else:
            yield from self._features(left, self._number("num_feature"), features)
        yield from self._category_ranges(nodes)

    def _number(self, name: str) -> int | None:
        text = self.parameters.get(name)
        try:
            return None if text is None else int(text)
        except ValueError:
            return -1

    def _counts(self, nodes: int) -> Iterator[Defect]:
        declared = self._number("num_nodes")
        if declared is not None and declared != nodes:
            yield rules.COUNTS, f"declares {declared} nodes and has {nodes}"
        if not nodes:
            yield rules.COUNTS, "has no nodes"
        for name in _PER_NODE:
            length = self.lengths.get(name, nodes)
            if length not in (nodes, 0) or (name in CHILDREN and length != nodes):
                yield rules.COUNTS, f"has {nodes} nodes and {length} {name}"
        for name in ("num_feature", "size_leaf_vector", "num_deleted"):
            value = self._number(name)
            if value is not None and not 0 <= value <= _LARGEST:
                yield rules.COUNTS, f"declares {value} as {name}"

    def _features(
        self, left: "array.array[int]", own: int | None, declared: int | None
    ) -> Iterator[Defect]:
        bounds = [bound for bound in (own, declared) if bound]
        splits = self.held.get("split_indices")
        if not bounds or not splits or len(splits) != len(left):
            return
        least = min(bounds)
        if max(splits) < least and min(splits) >= 0:
            return
        # Leaves and deleted nodes may hold anything there: nobody looks.
        used = [split for split, child in zip(splits, left, strict=True) if child >= 0]
        if used and (max(used) >= least or min(used) < 0):
            worst = max(used) if max(used) >= least else min(used)
            yield rules.TREE, f"splits at feature {worst} and there are {least}"

    def _leaves(self, left: "array.array[int]", right: "array.array[int]") -> str:
        """Trees with several outputs keep at the right of a leaf which vector is its value."""
        size = self._number("size_leaf_vector") or 0
        if size <= 1:
            return ""
        vectors = self.lengths.get("leaf_weights", self.lengths.get("base_weights", 0)) // size
        for first, second in zip(left, right, strict=True):
            if first == -1 and not -1 <= second < max(vectors, 1):
                return f"has the leaf {second} and only {vectors}"
        return ""

    def _category_ranges(self, nodes: int) -> Iterator[Defect]:
        """Segments of the list of categories must lie within it, and belong to nodes."""
        owners, starts, sizes = (self.held.get(name, array.array("q")) for name in _CATEGORIES)
        if not (len(owners) == len(starts) == len(sizes)):
            yield rules.COUNTS, "has category lists of different lengths"
            return
        total = self.lengths.get("categories", 0)
        if owners and (min(owners) < 0 or max(owners) >= nodes):
            yield rules.TREE, "has categories for a node that is not there"
        for start, size in zip(starts, sizes, strict=True):
            if start < 0 or size < 0 or start + size > total:
                yield rules.TREE, f"has categories {start} to {start + size} and only {total}"
                return
