"""The ``.bin`` file of an OpenVINO model: raw numbers, which only the document beside explains."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.xml_prolog import root_name
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip

GUESSED = frozenset({"text", "text-8bit", "msgpack", "media"})
"""Inert formats that raw numbers may look like. A pickle, an archive or compressed data is one
whatever explains it."""


def claimed_by(scope: Scope) -> str:
    """The document beside this file that names parts of it; empty where there is none."""
    stem, _, suffix = scope.name.rpartition(".")
    if suffix.lower() != "bin" or not stem or f"{stem}.xml" not in scope.siblings():
        return ""
    document = scope.beside(f"{stem}.xml")
    if document is None or root_name(document.read(0, 4096), document) == "net":
        return f"{stem}.xml"
    return ""


def examine(blob: Blob, scope: Scope, claimant: str) -> Iterator[Finding]:
    """Findings in the weight file that the document ``claimant`` beside it names parts of."""
    from seamark.scan.models.graphs.openvino import read_document
    from seamark.scan.models.graphs.openvino_constants import examine_weights

    scope.set_format("tensor_data")
    beside = scope.beside(claimant)
    if beside is None:
        yield scope.finding(
            rules.NOT_YET_READ,
            f"This is raw data of {claimant!r}, which cannot be opened from here.",
            anchor=claimant,
        )
        return
    document, markup, failure = read_document(beside, scope)
    if failure or markup.stopped or not document.layers:
        scope.skip(f"{claimant} does not say which numbers lie here")
        return
    scope.tally.note = f"raw tensors of {claimant}"
    yield from examine_weights(blob, scope, document.constants)
    yield from examine_appended_zip(blob, scope, host="OpenVINO weights")
