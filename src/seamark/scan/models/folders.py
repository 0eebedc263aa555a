"""Which files are one model: a folder that a file in it marks as such, or a file by itself."""

from collections.abc import Iterable
from dataclasses import replace

from seamark.core.metadata import NOTHING, Metadata, merged
from seamark.core.reports import FileReport, ModelReport
from seamark.core.verdicts import worst


def models_of(files: Iterable[FileReport]) -> tuple[ModelReport, ...]:
    """The models among ``files``, by path. The outermost marked folder takes all below it.

    A file outside such folders is a model where its headers say anything of one.
    """
    files = list(files)
    kinds: dict[str, str] = {}
    for file in files:
        if file.metadata.folder:
            kinds.setdefault(_folder(file.path), file.metadata.folder)
    members: dict[str, list[FileReport]] = {}
    alone: list[ModelReport] = []
    for file in files:
        root = _outermost(file.path, kinds)
        if root is not None:
            members.setdefault(root, []).append(file)
        elif file.metadata:
            alone.append(_model(file.path, file.format, [file]))
    made = [_model(root or ".", kinds[root], held) for root, held in members.items()]
    return tuple(sorted([*made, *alone], key=lambda model: model.path))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _outermost(path: str, kinds: dict[str, str]) -> str | None:
    if not kinds:
        return None
    if "" in kinds and not path.startswith("/"):
        return ""
    parts = path.split("/")
    for count in range(1, len(parts)):
        root = "/".join(parts[:count])
        if root in kinds:
            return root
    return None


def _model(path: str, kind: str, held: list[FileReport]) -> ModelReport:
    said = NOTHING
    weights: dict[str, Metadata] = {}
    for file in held:
        said = merged(said, file.metadata)
        weights[file.format] = merged(weights.get(file.format, NOTHING), file.metadata)
    # Folders hold the same weights in several formats: those of the fullest one are counted.
    fullest = max(weights.values(), key=lambda each: each.parameters or 0, default=said)
    return ModelReport(
        path=path,
        kind=kind,
        files=tuple(file.path for file in held),
        verdict=worst([file.verdict for file in held]),
        metadata=replace(
            said, parameters=fullest.parameters, tensors=fullest.tensors, dtypes=fullest.dtypes
        ),
    )
