"""R data as the table of formats lists it."""

from collections.abc import Callable
from typing import NamedTuple

from seamark.scan.models.blobs import Blob


class Kind(NamedTuple):
    """One row: see :class:`seamark.scan.models.formats.Format`."""

    name: str
    title: str
    sniff: Callable[[bytes, Blob], bool]
    reader: str
    extensions: frozenset[str] = frozenset()


WORKSPACES = tuple(f"RD{form}{version}\n".encode() for form in "XAB" for version in (2, 3))
"""What ``save()`` writes before the data; ``saveRDS()`` writes nothing."""
_ENCODED = (
    *(b"X\n\0\0\0\2", b"X\n\0\0\0\3"),
    *(b"A\n2\n", b"A\n3\n"),
    *(b"B\n\2\0\0\0", b"B\n\3\0\0\0"),
)


def is_r_data(head: bytes, _blob: Blob) -> bool:
    """The mark of a workspace, or an encoding and a version of the format."""
    return head.startswith((*WORKSPACES, *_ENCODED))


KINDS: tuple[Kind, ...] = (
    Kind(
        "r_data",
        "R data",
        is_r_data,
        "r.reader:examine",
        frozenset({".rds", ".rdata", ".rda", ".rdx"}),
    ),
)
