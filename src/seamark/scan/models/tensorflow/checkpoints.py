"""Checkpoints: the index of a TensorBundle against its data files, and those of TensorFlow 1.

What an entry says must fit its type, shape and file, and no two may share bytes.
"""

from collections import Counter
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.bundles import Header, Tensor, read_header, read_tensor
from seamark.scan.models.tensorflow.dtypes import name_of
from seamark.scan.models.tensorflow.tables import Entry, Table
from seamark.scan.models.weights.tails import examine_appended_zip

_REPORTED = 50


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one table: the index of a checkpoint, or a checkpoint of the first version."""
    table = Table(blob, scope.meter)
    entries = table.entries()
    first = next(entries, None)
    if first is None or first.key:
        raise Malformed("the table is no checkpoint: it has no header")
    header = read_header(first.value)
    scope.describe(framework="TensorFlow")
    if header is None:
        from seamark.scan.models.tensorflow.first_version import examine_entries

        yield from examine_entries(blob, scope, first, entries)
    else:
        yield from _examine_bundle(header, entries, scope)
    scope.tally.bytes += table.used
    if table.used < blob.size:
        yield scope.finding(
            rules.UNUSED_BYTES,
            f"{blob.size - table.used} bytes of the table belong to no block.",
            anchor="table",
        )
    yield from examine_appended_zip(blob, scope, host="tf_checkpoint")


def shard_name(stem: str, shard: int, shards: int) -> str:
    """The file name of one data file."""
    return f"{stem}.data-{shard:05}-of-{shards:05}"


def _examine_bundle(header: Header, entries: Iterator[Entry], scope: Scope) -> Iterator[Finding]:
    sizes = _shard_sizes(header, scope)
    spans: dict[int, list[tuple[int, int, str]]] = {}
    counts: Counter[str] = Counter()
    tensors = reported = 0
    for entry in entries:
        tensor = read_tensor(entry)
        if not tensor.name.startswith("\0"):  # slices are counted with their tensor
            tensors += 1
            if tensor.dtype != 7:
                counts[name_of(tensor.dtype)] += max(tensor.elements, 0)
        if tensor.size > 0 and tensor.offset >= 0:
            end = tensor.offset + tensor.size
            spans.setdefault(tensor.shard, []).append((tensor.offset, end, tensor.name))
        problem = _problem(tensor, header, sizes)
        if problem and reported < _REPORTED:
            reported += 1
            yield _bad(scope, tensor.name, f"The tensor '{_shown(tensor.name)}' {problem}.")
    for found in spans.values():
        yield from _overlaps(found, scope)
    scope.describe(tensors=tensors, parameters=sum(counts.values()), dtypes=dict(counts))


def _shard_sizes(header: Header, scope: Scope) -> dict[int, int]:
    """Sizes of the data files beside the index; those that are missing are said to be."""
    stem = scope.name.removesuffix(".index")
    sizes: dict[int, int] = {}
    missing = 0
    for shard in range(header.shards):
        data = scope.beside(shard_name(stem, shard, header.shards))
        if data is None:
            missing += 1
        else:
            sizes[shard] = data.size
    if missing:
        scope.skip(f"{missing} of {header.shards} data files are not beside the index")
    return sizes


def _problem(tensor: Tensor, header: Header, sizes: dict[int, int]) -> str:
    if tensor.offset < 0 or tensor.size < 0:
        return "has a negative offset or size"
    if not 0 <= tensor.shard < header.shards:
        return f"lies in data file {tensor.shard} of {header.shards}"
    if tensor.shard in sizes and tensor.offset + tensor.size > sizes[tensor.shard]:
        return f"ends {tensor.offset + tensor.size - sizes[tensor.shard]} bytes behind its file"
    return tensor.problem()


def _overlaps(spans: list[tuple[int, int, str]], scope: Scope) -> Iterator[Finding]:
    spans.sort()
    reported = 0
    reach, owner = 0, ""
    for start, end, name in spans:
        if start < reach and reported < _REPORTED:
            reported += 1
            shown = f"'{_shown(name)}' and '{_shown(owner)}'"
            yield _bad(scope, name, f"The tensors {shown} share bytes of their data file.")
        if end > reach:
            reach, owner = end, name


def _bad(scope: Scope, name: str, message: str) -> Finding:
    return scope.finding(rules.BAD_ENTRY, message, anchor=name[:200])


def _shown(name: str) -> str:
    return name.encode("unicode_escape").decode("ascii")[:200]
