"""Files that a package says to install from, whatever they are called and wherever they lie."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.paths import is_below
from seamark.scan.models.router import examine_as
from seamark.scan.models.scope import Reader, Scope


def examine_installed(
    reader: Reader, name: str, scope: Scope, *, levels: int = 0
) -> Iterator[Finding]:
    """Findings of ``reader`` in the file ``name`` beside this one, or so many folders higher.

    What that file includes in turn is looked for beside it. A file that is not there says nothing;
    one that lies elsewhere makes the examination incomplete.
    """
    name = name.removeprefix("./")
    blob = scope.beside(name, levels)
    if blob is None:
        if not is_below(name):
            scope.skip(f"what is installed by {name[:200]!r}, outside the folder")
        return
    folder = name.rpartition("/")[0]

    def near(other: str, more: int = 0, /) -> Blob | None:
        return None if more else scope.beside(f"{folder}/{other}" if folder else other, levels)

    yield from examine_as(reader, blob, scope, name, beside=near)
