"""Trees of a CatBoost model: symmetric ones by depth, others by steps from node to node."""

import array
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.scan.models.flatbuffers import Flatbuffer, Table
from seamark.scan.models.limits import LimitExceeded

_MOST_NODES = 1 << 22
_DEEPEST = 31
_NO_LEAF = 0xFFFFFFFF
_BORDERS = {5: 3, 6: 1, 7: 1, 13: 3}
"""Kinds of features by field, and which of their fields holds one number for each split."""


@dataclass(slots=True)
class Forest:
    """What predicting follows. ``borders`` counts the splits there are."""

    dimension: int
    splits: "array.array[int]"
    sizes: "array.array[int]"
    starts: "array.array[int]"
    leaf_values: int
    steps: "array.array[int]" = field(default_factory=lambda: array.array("H"))
    leaves: "array.array[int]" = field(default_factory=lambda: array.array("I"))
    borders: int = 0

    def defects(self) -> Iterator[tuple[str, str]]:
        """What is wrong, as the end of a sentence, and a stable name for it."""
        if not 1 <= self.dimension <= 1 << 20:
            yield f"predicts {self.dimension} numbers", "dimension"
            return
        if self.splits and (min(self.splits) < 0 or max(self.splits) >= self.borders):
            wrong = min(self.splits) if min(self.splits) < 0 else max(self.splits)
            yield f"uses the split {wrong} and has {self.borders}", "splits"
        if (self.sizes and min(self.sizes) < 0) or sum(self.sizes) != len(self.splits):
            yield f"has {len(self.splits)} splits and {sum(self.sizes)} in its trees", "sizes"
            return
        if self.starts and (
            len(self.starts) != len(self.sizes)
            or any(s != b for s, b in zip(self.starts, _begins(self.sizes), strict=True))
        ):
            yield "has trees that do not begin where the one before ends", "starts"
            return
        yield from self._stepwise() if self.steps else self._symmetric()

    def _symmetric(self) -> Iterator[tuple[str, str]]:
        if self.sizes and max(self.sizes) > _DEEPEST:
            yield f"has a tree of depth {max(self.sizes)}", "depth"
            return
        needed = sum(1 << size for size in self.sizes) * self.dimension
        if needed != self.leaf_values:
            yield f"needs {needed} leaf values and has {self.leaf_values}", "leaf values"

    def _stepwise(self) -> Iterator[tuple[str, str]]:
        nodes = len(self.splits)
        if len(self.steps) != 2 * nodes or len(self.leaves) != nodes:
            yield (
                f"has {nodes} nodes, {len(self.steps) // 2} steps and {len(self.leaves)} leaves",
                "steps",
            )
            return
        for start, size in zip(_begins(self.sizes), self.sizes, strict=True):
            for node in range(start, start + size):
                step = max(self.steps[2 * node], self.steps[2 * node + 1])
                if node + step >= start + size:
                    yield f"steps from node {node} out of its tree", "steps"
                    return
        used = [
            leaf
            for leaf, left, right in zip(
                self.leaves, self.steps[::2], self.steps[1::2], strict=True
            )
            if not left or not right
        ]
        if used and (max(used) == _NO_LEAF or max(used) + self.dimension > self.leaf_values):
            yield f"takes the leaf value {max(used)} of {self.leaf_values}", "leaves"


def _begins(sizes: "array.array[int]") -> list[int]:
    begins, at = [], 0
    for size in sizes:
        begins.append(at)
        at += size
    return begins


def read_forest(core: Flatbuffer, trees: Table) -> Forest:
    """The trees of the table ``TModelTrees``. Raises ``OutOfBounds`` and ``LimitExceeded``."""
    leaf_values = core.vector(trees, 8, 8, "leaf values")
    core.vector(trees, 9, 8, "leaf weights")  # only that it fits
    return Forest(
        dimension=core.number(trees, 0, "<i", what="dimension"),
        splits=_numbers(core, trees, 1, "i", "splits of trees"),
        sizes=_numbers(core, trees, 2, "i", "sizes of trees"),
        starts=_numbers(core, trees, 3, "i", "starts of trees"),
        leaf_values=leaf_values.length if leaf_values else 0,
        steps=_numbers(core, trees, 10, "H", "steps of trees"),
        leaves=_numbers(core, trees, 11, "I", "leaves of trees"),
        borders=sum(_borders(core, trees, number, inside) for number, inside in _BORDERS.items()),
    )


def _numbers(
    core: Flatbuffer, trees: Table, number: int, code: str, what: str
) -> "array.array[int]":
    values = array.array(code)
    vector = core.vector(trees, number, 4, what)
    if vector is not None:
        if vector.length > _MOST_NODES:
            raise LimitExceeded(f"has more than {_MOST_NODES} {what}")
        values.frombytes(core.raw(vector, 4, what))
        if sys.byteorder == "big":
            values.byteswap()
    return values


def _borders(core: Flatbuffer, trees: Table, number: int, inside: int) -> int:
    features = core.vector(trees, number, 4, "features")
    if features is None:
        return 0
    if features.length > _MOST_NODES:
        raise LimitExceeded(f"has more than {_MOST_NODES} features")
    total = 0
    for index in range(features.length):
        feature = core.table_in(features, index, "features")
        borders = core.vector(feature, inside, 4, "borders of a feature")
        total += borders.length if borders else 0
    return total
