"""What goes into a bill of materials: the project's lists, models, data and services."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from seamark.core.checks import Target
from seamark.core.errors import ConfigurationError, UsageError
from seamark.core.paths import printable
from seamark.core.reports import FileReport
from seamark.engine import Budgets, Planned, run_checks
from seamark.engine.plan import Watcher
from seamark.govern.documents.bom.assemble import Found, Subject
from seamark.govern.documents.bom.cards import READ
from seamark.govern.documents.bom.declared import Declared, HeldFile, matching
from seamark.scan.dependencies.check import CHECK_ID as DEPENDENCIES
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import Inventory, take_inventory
from seamark.scan.dependencies.kinds import Kind
from seamark.scan.dependencies.settings import Settings, settings_of
from seamark.scan.dependencies.source import Source
from seamark.scan.models.check import CHECK
from seamark.scan.models.folders import models_of
from seamark.scan.walk import Kind as Met
from seamark.scan.walk import Selection, walk
from seamark.system.discover import is_model
from seamark.system.memory import PROJECT_FILE
from seamark.system.plan import scan_options
from seamark.system.project import Asset, Project

MOST_FILES = 100_000
"""Files of one dataset that are hashed; of a larger one the document says that it is incomplete."""

_CHUNK = 1 << 20
_MARKED = 4096
_MARKS = (
    b'"CycloneDX"', b"http://cyclonedx.org/schema/bom/", b'"SPDX-2.', b"https://openvex.dev/ns",
)  # fmt: skip
_PLAIN = frozenset({"json", "text", "xml", "yaml"})
_INSTALLED = frozenset({"installed-python", "conda-meta"})
_UNEXAMINED = frozenset({"unreadable", "link", "special"})


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a document is made of; ``interrupted`` where the scan did not come to its end."""

    found: Found
    inventory: Inventory
    settings: Settings
    interrupted: bool = False


def gather(
    root: str,
    project: Project,
    *,
    environments: Sequence[str] = (),
    jobs: int,
    receipts: bool,
    watcher: Watcher,
) -> Gathered:
    """Scan the models, read the lists, hash the data.

    ``environments`` are directories whose installed packages join the lists: they know licenses.
    Raises ``UsageError`` and ``ConfigurationError``.
    """
    selection = Selection(exclude=tuple(project.scan.exclude))
    inventory, excluded = _inventory(root, selection, environments)
    options, _ = scan_options(project, root, changed=None, receipts=receipts)
    target = Target(root=root, options={"scan": options})
    plan = [Planned(check=CHECK, target=target)]
    budgets = Budgets(total_seconds=project.total_seconds)
    outcome = run_checks(plan, jobs=jobs, budgets=budgets, watcher=watcher)
    datasets, prompts = _declared(project.datasets), _declared(project.prompts)
    held = _held(root, (*datasets, *prompts), selection)
    reports = [each for each in outcome.files if not _is_document(root, each)]
    models = models_of(reports)
    inside = {path for model in models for path in model.files}
    files = {
        report.path: report
        for report in reports
        if report.path in inside or _alone(report, (*datasets, *prompts))
    }
    declared_models = _declared(project.models)
    gaps = [
        *outcome.incomplete,
        *_unhashed(held),
        *_absent(project, held, outcome.files),
        *_unexamined(outcome.files),
    ]
    found = Found(
        subject=Subject(
            name=project.system.name, owner=project.system.owner, purpose=project.system.purpose
        ),
        inventory=inventory,
        models=models,
        files=files,
        declared_models=declared_models,
        datasets=datasets,
        prompts=prompts,
        services=_declared(project.services),
        held=held,
        gaps=tuple(gaps),
        excluded=excluded,
        read=lambda path: _beginning(root, path),
    )
    return Gathered(found, inventory, dependency_settings(project), outcome.interrupted)


def dependency_settings(project: Project) -> Settings:
    """What ``seamark.yaml`` says about dependencies. Raises ``ConfigurationError``."""
    options = project.checks.get(DEPENDENCIES)
    return settings_of(options.options if options else {})


def _inventory(
    root: str, selection: Selection, environments: Sequence[str]
) -> tuple[Inventory, tuple[str, ...]]:
    sources: list[tuple[Source, Kind]] = []
    excluded: list[str] = []
    for each in find_sources(root, selection=selection):
        if isinstance(each, str):
            if selection.leaves_out(each):  # not .git and its like, which come and go
                excluded.append(each)
        else:
            sources.append(each)
    for directory in environments:
        sources += _installed(root, directory)
    return take_inventory(sources, root=root), tuple(excluded)


