"""One requirement of a Python list (PEP 508, and what pip takes beside it) as a component.

Whatever cannot be told for certain is :class:`Unassessed`: a text that no tool can read, a package
whose name is not given, a URL whose file is another package than the one that it is called.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.listings import Unassessed
from seamark.scan.dependencies.names import PYPI, is_pypi_name, pypi_name, pypi_purl
from seamark.scan.dependencies.readers.python import python_origins as origins

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MAX_LENGTH = 8192
"""Characters of one requirement; longer ones are not read."""
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PIN = re.compile(
    rf"({_NAME})[ \t]*==[ \t]*(\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?)"
)
_ODD_PIN = re.compile(rf"{_NAME}[ \t]*(?:\[[^\]]*\])?[ \t]*==[ \t]*([^\s,=<>!~\[\]()]+)")
_BEGIN = re.compile(rf"[ \t]*({_NAME})")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_NAMED_URL = re.compile(rf"[ \t]*{_NAME}[ \t]*(?:\[[^\]]*\])?[ \t]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the place of a requirement says about it, beside its own text."""

    location: Location
    groups: tuple[str, ...] = ()
    direct: bool | None = None
    hashes: tuple[str, ...] = ()
    marker: str = ""
    origin: Origin | None = None


def component(
    title: str, where: Context, *, version: str = "", constraint: str = "",
    requires: tuple[str, ...] | None = None, licenses: tuple[str, ...] = (), yanked: str = "",
) -> Component | Unassessed:  # fmt: skip
    """A Python package of this name, or why it is none. ``requires`` in any spelling."""
    if not is_pypi_name(title):
        reason = f"{origins.redact(title, 60)!r} is no name of a Python package"
        return unassessed(title, reason, where)
    if not (version.isprintable() and constraint.isprintable() and where.marker.isprintable()):
        return unassessed(title, "it holds characters that cannot be shown", where)
    name = pypi_name(title)
    edges = None if requires is None else tuple(sorted({pypi_name(each) for each in requires}))
    return Component(
        ecosystem=PYPI,
        name=name,
        title=title,
        purl=pypi_purl(name, version),
        location=where.location,
        version=version,
        constraint="" if version else constraint,
        hashes=where.hashes,
        licenses=licenses,
        requires=edges,
        groups=tuple(map(origins.plain, where.groups)),
        direct=where.direct,
        marker=where.marker,
        origin=where.origin,
        yanked=yanked,
    )


def unassessed(about: str, reason: str, where: Context) -> Unassessed:
    """Why nothing can be said of this entry; ``about`` is a name or the text as it stands."""
    return Unassessed(name=origins.redact(about, 80), reason=reason, location=where.location)


def read_requirement(text: str, where: Context) -> Component | Unassessed:
    """One requirement: ``name[extra]>=1; marker``, ``name @ URL``, a URL, a file's path.

    The marker and hashes of ``where`` are joined with those of the text. A folder's path is
    Unassessed: only the project in it knows its name, and ``python_projects`` asks it.
    """
    text = text.strip()
    pin = _PIN.fullmatch(text)
    if pin and len(text) <= MAX_LENGTH:
        return component(pin[1], where, version=pin[2])
    if len(text) > MAX_LENGTH:
        return unassessed(text, f"it is longer than {MAX_LENGTH} characters", where)
    if variable_of(text):
        return unassessed(text, "it depends on an environment variable", where)
    bare, marker = split_marker(text)
    try:
        where = with_marker(where, marker)
    except ValueError:
        return unassessed(text, "its marker cannot be read", where)
    if origins.is_url(bare) or is_path(bare):
        return read_place(bare, where)
    return _read_pep508(bare, where)


def variable_of(text: str) -> str:
    """The environment variable on which the text depends; not one among credentials alone."""
    cleaned = re.sub(r"://[^/\s@]*@", "://", text)
    found = _VARIABLE.search(cleaned)
    return found[0] if found else ""


def split_marker(text: str) -> tuple[str, str]:
    """The requirement and its marker, as pip parts them: a URL may hold ``;`` itself."""
    separator = "; " if origins.is_url(text) or _NAMED_URL.match(text) else ";"
    bare, _, marker = text.partition(separator)
    return bare.strip(), marker.strip()


def is_path(text: str) -> bool:
    """Whether pip takes the text (without a marker) for a file or folder."""
    if _NAMED_URL.match(text) or "://" in text:
        return False
    return "/" in text or "\\" in text or text.startswith(".") or origins.is_archive(text)


