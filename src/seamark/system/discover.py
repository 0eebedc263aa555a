"""What a directory holds: model files by content, and where they lie."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seamark.core.errors import UsageError
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.check import scan_paths
from seamark.scan.walk import Selection
from seamark.system.git import ignored

_NOT_MODELS = frozenset({"unknown", "unreadable", "special", "link", "executable", "empty", ""})
_ARCHIVES = frozenset(
    {"zip", "gzip", "bzip2", "xz", "zstd", "lz4", "7z", "rar", "cab", "ar", "cpio", "lrzip",
     "lzip", "compress", "lz4-legacy", "tar", "zlib", "lzma"}
)  # fmt: skip
_MODEL_NAMES = frozenset(
    {".safetensors", ".gguf", ".onnx", ".h5", ".hdf5", ".keras", ".npy", ".npz", ".pt", ".pth",
     ".ckpt", ".nemo", ".mar", ".tflite", ".mlmodel", ".pkl", ".pickle", ".joblib", ".skops"}
)  # fmt: skip
_CROWD = 20
"""More names of one kind in one folder than anyone reads are one glob."""


@dataclass(frozen=True, slots=True)
class Found:
    """One model file, and what the scan says of it."""

    report: FileReport

    @property
    def path(self) -> str:
        """Relative to the directory that was searched."""
        return self.report.path


@dataclass(frozen=True, slots=True)
class Discovery:
    """The models of a project, and how many more git ignores: a clone would not have them."""

    models: tuple[Found, ...]
    ignored: int = 0


def discover(root: str, selection: Selection = Selection()) -> Discovery:
    """Model files under ``root``, without what no loader opens and what git ignores."""
    reports = scan_paths(["."], selection=selection, base=root)
    found = [Found(report) for report in reports if is_model(report)]
    try:
        left_out = ignored(root, [each.path for each in found]) if found else frozenset()
    except UsageError:  # no git here, so nothing that it ignores
        left_out = frozenset()
    models = tuple(each for each in found if each.path not in left_out)
    return Discovery(models, len(found) - len(models))


def as_globs(paths: Sequence[str]) -> Iterator[str]:
    """The paths, those of one suffix as one glob where a folder holds very many of them."""
    crowds: dict[tuple[str, str], int] = {}
    for path in paths:
        crowd = _crowd(path)
        crowds[crowd] = crowds.get(crowd, 0) + 1
    told: set[tuple[str, str]] = set()
    for path in paths:
        crowd = _crowd(path)
        if crowds[crowd] <= _CROWD:
            yield path
        elif crowd not in told:
            told.add(crowd)
            yield os.path.join(crowd[0], f"*{crowd[1]}")


def _crowd(path: str) -> tuple[str, str]:
    return os.path.dirname(path), os.path.splitext(path)[1]


def is_model(report: FileReport) -> bool:
    """Whether a file is one that models are kept in, by its content."""
    if report.format in _NOT_MODELS or report.coverage.note:
        return False
    if report.path.startswith("seamark."):
        return False
    return report.format not in _ARCHIVES or _carries_a_model(report)


def _carries_a_model(report: FileReport) -> bool:
    """Whether an archive holds a pickle, is named as a model, or has findings of its own.

    One that is left out here is scanned all the same; it is only not named in ``seamark.yaml``.
    """
    if report.coverage.opcodes or report.verdict in (Verdict.HOSTILE, Verdict.REVIEW):
        return True
    stem, suffix = os.path.splitext(report.path.lower())
    return bool(_MODEL_NAMES & {suffix, os.path.splitext(stem)[1]})  # also model.h5.gz
