"""``saved_model.pb`` and ``.meta`` files: graphs with signatures, assets and objects around them.

Schema: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph}.proto.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.graphs import Graph, examine_weights, judge_graph, read_graph
from seamark.scan.models.tensorflow.keras_objects import examine_saved_object
from seamark.scan.models.tensorflow.nodes import Place, message
from seamark.scan.models.tensorflow.objects import Objects, read_objects
from seamark.scan.models.weights.protobuf import Wires
from seamark.scan.models.weights.tails import examine_appended_zip

_NAMES = ("saved_model.pb", "saved_model.pbtxt")
_META_GRAPHS = 100
_ASSETS = 10_000
_MODEL_FIELDS = frozenset({1, 2})
_META_FIELDS = frozenset(range(1, 8))


@dataclass(slots=True)
class _Meta:
    """One meta graph: its parts' places, and what its headers say."""

    graphs: list[Place] = field(default_factory=list)
    objects: list[Place] = field(default_factory=list)
    assets: list[tuple[str, str]] = field(default_factory=list)
    collected: set[str] = field(default_factory=set)
    version: str = ""
    tags: list[str] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in ``saved_model.pb``; its folder is one model."""
    folder = "saved-model" if scope.name in _NAMES else ""
    scope.describe(framework="TensorFlow", folder=folder)
    wires = Wires(blob)
    count, failure = 0, None
    try:
        for part in wires.fields(0, blob.size):
            if part.number == 2:
                count += 1
                if count > _META_GRAPHS:
                    raise LimitExceeded(f"holds more than {_META_GRAPHS} meta graphs")
                place = Place(message(part).start, part.end)
                yield from _examine_meta(wires, blob, place, scope, saved=True)
            elif part.number not in _MODEL_FIELDS:
                scope.skip(f"field {part.number}, which the schema of a SavedModel does not know")
                break
    except Malformed as error:
        failure = error
    scope.tally.bytes += wires.bytes_seen
    if scope.name == _NAMES[0]:
        yield from _examine_folder(scope)
    if failure:
        raise failure
    yield from examine_appended_zip(blob, scope, host="saved_model")


def examine_meta_graph(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in a ``MetaGraphDef`` by itself, as ``Saver`` writes it beside a checkpoint."""
    scope.describe(framework="TensorFlow")
    wires = Wires(blob)
    yield from _examine_meta(wires, blob, Place(0, blob.size), scope, saved=False)
    scope.tally.bytes += wires.bytes_seen
    yield from examine_appended_zip(blob, scope, host="meta_graph")


