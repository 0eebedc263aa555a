"""What the locks of poetry, pdm, uv and PEP 751 have in common: hashes, indexes, origins."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from seamark.core.components import Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.listings import Index, IndexUse
from seamark.scan.dependencies.readers.entries import Broken, checked_text
from seamark.scan.dependencies.readers.python.python_origins import (
    another_file,
    clean_url,
    file_name_of,
    is_hash,
)

USUAL_INDEXES = frozenset({"https://pypi.org/simple", "https://pypi.python.org/simple"})
_USUAL_FILES = (
    "https://files.pythonhosted.org/packages/",
    "https://pypi.org/packages/",
    "https://pypi.python.org/packages/",
)
_HEX = re.compile(r"[0-9a-fA-F]{32,128}")
_FILE_NAMES = ("file", "name", "url", "path")
_KNOWN = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_NAME = re.compile(r"[ \t]*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?![A-Za-z0-9._-])")


def hash_of(text: object) -> str:
    """``sha256:…`` as the locks write it. Raises :class:`Broken`, also for half a digest."""
    algorithm, _, digest = checked_text(text, "hash").partition(":")
    return checked_hash(algorithm, digest)


def checked_hash(algorithm: str, digest: str) -> str:
    """The digest under its algorithm, in hex. Raises :class:`Broken`."""
    algorithm = algorithm.lower()
    known = algorithm in _KNOWN
    if not (is_hash(algorithm, digest) if known else algorithm and _HEX.fullmatch(digest)):
        raise Broken("a hash of it is no digest of its algorithm")
    return f"{algorithm}:{digest.lower()}"


def all_or_none(hashes: Iterable[str]) -> tuple[str, ...]:
    """The hashes of all files, sorted; none where one file has none.

    An installer may take any of the files, and that one nobody would check.
    """
    found = set(hashes)
    return () if "" in found else tuple(sorted(found))


def check_files(title: str, version: str, files: Iterable[Mapping[str, Any]]) -> None:
    """That the files of an entry are of its package and version, as far as their names say so.

    Installers follow the file. Raises :class:`Broken`.
    """
    if not version:
        return
    begin = f"{title}-{version}"
    begins = (f"{begin}-", f"{begin}.tar", f"{begin.replace('-', '_', title.count('-'))}-")
    for file in files:
        for key in _FILE_NAMES:
            text = file.get(key)
            if not isinstance(text, str):
                continue
            if not text.rpartition("/")[2].startswith(begins):  # else it is, as nearly all are
                problem = another_file(file_name_of(text), title, version)
                if problem:
                    raise Broken(problem)


def required_name(text: str) -> str:
    """The package's name at the beginning of a requirement (PEP 508). Raises :class:`Broken`."""
    found = _NAME.match(text)
    if found is None:
        raise Broken("one of its dependencies has no name that can be read")
    return found[1]


def is_usual_index(url: str) -> bool:
    """Whether this is PyPI's own index."""
    return url.rstrip("/") in USUAL_INDEXES


def index_origin(url: str) -> Origin | None:
    """The origin of a package from this index; None for PyPI's."""
    if is_usual_index(url):
        return None
    return Origin(kind=OriginKind.INDEX, url=clean_url(url)[0])


def stray_origin(urls: Iterable[str]) -> Origin | None:
    """Where files come from that a lock ascribes to PyPI and fetches from somewhere else.

    Installers follow the file's URL, not the index: such a lock was made to look harmless.
    """
    for url in urls:
        if url and not url.startswith(_USUAL_FILES):
            address, secret = clean_url(url)
            return Origin(kind=OriginKind.URL, url=address, secret=secret)
    return None


class Indexes:
    """The package indexes that a lock's entries name, each told once, in order of appearance."""

    def __init__(self) -> None:
        self._found: dict[str, Index] = {}

    def add(self, url: str, where: Location, name: str = "") -> None:
        """Note an index; PyPI's own is told like any other."""
        if url not in self._found:
            cleaned, secret = clean_url(url)
            self._found[url] = Index(
                url=cleaned, use=IndexUse.EXPLICIT, location=where, name=name, secret=secret
            )

    def __iter__(self) -> Iterator[Index]:
        return iter(self._found.values())


def in_main(groups: Iterable[str], main: str) -> tuple[str, ...]:
    """The groups as components tell them: empty where the main set is among them."""
    found = sorted(set(groups))
    return () if main in found else tuple(found)


def one_of(table: Mapping[str, Any], keys: Iterable[str], what: str) -> str:
    """The one of these keys that is there; empty for none. Raises :class:`Broken` for several."""
    found = [key for key in keys if key in table]
    if len(found) > 1:
        raise Broken(f"its {what} is said in several ways ({', '.join(found)})")
    return found[0] if found else ""
