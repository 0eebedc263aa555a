"""``pixi.lock``, versions 4 to 7: conda's and PyPI's packages of several environments at once.

Each package stands once, under its URL; environments list URLs by platform. Until version 5 a
package says ``kind`` and ``name``, since then its URL alone says what a conda package is.
Version 7 has packages that are built from a folder or repository (``conda_source: NAME[HASH] @
PLACE``), and names the index of a package from another one than PyPI.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_yaml_list
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.conda import conda_names as conda
from seamark.scan.dependencies.readers.conda.conda import channel_index, required_names
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks import python_lock as lock
from seamark.scan.dependencies.readers.python.python_origins import (
    VCS,
    clean_url,
    origin_of,
    vcs_origin,
)
from seamark.scan.dependencies.readers.python.python_requirements import Context, component
from seamark.scan.dependencies.source import Source, Unreadable

_MAIN = "default"
_KINDS = ("conda", "pypi", "conda_source")
_VERSIONS = ("4", "5", "6", "7")
_BUILT = re.compile(r"([A-Za-z0-9_.-]+)\[[0-9a-f]*\] @ (\S+)")
_MANIFESTS = ("pixi.toml", "pyproject.toml")


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``pixi.lock``."""
    text = source.text()
    document = of.document_table(parse_yaml_list(text, "packages"), "lock of pixi")
    packages = of.entries_of(document, "packages", required=True)
    lines = of.lines_that(text, "- ", len(packages), whole=False)
    del text
    yield from of.unknown_version(source, document.get("version"), _VERSIONS, "the lock")
    used: dict[str, set[str]] = {}
    channels: dict[str, None] = {}
    indexes = lock.Indexes()
    try:
        _look_around(document, used, channels, indexes, source.at())
    except Broken as problem:
        yield of.unassessed("environments", str(problem), source.at())
    for each in channels:
        yield channel_index(each, source.at())
    yield from indexes

    declared = _Declared(source)

    def read_package(package: dict[str, Any], where: Location) -> Component | Unassessed:
        return _read(package, where, used, declared)

    yield from of.read_entries(source, packages, lines, read_package)


