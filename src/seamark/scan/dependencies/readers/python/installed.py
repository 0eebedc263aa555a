"""Installed Python packages: ``*.dist-info/METADATA`` and ``*.egg-info`` as installers leave them.

Headers are those of the core metadata specification. What an installer notes beside them says who
wanted the package (``REQUESTED``) and from where it came (``direct_url.json``, PEP 610).
"""

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from seamark.core.components import Origin
from seamark.scan.dependencies.documents import read_json
from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.installed_metadata import Metadata, parse_metadata
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    unassessed,
)
from seamark.scan.dependencies.source import Source, Unreadable

_NAME = re.compile(r"[ \t]*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_OF_EXTRA = re.compile(r"\bextra\b")
_SECTION = re.compile(r"\[([^\]]*)\]")
_MOST_LICENSE = 1 << 18
_MOST_EGG = 32 << 20
_BROKEN_ZIP = (
    BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip


def read(source: Source) -> Iterator[Item]:
    """The package that the folder of this file stands for. Raises :class:`Unreadable`."""
    yield from _package(source, parse_metadata(source.read()))


def read_egg(source: Source) -> Iterator[Item]:
    """A package in one zip file, as ``easy_install`` left it. Raises :class:`Unreadable`."""
    data = source.read()
    if len(data) > _MOST_EGG:
        raise Unreadable(f"it is larger than {_MOST_EGG >> 20} MiB")
    try:
        with ZipFile(BytesIO(data)) as archive, archive.open("EGG-INFO/PKG-INFO") as member:
            metadata = member.read(_MOST_EGG + 1)
    except KeyError as error:
        raise Unreadable("it is a zip file without EGG-INFO/PKG-INFO") from error
    except _BROKEN_ZIP as error:
        raise Unreadable(f"it is no zip file that can be read ({error})") from error
    yield from _package(source, parse_metadata(metadata))


def _package(source: Source, metadata: Metadata) -> Iterator[Item]:
    where = Context(location=source.at(), direct=_direct(source))
    for header in ("Name", "Version"):
        if len(set(metadata.all(header))) > 1:
            raise Unreadable(f"its metadata has several values for {header}")
    name, version = metadata.one("Name"), metadata.one("Version")
    if not name or not version:
        missing = "no name" if not name else "no version"
        yield unassessed(name or _folder(source), f"its metadata has {missing}", where)
        return
    if " " in version or not version.isprintable():
        yield unassessed(name, "its version is none", where)
        return
    try:
        origin, hashes = _origin(source)
        where = replace(where, origin=origin, hashes=hashes)
    except Unreadable as problem:
        reason = f"where it came from cannot be told: direct_url.json: {problem.reason}"
        yield unassessed(name, reason, where)
    requires, odd = _requires(source, metadata)
    for text in odd:
        yield unassessed(name, f"it requires {text!r}, which is no package's name", where)
    licenses = metadata.licenses() or _license_files(source, metadata)
    yield component(name, where, version=version, requires=requires, licenses=licenses)
    doubt = _disagrees(source, name, version) or metadata.damage
    if doubt:
        yield unassessed(name, doubt, where)


def read_record(source: Source) -> Iterator[Item]:
    """A package whose folder has a list of its files, and no metadata."""
    where = Context(location=source.at())
    yield unassessed(_folder(source), "it is installed, and its metadata is missing", where)


def _folder(source: Source) -> str:
    return os.path.basename(os.path.dirname(source.path)) or source.shown


def _direct(source: Source) -> bool | None:
    """Whether somebody asked for the package itself; None where no installer noted it (PEP 376)."""
    if not _exists(source, "INSTALLER"):
        return None
    return _exists(source, "REQUESTED")


def _exists(source: Source, name: str) -> bool:
    beside = source.beside(name) if _is_dist_info(source) else None
    return beside is not None and beside.exists()


def _is_dist_info(source: Source) -> bool:
    return _folder(source).endswith(".dist-info")


def _origin(source: Source) -> tuple[Origin | None, tuple[str, ...]]:
    """Origin and hashes as ``direct_url.json`` tells them. Raises :class:`Unreadable`."""
    beside = source.beside("direct_url.json") if _exists(source, "direct_url.json") else None
    if beside is None:
        return None, ()
    document = read_json(beside)
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        raise Unreadable("it has no url")
    url: str = document["url"]
    repository = _table(document, "vcs_info")
    if repository:
        words = [repository.get(key) for key in ("vcs", "commit_id", "requested_revision")]
        tool, commit, wanted = (word if isinstance(word, str) else "" for word in words)
        folder = document.get("subdirectory")
        folder = folder if isinstance(folder, str) else ""
        return origins.vcs_origin(url, commit or wanted, folder, tool=tool or "git"), ()
    return origins.origin_of(url), _hashes(_table(document, "archive_info"))


def _hashes(archive: dict[str, Any]) -> tuple[str, ...]:
    found = dict(_table(archive, "hashes"))
    algorithm, _, digest = str(archive.get("hash", "")).partition("=")
    found.setdefault(algorithm, digest)
    pairs = [(name, value) for name, value in found.items() if isinstance(value, str)]
    return tuple(sorted(f"{name}:{value}" for name, value in pairs if origins.is_hash(name, value)))


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _requires(source: Source, metadata: Metadata) -> tuple[tuple[str, ...], list[str]]:
    """Names of what it needs without its extras, and what of it is no name."""
    texts = metadata.all("Requires-Dist") or _from_egg_info(source)
    found, odd = [], []
    for text in texts:
        requirement, _, marker = text.partition(";")
        match = _NAME.match(requirement)
        if match is None:
            odd.append(origins.redact(text, 80))
        elif not _OF_EXTRA.search(marker):
            found.append(match[1])
    return tuple(found), odd


def _from_egg_info(source: Source) -> list[str]:
    """Requirements as ``requires.txt`` has them: sections are extras, or ``:marker``."""
    beside = None if _is_dist_info(source) else source.beside("requires.txt")
    if beside is None or not _folder(source).lower().endswith("egg-info"):
        return []
    try:
        text = beside.text() if beside.exists() else ""
    except Unreadable:
        return [""]  # told as a requirement that is none
    wanted, found = True, []
    for line in text.splitlines():
        section = _SECTION.match(line.strip())
        if section:
            wanted = section[1].startswith(":")
        elif line.strip() and wanted:
            found.append(line.strip())
    return found


def _license_files(source: Source, metadata: Metadata) -> tuple[str, ...]:
    """The beginning of the license files, where the headers say nothing."""
    found: list[str] = []
    for name in metadata.all("License-File")[:4]:
        for relative in (f"licenses/{name}", name):
            beside = None if "\0" in relative else source.beside(relative)
            if beside is None or not beside.exists():
                continue
            if os.path.getsize(beside.path) <= _MOST_LICENSE:
                try:
                    text = beside.read().decode("utf-8", "replace").strip()
                except Unreadable:
                    break
                found += [text[: Metadata.LICENSE_BEGIN]] if text else []
            break
    return tuple(found)


def _disagrees(source: Source, name: str, version: str) -> str:
    """How the name of the folder contradicts the metadata; empty where it does not."""
    if not _is_dist_info(source):
        return ""
    folder = _folder(source).removesuffix(".dist-info")
    if not folder:  # vendored copies are kept so, and say nothing that could be wrong
        return ""
    called, _, numbered = folder.partition("-")
    if pypi_name(called) != pypi_name(name):
        return f"its folder is called {origins.redact(folder, 60)!r}, its metadata says {name!r}"
    if numbered and not _same_version(numbered, version):
        return f"its folder says version {origins.redact(numbered, 40)!r}, its metadata {version!r}"
    return ""


def _same_version(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one.replace("_", "-")) == Version(other)
    except InvalidVersion:
        return one.replace("_", "-") == other.replace("_", "-")
