"""Exported PyTorch programs: the graph as JSON, its weights' index, and native code beside them.

``torch.export.save`` writes a zip with ``models/NAME.json``, ``data/weights/…`` and an index of
them; AOTInductor adds shared libraries below ``data/aotinductor``. Up to torch 2.7 the graph was
``serialized_exported_program.json``. Source: torch/export/pt2_archive, torch/_export/serde.
"""

from collections.abc import Iterator, Mapping
from math import prod

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.packages import torch_export_rules as rules
from seamark.scan.models.packages.torch_expressions import objection
from seamark.scan.models.scope import Scope
from seamark.scan.models.torch import rules as torch_rules
from seamark.scan.models.torch.script import REACHES_FILES, TORCH_NAMESPACES
from seamark.scan.models.weights.json_trees import read_json

_MOST_VALUES = 5_000_000
_MOST_FINDINGS = 50
_ARITHMETIC = frozenset(
    """eq ne le ge lt gt neg pos mul add sub floordiv mod pow truediv and_ or_ xor lshift rshift abs
    not_ inv invert getitem truth index contains is_ is_not""".split()
)
_WATCHED = frozenset("expr_str target guards_code range_constraints as_expr".split())
_ACTING = frozenset("load save load_library load_inline import_module from_file".split())
_DTYPES = {
    1: ("uint8", 1), 2: ("int8", 1), 3: ("int16", 2), 4: ("int32", 4), 5: ("int64", 8),
    6: ("float16", 2), 7: ("float32", 4), 8: ("float64", 8), 9: ("complex32", 4),
    10: ("complex64", 8), 11: ("complex128", 16), 12: ("bool", 1), 13: ("bfloat16", 2),
    28: ("uint16", 2), 29: ("float8_e4m3fn", 1), 30: ("float8_e5m2", 1),
    31: ("float8_e4m3fnuz", 1), 32: ("float8_e5m2fnuz", 1),
}  # fmt: skip
"""``ScalarType`` of torch/_export/serde/schema.py: name and bytes of an element."""

Entries = Mapping[str, object]


