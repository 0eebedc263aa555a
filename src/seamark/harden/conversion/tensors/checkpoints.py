"""Where a checkpoint's storages lie in its file: zip archives and the older plain layout."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors.pickles import unpickle
from seamark.harden.conversion.tensors.values import Storage
from seamark.scan.models.archives import zip_records
from seamark.scan.models.archives.zip_readings import find_readings
from seamark.scan.models.blobs import FileBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Meter

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_LONGEST_PICKLE = 512 << 20
_COMPRESSED = -1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An open checkpoint: what its pickle describes, and where each storage's bytes begin."""

    root: Any
    blob: FileBlob
    starts: dict[str, int]

    def read(self, storage: Storage, offset: int, length: int) -> bytes:
        """Bytes ``[offset, offset + length)`` of a storage. Raises ``Refused`` beyond the file."""
        data = self.blob.read(self.starts[storage.key] + offset, length)
        if len(data) != length:
            raise Refused(f"The file ends inside the storage {storage.key[:40]!r}.")
        return data


@contextmanager
def open_checkpoint(path: str) -> Iterator[Checkpoint]:
    """The checkpoint at ``path``; valid inside the ``with`` block. Raises ``Refused``."""
    with open(path, "rb") as file:
        blob = FileBlob(file.fileno(), 0, os.fstat(file.fileno()).st_size)
        zipped = blob.read(0, 4) == zip_records.LOCAL
        try:
            yield _read_zip(blob) if zipped else _read_plain(file, blob)
        except LimitExceeded as error:
            raise Refused(f"The archive {error}.") from error


def _read_zip(blob: FileBlob) -> Checkpoint:
    meter = Meter(Limits())
    readings, _ = find_readings(blob, meter)
    if len(readings) != 1:
        raise Refused("The archive has no directory, or more than one.")
    places: dict[str, tuple[int, int]] = {}
    for entry in readings[0].entries:
        local = zip_records.read_local(blob, entry.offset + readings[0].shift, len(entry.raw_name))
        if local is None or entry.name in places:
            raise Refused(f"The archive's directory is wrong about {entry.name[:60]!r}.")
        stored = entry.method == zip_records.STORED and entry.packed == entry.size
        places[entry.name] = (local.data, entry.size if stored else _COMPRESSED)
    tops = [name[: -len("data.pkl")] for name in places if name.endswith("/data.pkl")]
    tops = [top for top in tops if top.count("/") == 1]
    if len(tops) != 1:
        raise Refused("The archive holds no checkpoint, or several.")
    top = tops[0]
    if f"{top}constants.pkl" in places:
        raise Refused("This is a TorchScript program, not a checkpoint; save its state_dict().")
    order = _content(blob, places.get(f"{top}byteorder"))
    if order.strip() not in (b"", b"little"):
        raise Refused("The checkpoint was written by a big-endian machine.")
    if places[f"{top}data.pkl"][1] == _COMPRESSED:
        raise Refused("The checkpoint is compressed, which torch never writes.")
    if places[f"{top}data.pkl"][1] > _LONGEST_PICKLE:
        raise Refused("The checkpoint's pickle is too long.")
    storages: dict[str, Storage] = {}
    root = unpickle(BytesIO(_content(blob, places[f"{top}data.pkl"])), storages)
    starts = {}
    for key, storage in storages.items():
        place = places.get(f"{top}data/{key}")
        if place is None or place[1] < storage.size or place[1] == _COMPRESSED:
            raise Refused(f"The archive lacks the storage {key[:40]!r}, or part of it.")
        starts[key] = place[0]
    return Checkpoint(root, blob, starts)


def _content(blob: FileBlob, place: tuple[int, int] | None) -> bytes:
    return b"" if place is None else blob.read(place[0], place[1])


def _read_plain(file: Any, blob: FileBlob) -> Checkpoint:
    """Five pickles, then each storage as a count and its elements (``_legacy_save``)."""
    storages: dict[str, Storage] = {}
    if unpickle(file, {}) != _MAGIC or unpickle(file, {}) != _PROTOCOL:
        raise Refused("This is no torch checkpoint but a plain pickle.")
    system = unpickle(file, {})
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise Refused("The checkpoint was written by a big-endian machine.")
    root = unpickle(file, storages)
    keys = unpickle(file, {})
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
        raise Refused("The list of storages is not that of the tensors.")
    at = file.tell()
    starts = {}
    for key in map(str, keys):
        storage = storages[key]
        if int.from_bytes(blob.read(at, 8), "little", signed=True) != storage.count:
            raise Refused(f"The storage {key[:40]!r} does not have the announced length.")
        starts[key] = at + 8
        at += 8 + storage.size
    if at > blob.size:
        raise Refused("The file ends inside its last storage.")
    return Checkpoint(root, blob, starts)
