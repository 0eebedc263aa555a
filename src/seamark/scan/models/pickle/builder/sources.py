"""Read the Python sources of one pinned release without importing or unpacking it."""

import hashlib
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from seamark.core.errors import UsageError

_LARGEST = 8 << 20
"""Bytes of one source file; generated code beyond this holds no classes that models save."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its name and version, the digest of what was read, and its sources.

    ``sources`` maps dotted module names to text; packages are named without ``__init__``.
    """

    library: str
    version: str
    digest: str
    sources: dict[str, str]


def read_release(path: Path, *, library: str = "") -> Release:
    """Read a wheel, an sdist (``.tar.gz``) or one library of a site-packages folder.

    ``library`` names the distribution inside a folder. Raises ``UsageError`` where the path is
    none of these or the distribution is not there.
    """
    try:
        if path.is_dir():
            return _from_folder(path, library)
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return _from_wheel(path, wheel)
        if path.name.endswith((".tar.gz", ".tgz")):
            with tarfile.open(path, "r:gz") as sdist:
                return _from_sdist(path, sdist)
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise UsageError(f"Cannot read {path}: {error}.") from error
    raise UsageError(
        f"{path} is not a release.", hint="Give a wheel, an sdist or a site-packages folder."
    )


def _from_wheel(path: Path, wheel: zipfile.ZipFile) -> Release:
    sources = {}
    name = version = ""
    for info in wheel.infolist():
        if re.fullmatch(r"[^/]+\.dist-info/METADATA", info.filename):
            name, version = _identity(wheel.read(info).decode("utf-8", "replace"))
        module = _module(info.filename)
        if module and info.file_size <= _LARGEST:
            sources[module] = wheel.read(info).decode("utf-8", "replace")
    return _release(path, name, version, _file_digest(path), sources)


def _from_sdist(path: Path, sdist: tarfile.TarFile) -> Release:
    sources = {}
    name = version = ""
    for member in sdist:
        inner = member.name.partition("/")[2].removeprefix("src/")
        module = _module(inner)
        wanted = inner == "PKG-INFO" or (module and member.size <= _LARGEST)
        file = sdist.extractfile(member) if wanted and member.isfile() else None
        if file is None:
            continue
        text = file.read().decode("utf-8", "replace")
        if inner == "PKG-INFO":
            name, version = _identity(text)
        else:
            sources[module] = text
    return _release(path, name, version, _file_digest(path), sources)


def _from_folder(folder: Path, library: str) -> Release:
    for info in sorted(folder.glob("*.dist-info")):
        name, version = _identity((info / "METADATA").read_text("utf-8", "replace"))
        if _canonical(name) != _canonical(library):
            continue
        sources = {}
        state = hashlib.sha256()
        for file in _recorded_files(info):
            module = _module(file)
            place = folder / file
            if module and place.is_file() and place.stat().st_size <= _LARGEST:
                data = place.read_bytes()
                state.update(file.encode() + b"\0" + hashlib.sha256(data).digest())
                sources[module] = data.decode("utf-8", "replace")
        return _release(folder, name, version, "sha256:" + state.hexdigest(), sources)
    raise UsageError(f"{folder} holds no distribution called {library!r}.")


def _recorded_files(info: Path) -> Iterator[str]:
    lines = (info / "RECORD").read_text("utf-8", "replace").splitlines()
    yield from sorted(line.split(",")[0].strip('"') for line in lines)


def _module(filename: str) -> str:
    """Dotted name of the module in a file, or nothing where it is not importable source."""
    if not filename.endswith(".py") or ".data/" in filename or filename.startswith(("/", "..")):
        return ""
    parts = filename.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else ""


def _identity(metadata: str) -> tuple[str, str]:
    headers = HeaderParser().parsestr(metadata, headersonly=True)
    return str(headers.get("Name", "")), str(headers.get("Version", ""))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def _release(path: Path, name: str, version: str, digest: str, sources: dict[str, str]) -> Release:
    if not name or not version:
        raise UsageError(f"{path} does not say which release it is (no name and version).")
    return Release(_canonical(name), version, digest, dict(sorted(sources.items())))
