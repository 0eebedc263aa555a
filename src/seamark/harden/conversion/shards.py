"""A torch checkpoint in several files with an index, as transformers saves it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seamark.core.errors import UsageError
from seamark.harden.conversion.tensors import safetensors

INDEX = "model.safetensors.index.json"
_SUFFIX = ".bin.index.json"
_LONGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Index:
    """The index file, its folder, the shards it names in order, and which tensor is in which."""

    path: str
    folder: str
    files: tuple[str, ...]
    weights: Mapping[str, str]
    metadata: Mapping[str, Any]


def index_of(source: str) -> Index | None:
    """The index where ``source`` is one, or is a folder with one; None for a single file.

    Raises ``UsageError`` for a folder without, and for an index that cannot be read.
    """
    if os.path.isdir(source):
        names = sorted(name for name in os.listdir(source) if name.endswith(_SUFFIX))
        if len(names) != 1:
            raise UsageError(
                f"{source} holds {len(names) or 'no'} indexes of torch shards (*{_SUFFIX}).",
                hint="Name one model file.",
            )
        return _read(os.path.join(source, names[0]))
    return _read(source) if source.endswith(_SUFFIX) and os.path.isfile(source) else None


def _read(path: str) -> Index:
    folder = os.path.dirname(path) or "."
    try:
        with open(path, "rb") as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise ValueError("it is too long")
        document = json.loads(text)
        weights = document["weight_map"]
        files = dict.fromkeys(weights[name] for name in weights)
        for name in files:
            if not isinstance(name, str) or os.path.basename(name) != name or name in ("", ".."):
                raise ValueError(f"it names {str(name)[:60]!r}, which is no file beside it")
            if not os.path.isfile(os.path.join(folder, name)):
                raise ValueError(f"it names {name!r}, which is not there")
        if not files:
            raise ValueError("it names no shards")
        return Index(path, folder, tuple(sorted(files)), weights, document.get("metadata") or {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no index of torch shards: {error}.", hint="Name one model file."
        ) from error


def renamed(name: str) -> str:
    """A shard's new name: ``pytorch_model-00001-of-00002.bin`` as transformers calls it."""
    stem = name.removesuffix(".bin").removesuffix(".pt")
    if stem.startswith("pytorch_model"):
        stem = "model" + stem.removeprefix("pytorch_model")
    return f"{stem}.safetensors"


def new_index(index: Index, made: Mapping[str, str]) -> tuple[str, bytes]:
    """What is wrong with the converted shards taken together, and the text of their index.

    ``made`` maps each old shard's name to the path of the new one.
    """
    weights: dict[str, str] = {}
    total = 0
    for old, path in made.items():
        placed, metadata = safetensors.read_header(path)
        aliases = set(metadata) - {"format"}
        told = {name for name, shard in index.weights.items() if shard == old}
        if told != set(placed) | aliases:
            odd = sorted(told ^ (set(placed) | aliases))[:3]
            return f"The index and the shard {old} disagree about {', '.join(odd)}.", b""
        for name, each in placed.items():
            weights[name] = os.path.basename(path)
            total += each.size
    document = {"metadata": {**index.metadata, "total_size": total},
                "weight_map": dict(sorted(weights.items()))}  # fmt: skip
    return "", json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
