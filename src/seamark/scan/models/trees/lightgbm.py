"""LightGBM's text models: a head, trees at declared offsets, importances, parameters.

Layout: ``GBDT::SaveModelToString`` and ``Tree::ToString`` of the library, versions v2 to v4. The
library jumps to each tree by ``tree_sizes`` and trusts ``num_leaves`` for every array.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.trees import lightgbm_rules as rules
from seamark.scan.models.trees.foreign import examine_text
from seamark.scan.models.trees.lightgbm_trees import Tree
from seamark.scan.models.weights.tails import examine_appended_zip

RULES = rules.RULES
_WINDOW = 1 << 20
_LONGEST_LINE = 32 << 20
_MOST_REPORTED = 50
_MOST_TREES = 1 << 20
_MOST_KEYS = 4096
_PATHS = frozenset(
    """data valid input_model output_model output_result config machine_list_filename
    forcedsplits_filename forcedbins_filename initscore_filename parser_config_file
    position_filename convert_model""".split()
)
_LARGEST = (1 << 31) - 1


@dataclass(slots=True)
class _Model:
    """What was met: the head, where trees begin, the tree that is open, the section."""

    head: dict[str, str] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    tree: Tree | None = None
    section: str = "head"
    trees_end: int = 0


def lines_of(blob: Blob, scope: Scope) -> Iterator[tuple[int, str]]:
    """Offset and text of each line, without its end. Raises ``Malformed``, ``LimitExceeded``."""
    base, size = 0, _WINDOW
    while base < blob.size:
        scope.meter.check_time()
        data = blob.read(base, size)
        whole = data if base + len(data) >= blob.size else data[: data.rfind(b"\n") + 1]
        if not whole:
            size *= 2
            if size > _LONGEST_LINE:
                raise LimitExceeded(f"has a line of more than {_LONGEST_LINE} bytes")
            continue
        at = base
        for line in whole.split(b"\n")[: None if whole[-1:] != b"\n" else -1]:
            try:
                yield at, line.rstrip(b"\r").decode("utf-8")
            except UnicodeDecodeError:
                raise Malformed("a line is not UTF-8 text", at) from None
            at += len(line) + 1
        base, size = base + len(whole), _WINDOW


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model, head to end."""
    model = _Model()
    scope.describe(framework="LightGBM")
    reported = 0
    try:
        for offset, line in lines_of(blob, scope):
            for finding in _meet(line, offset, model, scope):
                reported += 1
                if reported > _MOST_REPORTED:
                    raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
                yield finding
    finally:
        scope.tally.bytes += blob.size
        scope.describe(
            format_version=model.head.get("version", ""),
            architecture=model.head.get("objective", "").partition(" ")[0],
        )
    if model.section in ("head", "trees"):
        yield from _close_tree(model, scope)
        raise Malformed("the model ends before its trees do", blob.size)
    yield from _examine_offsets(model, scope)
    yield from examine_appended_zip(blob, scope, host="LightGBM")


def _meet(line: str, offset: int, model: _Model, scope: Scope) -> Iterator[Finding]:
    if model.section in ("head", "trees"):
        if line.startswith("Tree="):
            yield from _close_tree(model, scope)
            model.section = "trees"
            model.starts.append(offset)
            if len(model.starts) > _MOST_TREES:
                raise LimitExceeded(f"has more than {_MOST_TREES} trees")
            model.tree = Tree(len(model.starts) - 1, offset)
            if line[5:].strip() != str(model.tree.number):
                yield scope.finding(
                    rules.COUNTS,
                    f"Tree {model.tree.number} calls itself '{line[5:60]}'.",
                    anchor="Tree",
                    offset=offset,
                )
        elif line == "end of trees":
            yield from _close_tree(model, scope)
            yield from _examine_head(model, scope)
            model.section, model.trees_end = "tail", offset
        elif model.tree is not None:
            yield from _meet_in_tree(line, offset, model.tree, scope)
        else:
            yield from _meet_in_head(line, offset, model, scope)
    else:
        yield from _meet_in_tail(line, offset, model, scope)


def _close_tree(model: _Model, scope: Scope) -> Iterator[Finding]:
    tree, model.tree = model.tree, None
    if tree is None:
        return
    features = _whole(model.head.get("max_feature_idx", ""))
    for rule, problem in tree.defects(None if features is None else features + 1):
        yield scope.finding(
            rule,
            f"Tree {tree.number} {problem}.",
            anchor=f"tree: {' '.join(problem.split(' ')[:3])}",
            offset=tree.offset,
        )


