"""Orbax checkpoints: recognized, not read in depth.

OCDBT is a B+tree over many files whose values are compressed chunks of arrays. Nothing in it is
code, but native parsers read it, and this one does not yet.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope


def examine(_blob: Blob, scope: Scope) -> Iterator[Finding]:
    """One finding that says why the file cannot be cleared."""
    scope.describe(framework="JAX")
    yield scope.finding(
        rules.NOT_YET_READ,
        "Orbax checkpoint (OCDBT): its trees and array chunks are not examined yet.",
        anchor="ocdbt",
    )
