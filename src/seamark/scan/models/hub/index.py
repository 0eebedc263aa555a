"""Indexes of sharded weights: which file holds which tensor, and do the files agree?

``model.safetensors.index.json``, ``pytorch_model.bin.index.json``, ``tf_model.h5.index.json`` and
``flax_model.msgpack.index.json`` have one shape: ``weight_map`` from tensor to file. Only headers
of shards are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.code.neighbors import WEIGHT_SUFFIXES
from seamark.scan.models.code.rules import AMBIGUOUS_CONFIG, ESCAPES_FOLDER, UNSEEN_FOLDER
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.shards import HeaderBudget
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_MOST: Final = 20
_NUMBERED: Final = re.compile(r"(.*?)\d{5}-of-\d{5}(.*)", re.DOTALL)
_PROMISED: Final = re.compile(r"\.(safetensors|bin|h5|msgpack)\.index(?:\.[\w-]+)?\.json$")


def examine_index(
    index: Mapping[str, object], duplicates: list[str], scope: Scope
) -> Iterator[Finding]:
    """Findings about one index and its shards; ``duplicates`` are keys that it names twice."""
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict):
        yield scope.finding(
            rules.BROKEN_INDEX, "The weight map is no object of tensors and files.", anchor="map"
        )
        return
    if duplicates:
        yield scope.finding(
            AMBIGUOUS_CONFIG,
            f"The index names '{duplicates[0][:200]}' twice.",
            anchor=duplicates[0][:200],
        )
    odd = [name for name, shard in weight_map.items() if not isinstance(shard, str)]
    if odd or not weight_map:
        what = f"'{odd[0][:200]}' is in no file" if odd else "it names no tensor"
        yield scope.finding(rules.BROKEN_INDEX, f"The index is broken: {what}.", anchor="entry")
    by_shard: dict[str, set[str]] = {}
    for tensor, shard in weight_map.items():
        if isinstance(shard, str):
            by_shard.setdefault(shard, set()).add(tensor)
    yield from _examine_names(by_shard, scope)
    inside = {name: names for name, names in by_shard.items() if not leads_outside(name)}
    yield from _examine_presence(inside, scope)
    yield from _examine_tensors(inside, index.get("metadata"), scope)


def _examine_names(shards: Mapping[str, set[str]], scope: Scope) -> Iterator[Finding]:
    """Files outside the folder, in folders that a scan leaves out, or of another format."""
    from seamark.scan.walk import DEFAULT_EXCLUDES

    promised = _PROMISED.search(scope.name.lower())
    shown = 0
    for name in sorted(shards):
        if shown >= _MOST:
            break
        folders = name.replace("\\", "/").split("/")[:-1]
        left_out = next((each for each in folders if each in DEFAULT_EXCLUDES), None)
        found: list[tuple[Rule, str]] = []
        if left_out is not None:
            text = f"The index takes weights from {name[:200]!r}, and a scan leaves {left_out} out."
            found.append((UNSEEN_FOLDER, text))
        if leads_outside(name):
            found.append((ESCAPES_FOLDER, f"The index takes weights from {name[:200]!r}."))
        if promised and not name.lower().endswith(f".{promised[1]}"):
            text = f"The index promises {promised[1]} and names {name[:200]!r}."
            found.append((rules.OTHER_FORMAT, text))
        shown += bool(found)
        for rule, text in found:
            yield scope.finding(rule, text, anchor=name[:300])


def _examine_presence(shards: Mapping[str, set[str]], scope: Scope) -> Iterator[Finding]:
    beside = {name.rpartition("/")[2] for name in scope.siblings()}
    absent = [name for name in sorted(shards) if name not in beside and scope.beside(name) is None]
    if absent:
        alone = len(absent) == len(shards)
        others = alone and any(
            name.lower().endswith(WEIGHT_SUFFIXES) and name != scope.name for name in beside
        )
        count = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        yield scope.finding(
            rules.UNUSED_INDEX if others else rules.MISSING_SHARD,
            f"'{absent[0][:200]}'{count} of {len(shards)} shards are not in the folder.",
            anchor=absent[0][:300],
            evidence={"missing": [name[:200] for name in absent[:_MOST]], "count": len(absent)},
        )
    families = {match.groups() for name in shards if (match := _NUMBERED.fullmatch(name))}
    for name in sorted(beside - shards.keys())[:100_000]:
        match = _NUMBERED.fullmatch(name)
        if match and match.groups() in families:
            yield scope.finding(
                rules.UNNAMED_SHARD,
                f"'{name[:200]}' is called like a shard and is not in the index.",
                anchor=name[:300],
            )


@dataclass(slots=True)
class _Differences:
    """Tensors that index and shards disagree on, by what is wrong."""

    absent: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        for rule, names, wording in (
            (rules.ABSENT_TENSOR, self.absent, "not in the shard that the index names"),
            (rules.UNNAMED_TENSOR, self.unnamed, "in a shard and not in the index"),
            (rules.TENSOR_TWICE, self.twice, "in more than one shard"),
        ):
            if names:
                others = f" and {len(names) - 1} more" if len(names) > 1 else ""
                yield scope.finding(
                    rule,
                    f"'{names[0][:200]}'{others}: {wording}.",
                    anchor=names[0][:300],
                    evidence={"tensors": [n[:200] for n in names[:10]], "count": len(names)},
                )


def _examine_tensors(
    shards: Mapping[str, set[str]], metadata: object, scope: Scope
) -> Iterator[Finding]:
    """Compare the map with the headers of those shards that are safetensors and there."""
    budget = HeaderBudget()
    differences = _Differences()
    seen: dict[str, str] = {}
    total: int | None = 0
    expected = {tensor for names in shards.values() for tensor in names}
    for shard in sorted(shards):
        scope.meter.check_time()
        blob = scope.beside(shard) if shard.lower().endswith(".safetensors") else None
        held = None if blob is None else budget.tensors(blob)
        if held is None:
            total = None
            continue
        total = None if total is None else total + sum(held.values())
        differences.absent += sorted(shards[shard] - held.keys())
        for tensor in held:
            if tensor in seen:
                differences.twice.append(tensor)
            elif tensor not in expected:
                differences.unnamed.append(tensor)
            seen[tensor] = shard
    yield from differences.findings(scope)
    claimed = metadata.get("total_size") if isinstance(metadata, dict) else None
    if total is not None and shards and claimed is not None and claimed != total:
        yield scope.finding(
            rules.TOTAL_SIZE,
            f"The index claims {str(claimed)[:40]} bytes and its shards hold {total}.",
            anchor="total_size",
        )