def examine_graph(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in the JSON of one exported program. Raises ``Malformed``."""
    scope.tally.bytes += blob.size
    document = read_json(blob, "the exported program")
    if not isinstance(document, dict):
        raise Malformed("the exported program is no object")
    version = document.get("torch_version")
    scope.describe(
        framework="PyTorch", framework_version=version if isinstance(version, str) else ""
    )
    for count, finding in enumerate(_examine_values(document, scope)):
        if count >= _MOST_FINDINGS:
            scope.skip(f"only {_MOST_FINDINGS} findings of the graph are listed")
            return
        yield finding


def _examine_values(document: Entries, scope: Scope) -> Iterator[Finding]:
    """Walk the whole tree: what torch evaluates or calls is told by its key, wherever it is."""
    waiting: list[object] = [document]
    seen: set[tuple[str, str]] = set()
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not _WATCHED.isdisjoint(value):
                for key, text in _texts(value):
                    if (key, text) not in seen:
                        seen.add((key, text))
                        yield from _judge(key, text, scope)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        else:
            continue
        count += 1
        if not count % 65536:
            scope.meter.check_time()
        if count > _MOST_VALUES:
            raise LimitExceeded(f"has a graph of more than {_MOST_VALUES} values")


def _texts(value: Entries) -> Iterator[tuple[str, str]]:
    """Texts in one object that torch does something with, as (what it is, text)."""
    for key in ("expr_str", "target"):
        text = value.get(key)
        if isinstance(text, str):
            yield key, text
    guards = value.get("guards_code")
    for text in guards if isinstance(guards, list) else [guards]:
        if isinstance(text, str):
            yield "guard", text
    ranges = value.get("range_constraints")
    if isinstance(ranges, dict):
        for name, bounds in ranges.items():
            yield "expr_str", name
            for bound in bounds.values() if isinstance(bounds, dict) else ():
                if isinstance(bound, str):
                    yield "expr_str", bound
    expression = value.get("as_expr")
    if isinstance(expression, str):
        yield "expr_str", expression


def _judge(key: str, text: str, scope: Scope) -> Iterator[Finding]:
    if key == "target":
        yield from _judge_target(text, scope)
        return
    why = objection(text, guard=key == "guard")
    if why:
        what = "A guard" if key == "guard" else "A size"
        yield scope.finding(
            rules.NOT_ARITHMETIC,
            f"{what} of the graph {why}: '{text[:120]}'.",
            anchor=f"{key}:{text[:120]}",
        )


def _judge_target(target: str, scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.code.source_effects import effect_of

    parts = target.split(".")
    shown = target[:200]
    root = parts[0]
    reaches = any(part.startswith("__") for part in parts) or effect_of(target) is not None
    if reaches or _reaches_files(parts):
        yield scope.finding(rules.SYSTEM_TARGET, f"A node calls '{shown}'.", anchor=shown)
    elif parts[:2] == ["torch", "ops"] and len(parts) >= 4:
        if parts[2] not in TORCH_NAMESPACES:
            yield scope.finding(
                rules.FOREIGN_OPERATOR,
                f"A node calls the operator '{shown}'.",
                anchor=shown,
            )
    elif not (
        (root == "math" and len(parts) == 2)
        or (root == "_operator" and len(parts) == 2 and parts[1] in _ARITHMETIC)
        or (
            root == "torch" and len(parts) == 2 and parts[1].startswith(("sym_", "_sym_", "_check"))
        )
    ):
        yield scope.finding(rules.ODD_TARGET, f"A node calls '{shown}'.", anchor=shown)


def _reaches_files(parts: list[str]) -> bool:
    if parts[0] == "_operator":
        return parts[1:2] in (["methodcaller"], ["attrgetter"], ["call"])
    if parts[:2] != ["torch", "ops"]:
        return parts[-1] in _ACTING
    return ".".join(parts[2:4]) in REACHES_FILES or parts[2:3] in (
        ["load_library"],
        ["import_module"],
        ["_dir"],
    )


def examine_weights(
    blob: Blob, scope: Scope, *, folder: str, sizes: Mapping[str, int]
) -> Iterator[Finding]:
    """``…_weights_config.json``: which member of ``folder`` holds which tensor, of what type."""
    scope.tally.bytes += blob.size
    document = read_json(blob, "the index of weights")
    config = document.get("config") if isinstance(document, dict) else None
    elements: dict[str, int] = {}
    tensors = 0
    for name, entry in (config if isinstance(config, dict) else {}).items():
        if not isinstance(entry, dict):
            continue
        dtype, width, count = _tensor(entry)
        tensors += 1
        elements[dtype] = elements.get(dtype, 0) + count
        needed = 0 if entry.get("use_pickle") else count * width
        yield from _examine_weight(name, entry, needed, folder, sizes, scope)
    if tensors:
        scope.describe(tensors=tensors, parameters=sum(elements.values()), dtypes=elements)


def _examine_weight(
    name: str, entry: Entries, needed: int, folder: str, sizes: Mapping[str, int], scope: Scope
) -> Iterator[Finding]:
    path = entry.get("path_name")
    if not isinstance(path, str) or not path:
        return
    shown = path[:200]
    if "/" in path or "\\" in path or ".." in path or ":" in path:
        yield scope.finding(
            rules.WEIGHT_LEADS_OUT, f"The tensor '{name[:100]}' is {shown!r}.", anchor=shown
        )
        return
    held = sizes.get((folder + path).lower())
    if held is None:
        yield scope.finding(
            torch_rules.STORAGE_MISSING,
            f"The tensor '{name[:100]}' is in {shown!r}, which the archive does not hold.",
            anchor=shown,
        )
    elif held < needed:
        yield scope.finding(
            torch_rules.STORAGE_SHORT,
            f"The tensor '{name[:100]}' needs {needed} bytes and {shown!r} has {held}.",
            anchor=shown,
        )


def _tensor(entry: Entries) -> tuple[str, int, int]:
    """Type, bytes of an element and elements of one tensor; sizes that are symbols count as 0."""
    meta = entry.get("tensor_meta")
    meta = meta if isinstance(meta, dict) else {}
    number = meta.get("dtype")
    dtype, width = (
        _DTYPES.get(number, ("unknown", 0)) if isinstance(number, int) else ("unknown", 0)
    )
    listed = meta.get("sizes")
    sizes = [_size(each) for each in listed] if isinstance(listed, list) else [0]
    return dtype, width, prod(sizes)


def _size(value: object) -> int:
    number = value.get("as_int") if isinstance(value, dict) else None
    return number if isinstance(number, int) and 0 <= number < 1 << 48 else 0


def native_code(names: list[str], scope: Scope) -> Iterator[Finding]:
    """The finding about a package that holds compiled code, where ``names`` are its members."""
    compiled = [name for name in names if name.lower().endswith((".so", ".dll", ".pyd", ".cubin"))]
    if compiled:
        scope.describe(framework="PyTorch (AOTInductor)")
        yield scope.finding(
            rules.NATIVE_CODE,
            f"The package holds {len(compiled)} files of native code, which loading runs.",
            anchor="native code",
            evidence={"members": [*sorted(compiled)[:20]], "count": len(compiled)},
        )
