"""Data files of a checkpoint (``m.data-00000-of-00001``): raw tensors that the index beside claims.

They have no mark of their own; the name leads to the index, and that says what each byte is.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules as file_rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import graph_rules as rules
from seamark.scan.models.tensorflow.bundles import Tensor, read_bundle
from seamark.scan.models.tensorflow.kinds import SHARD
from seamark.scan.models.weights.tails import examine_appended_zip

_PADDING = 4096
"""Writers may align tensors; what fills up to here with zeros is no content."""
_REPORTED = 20


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one data file; without a valid index that claims it, by its content."""
    name = SHARD.fullmatch(scope.name)
    index = scope.beside(f"{name[1]}.index") if name else None
    claimed: list[Tensor] = []
    reason = "no index beside it"
    if name and index is not None:
        try:
            header, tensors = read_bundle(index, scope.meter)
            if header.shards == int(name[3]) and int(name[2]) < header.shards:
                shard = int(name[2])
                claimed = [each for each in tensors if each.shard == shard and each.size > 0]
                reason = ""
            else:
                reason = f"'{name[1]}.index' has {header.shards} data files"
        except (Malformed, LimitExceeded) as error:
            reason = f"'{name[1]}.index' cannot be read: {error}"
    if reason:
        yield from _by_content(blob, scope, reason)
        return
    scope.tally.note = f"raw tensors of {name[1]}.index" if name else ""
    yield from _examine_claimed(blob, scope, claimed)
    yield from examine_appended_zip(blob, scope, host="tensor_data")


def _examine_claimed(blob: Blob, scope: Scope, claimed: list[Tensor]) -> Iterator[Finding]:
    inside = sorted(
        (each for each in claimed if 0 <= each.offset < each.offset + each.size <= blob.size),
        key=lambda each: each.offset,
    )
    numbers = (Region(each.name, each.offset, each.size) for each in inside)
    yield from examine_regions(blob, scope, numbers)
    reach = reported = 0
    for start, end in [*((e.offset, e.offset + e.size) for e in inside), (blob.size, blob.size)]:
        if start > reach and reported < _REPORTED and not _is_padding(blob, reach, start):
            reported += 1
            yield scope.finding(
                rules.UNUSED_BYTES,
                f"No tensor uses the {start - reach} bytes from {reach} on.",
                anchor=f"gap {reported}",
                offset=reach,
            )
            yield from examine_regions(blob, scope, [Region("gap", reach, start - reach)])
        reach = max(reach, end)


def _is_padding(blob: Blob, start: int, end: int) -> bool:
    return end - start < _PADDING and not any(blob.read(start, end - start))


def _by_content(blob: Blob, scope: Scope, reason: str) -> Iterator[Finding]:
    from seamark.scan.models.router import detect

    found = detect(blob, scope.name)
    if found is not None:
        scope.set_format(found.name)
        yield from found.load_reader()(blob, scope)
    yield scope.finding(
        file_rules.NOT_YET_READ,
        f"By its name this is tensor data, and {reason}.",
        anchor="tensor data",
    )
