"""XGBoost models as JSON or UBJSON: trees, counts, names and texts, read as a stream.

Schema: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html. A model holds no
code; its parser and its predictor trust indices and counts.
"""

import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.trees import xgboost_rules as rules
from seamark.scan.models.trees.events import Event, Events, Kind, Numbers
from seamark.scan.models.trees.foreign import examine_text
from seamark.scan.models.trees.forest import MOST_NODES
from seamark.scan.models.trees.xgboost_trees import HELD, Tree
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

RULES = rules.RULES
_MOST_KEYS = 1 << 16
_MOST_REPORTED = 50
_MOST_TEXTS = 200_000


@dataclass(slots=True)
class _Place:
    """One open object or array: the names met so far, or how many elements."""

    keys: set[str] | None
    count: int = 0


@dataclass(slots=True)
class _Model:
    """What was met of one model."""

    values: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    trees: int = 0
    tree: Tree | None = None
    version: list[str] = field(default_factory=list)
    texts: int = 0


def examine_json(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model saved as JSON."""
    from seamark.scan.models.trees.json_events import json_events

    yield from _examine(json_events(blob, scope.meter, may_list=True), blob, scope, "JSON")


def examine_ubjson(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model saved as UBJSON."""
    from seamark.scan.models.trees.ubjson_events import ubjson_events

    yield from _examine(ubjson_events(blob, scope.meter, may_list=True), blob, scope, "UBJSON")


def _examine(events: Events, blob: Blob, scope: Scope, form: str) -> Iterator[Finding]:
    model = _Model()
    end = blob.size
    reported = 0
    scope.describe(framework="XGBoost")
    try:
        for finding in _walk(events, model, scope):
            if isinstance(finding, int):
                end = finding
                continue
            reported += 1
            if reported > _MOST_REPORTED:
                raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
            yield finding
    finally:
        scope.tally.bytes += end
        _describe(model, scope, form)
    yield from _examine_model(model, scope)
    rest = blob.read(end, 1 << 16)
    if rest.strip(b" \t\r\n\0"):
        yield scope.finding(
            rules.TRAILING,
            f"{blob.size - end} bytes follow the end of the model.",
            anchor="trailing",
            offset=end,
        )
        yield from examine_trailing(blob, scope, end)
    yield from examine_appended_zip(blob, scope, host="XGBoost")


def _walk(events: Events, model: _Model, scope: Scope) -> Iterator[Finding | int]:
    """Findings on the way, and the offset where the document ends."""
    path: list[str] = []
    places: list[_Place] = []
    key = ""
    for event in events:
        kind = event.kind
        if kind == Kind.LISTS:
            yield from _meet_lists(event, path, places[-1], model, scope)
        elif kind == Kind.END:
            yield event.offset
        elif kind == Kind.KEY:
            key = str(event.value)
            yield from _meet_key(key, path, places[-1], event.offset, scope)
        elif kind in (Kind.OBJECT, Kind.ARRAY):
            if places:
                path.append(_name(places[-1], key))
            places.append(_Place(set() if kind == Kind.OBJECT else None))
            if kind == Kind.OBJECT and _is_tree(path):
                model.tree = Tree(model.trees, event.offset)
                model.trees += 1
        elif kind in (Kind.END_OBJECT, Kind.END_ARRAY):
            yield from _close(path, places.pop(), model, scope)
            if path:
                path.pop()
        elif places:
            yield from _meet_value(event, [*path, _name(places[-1], key)], places[-1], model, scope)


def _name(place: _Place, key: str) -> str:
    """How the next value is called; elements of an array are counted and all called ``[]``."""
    if place.keys is not None:
        return key
    place.count += 1
    return "[]"


def _is_tree(path: list[str]) -> bool:
    return path[-3:] == ["model", "trees", "[]"]


def _meet_key(
    key: str, path: list[str], place: _Place, offset: int, scope: Scope
) -> Iterator[Finding]:
    if place.keys is None:
        raise Malformed("a name stands outside an object", offset)
    if key in place.keys:
        yield scope.finding(
            rules.DUPLICATE,
            f"'{'.'.join([*path, key])[:200]}' appears more than once.",
            anchor=key[:200],
            offset=offset,
        )
    if len(place.keys) >= _MOST_KEYS:
        raise LimitExceeded(f"names more than {_MOST_KEYS} parts of one object")
    place.keys.add(key)


def _meet_lists(
    event: Event, path: list[str], place: _Place, model: _Model, scope: Scope
) -> Iterator[Finding]:
    """Whole arrays of numbers: what key, numbers and end are when they come one by one."""
    listed: list[tuple[str, Numbers, int]] = event.value  # type: ignore[assignment]
    tree = model.tree if _is_tree(path) else None
    lengths = model.lengths if tree is None else tree.lengths
    for name, batch, offset in listed:
        yield from _meet_key(name, path, place, offset, scope)
        count = lengths[name] = batch.count
        if tree is not None:
            if count and name in HELD:
                _hold(tree, name, batch)
        elif count and name == "version":
            model.version += map(str, batch.integers())


def _hold(tree: Tree, name: str, batch: Numbers) -> None:
    held = tree.held.setdefault(name, array.array("q"))
    if len(held) + batch.count > MOST_NODES:
        raise LimitExceeded(f"has a tree of more than {MOST_NODES} nodes")
    held.extend(batch.integers())


def _meet_value(
    event: Event, path: list[str], place: _Place, model: _Model, scope: Scope
) -> Iterator[Finding]:
    if event.kind == Kind.NUMBERS:
        batch = event.value
        count: int = getattr(batch, "count", 0)
        place.count += count - 1  # the batch was counted as one element
        name = path[-2] if len(path) > 1 else ""
        if model.tree is not None and name in HELD and _is_tree(path[:-2]):
            _hold(model.tree, name, batch)  # type: ignore[arg-type]
        elif path[-2:] == ["version", "[]"]:
            model.version += map(str, batch.integers())  # type: ignore[attr-defined]
        return
    if place.keys is None and model.tree is not None and len(path) > 1 and path[-2] in HELD:
        if isinstance(event.value, int):  # the last number of a batch comes by itself
            model.tree.held.setdefault(path[-2], array.array("q")).append(_checked(event))
    elif place.keys is None and path[-2:] == ["version", "[]"]:
        model.version.append(str(event.value)[:20])
    elif place.keys is not None and len(model.values) < _MOST_KEYS:
        if model.tree is not None and path[-2:-1] == ["tree_param"]:
            model.tree.parameters[path[-1]] = str(event.value)[:100]
        else:
            model.values[".".join(path[-2:])] = str(event.value)[:500]
    if event.kind == Kind.TEXT:
        yield from _examine_string(str(event.value), path, model, scope)


def _checked(event: Event) -> int:
    value = event.value
    if not isinstance(value, int) or abs(value) >= 1 << 63:
        raise Malformed("a list of whole numbers holds something else", event.offset)
    return value


def _examine_string(text: str, path: list[str], model: _Model, scope: Scope) -> Iterator[Finding]:
    if len(text) < 12:
        return
    model.texts += 1
    if model.texts > _MOST_TEXTS:
        raise LimitExceeded(f"holds more than {_MOST_TEXTS} long texts")
    yield from examine_text(text, scope, rules.FOREIGN, anchor=".".join(path[-2:]))


def _close(path: list[str], place: _Place, model: _Model, scope: Scope) -> Iterator[Finding]:
    if place.keys is None:
        if model.tree is not None and _is_tree(path[:-1]):
            model.tree.lengths[path[-1]] = place.count
        elif path:
            model.lengths[path[-1]] = place.count
    elif model.tree is not None and _is_tree(path):
        tree, model.tree = model.tree, None
        features = _whole(model.values.get("learner_model_param.num_feature", ""))
        for rule, problem in tree.defects(features):
            yield scope.finding(
                rule,
                f"Tree {tree.number} {problem}.",
                anchor=f"tree: {problem.split(' ')[0]} {' '.join(problem.split(' ')[1:3])}",
                offset=tree.offset,
            )


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _examine_model(model: _Model, scope: Scope) -> Iterator[Finding]:
    names = {
        "objective": (model.values.get("objective.name"), rules.OBJECTIVES),
        "booster": (model.values.get("gradient_booster.name"), rules.BOOSTERS),
    }
    for what, (name, known) in names.items():
        if name is not None and name not in known:
            yield scope.finding(
                rules.UNKNOWN_NAME,
                f"XGBoost has no {what} '{name[:200]}'.",
                anchor=f"{what}: {name[:200]}",
            )
    claimed = model.values.get("gbtree_model_param.num_trees")
    for what, found in (("trees", model.trees), ("tree_info", model.lengths.get("tree_info"))):
        if claimed is not None and found is not None and _whole(claimed) != found:
            yield scope.finding(
                rules.COUNTS,
                f"The model declares {claimed[:30]} trees, and {what} holds {found}.",
                anchor=what,
                evidence={"declared": claimed[:30], "found": found},
            )
    for name, most in (("num_feature", 1 << 32), ("num_class", 1 << 24), ("num_target", 1 << 24)):
        text = model.values.get(f"learner_model_param.{name}")
        value = _whole(text or "")
        if text is not None and (value is None or not 0 <= value <= most):
            yield scope.finding(
                rules.COUNTS,
                f"The model declares '{text[:60]}' as {name}.",
                anchor=name,
                evidence={"declared": text[:60]},
            )


def _describe(model: _Model, scope: Scope, form: str) -> None:
    booster = model.values.get("gradient_booster.name", "")
    objective = model.values.get("objective.name", "")
    scope.describe(
        framework_version=".".join(model.version[:3]),
        format_version=form,
        architecture=" ".join(word for word in (booster, objective) if word),
    )