def with_marker(where: Context, marker: str) -> Context:
    """The same place with one more marker. Raises ``ValueError`` where it cannot be read."""
    if not marker:
        return where
    text = _marker(marker)
    return replace(where, marker=f"({where.marker}) and ({text})" if where.marker else text)


@lru_cache(maxsize=1024)
def _marker(text: str) -> str:
    """The marker as packaging writes it; a list has few, and each many times."""
    from packaging.markers import InvalidMarker, Marker

    try:
        return str(Marker(text))
    except (InvalidMarker, RecursionError) as error:
        raise ValueError(f"no marker: {origins.redact(text, 60)!r}") from error


def read_place(place: str, where: Context, *, name: str = "") -> Component | Unassessed:
    """A package that is given by a URL, a repository or an archive's path.

    ``name`` is what the list calls it; without one its file or ``#egg=`` must say.
    """
    if not origins.is_url(place):
        return _read_archive_path(place, where, name)
    fragment = origins.fragment_of(place)
    hashes = (*where.hashes, *origins.hashes_of(place))
    where = replace(where, origin=origins.origin_of(place), hashes=tuple(dict.fromkeys(hashes)))
    egg = fragment.get("egg", "").partition("[")[0]
    if place.startswith(origins.VCS):
        called = name or egg
        if not called:
            return unassessed(place, "it does not say which package the repository holds", where)
        return component(called, where)
    return _named_by_file(origins.file_name_of(place), where, name=name, egg=egg, about=place)


def _read_archive_path(path: str, where: Context, name: str) -> Component | Unassessed:
    path = re.sub(r"\[[^\[\]]*\]$", "", path)  # extras
    where = replace(where, origin=Origin(kind=OriginKind.PATH, url=origins.redact(path, 1000)))
    if not name and not origins.is_archive(path):
        return unassessed(path, "it is a folder that does not say which package it holds", where)
    file_name = path.replace("\\", "/").rpartition("/")[2]
    return _named_by_file(file_name, where, name=name, egg="", about=path)


def _named_by_file(
    file_name: str, where: Context, *, name: str, egg: str, about: str
) -> Component | Unassessed:
    file = origins.artifact_of(file_name)
    called = name or egg or (file.name if file else "")
    if not called:
        return unassessed(about, "it does not say which package it is", where)
    if file is None:
        return component(called, where)
    if pypi_name(called) == file.name:
        return component(called, where, version=file.version)
    if file.wheel:
        reason = f"its file is the package {file.name!r}, not the one that it is called"
        return unassessed(called, reason, where)
    return component(called, where)  # archives of repositories are named after them, not packages


def _read_pep508(text: str, where: Context) -> Component | Unassessed:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
        where = with_marker(where, str(requirement.marker or ""))
    except InvalidRequirement as error:
        begin = _BEGIN.match(text)
        return unassessed(begin[1] if begin else text, _why(text, str(error)), where)
    except RecursionError:
        return unassessed(text, "it is nested too deeply", where)
    if requirement.url is not None:
        return read_place(requirement.url, where, name=requirement.name)
    constraint = str(requirement.specifier)
    return component(
        requirement.name, where, version=pinned(requirement.specifier), constraint=constraint
    )


_STRANGE = "it is no requirement that can be read"


def _why(text: str, error: str) -> str:
    odd = _ODD_PIN.fullmatch(text)
    if odd:
        return f"its version {origins.redact(odd[1], 60)!r} is no PEP 440 version"
    problem = " ".join(error.split("\n")[0].split())
    return f"{_STRANGE} ({origins.redact(problem, 120)})"


def is_strange(entry: Unassessed) -> bool:
    """Whether it is nothing that an installer could read, such as a sentence."""
    return entry.reason.startswith(_STRANGE)


def pinned(specifiers: "SpecifierSet") -> str:
    """The one version that these specifiers leave, as they spell it; empty where they leave more.

    ``==1.2.*`` is a range. Clauses beside ``==`` must allow its version, or nothing is pinned.
    """
    exact = [each for each in specifiers if each.operator in ("==", "===")]
    exact = [each for each in exact if each.operator == "===" or not each.version.endswith(".*")]
    if len(exact) != 1:
        return ""
    version = exact[0].version
    if len(specifiers) > 1 and not specifiers.contains(version, prereleases=True):
        return ""
    return str(version)


def exact_version(text: str) -> str:
    """The version that a specifier's text (``==1.2``, ``===x``) pins; empty otherwise."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return pinned(SpecifierSet(text))
    except InvalidSpecifier:
        return ""
