"""From bytes to reader: what is it, who reads it, and what happens when reading fails."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.formats import FORMATS, HEAD, Format
from seamark.scan.models.graphs import openvino_data
from seamark.scan.models.graphs.kinds import PACKAGE
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Names, OpenBeside, Reader, Scope, nothing_beside
from seamark.scan.models.tensorflow.kinds import CHECKPOINT_DATA, SHARD

_READ_AS_TEXT = tuple(
    """.py .jinja .jinja2 .j2 .json .yaml .yml mlmodel requirements.txt
    pickle_module_info.txt""".split()
)


def detect(blob: Blob, name: str = "") -> Format | None:
    """The first format whose sniffer accepts the blob, or None.

    Loaders open some files by ``name`` and read them as text whatever they begin with, and
    ``ID3`` or ``GIF89a`` begin Python as well as pictures: under such a name nothing is media.
    """
    head = blob.read(0, HEAD)
    if not head:
        return next(candidate for candidate in reversed(FORMATS) if candidate.name == "empty")
    for candidate in FORMATS:
        if candidate.sniff(head, blob):
            if candidate.name == "media" and name.lower().endswith(_READ_AS_TEXT):
                continue
            return candidate
    return None


def route(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Examine a blob by its content. Never raises for bad input: what fails is a finding."""
    yield from contain(_route, blob, scope)


def examine_as(
    reader: Reader,
    blob: Blob,
    scope: Scope,
    member: str,
    siblings: Names = frozenset,
    beside: OpenBeside = nothing_beside,
) -> Iterator[Finding]:
    """Examine a member with a reader of the caller's choice, otherwise as ``scope.examine``."""
    scope.meter.spend_member()
    scope.tally.members += 1
    yield from contain(reader, blob, scope.inside(member, siblings, beside=beside))


def _route(blob: Blob, scope: Scope) -> Iterator[Finding]:
    found = _by_name(scope) or detect(blob, scope.name)
    if found is None or found.name in openvino_data.GUESSED:
        document = openvino_data.claimed_by(scope)
        if document:
            yield from openvino_data.examine(blob, scope, document)
            return
    if found is None:
        from seamark.scan.models.weights.recognized import companion_of

        model = companion_of(scope)
        if model is not None:
            scope.set_format("tensor_data")
            scope.tally.note = f"raw tensors of {model}"
            return
        scope.set_format("unknown")
        yield scope.finding(rules.UNKNOWN_FORMAT, "No reader recognizes this content.")
        return
    scope.set_format(found.name)
    yield from _check_extension(found, scope)
    if found.name not in _NO_POLYGLOT:
        yield from _see_pickle(blob, scope, found)
    yield from found.load_reader()(blob, scope)


def _by_name(scope: Scope) -> Format | None:
    """What is known by its name and what lies beside it.

    Data files of a checkpoint have no mark; their name leads to the index that claims them. A
    package's manifest is JSON, in which a mark can be spelled in many ways and at any depth.
    """
    name = SHARD.fullmatch(scope.name)
    if name and f"{name[1]}.index" in scope.siblings():
        return Format(**CHECKPOINT_DATA._asdict())
    if scope.name.lower() == "manifest.json" and "Data" in scope.siblings():
        return Format(**PACKAGE._asdict())
    return None


_NO_POLYGLOT = frozenset({"pickle", "text", "text-8bit", "empty"})
"""Pickles, and formats whose sniffers ask for a pickle first."""


def _see_pickle(blob: Blob, scope: Scope, found: Format) -> Iterator[Finding]:
    """A file of another format that works as a pickle too: loaders that unpickle do not sniff."""
    from seamark.scan.models.pickle.sniff import acts_as_pickle

    if acts_as_pickle(blob.read(0, 1), blob):
        from seamark.scan.models.pickle.reader import examine

        yield scope.finding(
            rules.POLYGLOT,
            f"The file is {found.title}, and it works as a pickle as well.",
            anchor="pickle",
        )
        yield from examine(blob, scope)
        scope.set_format(found.name)


def contain(reader: Reader, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What ``reader`` finds; where it fails, what it found so far and a finding that says why."""
    try:
        yield from reader(blob, scope)
    except LimitExceeded as error:
        yield scope.finding(rules.LIMIT_EXCEEDED, f"Examination stopped: the file {error}.")
    except Malformed as error:
        yield scope.finding(
            rules.DAMAGED, f"The content is damaged: {error.reason}.", offset=error.offset
        )
    except OSError as error:
        yield scope.finding(rules.UNREADABLE, f"Reading failed: {error.strerror or error}.")
    except Exception as error:  # a reader's own defect must not end the scan
        yield scope.finding(
            rules.READER_FAILED,
            f"The reader failed on this content ({type(error).__name__}: {error}).",
        )


def _check_extension(found: Format, scope: Scope) -> Iterator[Finding]:
    suffix = "." + scope.name.rpartition(".")[2].lower()
    if not found.extensions or suffix in found.extensions:
        return
    if any(suffix in other.extensions for other in FORMATS):
        yield scope.finding(
            rules.EXTENSION_LIES,
            f"The name ends in {suffix}, but the content is {found.title}.",
            anchor=suffix,
            evidence={"extension": suffix, "content": found.name},
        )
