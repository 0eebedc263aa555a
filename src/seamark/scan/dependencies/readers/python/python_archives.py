"""Wheels and source archives that lie in a project: which package each of them is.

The metadata inside says so; nothing is unpacked to disk. Formats: binary distribution format
(wheel 1.0), source distribution format (PEP 625). Archives of other things are left alone.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.paths import printable
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.images.tar_streams import (
    Budget,
    Damaged,
    Expanded,
    Part,
    TarStream,
)
from seamark.scan.dependencies.readers.python.installed_metadata import Metadata, read_metadata
from seamark.scan.dependencies.readers.python.python_origins import artifact_of, file_name_of
from seamark.scan.dependencies.readers.python.python_requirements import Context, component
from seamark.scan.dependencies.source import Source, Unreadable

MAX_MEMBER = 4 << 20
"""Bytes of one member that are read."""
_MAX_MEMBERS = 200_000
_MAX_DIRECTORY = 64 << 20
_MAX_EXPANDED = 2 << 30
_END = b"PK\x05\x06"
_NAME = re.compile(r"[ \t]*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")

Wanted = Callable[[str], bool]


class _Inside(Source):
    """A member of an archive that was read already."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes, archive: Source) -> None:
        super().__init__(path=archive.path, shown=archive.shown, root=archive.root)
        self._data = data

    def read(self) -> bytes:
        """The member's bytes."""
        return self._data


def is_archive(path: str) -> bool:
    """Whether the file at ``path`` is a wheel by its name, or a source archive by its folder."""
    if path.endswith(".whl"):
        return True
    stem = os.path.basename(path).removesuffix(".tar.gz")
    try:
        with _opened(path) as file:
            budget = Budget(expanded=1 << 20)
            first = next(TarStream(Expanded(Part(file), budget), budget).members(), None)
    except (OSError, Damaged, Unreadable):
        return False
    return first is not None and first.name.removeprefix("./").partition("/")[0] == stem


def read(source: Source) -> Iterator[Item]:
    """The package that the archive is. Raises :class:`Unreadable`."""
    name = file_name_of(source.path)
    artifact = artifact_of(name)
    if artifact is None:
        raise Unreadable("its name is none of a wheel or source archive")
    wheel = name.endswith(".whl")
    end = ".dist-info/METADATA" if wheel else "/PKG-INFO"
    found = [
        data
        for member, data in members(source, lambda each: each.endswith(end))
        if member.count("/") == 1
    ]
    if len(found) != 1:
        raise Unreadable("it has no metadata" if not found else "it has several metadata")
    metadata = read_metadata(_Inside(found[0], source))
    title, version = metadata.one("Name"), metadata.one("Version")
    origin = Origin(kind=OriginKind.PATH, url=printable(name))
    where = Context(location=source.at(), origin=origin)
    item = component(
        title, where, version=version, licenses=metadata.licenses(), requires=_requires(metadata)
    )
    if isinstance(item, Component) and item.name != artifact.name:
        reason = f"its name says {artifact.name}, its metadata {item.name}"
        yield Unassessed(name=printable(name), reason=reason, location=source.at())
    yield item


def _requires(metadata: Metadata) -> tuple[str, ...]:
    needed = (each for each in metadata.all("Requires-Dist") if "extra ==" not in each)
    return tuple(match[1] for each in needed if (match := _NAME.match(each)))


def members(source: Source, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the members that are wanted. Raises :class:`Unreadable`.

    A wanted member beyond :data:`MAX_MEMBER` bytes makes the archive unreadable.
    """
    path = source.content or source.path
    with _opened(path) as file:
        read_members = _from_zip if path.endswith(".whl") else _from_tar
        yield from read_members(file, wanted)


def _opened(path: str) -> BinaryIO:
    try:
        file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")  # noqa: SIM115
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror or error})") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Unreadable("it is no regular file")
    return file


def _from_zip(file: BinaryIO, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(set(names)) != len(names):
                raise Unreadable("it has two members of one name")
            for info in infos:
                if not info.is_dir() and wanted(info.filename):
                    with archive.open(info) as member:
                        yield info.filename, _bounded(member.read(MAX_MEMBER + 1))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Unreadable(f"it is no valid archive ({error})") from error
    except (RuntimeError, ValueError) as error:  # encrypted members, impossible headers
        raise Unreadable(f"a member of it cannot be read ({error})") from error


def _check_directory(file: BinaryIO) -> None:
    """``zipfile`` reads the whole directory into memory, so its size is looked at before."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - (1 << 16) - 22)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise Unreadable("it is no valid archive (it has no directory)")
    count = int.from_bytes(tail[at + 10 : at + 12], "little")
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if count == 0xFFFF or length > _MAX_DIRECTORY:
        raise Unreadable("it has too many members")
    file.seek(0)


def _from_tar(file: BinaryIO, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    budget = Budget(members=_MAX_MEMBERS, expanded=_MAX_EXPANDED)
    try:
        stream = TarStream(Expanded(Part(file), budget), budget)
        for member in stream.members():
            if member.is_file and wanted(member.name.removeprefix("./")):
                content = stream.content()
                data = b""
                while len(data) <= MAX_MEMBER and (more := content.read(1 << 20)):
                    data += more
                yield member.name.removeprefix("./"), _bounded(data)
    except Damaged as problem:
        raise Unreadable(str(problem)) from problem


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_MEMBER:
        raise Unreadable(f"a member of it is larger than {MAX_MEMBER >> 20} MiB")
    return data
