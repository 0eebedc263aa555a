"""Text that no loader of models acts upon: harmless, unless it is no text or claims to be more."""

from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models import rules as file_rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code import rules
from seamark.scan.models.limits import Malformed
from seamark.scan.models.scope import Scope

_LFS: Final = b"version https://git-lfs.github.com/spec/"
_LFS_BYTES: Final = 1024
_WHOLE: Final = 1 << 20
_SAMPLE: Final = 4096
_SAMPLES: Final = 64
_CONTROLS: Final = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27})
_TEXT_MODELS: Final = frozenset({".model", ".pmml", ".weights", ".plan"})


def examine_text(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Plain text: no model, unless its name promises one. Long texts are sampled."""
    from seamark.scan.models.packages.programs_rules import SCRIPT
    from seamark.scan.models.weights.recognized import MODEL_EXTENSIONS
    from seamark.scan.models.weights.tails import examine_appended_zip

    if blob.size <= _LFS_BYTES and blob.read(0, len(_LFS)) == _LFS:
        scope.set_format("git-lfs-pointer")
        yield scope.finding(
            rules.NOT_FETCHED, "This is a Git LFS pointer; the file itself is not here."
        )
        return
    _check_samples(blob, scope)
    if scope.depth == 0:
        scope.tally.note = scope.tally.note or "not a model file"
    suffix = "." + scope.name.rpartition(".")[2].lower()
    if suffix in MODEL_EXTENSIONS - _TEXT_MODELS:
        yield scope.finding(
            file_rules.EXTENSION_LIES,
            f"The name ends in {suffix}, but the content is text.",
            anchor=suffix,
            evidence={"extension": suffix, "content": "text"},
        )
    if suffix in MODEL_EXTENSIONS | {".bin"} and blob.read(0, 2) == b"#!":
        yield scope.finding(SCRIPT, f"The name ends in {suffix}, but the content is a script.")
    yield from examine_appended_zip(blob, scope, host="text")


def _check_samples(blob: Blob, scope: Scope) -> None:
    """Raise ``Malformed`` where what begins as text goes on as something else."""
    if blob.read(0, 2) in (b"\xff\xfe", b"\xfe\xff"):
        return  # UTF-16, in which every other byte may be zero
    step = _SAMPLE if blob.size <= _WHOLE else max(_SAMPLE, blob.size // _SAMPLES)
    for offset in range(0, blob.size, step):
        sample = blob.read(offset, _SAMPLE)
        scope.tally.bytes += len(sample)
        if sample.translate(None, _CONTROLS) != sample:
            raise Malformed("it begins as text and goes on as binary data", offset)
        scope.meter.check_time()
