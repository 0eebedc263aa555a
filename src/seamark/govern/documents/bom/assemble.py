"""One document of all that was found: packages, models, files, datasets, prompts, services."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from seamark.core.reports import FileReport, ModelReport
from seamark.govern.documents.bom.declared import (
    Declared,
    HeldFile,
    asset_entry,
    matching,
    served_model,
    service_entry,
)
from seamark.govern.documents.bom.model import Bom, Entry, Kind
from seamark.govern.documents.bom.models import (
    ReadCard,
    file_entry,
    models_as_entries,
    with_owner,
)
from seamark.govern.documents.bom.packages import Packages, packages_of
from seamark.govern.documents.bom.texts import clean, uri
from seamark.scan.dependencies.inventory import Inventory

SUBJECT = "seamark:system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The system that the document is about."""

    name: str
    owner: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that goes into a document.

    ``files`` are reports of model files (those of ``models`` and others), ``held`` the files of
    each declared dataset and prompt. ``gaps`` are sentences about what could not be read.
    """

    subject: Subject
    inventory: Inventory
    models: tuple[ModelReport, ...] = ()
    files: Mapping[str, FileReport]
    declared_models: tuple[Declared, ...] = ()
    datasets: tuple[Declared, ...] = ()
    prompts: tuple[Declared, ...] = ()
    services: tuple[Declared, ...] = ()
    held: Mapping[Declared, tuple[HeldFile, ...]]
    gaps: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    read: ReadCard


def assemble(found: Found, *, tool_version: str) -> Bom:
    """The document. The same input gives the same document, to the last byte when written."""
    packages = packages_of(found.inventory)
    entries: dict[str, Entry] = {}
    gaps = [*found.gaps, *packages.gaps]
    made = models_as_entries(
        found.models, found.files, system=clean(found.subject.name), read=found.read
    )
    gaps += made.gaps
    for entry in made.entries:
        entries[entry.ref] = _owned(entry, found.declared_models)
    _add_declared(entries, found)
    inside = {path for model in found.models for path in model.files}
    for path, report in found.files.items():
        if path not in inside:
            entry = _owned(file_entry(report), found.declared_models)
            entries.setdefault(entry.ref, entry)
            if report.digest is None:
                gaps.append(f"{clean(path)}: the file has no digest: it could not be read whole.")
    packaged = {entry.ref: entry for entry in packages.entries}
    everything = _unique([*packaged.values(), *entries.values()])
    return Bom(
        subject=_subject(found.subject, packages, entries.values()),
        entries=tuple(sorted(everything, key=lambda entry: entry.ref)),
        gaps=tuple(dict.fromkeys(gaps)),
        excluded=found.excluded,
        tool_version=tool_version,
    )


def _unique(entries: Iterable[Entry]) -> list[Entry]:
    """References are names of packages, paths and labels: two of one reference are numbered."""
    seen: dict[str, int] = {SUBJECT: 1}

    def numbered(entry: Entry) -> Entry:
        count = seen[entry.ref] = seen.get(entry.ref, 0) + 1
        return entry if count == 1 else replace(entry, ref=f"{entry.ref}#{count}")

    result = [numbered(entry) for entry in entries]  # parts later: nothing refers to them
    return [
        replace(entry, parts=tuple(numbered(part) for part in entry.parts))
        if entry.parts
        else entry
        for entry in result
    ]


def _owned(entry: Entry, assets: Iterable[Declared]) -> Entry:
    if entry.external or not entry.occurrences:
        return entry
    for asset in matching(assets, entry.occurrences[0].path):
        plain = not any(mark in asset.path for mark in "*?")
        return with_owner(
            entry,
            name=clean(asset.name) if plain else "",
            owner=clean(asset.owner),
            url=uri(asset.url),
        )
    return entry


def _add_declared(entries: dict[str, Entry], found: Found) -> None:
    """What the project names, joined with what a model says of the same name."""
    for kind, assets in ((Kind.DATASET, found.datasets), (Kind.PROMPT, found.prompts)):
        for asset in assets:
            entry = asset_entry(kind, asset, found.held.get(asset, ()))
            known = entries.get(entry.ref)
            if known:
                places = (*entry.occurrences, *known.occurrences)
                properties = tuple(sorted({*entry.properties, *known.properties}))
                entry = replace(entry, occurrences=places, properties=properties)
            entries[entry.ref] = entry
    for asset in found.services:
        service = service_entry(asset)
        entries[service.ref] = service
    for asset in found.declared_models:
        if not asset.path:
            model = served_model(asset)
            entries.setdefault(model.ref, model)


def _subject(subject: Subject, packages: Packages, entries: Iterable[Entry]) -> Entry:
    own = [entry.ref for entry in entries if not entry.external or entry.kind is Kind.MODEL]
    needed = [ref for ref in own if not ref.startswith(("base-model:", "prompt:sha256:"))]
    return Entry(
        ref=SUBJECT,
        kind=Kind.SYSTEM,
        name=clean(subject.name),
        description=clean(subject.purpose),
        owner=clean(subject.owner),
        requires=tuple(sorted({*packages.direct, *needed})),
    )
