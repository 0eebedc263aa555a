"""Packages that are told by their first bytes, as the table of formats lists them.

The others (TorchServe, NeMo, MLflow, OCI) are told by the text files that mark them: see
:mod:`seamark.scan.models.packages.markers`.
"""

from seamark.scan.models.archives.kinds import Kind
from seamark.scan.models.blobs import Blob

_PROGRAMS = (
    b"\x7fELF",
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),  # Mach-O
    b"\xca\xfe\xba\xbe\0\0\0",  # Mach-O for several machines, Java class
)
PORTABLE = (b"MZqFpD", b"jartsr='")
"""First bytes of actually portable executables, which every system starts."""


def is_program(head: bytes, blob: Blob) -> bool:
    """ELF, Mach-O, PE or an actually portable executable. DOS headers must lead to a PE header."""
    if head.startswith(_PROGRAMS) or head.startswith(PORTABLE):
        return True
    start = int.from_bytes(head[60:64], "little")
    return head.startswith(b"MZ") and blob.read(start, 4) == b"PE\0\0"


KINDS: tuple[Kind, ...] = (
    Kind(
        "executable",
        "Native program or library",
        is_program,
        "packages.programs:examine",
        frozenset(".so .dll .dylib .exe .pyd .o .a .llamafile .com .elf .cubin".split()),
    ),
)
"""In order of certainty."""
