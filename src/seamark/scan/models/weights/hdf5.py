"""HDF5: every object, link and attribute of a file; what leads out of it; Keras configurations.

Numbers in datasets are never read. What a file keeps in a way that this reader does not
understand makes it ``unclear``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import Malformed
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.hdf5_objects import (
    Attribute,
    Header,
    Kind,
    Link,
    attributes,
    links,
    read_header,
)
from seamark.scan.models.weights.hdf5_storage import Cursor, Storage
from seamark.scan.models.weights.signatures import HDF5
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

ESCAPE = Rule(
    id="HDF001",
    title="HDF5 content is read from outside the file's folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="A dataset or link takes its content from a path that leaves the folder, so loading "
    "the model reads any file of the machine into it.",
    remedy="Do not load the file. Ask its source for one that holds its weights itself.",
    references=(cve("CVE-2026-1669"), cwe(73), cwe(22)),
)
OTHER_FILE = Rule(
    id="HDF002",
    title="HDF5 content is read from another file",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="What is loaded depends on another file that this one only names, and whoever can "
    "place that file decides the weights.",
    remedy="Save the model again into one file, or review the other file as well.",
    references=(cve("CVE-2026-1669"), cwe(73)),
)
USER_LINK = Rule(
    id="HDF003",
    title="HDF5 link of a user-defined type",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Such links are followed by code that a program registers; no model library writes "
    "them.",
    remedy="Find out which program wrote the file, and save the model again without the link.",
    references=(cwe(829),),
)
HIDDEN_BYTES = Rule(
    id="HDF004",
    title="Bytes outside the HDF5 content",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The file says where it ends, and more follows: invisible to HDF5 readers, it can carry "
    "a payload for another program.",
    remedy="Repack the file with h5repack; what does not belong to it is then gone.",
    references=(cwe(434),),
)

RULES = (ESCAPE, OTHER_FILE, USER_LINK, HIDDEN_BYTES)

_KERAS_CONFIGS = frozenset({"model_config", "training_config"})
_PICKLED_BYTES = 64 << 20
_PICKLE_STARTS = (b"\x80", b"(", b"c", b"]", b"}", b")", b"N", b"I", b"S", b"V", b"F", b"L")


@dataclass(frozen=True, slots=True)
class _Object:
    """An object to visit: where it is and under which path."""

    address: int
    path: str


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one HDF5 file."""
    start = find_signature(blob)
    if start is None:
        raise Malformed("the HDF5 signature is missing", 0)
    storage = Storage(blob, start, scope.meter)
    if storage.end > blob.size:
        raise Malformed(f"the file should hold {storage.end} bytes", blob.size)
    try:
        yield from _walk(storage, scope)
    finally:
        scope.tally.bytes += storage.bytes_read
    yield from _examine_surroundings(blob, start, storage, scope)


def find_signature(blob: Blob) -> int | None:
    """Where the superblock is: at 0, or behind a user block of 512 bytes times a power of two."""
    start = 0
    while start < blob.size:
        if blob.read(start, len(HDF5)) == HDF5:
            return start
        start = start * 2 or 512
    return None


def _walk(storage: Storage, scope: Scope) -> Iterator[Finding]:
    pending = [_Object(storage.root, "/")]
    seen = {storage.root}
    while pending:
        here = pending.pop()
        scope.meter.spend_member()
        try:
            header = read_header(storage, here.address)
            for reason in header.unread:
                scope.skip(f"{here.path}: {reason}")
            yield from _examine_dataset(header, here, storage, scope)
            yield from _examine_bytes(header, storage, here, scope)
            for attribute in attributes(storage, header):
                yield from _examine_attribute(attribute, here, scope)
            for link in links(storage, header):
                path = f"{here.path.rstrip('/')}/{link.name}"
                yield from _examine_link(link, path, scope)
                if link.address is not None and link.address not in seen:
                    seen.add(link.address)
                    pending.append(_Object(link.address, path))
        except Malformed as error:
            # One broken object must not hide what the others hold.
            yield scope.finding(
                rules.DAMAGED,
                f"The object '{here.path[:200]}' is damaged: {error.reason}.",
                anchor=here.path[:200],
                offset=error.offset,
            )


def _examine_link(link: Link, path: str, scope: Scope) -> Iterator[Finding]:
    if link.type == 64:
        yield _outside(link.file, f"The link '{path[:200]}' leads", path, scope)
    elif link.type not in (0, 1):
        yield scope.finding(
            USER_LINK,
            f"The link '{path[:200]}' has the user-defined type {link.type}.",
            anchor=path[:200],
        )