def _meet_in_head(line: str, offset: int, model: _Model, scope: Scope) -> Iterator[Finding]:
    key, mark, value = line.partition("=")
    if not line or line in ("tree", "average_output"):
        return
    if not mark:
        raise Malformed("a line of the head has no '='", offset)
    yield from _note_twice(key, model.head, offset, scope)
    if len(model.head) >= _MOST_KEYS:
        raise LimitExceeded(f"has more than {_MOST_KEYS} lines before its trees")
    model.head[key] = value
    if key in ("feature_names", "objective", "feature_infos") or len(value) < 4096:
        for text in {value, *value.split(" ")[:100_000]}:
            if len(text) >= 12:
                yield from examine_text(text, scope, rules.FOREIGN, anchor=key)


def _meet_in_tree(line: str, offset: int, tree: Tree, scope: Scope) -> Iterator[Finding]:
    if not line:
        return
    key, mark, value = line.partition("=")
    if not mark or not key.isidentifier():
        raise Malformed(f"tree {tree.number} has a line without a name", offset)
    yield from _note_twice(key, tree.values, offset, scope)
    if len(tree.values) >= 64:
        raise LimitExceeded("has more than 64 lines in a tree")
    tree.meet(key, value, offset)


def _note_twice(key: str, known: dict[str, str], offset: int, scope: Scope) -> Iterator[Finding]:
    if key in known:
        yield scope.finding(
            rules.DUPLICATE,
            f"'{key[:200]}' stands twice in one place.",
            anchor=key[:200],
            offset=offset,
        )


def _meet_in_tail(line: str, offset: int, model: _Model, scope: Scope) -> Iterator[Finding]:
    """Importances, parameters as ``[name: value]``, categories of pandas as JSON."""
    if model.section == "after":
        if line and not line.startswith("pandas_categorical:"):
            yield from _foreign_line(line, offset, scope)
        else:
            text = line.partition(":")[2]
            yield from examine_text(text, scope, rules.FOREIGN, anchor="pandas_categorical")
        return
    if line == "end of parameters":
        model.section = "after"
    elif line.startswith("[") and line.endswith("]"):
        name, _, value = line[1:-1].partition(": ")
        if name in _PATHS and _is_absolute(value):
            yield scope.finding(
                rules.PATHS,
                f"The parameter '{name}' holds the path '{value[:200]}'.",
                anchor=name,
                offset=offset,
            )
        yield from examine_text(value, scope, rules.FOREIGN, anchor=name)
    elif line.startswith("pandas_categorical:"):
        text = line.partition(":")[2]
        yield from examine_text(text, scope, rules.FOREIGN, anchor="pandas_categorical")
    elif line and line not in ("feature_importances:", "feature importances:", "parameters:"):
        name, mark, value = line.rpartition("=")
        if not mark or _float(value) is None:
            yield from _foreign_line(line, offset, scope)
        else:
            yield from examine_text(name, scope, rules.FOREIGN, anchor="feature importances")


def _foreign_line(line: str, offset: int, scope: Scope) -> Iterator[Finding]:
    yield scope.finding(
        rules.FOREIGN,
        f"A line behind the trees is no part of a model: '{line[:80]}'.",
        anchor="line",
        offset=offset,
    )
    yield from examine_text(line, scope, rules.FOREIGN, anchor="line")


def _is_absolute(value: str) -> bool:
    return value.startswith(("/", "\\\\", "~")) or value[1:3] in (":\\", ":/")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _examine_head(model: _Model, scope: Scope) -> Iterator[Finding]:
    for name in ("num_class", "num_tree_per_iteration", "max_feature_idx"):
        text = model.head.get(name)
        value = _whole(text or "")
        if text is None or value is None or not -1 <= value <= _LARGEST:
            yield scope.finding(
                rules.COUNTS,
                f"The model declares '{(text or '')[:60]}' as {name}.",
                anchor=name,
            )
        elif name == "max_feature_idx":
            names = model.head.get("feature_names", "").split(" ")
            if len(names) != value + 1:
                yield scope.finding(
                    rules.COUNTS,
                    f"The model has {value + 1} features and {len(names)} names for them.",
                    anchor="feature_names",
                )


def _examine_offsets(model: _Model, scope: Scope) -> Iterator[Finding]:
    """Trees must be where ``tree_sizes`` says; the first stands behind the head."""
    sizes = [_whole(word) for word in model.head.get("tree_sizes", "").split()]
    if "tree_sizes" not in model.head:  # before release 2.3
        return
    starts = [*model.starts, model.trees_end]
    real = [end - start for start, end in pairwise(starts)]
    if len(sizes) != len(model.starts):
        problem = f"declares {len(sizes)} sizes of trees and has {len(model.starts)} trees"
    elif sizes != real:
        wrong = next(i for i, size in enumerate(real) if size != sizes[i])
        problem = f"declares {sizes[wrong]} bytes for tree {wrong}, which has {real[wrong]}"
    else:
        return
    yield scope.finding(rules.COUNTS, f"The model {problem}.", anchor="tree_sizes")
