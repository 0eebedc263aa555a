"""Pickles inside torch archives: read as torch reads them, then held against the archive."""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.pickle import rules as pickle_rules
from seamark.scan.models.pickle.reader import StreamKind, examine_stream
from seamark.scan.models.pickle.trace import Trace
from seamark.scan.models.scope import Scope
from seamark.scan.models.torch.storages import examine_storages, named_storage

_SCRIPT_TYPES = "__torch__."
_TYPED_LISTS = frozenset(
    f"torch.jit._pickle.{name}"
    for name in (
        "build_boollist",
        "build_doublelist",
        "build_intlist",
        "build_tensor_from_id",
        "build_tensorlist",
        "restore_type_tag",
    )
)


def examine_checkpoint(
    blob: Blob,
    scope: Scope,
    *,
    folder: str,
    suffix: str,
    sizes: Mapping[str, int],
    script: bool,
    package: bool,
    empty: bool = False,
) -> Iterator[Finding]:
    """Findings in one pickle of a torch archive.

    Its persistent ids name members of ``folder``, with ``suffix`` added. In a ``script`` archive
    classes below ``__torch__`` are the program's own, which torch compiles from ``code/`` and
    never imports, and its own pickler spells typed lists by ``torch.jit._pickle``. ``empty`` where
    torch keeps the shapes alone and leaves every storage empty.
    """
    traces: list[Trace] = []
    stream = examine_stream(blob, scope, kind=StreamKind.TORCH_ZIP, observe=traces.append)
    for finding in stream:
        if script and _is_script_type(finding):
            continue
        # Packages number their storages, checkpoints spell the number as text.
        if package and finding.rule is pickle_rules.PERSISTENT_ID and _all_storages(traces):
            continue
        yield finding
    for trace in traces:
        yield from examine_storages(trace, folder, suffix, sizes, scope, empty=empty)


def _is_script_type(finding: Finding) -> bool:
    if finding.rule is not pickle_rules.UNKNOWN_IMPORT:
        return False
    reference = str(finding.evidence.get("reference", ""))
    return reference.startswith(_SCRIPT_TYPES) or reference in _TYPED_LISTS


def _all_storages(traces: list[Trace]) -> bool:
    return all(
        named_storage(persistent.pid) is not None
        for trace in traces
        for persistent in trace.persistent
    )