def examine_fingerprint(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``fingerprint.pb`` holds hashes only; its sniffer has read all of it."""
    scope.tally.bytes += blob.size
    scope.tally.note = scope.tally.note or "hashes of a SavedModel"
    return iter(())


def _examine_folder(scope: Scope) -> Iterator[Finding]:
    """A SavedModel without its variables beside it is not whole."""
    names = scope.siblings()
    if names and "saved_model.pbtxt" in names:
        yield scope.finding(
            rules.AMBIGUOUS,
            "The folder holds the model twice, as saved_model.pb and as saved_model.pbtxt.",
            anchor="saved_model.pbtxt",
        )


def _examine_meta(
    wires: Wires, blob: Blob, place: Place, scope: Scope, *, saved: bool
) -> Iterator[Finding]:
    meta, graph, objects = _Meta(), Graph(wires, blob.size), Objects()
    failure: Malformed | LimitExceeded | None = None
    try:
        _read_meta(wires, place, meta)
        for each in meta.graphs:
            read_graph(graph, each, scope)
        for each in meta.objects:
            read_objects(objects, wires, each, scope)
    except (Malformed, LimitExceeded) as error:
        failure = error  # what was met before the damage is still worth knowing
    names = {name.partition(":")[0] for name, _ in meta.assets}
    graph.assets = names if saved else names | meta.collected
    graph.asset_arguments = objects.asset_arguments(graph.bodies)
    if meta.version:
        scope.describe(framework_version=meta.version)
    yield from _asset_findings(meta, scope)
    if len(meta.graphs) > 1:
        yield scope.finding(
            rules.AMBIGUOUS, f"A meta graph holds {len(meta.graphs)} graphs.", anchor="graph"
        )
    yield from judge_graph(graph, scope)
    for item in objects.keras:
        yield from examine_saved_object(item, scope)
    if failure:
        raise failure
    if meta.unknown:
        scope.skip(f"fields that the schema of a meta graph does not know: {sorted(meta.unknown)}")
    yield from examine_weights(graph, blob, scope, describe=False)


def _read_meta(wires: Wires, place: Place, meta: _Meta) -> None:
    for part in wires.fields(*place):
        inner = Place(part.start, part.end)
        if part.number == 1:
            _read_info(wires, Place(message(part).start, part.end), meta)
        elif part.number == 2:
            message(part)
            meta.graphs.append(inner)
        elif part.number == 4:
            _read_collection(wires, Place(message(part).start, part.end), meta)
        elif part.number == 6:
            message(part)
            meta.assets.append(_read_asset(wires, inner))
            if len(meta.assets) > _ASSETS:
                raise LimitExceeded(f"names more than {_ASSETS} assets")
        elif part.number == 7:
            message(part)
            meta.objects.append(inner)
        elif part.number not in _META_FIELDS:
            meta.unknown.add(part.number)


def _read_info(wires: Wires, place: Place, meta: _Meta) -> None:
    for part in wires.fields(*place):
        if part.number == 5:
            meta.version = wires.text(message(part))[:100]
        elif part.number == 4 and len(meta.tags) < 100:
            meta.tags.append(wires.text(message(part))[:100])


def _read_collection(wires: Wires, place: Place, meta: _Meta) -> None:
    """Take what collections say of assets: TensorFlow 1 lists them here, not in a field."""
    name, values = "", []
    for part in wires.fields(*place):
        if part.number == 1:
            name = wires.text(message(part))
        elif part.number == 2:
            values.append(Place(message(part).start, part.end))
    if name not in ("asset_filepaths", "saved_model_assets"):
        return
    for value in values:
        for part in wires.fields(*value):
            if part.number not in (1, 5):
                continue
            for inner in wires.fields(message(part).start, part.end):
                if inner.number != 1:
                    continue
                if part.number == 1 and len(meta.collected) < _ASSETS:  # names of nodes
                    meta.collected.add(wires.text(message(inner)).partition(":")[0])
                elif part.number == 5:  # packed messages
                    _take_packed(wires, Place(message(inner).start, inner.end), meta)


def _take_packed(wires: Wires, place: Place, meta: _Meta) -> None:
    for part in wires.fields(*place):
        if part.number == 2:
            meta.assets.append(_read_asset(wires, Place(message(part).start, part.end)))
            if len(meta.assets) > _ASSETS:
                raise LimitExceeded(f"names more than {_ASSETS} assets")


def _read_asset(wires: Wires, place: Place) -> tuple[str, str]:
    """The tensor that holds an asset's path, and the asset's file name."""
    tensor = filename = ""
    for part in wires.fields(*place):
        if part.number == 1:
            for inner in wires.fields(message(part).start, part.end):
                if inner.number == 1:
                    tensor = wires.text(message(inner))
        elif part.number == 2:
            filename = wires.text(message(part))
    return tensor, filename


def _asset_findings(meta: _Meta, scope: Scope) -> Iterator[Finding]:
    for _, filename in dict.fromkeys(meta.assets):
        kind = classify_path(filename)
        if kind is not PathKind.INSIDE:
            yield scope.finding(
                rules.ASSET_OUTSIDE,
                f"The asset is called '{filename[:200]}', which {kind.value}.",
                anchor=filename[:200],
                evidence={"filename": filename[:1000]},
            )
