"""``conda-lock.yml`` (version 1, conda's and pip's packages) and explicit lists (``@EXPLICIT``)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import parse_yaml_list
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.conda import conda_names as conda
from seamark.scan.dependencies.readers.conda.conda import channel_index
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks import python_lock as lock
from seamark.scan.dependencies.readers.python.python_origins import origin_of
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    read_requirement,
)
from seamark.scan.dependencies.source import Source, Unreadable

_PIP = re.compile(r"#[ \t]*pip[ \t]+(\S.*)")
_HASH_OPTION = re.compile(r"[ \t]--hash[= ](\S+)")


def read(source: Source) -> Iterator[Item]:
    """The packages of a ``conda-lock.yml``, one component a package and platform."""
    text = source.text()
    document = of.document_table(parse_yaml_list(text, "package"), "lock of conda-lock")
    packages = of.entries_of(document, "package", required=True)
    lines = of.lines_that(text, "- name:", len(packages), whole=False)
    del text
    yield from of.unknown_version(source, document.get("version"), ("1",), "the lock")
    yield from _channels(source, document.get("metadata"))
    yield from of.read_entries(source, packages, lines, _read)


def _channels(source: Source, metadata: object) -> Iterator[Item]:
    channels = metadata.get("channels") if isinstance(metadata, dict) else None
    if not isinstance(channels, list):
        if channels is not None or not isinstance(metadata, dict):
            yield of.unassessed("metadata", "its channels cannot be read", source.at())
        return
    for each in channels:
        url = each.get("url") if isinstance(each, dict) else each
        if isinstance(url, str) and url.isprintable():
            yield channel_index(url, source.at())
        else:
            yield of.unassessed("metadata", "one of its channels has no URL", source.at())


def _read(package: dict[str, Any], where: Location) -> Component | Unassessed:
    title, version = of.text_of(package, "name"), of.version_of(package)
    url, manager = of.text_of(package, "url"), of.text_of(package, "manager")
    digests = of.table_of(package, "hash")
    hashes = tuple(
        lock.checked_hash(key, of.text_of(digests, key))
        for key in ("md5", "sha256")
        if of.text_of(digests, key)
    )
    requires = tuple(of.table_of(package, "dependencies"))
    groups = _groups(package)
    platform = of.text_of(package, "platform")
    if manager == "pip":
        origin = origin_of(url) if lock.stray_origin([url]) else None
        context = Context(location=where, groups=groups, hashes=hashes, origin=origin)
        names = tuple(lock.required_name(each) for each in requires)
        return component(title, context, version=version, requires=names)
    if manager != "conda":
        raise Broken("it is installed neither by conda nor by pip")
    found = conda.parse_archive(url) if url else conda.Spec(name=title, version=version)
    if (found.name.lower(), found.version) != (title.lower(), version):
        raise Broken("its URL is that of another package or version")
    needs = {each.lower() for each in requires if not each.startswith("__")}
    facts = conda.Facts(location=where, hashes=hashes, requires=tuple(sorted(needs)), groups=groups)
    spec = conda.Spec(
        name=title,
        version=version,
        build=found.build,
        channel=found.channel,
        subdir=found.subdir or platform,
        origin=found.origin,
    )
    return conda.component(spec, title, facts)


def _groups(package: dict[str, Any]) -> tuple[str, ...]:
    category = of.text_of(package, "category")
    categories = of.texts_of(package, "categories") or ([category] if category else ["main"])
    groups = lock.in_main(categories, "main")
    return groups or (("optional",) if of.flag_of(package, "optional") else ())


def read_explicit(source: Source) -> Iterator[Item]:
    """A list of archives (``conda list --explicit``, conda-lock), or of specifications.

    conda-lock adds what pip is to install as comments, which it reads itself.
    """
    text = source.text()
    if "\0" in text:
        raise Unreadable("it is no text")
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        pip = _PIP.fullmatch(line)
        if pip is None and (not line or line.startswith(("#", "@EXPLICIT"))):
            continue
        where = source.at(number)
        try:
            of.checked_text(line, "line")
            yield _read_pip(pip[1], where) if pip else _read_line(line, where)
        except Broken as problem:
            yield of.unassessed(line, str(problem), where)


def _read_line(line: str, where: Location) -> Component:
    spec = conda.parse_spec(line)
    return conda.component(spec, spec.name, conda.Facts(location=where))


def _read_pip(text: str, where: Location) -> Component | Unassessed:
    hashes = tuple(lock.hash_of(each) for each in _HASH_OPTION.findall(text))
    requirement = _HASH_OPTION.sub("", text).strip()
    found = read_requirement(requirement, Context(location=where, hashes=hashes))
    url = found.origin.url if isinstance(found, Component) and found.origin else ""
    if isinstance(found, Component) and url and lock.stray_origin([url]) is None:
        return replace(found, origin=None)  # PyPI's own archive of it, spelled out
    return found
