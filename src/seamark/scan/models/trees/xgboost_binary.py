"""XGBoost's old binary form (``binf``), written up to release 2: fixed records, little-endian.

Layout: the structures ``LearnerModelParam``, ``GBTreeModelParam``, ``TreeParam`` and node of the
library, as releases 0.9 to 2.1 write them. Lengths come from the file and are used unchecked.
"""

import array
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.trees import xgboost_rules as rules
from seamark.scan.models.trees.foreign import examine_text
from seamark.scan.models.trees.forest import MOST_NODES, defect_of
from seamark.scan.models.trees.xgboost_trees import right_of
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

RULES = rules.RULES
_LEARNER = struct.Struct("<fIiiiIII104x")
_TREES = struct.Struct("<4iq2i128x")
_LINEAR = struct.Struct("<Ii128x")
_TREE = struct.Struct("<6i124x")
_NODE = 20
_STATISTICS = 16
_LONGEST_TEXT = 1 << 20
_MOST_TEXTS = 100_000
_MOST_TREES = 1 << 22
_MOST_REPORTED = 50

Problem = tuple[Rule, str, str, int]
"""Rule, sentence, anchor, offset."""


class _Cursor:
    """Reads records in order."""

    __slots__ = ("at", "blob")

    def __init__(self, blob: Blob) -> None:
        self.blob = blob
        self.at = 4

    def take(self, length: int) -> bytes:
        data = self.blob.read(self.at, length)
        if len(data) < length:
            raise Malformed("the file ends inside a record", self.blob.size)
        self.at += length
        return data

    def record(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self.take(layout.size))

    def skip(self, length: int) -> None:
        if length > self.blob.size - self.at:
            raise Malformed("the file ends inside an array", self.blob.size)
        self.at += length

    def size(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def text(self) -> str:
        at = self.at
        length = self.size()
        if length > self.blob.size - self.at:
            raise Malformed(f"a text of {length} bytes does not fit into the file", at)
        if length > _LONGEST_TEXT:
            raise LimitExceeded(f"holds a text of more than {_LONGEST_TEXT} bytes")
        return self.take(length).decode("utf-8", "replace")

    def texts(self) -> list[str]:
        count = self.size()
        if count > min(_MOST_TEXTS, (self.blob.size - self.at) // 8):
            raise Malformed(f"{count} texts do not fit into the file", self.at)
        return [self.text() for _ in range(count)]


@dataclass(frozen=True, slots=True)
class _Learner:
    features: int
    has_attributes: bool
    has_metrics: bool
    major: int
    version: str


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model in the old binary form."""
    cursor = _Cursor(blob)
    try:
        learner, problems = _read_learner(cursor)
        objective, booster = cursor.text(), cursor.text()
        scope.describe(
            framework="XGBoost",
            framework_version=learner.version,
            format_version="binary",
            architecture=f"{booster} {objective}",
        )
        yield from _report(problems, scope)
        for what, name, known in (
            ("objective", objective, rules.OBJECTIVES),
            ("booster", booster, rules.BOOSTERS),
        ):
            if name not in known:
                yield scope.finding(
                    rules.UNKNOWN_NAME,
                    f"XGBoost has no {what} '{name[:200]}'.",
                    anchor=f"{what}: {name[:200]}",
                )
        if booster not in rules.BOOSTERS:
            scope.skip("what a booster of unknown name keeps")
            return
        if booster == "gblinear":
            _skip_linear(cursor)
        else:
            yield from _report(_trees(cursor, learner, booster == "dart", scope), scope)
        yield from _examine_texts(cursor, learner, objective, scope)
    finally:
        scope.tally.bytes += cursor.at
    if cursor.at < blob.size:
        yield scope.finding(
            rules.TRAILING,
            f"{blob.size - cursor.at} bytes follow the end of the model.",
            anchor="trailing",
            offset=cursor.at,
        )
        yield from examine_trailing(blob, scope, cursor.at)
    yield from examine_appended_zip(blob, scope, host="XGBoost")


def _report(problems: Iterable[Problem], scope: Scope) -> Iterator[Finding]:
    for count, (rule, problem, anchor, offset) in enumerate(problems):
        if count >= _MOST_REPORTED:
            raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
        yield scope.finding(rule, problem, anchor=anchor, offset=offset)


def _read_learner(cursor: _Cursor) -> tuple[_Learner, list[Problem]]:
    at = cursor.at
    _base, features, classes, attributes, metrics, major, minor, _targets = cursor.record(_LEARNER)
    problems: list[Problem] = []
    if classes < 0:
        problems.append((rules.COUNTS, f"The model declares {classes} classes.", "num_class", at))
    if max(major, minor) > 1000:
        raise Malformed(f"there is no XGBoost {major}.{minor}", at)
    version = f"{major}.{minor}" if major else ""
    return _Learner(features, bool(attributes), bool(metrics), major, version), problems


def _skip_linear(cursor: _Cursor) -> None:
    """One weight for each feature and bias in each group, as a counted vector."""
    cursor.record(_LINEAR)
    cursor.skip(4 * cursor.size())


def _trees(cursor: _Cursor, learner: _Learner, is_dart: bool, scope: Scope) -> Iterator[Problem]:
    at = cursor.at
    trees, _roots, features, _pad, _buffer, groups, leaf_size = cursor.record(_TREES)
    for name, value in (
        ("num_trees", trees), ("num_feature", features), ("num_output_group", groups),
        ("size_leaf_vector", leaf_size),
    ):  # fmt: skip
        if value < 0 or (name == "num_trees" and value > _MOST_TREES):
            yield rules.COUNTS, f"The model declares {value} as {name}.", name, at
            return
    for number in range(trees):
        scope.meter.check_time()
        yield from _tree(cursor, number, learner)
    cursor.skip(4 * trees)  # the group of each tree
    if is_dart and trees:
        cursor.skip(4 * cursor.size())  # the weight of each tree


def _tree(cursor: _Cursor, number: int, learner: _Learner) -> Iterator[Problem]:
    at = cursor.at
    _roots, nodes, deleted, _depth, _features, leaf_size = cursor.record(_TREE)
    if nodes <= 0 or deleted < 0 or leaf_size < 0:
        counts = f"{nodes} nodes, {deleted} deleted and {leaf_size} values a leaf"
        yield rules.COUNTS, f"Tree {number} declares {counts}.", "num_nodes", at
        raise Malformed(f"the nodes of tree {number} cannot be counted", at)
    if nodes > MOST_NODES:
        raise LimitExceeded(f"has a tree of more than {MOST_NODES} nodes")
    if nodes * (_NODE + _STATISTICS) > cursor.blob.size - cursor.at:
        yield rules.COUNTS, f"Tree {number} declares {nodes} nodes.", "num_nodes", at
        raise Malformed(f"tree {number} does not fit into the file", at)
    words = array.array("i")
    words.frombytes(cursor.take(nodes * _NODE))
    if sys.byteorder == "big":
        words.byteswap()
    cursor.skip(nodes * _STATISTICS)
    if leaf_size > 1 or (leaf_size and learner.major < 2):  # from release 2 on, 1 is the default
        cursor.skip(4 * cursor.size())
    left, right = array.array("q", words[1::5]), array.array("q", words[2::5])
    defect = defect_of(left, right_of(left, right))
    if defect:
        yield rules.TREE, f"Tree {number} {defect}.", f"tree: {defect[:20]}", at
        return
    # The highest bit tells where missing values go.
    used = [s & 0x7FFFFFFF for s, child in zip(words[3::5], left, strict=True) if child >= 0]
    if used and max(used) >= learner.features > 0:
        problem = f"Tree {number} splits at feature {max(used)} and there are {learner.features}."
        yield rules.TREE, problem, "tree: splits", at


def _examine_texts(
    cursor: _Cursor, learner: _Learner, objective: str, scope: Scope
) -> Iterator[Finding]:
    """Attributes and names of metrics, behind the trees."""
    if learner.has_attributes:
        count = cursor.size()
        if count > min(_MOST_TEXTS, (cursor.blob.size - cursor.at) // 16):
            raise Malformed(f"{count} attributes do not fit into the file", cursor.at)
        for _ in range(count):
            name, text = cursor.text(), cursor.text()
            yield from examine_text(text, scope, rules.FOREIGN, anchor=name)
    if objective == "count:poisson" and not learner.major:
        cursor.text()  # its largest step, an attribute since release 1.0
    if learner.has_metrics:
        for text in cursor.texts():
            yield from examine_text(text, scope, rules.FOREIGN, anchor="metrics")