def _installed(root: str, directory: str) -> list[tuple[Source, Kind]]:
    """What is installed in an environment, shown relative to the project or by its name alone."""
    inside = os.path.relpath(directory, root)
    label = os.path.basename(os.path.realpath(directory)) if inside.startswith("..") else inside
    found: list[tuple[Source, Kind]] = []
    for each in find_sources(directory):
        if not isinstance(each, str) and each[1].name in _INSTALLED:
            source, kind = each
            source.shown = os.path.normpath(os.path.join(printable(label), source.shown))
            found.append((source, kind))
    if not found:
        raise UsageError(
            f"No installed package was found in {printable(directory)}.",
            hint="Name a virtual environment, a site-packages directory or a conda prefix.",
        )
    return found


def _declared(assets: Iterable[Asset]) -> tuple[Declared, ...]:
    return tuple(
        Declared(name=each.name, path=each.path or "", url=each.url, owner=each.owner)
        for each in assets
    )


def _alone(report: FileReport, data: tuple[Declared, ...]) -> bool:
    """Whether the file is one of models by itself, and not of a dataset or prompt."""
    if report.format in _PLAIN or not is_model(report):
        return False
    return not any(matching(data, report.path))


def _is_document(root: str, report: FileReport) -> bool:
    """Whether the file is a bill of materials or VEX itself, by its beginning.

    Those are about the system, not of it; and the next run would list what this one wrote.
    """
    if report.format not in _PLAIN or not report.path.endswith((".json", ".xml", ".cdx")):
        return False
    beginning = _beginning(root, report.path, _MARKED)
    return beginning is not None and any(mark in beginning for mark in _MARKS)


def _unexamined(files: Iterable[FileReport]) -> Iterator[str]:
    """What the walk met and could not read: a model may be in it."""
    for report in files:
        if report.format in _UNEXAMINED:
            reason = report.findings[0].message if report.findings else "It could not be read."
            yield f"{report.path}: {reason}"


def _held(
    root: str, assets: tuple[Declared, ...], selection: Selection
) -> Mapping[Declared, tuple[HeldFile, ...]]:
    """The files of each asset, by path, with their digests."""
    wanted = [each for each in assets if each.path]
    found: dict[Declared, list[HeldFile]] = {each: [] for each in wanted}
    if not wanted:
        return {}
    for entry in walk(["."], selection, base=root):
        if entry.kind in (Met.EXCLUDED, Met.LINK_TO_DIRECTORY):
            continue
        assets_here = list(matching(wanted, entry.shown))
        if not assets_here:
            continue
        crowded = all(len(found[asset]) >= MOST_FILES for asset in assets_here)
        digest, reason = None, "it is one of too many files"
        if not crowded:
            digest, reason = _digest(entry.path, entry.kind, entry.reason)
        for asset in assets_here:
            if len(found[asset]) <= MOST_FILES:
                file = HeldFile(path=entry.shown, size=entry.size, digest=digest, reason=reason)
                found[asset].append(file)
    return {asset: tuple(files) for asset, files in found.items()}


def _digest(path: str, kind: Met, reason: str) -> tuple[str | None, str]:
    """The SHA-256 of a file, or None and why."""
    if kind is not Met.FILE:
        return None, reason or f"it is a {kind.value}"
    total = hashlib.sha256()
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None, "it is no regular file"
            while chunk := file.read(_CHUNK):
                total.update(chunk)
    except OSError as error:
        return None, error.strerror or str(error)
    return f"sha256:{total.hexdigest()}", ""


def _unhashed(held: Mapping[Declared, tuple[HeldFile, ...]]) -> Iterator[str]:
    for asset, files in held.items():
        for file in files:
            if file.digest is None:
                yield f"{file.path} (of {asset.label}) has no digest: {file.reason.rstrip('.')}."


def _absent(
    project: Project,
    held: Mapping[Declared, tuple[HeldFile, ...]],
    files: Iterable[FileReport],
) -> Iterator[str]:
    """What the project names and is not there."""
    for asset, data in held.items():
        if not data:
            yield f"{PROJECT_FILE} names {asset.label}, and there is no such file."
    paths = [report.path for report in files]
    for model in _declared(project.models):
        if model.path and not any(any(matching([model], path)) for path in paths):
            yield f"{PROJECT_FILE} names the model {model.label}, and there is no such file."


def _beginning(root: str, path: str, most: int = READ) -> bytes | None:
    """The first bytes of a file that the scan met; None where it can no longer be read."""
    try:
        with open(os.open(os.path.join(root, path), os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None


def require_project(path: str) -> None:
    """Raises ``ConfigurationError`` where ``path`` is a file that is no project's."""
    if os.path.isfile(path) and not path.endswith((".yaml", ".yml")):
        raise ConfigurationError(
            f"{printable(path)} is no project.",
            hint="Name a directory; a bill of materials is read by --score and --diff.",
        )
