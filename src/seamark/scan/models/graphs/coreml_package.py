"""``Manifest.json`` of a Core ML package (``.mlpackage``): which files are the model.

Items lie below ``Data/`` beside the manifest; the root item is the model itself.
"""

import json
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs import coreml_rules as rules
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 1 << 20
_MOST = 1000


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one manifest. Items are scanned as files of their own."""
    from seamark.scan.models.code.beside import examine as examine_text

    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"has a manifest of more than {_SIZE_LIMIT} bytes")
    repeated: list[str] = []
    manifest = _parse(blob.read(0, blob.size), repeated)
    scope.tally.bytes += blob.size
    for key in dict.fromkeys(repeated[:_MOST]):
        yield scope.finding(
            rules.AMBIGUOUS, f"The manifest has the key '{key[:200]}' more than once.", anchor=key
        )
    items = manifest.get("itemInfoEntries")
    if isinstance(items, dict) and "fileFormatVersion" in manifest:
        scope.describe(framework="Core ML", folder="core-ml")
        yield from _examine_items(items, manifest.get("rootModelIdentifier"), scope)
        scope.tally.note = scope.tally.note or "manifest of a Core ML package"
    # The same name is TorchServe's as well: what its loader acts upon is looked for in any case.
    yield from examine_text(blob, scope)
    if isinstance(items, dict):
        scope.set_format("core_ml_package")


def _parse(raw: bytes, repeated: list[str]) -> dict[str, object]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    repeated.append(key)
                seen.add(key)
        return built

    try:
        manifest = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise Malformed("the manifest is not JSON text") from None
    return manifest if isinstance(manifest, dict) else {}


def _examine_items(items: dict[str, object], root: object, scope: Scope) -> Iterator[Finding]:
    if len(items) > _MOST:
        raise LimitExceeded(f"lists more than {_MOST} items")
    for key, item in items.items():
        path = item.get("path") if isinstance(item, dict) else None
        if not isinstance(path, str):
            scope.skip(f"item {key[:100]} without a path")
            continue
        kind = classify_path(path)
        if kind is not PathKind.INSIDE:
            yield scope.finding(
                rules.ESCAPE,
                f"Item '{key[:100]}' lies at '{path[:200]}', which {kind.value}.",
                anchor=path[:200],
                evidence={"path": path[:500]},
            )
    model = items.get(root) if isinstance(root, str) else None
    if not isinstance(model, dict):
        scope.skip("the manifest names no model as its root")
        return
    path = str(model.get("path", ""))
    inside = classify_path(path) is PathKind.INSIDE
    if inside and path.endswith(".mlmodel") and scope.beside(f"Data/{path}") is None:
        scope.skip(f"the model itself ('{path[:200]}') is not there")