class _Declared:
    """The indexes that the project's own manifest names: a lock can be changed to name others."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text: str | None = None

    def __contains__(self, index: str) -> bool:
        if self._text is None:
            self._text = "\n".join(self._texts())
        return re.search(rf"""(["']){re.escape(index.rstrip("/"))}/?\1""", self._text) is not None

    def _texts(self) -> Iterator[str]:
        for name in _MANIFESTS:
            beside = self._source.beside(name)
            if beside is not None and beside.exists():
                try:
                    yield beside.text()
                except Unreadable:
                    continue  # then it declares nothing; as a list of its own it is told


def _look_around(
    document: dict[str, Any], used: dict[str, set[str]], channels: dict[str, None],
    indexes: lock.Indexes, where: Location,
) -> None:  # fmt: skip
    """Note the environments that use each URL, and their channels and indexes."""
    environments = of.table_of(document, "environments")
    for name in environments:
        environment = of.table_of(environments, name)
        for channel in of.tables_of(environment, "channels"):
            channels[of.text_of(channel, "url")] = None
        for index in of.texts_of(environment, "indexes"):
            indexes.add(index, where)
        platforms = of.table_of(environment, "packages")
        for platform in platforms:
            for package in of.tables_of(platforms, platform):
                for kind in _KINDS:
                    used.setdefault(of.text_of(package, kind), set()).add(name)


def _read(
    package: dict[str, Any], where: Location, used: dict[str, set[str]], declared: _Declared
) -> Component | Unassessed:
    kind = of.text_of(package, "kind") or lock.one_of(package, _KINDS, "kind")
    if kind not in _KINDS:
        raise Broken("it is a package neither of conda nor of PyPI")
    place = of.text_of(package, kind) or of.text_of(package, "url") or of.text_of(package, "path")
    if not place:
        raise Broken("it says neither a URL nor a path")
    groups = lock.in_main(used.get(place, ()), _MAIN)
    hashes = tuple(
        lock.checked_hash(key, of.text_of(package, key))
        for key in ("md5", "sha256")
        if of.text_of(package, key)
    )
    if kind == "pypi":
        context = Context(location=where, groups=groups, hashes=hashes)
        return _pypi(package, place, context, declared)
    if kind == "conda_source":
        return _built(package, place, conda.Facts(location=where, groups=groups, hashes=hashes))
    return _conda(package, place, conda.Facts(location=where, groups=groups, hashes=hashes))


def _pypi(
    package: dict[str, Any], place: str, context: Context, declared: _Declared
) -> Component | Unassessed:
    origin = None
    index = of.text_of(package, "index")
    if "://" not in place:
        origin = Origin(kind=OriginKind.PATH, url=clean_url(place)[0])
    elif index and place.startswith(index.rstrip("/") + "/") and index in declared:
        origin = lock.index_origin(index)
    elif place.startswith(VCS):
        origin = _repository(place)
    elif lock.stray_origin([place]):
        origin = origin_of(place.removeprefix("direct+"))
    context = Context(
        location=context.location, groups=context.groups, hashes=context.hashes, origin=origin
    )
    names = {lock.required_name(each) for each in of.texts_of(package, "requires_dist")}
    title, version = of.text_of(package, "name"), of.version_of(package)
    return component(title, context, version=version, requires=tuple(names))


def _built(package: dict[str, Any], place: str, facts: conda.Facts) -> Component:
    """A package that pixi builds itself: from its source, whose recipe is at the place."""
    found = _BUILT.fullmatch(place)
    if found is None:
        raise Broken("it does not say what is built from where")
    name, recipe = found[1], found[2]
    code = of.table_of(package, "source")
    if of.text_of(code, "git"):
        origin = vcs_origin(of.text_of(code, "git"), of.text_of(code, "rev"))
    elif of.text_of(code, "url"):
        origin = origin_of(of.text_of(code, "url"))
        digest = of.text_of(code, "sha256")
        facts = replace(facts, hashes=(lock.checked_hash("sha256", digest),) if digest else ())
    elif "://" in recipe:
        origin = _repository(recipe)
    else:
        origin = Origin(kind=OriginKind.PATH, url=clean_url(recipe)[0])
    terms = of.text_of(package, "license")
    facts = replace(
        facts,
        licenses=(terms,) if terms and terms != "None" else (),
        requires=required_names(of.texts_of(package, "depends")),
    )
    spec = conda.Spec(name=name, version=of.version_of(package), origin=origin)
    return conda.component(spec, name, facts)


def _repository(place: str) -> Origin:
    """``git+https://host/path?rev=main&subdirectory=x#commit``: the commit is what is built."""
    address, _, commit = place.partition("#")
    address, _, query = address.partition("?")
    folder = parse_qs(query).get("subdirectory", [""])[0]
    return vcs_origin(address, commit, folder)


def _conda(package: dict[str, Any], place: str, facts: conda.Facts) -> Component:
    name, version = of.text_of(package, "name"), of.version_of(package)
    if place.endswith((".conda", ".tar.bz2")):
        spec = conda.parse_archive(place)
        said = (name.lower() or spec.name.lower(), version or spec.version)
        if said != (spec.name.lower(), spec.version):
            raise Broken("its URL is that of another package or version")
    else:  # built from a folder or repository
        address, _ = clean_url(place)
        kind = OriginKind.URL if "://" in place else OriginKind.PATH
        spec = conda.Spec(name=name, version=version, origin=Origin(kind=kind, url=address))
    terms = of.text_of(package, "license")
    facts = conda.Facts(
        location=facts.location,
        hashes=facts.hashes,
        groups=facts.groups,
        licenses=(terms,) if terms and terms != "None" else (),
        requires=required_names(of.texts_of(package, "depends")),
    )
    return conda.component(spec, spec.name, facts)
