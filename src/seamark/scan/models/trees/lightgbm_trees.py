"""One LightGBM tree while it is read, and what can be wrong with it."""

import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.rules import Rule
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.trees import lightgbm_rules as rules
from seamark.scan.models.trees.forest import MOST_NODES, defect_of

_HELD = frozenset({"left_child", "right_child", "split_feature", "cat_boundaries", "decision_type",
                   "threshold"})  # fmt: skip
_PER_NODE = ("split_feature", "split_gain", "threshold", "decision_type", "left_child",
             "right_child", "internal_value", "internal_weight", "internal_count")  # fmt: skip
_PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count", "leaf_const", "num_features")
_CATEGORICAL = 1

Defect = tuple[Rule, str]


@dataclass(slots=True)
class Tree:
    """The lines of one tree: short ``values``, ``lengths`` of arrays, the arrays that matter."""

    number: int
    offset: int
    values: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    held: dict[str, "array.array[int]"] = field(default_factory=dict)

    def meet(self, key: str, value: str, offset: int) -> None:
        """Take one line. Raises ``Malformed`` where numbers are asked for and are not there."""
        self.values[key] = value[:40]
        self.lengths[key] = count = value.strip().count(" ") + 1 if value.strip() else 0
        if count > MOST_NODES:
            raise LimitExceeded(f"has a tree of more than {MOST_NODES} nodes")
        # Thresholds are only numbers, unless some of them number categorical splits.
        if key not in _HELD or (key == "threshold" and self.values.get("num_cat", "0") == "0"):
            return
        try:
            words = value.split()
            self.lengths[key] = len(words)
            whole = map(_clipped, words) if key == "threshold" else map(int, words)
            self.held[key] = array.array("q", whole)
        except (ValueError, OverflowError):
            raise Malformed(f"'{key}' of tree {self.number} is not numbers", offset) from None

    def _number(self, name: str) -> int | None:
        try:
            return int(self.values[name])
        except (KeyError, ValueError):
            return None

    def defects(self, features: int | None) -> Iterator[Defect]:
        """What is wrong; ``features`` is how many columns the model has."""
        leaves = self._number("num_leaves")
        if leaves is None or not 1 <= leaves <= MOST_NODES:
            yield rules.COUNTS, f"declares '{self.values.get('num_leaves', '')}' leaves"
            return
        yield from self._counts(leaves)
        left, right = (self.held.get(n, array.array("q")) for n in ("left_child", "right_child"))
        if leaves > 1 and len(left) == len(right) == leaves - 1:
            defect = defect_of(left, right, -leaves)
            if defect:
                yield rules.TREE, defect
        splits = self.held.get("split_feature")
        if splits and (min(splits) < 0 or (features is not None and max(splits) >= features)):
            worst = min(splits) if min(splits) < 0 else max(splits)
            yield rules.TREE, f"splits at feature {worst} and there are {features}"
        yield from self._categories()

    def _counts(self, leaves: int) -> Iterator[Defect]:
        for names, expected in ((_PER_NODE, leaves - 1), (_PER_LEAF, leaves)):
            for name in names:
                length = self.lengths.get(name, expected)
                # A tree of one leaf is saved with whatever its arrays last held, or none.
                if length != expected and not (leaves == 1 and length <= 1) and length:
                    yield rules.COUNTS, f"has {leaves} leaves and {length} values in {name}"
        for name in ("left_child", "right_child", "split_feature", "threshold", "decision_type"):
            if leaves > 1 and not self.lengths.get(name):
                yield rules.COUNTS, f"has {leaves} leaves and nothing in {name}"
        if not self.lengths.get("leaf_value"):
            yield rules.COUNTS, "has no values in leaf_value"

    def _categories(self) -> Iterator[Defect]:
        """Boundaries of categorical splits rise from 0 and stay inside the list of bits."""
        count = self._number("num_cat")
        if count is None or not count:
            return
        bounds = self.held.get("cat_boundaries", array.array("q"))
        bits = self.lengths.get("cat_threshold", 0)
        if count < 0 or len(bounds) != count + 1:
            yield rules.COUNTS, f"declares {count} categorical splits and has {len(bounds)} bounds"
        elif bounds[0] != 0 or list(bounds) != sorted(bounds) or bounds[-1] != bits:
            yield rules.TREE, f"has bounds of categories beyond their {bits} words"
        kinds = self.held.get("decision_type", array.array("q"))
        at = self.held.get("threshold", array.array("q"))
        used = [t for t, kind in zip(at, kinds, strict=False) if kind & _CATEGORICAL]
        if used and (min(used) < 0 or max(used) >= count):
            yield rules.TREE, f"uses the categorical split {max(used)} of {count}"


def _clipped(word: str) -> int:
    number = float(word)
    return int(max(-1e18, min(1e18, number))) if number == number else 0
