"""CatBoost's own binary form: ``CBM1``, the size of a FlatBuffers core, the core, its parts.

Schema: ``catboost/libs/model/flatbuffers``. Offsets of the core are checked one by one, as the
library's verifier does only in some of its readers; trees are checked for what predicting follows.
"""

import json
import re
from collections.abc import Generator, Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.flatbuffers import Flatbuffer, OutOfBounds, Table, Vector
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.trees import catboost_rules as rules
from seamark.scan.models.trees.catboost_trees import read_forest
from seamark.scan.models.trees.foreign import examine_text
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

RULES = rules.RULES
_MOST_TEXTS = 200_000
_LONGEST = 16 << 20
_FEATURES = {4: "categorical", 5: "float", 12: "text", 18: "embedding"}
_FEATURE_NAME = {4: 2, 5: 4, 12: 2, 18: 2}
_RELEASE = re.compile(r"\bv(\d+\.\d+(?:\.\d+)*)|release (\d+\.\d+(?:\.\d+)*)", re.ASCII)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one model."""
    size = int.from_bytes(blob.read(4, 4), "little")
    end = 8 + size
    if blob.size < 8 or end > blob.size:
        yield scope.finding(
            rules.BOUNDS,
            f"The model declares a core of {size} bytes and holds {max(0, blob.size - 8)}.",
            anchor="core size",
            offset=4,
        )
        raise Malformed("the core is cut off", blob.size)
    scope.tally.bytes += blob.size
    scope.describe(framework="CatBoost", format_version="CBM1")
    try:
        core = Flatbuffer(blob.slice(8, size), scope.meter, spans=False)
        parts = yield from _examine_core(core, scope)
    except OutOfBounds as broken:
        yield scope.finding(
            rules.BOUNDS,
            f"'{broken.what}' leads out of the model.",
            anchor=broken.what,
            offset=8 + broken.at if broken.at >= 0 else None,
        )
        return
    yield from _examine_parts(parts, end, blob, scope)
    yield from examine_appended_zip(blob, scope, host="CatBoost")


def _examine_core(core: Flatbuffer, scope: Scope) -> Generator[Finding, None, list[str]]:
    root = core.root()
    version = core.text(root, 0, "format version")
    if version != rules.VERSION:
        raise Malformed(f"there is no CatBoost format {version!r:.60}", 8)
    trees = core.table(root, 1, "trees")
    if trees is None:
        yield scope.finding(rules.BOUNDS, "The model has no trees.", anchor="trees")
        return []
    for problem, anchor in read_forest(core, trees).defects():
        yield scope.finding(rules.TREES, f"The model {problem}.", anchor=anchor)
    yield from _examine_names(core, trees, scope)
    yield from _examine_information(core, core.vector(root, 2, 4, "information"), scope)
    parts = core.vector(root, 3, 4, "model parts")
    if parts is None:
        return []
    return [core.text_in(parts, i, "model parts").rstrip("\0") for i in range(_few(parts))]


def _few(vector: Vector) -> int:
    if vector.length > _MOST_TEXTS:
        raise LimitExceeded(f"has more than {_MOST_TEXTS} texts in one list")
    return vector.length


def _examine_names(core: Flatbuffer, trees: Table, scope: Scope) -> Iterator[Finding]:
    for number, title in _FEATURES.items():
        features = core.vector(trees, number, 4, f"{title} features")
        for index in range(_few(features) if features else 0):
            assert features is not None
            feature = core.table_in(features, index, f"{title} features")
            name = core.text(feature, _FEATURE_NAME[number], "name of a feature", longest=_LONGEST)
            if len(name) >= 12:
                yield from examine_text(name, scope, rules.FOREIGN, anchor=f"{title} feature")
            if not index % 1024:
                scope.meter.check_time()


def _examine_information(core: Flatbuffer, pairs: Vector | None, scope: Scope) -> Iterator[Finding]:
    """Parameters, class names, history of training, and whatever the trainer added."""
    known: dict[str, str] = {}
    for index in range(_few(pairs) if pairs else 0):
        assert pairs is not None
        pair = core.table_in(pairs, index, "information")
        key = core.text(pair, 0, "name of information", longest=_LONGEST)
        text = core.text(pair, 1, "information", longest=_LONGEST)
        if key in known:
            yield scope.finding(
                rules.DUPLICATE,
                f"The information '{key[:200]}' stands twice.",
                anchor=key[:200],
            )
        known[key] = text[: 1 << 16]
        if key != "catboost_version_info":
            yield from examine_text(text, scope, rules.FOREIGN, anchor=key)
    release = _RELEASE.search(known.get("catboost_version_info", ""))
    scope.describe(
        framework_version=(release[1] or release[2]) if release else "",
        architecture=loss_of(known.get("params", "")),
    )


def loss_of(parameters: str) -> str:
    """The loss function that the parameters (JSON) name, or nothing."""
    try:
        tree = json.loads(parameters)
        kind = tree["loss_function"]["type"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
    return kind if isinstance(kind, str) else ""


def _examine_parts(names: list[str], at: int, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What follows the core: statistics of categories (counted blocks), dictionaries of texts."""
    for name in names:
        if name.startswith(rules.EXTRA_PARTS):
            # Dictionaries and sums of several kinds follow; all to the end belongs to them.
            yield from examine_regions(blob, scope, [Region(name, at + 16, blob.size - at - 16)])
            return
        if not name.startswith(rules.COUNTED_PART):
            scope.skip(f"the model part '{name[:100]}'")
            return
        count = int.from_bytes(blob.read(at, 4), "little")
        at += 4
        if count > (blob.size - at) // 8 + 1:
            yield _part_outside(name, at, scope)
            return
        for _ in range(count):
            size = int.from_bytes(blob.read(at, 4), "little")
            if at + 4 + size > blob.size or size < 8:
                yield _part_outside(name, at, scope)
                return
            try:
                yield from _examine_statistics(blob, at + 4, size, scope)
            except OutOfBounds as broken:
                yield _part_outside(name, at + 4 + max(0, broken.at), scope)
                return
            at += 4 + size
            scope.meter.check_time()
    if at < blob.size:
        yield scope.finding(
            rules.TRAILING,
            f"{blob.size - at} bytes follow the end of the model.",
            anchor="trailing",
            offset=at,
        )
        yield from examine_trailing(blob, scope, at)


def _part_outside(name: str, at: int, scope: Scope) -> Finding:
    return scope.finding(
        rules.BOUNDS,
        f"The model part '{name[:100]}' leads out of the model.",
        anchor=name[:100],
        offset=at,
    )


def _examine_statistics(blob: Blob, start: int, size: int, scope: Scope) -> Iterator[Finding]:
    """One table of category statistics: hashes and numbers as raw bytes inside the buffer."""
    buffer = Flatbuffer(blob.slice(start, size), scope.meter, spans=False)
    table = buffer.root()
    for number, width, what in ((1, 1, "hashes"), (2, 1, "statistics")):
        vector = buffer.vector(table, number, width, what)
        if vector is not None:
            region = Region(f"category {what}", start + vector.start, vector.length)
            yield from examine_regions(blob, scope, [region])
