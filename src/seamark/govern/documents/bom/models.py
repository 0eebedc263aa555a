"""Models as entries: with their card, their files, and what they say that they come from."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from seamark.core.findings import Location
from seamark.core.reports import FileReport, ModelReport
from seamark.govern.documents.bom.cards import Said, read_card
from seamark.govern.documents.bom.licensing import declared
from seamark.govern.documents.bom.model import Card, Entry, Kind, Property
from seamark.govern.documents.bom.texts import clean
from seamark.scan.dependencies.names import purl

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_SINGLE = frozenset({"", "."})

ReadCard = Callable[[str], bytes | None]
"""Gives the beginning of a file, by the path that its report shows; None where it has gone."""


@dataclass(frozen=True, slots=True)
class Models:
    """Entries of models, base models, prompts and datasets that models name, with gaps."""

    entries: tuple[Entry, ...]
    gaps: tuple[str, ...]


def models_as_entries(
    models: Iterable[ModelReport],
    files: Mapping[str, FileReport],
    *,
    system: str,
    read: ReadCard,
) -> Models:
    """Each model with its files; what it derives from, was trained on, and is prompted with.

    ``files`` are file reports by path. A base model and a dataset are what the model says: they
    are marked external, and no digest of theirs is known.
    """
    entries: dict[str, Entry] = {}
    gaps: list[str] = []
    for model in models:
        held = [files[path] for path in model.files if path in files]
        said = _card(held, read)
        entry = _model(model, held, said, system)
        entries[entry.ref] = entry
        for other in _around(model, entry.name):
            entries.setdefault(other.ref, other)
        gaps += _undigested(held)
    return Models(tuple(entries.values()), tuple(gaps))


def file_entry(report: FileReport, *, name: str = "") -> Entry:
    """A file: what it is, how large, its digest, and what the scan says of it."""
    return Entry(
        ref=f"file:{clean(report.path)}",
        kind=Kind.FILE,
        name=clean(name or report.path),
        hashes=(report.digest,) if report.digest else (),
        occurrences=(Location(path=clean(report.path)),),
        properties=tuple(_file_properties(report)),
    )


def _file_properties(report: FileReport) -> Iterator[Property]:
    yield "seamark:format", clean(report.format)
    yield "seamark:size", str(report.size)
    yield "seamark:verdict", report.verdict.value
    for skipped in report.coverage.skipped:
        yield "seamark:not-examined", clean(skipped)


def _undigested(held: Iterable[FileReport]) -> Iterator[str]:
    for report in held:
        if report.digest is None:
            yield f"{clean(report.path)}: the file has no digest: it could not be read whole."


def _card(held: Iterable[FileReport], read: ReadCard) -> Said:
    cards = [each for each in held if posixpath.basename(each.path).lower() == "readme.md"]
    nearest = min(cards, key=lambda each: each.path.count("/"), default=None)
    data = read(nearest.path) if nearest else None
    return read_card(data) if data else Said()


def _model(model: ModelReport, held: list[FileReport], said: Said, system: str) -> Entry:
    meta = model.metadata
    plain = system if model.path in _SINGLE else posixpath.basename(model.path)
    license_, texts = declared([meta.license] if meta.license else [])
    single = len(held) == 1 and held[0].path == model.path
    datasets = tuple(sorted({_dataset_ref(name) for name in meta.datasets if clean(name)}))
    return Entry(
        ref=f"model:{clean(model.path)}",
        kind=Kind.MODEL,
        name=clean(meta.name or said.name or plain),
        version=clean(said.version),
        description=said.description,
        hashes=(held[0].digest,) if single and held[0].digest else (),
        license=license_,
        license_texts=texts,
        occurrences=(Location(path=clean(model.path)),),
        requires=tuple(sorted({*_prompt_refs(meta.templates), *_base_refs(meta.base_models)})),
        parts=() if single else _parts(held, model.path),
        ancestors=tuple(sorted(set(_base_refs(meta.base_models)))),
        card=Card(
            task=said.task,
            approach=said.approach,
            architecture=clean(meta.architecture),
            datasets=datasets,
            metrics=said.metrics,
            use_cases=said.use_cases,
            limitations=said.limitations,
            risks=said.risks,
        ),
        properties=tuple(sorted({*_properties(model, said)})),
    )


def _parts(held: list[FileReport], folder: str) -> tuple[Entry, ...]:
    prefix = "" if folder in _SINGLE else f"{folder}/"
    made = (file_entry(each, name=each.path.removeprefix(prefix)) for each in held)
    return tuple(sorted(made, key=lambda each: each.ref))


def _properties(model: ModelReport, said: Said) -> Iterator[Property]:
    meta = model.metadata
    yield "seamark:format", clean(model.kind)
    yield "seamark:verdict", model.verdict.value
    for name, value in (
        ("framework", meta.framework or said.library),
        ("framework-version", meta.framework_version),
        ("format-version", meta.format_version),
    ):
        if value:
            yield f"seamark:{name}", clean(value)
    for name, count in (("parameters", meta.parameters), ("tensors", meta.tensors)):
        if count is not None:
            yield f"seamark:{name}", str(count)
    for dtype, count in meta.dtypes.items():
        yield f"seamark:dtype:{clean(dtype)}", str(count)
    yield from (("seamark:remote-code", clean(each)) for each in meta.remote_code)
    yield from (("seamark:language", each) for each in said.languages)


def _dataset_ref(name: str) -> str:
    return f"dataset:{clean(name)}"


def _base_refs(names: Iterable[str]) -> list[str]:
    return [f"base-model:{clean(name)}" for name in names if clean(name)]


def _prompt_refs(digests: Iterable[str]) -> list[str]:
    return [f"prompt:{clean(digest)}" for digest in digests]


def _around(model: ModelReport, name: str) -> Iterator[Entry]:
    """What this model names: base models, datasets, chat templates."""
    meta, where = model.metadata, (Location(path=clean(model.path)),)
    for base in filter(clean, meta.base_models):
        yield Entry(
            ref=f"base-model:{clean(base)}",
            kind=Kind.MODEL,
            name=clean(base),
            purl=_hub_purl(base),
            occurrences=where,
            external=True,
            card=Card(),
            properties=(("seamark:role", "base-model"),),
        )
    for dataset in filter(clean, meta.datasets):
        yield Entry(
            ref=_dataset_ref(dataset),
            kind=Kind.DATASET,
            name=clean(dataset),
            occurrences=where,
            external=True,
            properties=(("seamark:role", "training-data"),),
        )
    for digest in meta.templates:
        yield Entry(
            ref=f"prompt:{clean(digest)}",
            kind=Kind.PROMPT,
            name=f"chat template of {name}",
            hashes=(digest,),
            occurrences=where,
            properties=(("seamark:role", "chat-template"),),
        )


def _hub_purl(name: str) -> str:
    """The package URL of a model on Hugging Face: for a name of its form, ``owner/model``."""
    if not _HUB_ID.fullmatch(name):
        return ""
    owner, _, model = name.partition("/")
    return purl("huggingface", model, namespace=owner)


def with_owner(entry: Entry, *, name: str, owner: str, url: str) -> Entry:
    """The entry with what the project itself says of it, which goes before what it says."""
    return replace(entry, name=name or entry.name, owner=owner or entry.owner, url=url or entry.url)
