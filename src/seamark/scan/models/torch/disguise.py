"""Is a member that torch takes as raw tensor data something that another loader would act on?

``numpy.load`` opens a torch archive as an npz and unpickles an object array that lies where a
storage should be; tools that unpack the archive open pickles and archives by their content. A
storage may hold any bytes, so a pickle must import something to count.
"""

from seamark.scan.models.archives.layouts import PEEKED
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Limits, Meter

_ARRAY = b"\x93NUMPY"
_ARCHIVE = b"PK\x03\x04"
_PROTO = 0x80
_LIMITS = Limits(opcodes=100_000, seconds=5)


def may_be_disguised(head: bytes) -> bool:
    """Whether the first bytes allow for it: comparisons only, this runs for every storage."""
    return head.startswith((_ARRAY, _ARCHIVE)) or (
        len(head) > 2 and head[0] == _PROTO and head[1] <= 5
    )


def is_disguised(blob: Blob) -> bool:
    """Whether the content is an array file, an archive, or a pickle that imports."""
    head = blob.read(0, PEEKED)
    if not may_be_disguised(head):
        return False
    if head[0] != _PROTO:
        return True
    from seamark.scan.models.pickle.machine import explain

    trace = explain(blob, meter=Meter(_LIMITS))
    return trace.limit is not None or any(
        all(part.isidentifier() for part in module.split(".")) for module, _ in trace.references
    )
