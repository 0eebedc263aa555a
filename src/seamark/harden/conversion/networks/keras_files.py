"""Weights and architecture of a saved Keras model, read with h5py alone: no object is built.

A ``.keras`` file is a zip of ``config.json``, ``metadata.json`` and ``model.weights.h5``; a full
``.h5`` holds the architecture in the attribute ``model_config`` and the weights below
``model_weights``. Optimizer state is not weights and is left out.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seamark.harden.conversion.libraries import library
from seamark.harden.conversion.refusals import Refused

_LONGEST = 64 << 20
_MOST_NAMES = 1_000_000


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved model, opened: its architecture as JSON, and the HDF5 file and group of its weights.

    ``legacy`` is the layout of full ``.h5`` files, by layer name.
    """

    config: str
    weights: str
    group: str
    legacy: bool


def open_model(path: str, work: str) -> Saved:
    """Take a saved model apart; the weights of a ``.keras`` go to ``work``. Raises ``Refused``."""
    if zipfile.is_zipfile(path):
        return _open_archive(path, work)
    h5py = library("h5py")
    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
        if text is None or "model_weights" not in file:
            raise Refused("The file holds weights alone, or is no Keras model.")
        config = text.decode("utf-8") if isinstance(text, bytes) else str(text)
    return Saved(_checked(config), path, "model_weights", legacy=True)


def _open_archive(path: str, work: str) -> Saved:
    target = os.path.join(work, "taken.weights.h5")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if names.count("config.json") != 1 or names.count("model.weights.h5") != 1:
            raise Refused("The archive has no config.json or no model.weights.h5, or several.")
        with archive.open("config.json") as file:
            config = file.read(_LONGEST + 1)
        if not os.path.exists(target):
            with archive.open("model.weights.h5") as source, open(target, "xb") as copy:
                while chunk := source.read(1 << 20):
                    copy.write(chunk)
    if len(config) > _LONGEST:
        raise Refused("The architecture is longer than 64 MiB.")
    return Saved(_checked(config.decode("utf-8")), target, "/", legacy=False)


def _checked(config: str) -> str:
    try:
        found = json.loads(config)
    except (ValueError, RecursionError) as error:
        raise Refused(f"The architecture is no JSON: {error}.") from error
    if not isinstance(found, dict) or "class_name" not in found:
        raise Refused("The architecture names no class.")
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def datasets(path: str, group: str) -> Iterator[tuple[str, Any]]:
    """The weights below ``group`` as (name, dataset), in order of names. Raises ``Refused``.

    Links out of the file are not followed, and optimizer state is left out.
    """
    h5py = library("h5py")
    with h5py.File(path, "r") as file:
        found: list[str] = []
        pending = [file[group].name]
        while pending:
            here = pending.pop()
            for key in file[here]:
                name = f"{here.rstrip('/')}/{key}"
                if not isinstance(file[here].get(key, getlink=True), h5py.HardLink):
                    raise Refused(f"{name[:80]!r} is a link, which no saved model has.")
                kind = file[here].get(key, getclass=True)
                (pending if kind is h5py.Group else found).append(name)
            if len(found) + len(pending) > _MOST_NAMES:
                raise Refused("The file holds more than a million groups.")
        top = file[group].name.rstrip("/")
        for name in sorted(found):
            short = name[len(top) + 1 :]
            if not short.startswith(("optimizer/", "_optimizer")):
                if file[name].external or file[name].is_virtual:
                    raise Refused(f"{name[:80]!r} lies in another file.")
                yield short, file[name]
