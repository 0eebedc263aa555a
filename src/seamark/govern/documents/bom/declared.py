"""Datasets, prompts, services and models as the project's own file names them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seamark.core.findings import Location
from seamark.core.globs import matches_path
from seamark.govern.documents.bom.model import Entry, Kind
from seamark.govern.documents.bom.texts import clean, uri

MOST_PARTS = 500
"""Files of one dataset that are named one by one; a larger one has a digest over all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One asset as ``seamark.yaml`` names it: ``path`` is a path or glob, ``url`` where it is."""

    name: str = ""
    path: str = ""
    url: str = ""
    owner: str = ""

    @property
    def label(self) -> str:
        """What to call it."""
        return clean(self.name or self.path or self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file of an asset: ``path`` as shown, ``digest`` None where it could not be read."""

    path: str
    size: int = 0
    digest: str | None = None
    reason: str = ""


def asset_entry(kind: Kind, asset: Declared, files: Sequence[HeldFile]) -> Entry:
    r"""A dataset or a prompt: one file by its digest, several as parts.

    Beyond :data:`MOST_PARTS` the property ``seamark:tree-digest`` stands for all files: the
    SHA-256 over the sorted lines ``HEX␣␣PATH\n``, as ``sha256sum`` prints them.
    """
    ref = f"{kind.value}:{asset.label}"
    alone = files[0] if len(files) == 1 else None
    properties = [("seamark:role", "declared")]
    parts: tuple[Entry, ...] = ()
    if len(files) > 1:
        total = sum(each.size for each in files)
        properties += [("seamark:files", str(len(files))), ("seamark:size", str(total))]
        if all(each.digest for each in files):
            properties.append(("seamark:tree-digest", tree_digest(files)))
        if len(files) <= MOST_PARTS:
            parts = tuple(_part(ref, each) for each in files)
    elif alone:
        properties.append(("seamark:size", str(alone.size)))
    return Entry(
        ref=ref,
        kind=kind,
        name=asset.label,
        owner=clean(asset.owner),
        url=uri(asset.url),
        hashes=(alone.digest,) if alone and alone.digest else (),
        occurrences=(Location(path=clean(asset.path)),) if asset.path else (),
        external=not files,
        parts=parts,
        properties=tuple(sorted(properties)),
    )


def _part(ref: str, file: HeldFile) -> Entry:
    return Entry(
        ref=f"{ref}/{clean(file.path)}",
        kind=Kind.FILE,
        name=clean(file.path),
        hashes=(file.digest,) if file.digest else (),
        properties=(("seamark:size", str(file.size)),),
    )


def tree_digest(files: Iterable[HeldFile]) -> str:
    """One digest over the paths and contents of many files."""
    total = hashlib.sha256()
    for path, digest in sorted((each.path, each.digest or "") for each in files):
        line = f"{digest.partition(':')[2]}  {path}\n"
        total.update(line.encode("utf-8", "surrogatepass"))
    return f"sha256:{total.hexdigest()}"


def service_entry(asset: Declared) -> Entry:
    """A service that the system offers or uses."""
    return Entry(
        ref=f"service:{asset.label}",
        kind=Kind.SERVICE,
        name=asset.label,
        owner=clean(asset.owner),
        url=uri(asset.url),
        occurrences=(Location(path=clean(asset.path)),) if asset.path else (),
    )


def served_model(asset: Declared) -> Entry:
    """A model that is only named by where it is served: nothing of it can be examined here."""
    return Entry(
        ref=f"model:{asset.label}",
        kind=Kind.MODEL,
        name=asset.label,
        owner=clean(asset.owner),
        url=uri(asset.url),
        external=True,
        properties=(("seamark:role", "declared"),),
    )


def matching(assets: Iterable[Declared], path: str) -> Iterator[Declared]:
    """The assets whose path or glob means this path."""
    for asset in assets:
        if asset.path and matches_path(path, asset.path):
            yield asset