def _outside(file: str, what: str, path: str, scope: Scope) -> Finding:
    kind = classify_path(file)
    if kind is PathKind.INSIDE:
        rule, message = OTHER_FILE, f"{what} to the file '{file[:200]}'."
    else:
        rule, message = ESCAPE, f"{what} to '{file[:200]}', which {kind.value}."
    return scope.finding(rule, message, anchor=path[:200], evidence={"file": file[:1000]})


def _examine_dataset(
    header: Header, here: _Object, storage: Storage, scope: Scope
) -> Iterator[Finding]:
    what = f"The data of '{here.path[:200]}' leads"
    for message in header.of(Kind.EXTERNAL_FILES):
        cursor = Cursor(message.data, storage, 4)
        cursor.skip(2)
        used, heap = cursor.number(2), cursor.offset()
        names = Cursor(storage.local_heap(heap), storage)
        for _ in range(used):
            names.position = cursor.length()
            cursor.skip(2 * storage.length_size)
            yield _outside(names.text(), what, here.path, scope)
    for message in header.of(Kind.LAYOUT):
        if message.data[:1] >= b"\x04" and message.data[1:2] == b"\x03":
            cursor = Cursor(message.data, storage, 2)
            address, index = cursor.offset(), cursor.number(4)
            if address == storage.undefined:
                continue
            mapping = Cursor(storage.global_heap(address, index), storage)
            mapping.skip(1 + storage.length_size)
            file = mapping.text()
            if file != ".":
                yield _outside(file, what, here.path, scope)
            else:
                scope.skip(f"{here.path}: a virtual dataset, whose further sources are not read")


def _examine_bytes(
    header: Header, storage: Storage, here: _Object, scope: Scope
) -> Iterator[Finding]:
    """A dataset of bytes that is a pickle as a whole: nothing of HDF5 loads it, but whoever put
    it there means somebody to. Only contiguous data (as h5py writes without options) is looked at.
    """
    kinds = [message.data for message in header.of(Kind.DATATYPE)]
    if not any(
        kind[0] & 15 in (3, 5) or kind[4:8] == b"\1\0\0\0" for kind in kinds if len(kind) > 7
    ):
        return
    for message in header.of(Kind.LAYOUT):
        if message.data[:2] not in (b"\x03\x01", b"\x04\x01"):
            continue
        cursor = Cursor(message.data, storage, 2)
        address, length = cursor.offset(), cursor.length()
        if address == storage.undefined or not 2 < length <= _PICKLED_BYTES:
            continue
        at = storage.base + address
        head = storage.blob.read(at, 2)
        # Both ends of a marked pickle must be there: pictures are bytes as well.
        if head[:1] != b"\x80" or head[1:] not in b"\2\3\4\5":
            continue
        data = storage.blob.read(at, length).rstrip(b"\0 ")
        if data.endswith(b"."):
            yield from _examine_pickled(data, here.path, scope)


def _examine_attribute(attribute: Attribute, here: _Object, scope: Scope) -> Iterator[Finding]:
    if attribute.unread:
        scope.skip(f"{here.path}: {attribute.unread}")
    if attribute.name in _KERAS_CONFIGS:
        yield from _examine_keras(attribute, scope)
        return
    if attribute.name == "PSEUDOATOM" and b"object" in attribute.texts:
        scope.skip(f"{here.path}: a PyTables array of pickled objects, which are not read")
    for text in attribute.texts:
        if text.startswith(_PICKLE_STARTS) and len(text) > 2:
            yield from _examine_pickled(text, attribute.name, scope)


def _examine_keras(attribute: Attribute, scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.router import examine_as
    from seamark.scan.models.weights.keras import examine_keras_config

    if not attribute.texts:
        scope.skip(f"the attribute '{attribute.name}' is not text")
    for text in attribute.texts:
        if text not in (b"", b"null"):
            blob = BytesBlob(text)
            yield from examine_as(examine_keras_config, blob, scope, attribute.name)


def _examine_pickled(text: bytes, name: str, scope: Scope) -> Iterator[Finding]:
    """PyTables keeps attributes that are neither text nor numbers as pickles."""
    from seamark.scan.models.router import detect

    found = detect(BytesBlob(text))
    if found is not None and found.name.startswith("pickle"):
        yield from scope.examine(BytesBlob(text), f"@{name[:200]}")


def _examine_surroundings(
    blob: Blob, start: int, storage: Storage, scope: Scope
) -> Iterator[Finding]:
    end = storage.end
    if end < blob.size:
        yield scope.finding(
            HIDDEN_BYTES,
            f"{blob.size - end} bytes follow the end of the HDF5 content.",
            anchor="trailing",
            offset=end,
        )
        yield from examine_trailing(blob, scope, end)
    yield from examine_appended_zip(blob, scope, host="hdf5")
    if start:
        block = blob.read(0, min(start, 1 << 16))
        if block.strip(b"\0"):
            yield from scope.examine(blob.slice(0, start), "(user block)")
