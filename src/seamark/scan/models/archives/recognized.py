"""Archives that are recognized and not opened: what they hold stays unexamined, and is said so."""

from collections.abc import Iterator
from functools import partial

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope


def _examine(title: str, _blob: Blob, scope: Scope) -> Iterator[Finding]:
    yield scope.finding(
        rules.NOT_YET_READ,
        f"{title} archives are recognized but not opened; extract the archive and scan its files.",
        anchor=title,
    )


examine_7z = partial(_examine, "7z")
examine_rar = partial(_examine, "RAR")
examine_cab = partial(_examine, "Cabinet")
examine_ar = partial(_examine, "ar")
examine_cpio = partial(_examine, "cpio")
examine_lrzip = partial(_examine, "lrzip")
examine_lzip = partial(_examine, "lzip")
examine_compress = partial(_examine, "Unix compress")
examine_lz4_legacy = partial(_examine, "lz4 legacy")
