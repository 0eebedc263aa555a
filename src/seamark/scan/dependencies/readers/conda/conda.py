"""``environment.yml`` and ``conda-meta/*.json``: what conda is asked for, and what it installed."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.documents import read_json, read_yaml
from seamark.scan.dependencies.listings import Index, IndexUse, Item, Unassessed
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.conda import conda_names as conda
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks.python_lock import checked_hash
from seamark.scan.dependencies.source import Source, Unreadable

_DEPENDENCIES = re.compile(r"""(?m)^["']?dependencies["']?[ \t]*:""")


def read(source: Source) -> Iterator[Item]:
    """Channels, packages and pip's packages of an ``environment.yml``."""
    document = of.document_table(read_yaml(source), "conda environment")
    if "dependencies" not in document and "channels" not in document and "name" not in document:
        raise Unreadable("it has neither dependencies nor channels nor a name")
    lines = _Lines(source)
    yield from read_channels(source, document.get("channels"), lines)
    entries = of.entries_of(document, "dependencies", required=False)
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict) and set(entry) == {"pip"}:
            yield from _read_pip(source, entry["pip"], lines)
            continue
        where = lines.at(entry)
        try:
            if not isinstance(entry, str):
                raise Broken("it is neither a specification nor a list for pip")
            spec = conda.parse_spec(of.checked_text(entry, "specification"))
            yield conda.component(spec, spec.name, conda.Facts(location=where, direct=True))
        except Broken as problem:
            name = entry if isinstance(entry, str) and entry else f"entry {number}"
            yield of.unassessed(name, str(problem), where)


def is_environment(path: str) -> bool:
    """Whether a YAML file whose name says too little lists dependencies, as far as can be seen."""
    source = Source(path=path, shown=path, root=os.path.dirname(path))
    try:
        document = read_yaml(source)
    except Unreadable:
        try:
            return _DEPENDENCIES.search(source.text()) is not None
        except Unreadable:
            return True  # its reader says why
    return isinstance(document, dict) and "dependencies" in document


class _Lines:
    """Where the items of a YAML document's lists stand: the first line that is such an item."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: dict[str, int] = {}
        for number, line in enumerate(source.text().split("\n"), start=1):
            text = line.strip()
            if text.startswith("- "):
                text = text[2:].partition(" #")[0].strip().strip("'\"")
                self._found.setdefault(text, number)

    def at(self, item: object) -> Location:
        """The location of an item."""
        return self._source.at(self._found.get(item) if isinstance(item, str) else None)


def read_channels(source: Source, channels: object, lines: "_Lines") -> Iterator[Item]:
    """The channels, in their order: conda asks the first that has the name."""
    if channels is None:
        return
    if not isinstance(channels, list):
        yield of.unassessed("channels", "they are no list", source.at())
        return
    for each in channels:
        if not isinstance(each, str) or not each.isprintable():
            yield of.unassessed("channels", "one of them is no text", source.at())
        elif each not in conda.NO_CHANNELS:
            yield channel_index(each, lines.at(each))


def channel_index(text: str, where: Location) -> Index:
    """A channel as an index."""
    channel = conda.channel_of(text)
    name = "" if "://" in text else text
    return Index(
        url=channel.url, use=IndexUse.MAIN, location=where, name=name, secret=channel.secret
    )


def _read_pip(source: Source, lines_of_pip: object, lines: _Lines) -> Iterator[Item]:
    """What conda writes to a file of requirements for pip, beside this one."""
    if not isinstance(lines_of_pip, list):
        yield of.unassessed("pip", "its packages are no list", source.at())
        return
    from seamark.scan.dependencies.readers.python.python_requirements import Context
    from seamark.scan.dependencies.readers.python.requirements import read_line

    for each in lines_of_pip:
        try:
            text = of.checked_text(each if each is not None else 0, "pip entry")
        except Broken as problem:
            yield of.unassessed("pip", str(problem), source.at())
            continue
        yield from read_line(text, source, Context(location=lines.at(each), direct=True))


def read_installed(source: Source) -> Iterator[Item]:
    """The one package of a ``conda-meta/NAME-VERSION-BUILD.json``."""
    document = of.document_table(read_json(source), "record of an installed conda package")
    yield from of.read_entries(source, [document], [], _read_record)


def _read_record(record: dict[str, Any], where: Location) -> Component | Unassessed:
    name = of.text_of(record, "name")
    url, channel = of.text_of(record, "url"), of.text_of(record, "channel")
    found = conda.parse_archive(url) if url else conda.Spec(name=name)
    spec = conda.Spec(
        name=name,
        version=of.version_of(record),
        build=of.text_of(record, "build") or of.text_of(record, "build_string"),
        channel=found.channel or channel,
        subdir=of.text_of(record, "subdir"),
        origin=found.origin,
    )
    if spec.channel:
        spec = _without_subdir(spec)
    asked = [of.text_of(record, "requested_spec"), *of.texts_of(record, "requested_specs")]
    told = "requested_spec" in record or "requested_specs" in record
    license_ = of.text_of(record, "license")
    facts = conda.Facts(
        location=where,
        hashes=tuple(
            checked_hash(key, of.text_of(record, key))
            for key in ("md5", "sha256")
            if of.text_of(record, key)
        ),
        licenses=(license_,) if license_ else (),
        requires=required_names(of.texts_of(record, "depends")),
        direct=any(each not in ("", "None") for each in asked) if told else None,
    )
    return conda.component(spec, name, facts)


def _without_subdir(spec: conda.Spec) -> conda.Spec:
    before, _, last = spec.channel.rstrip("/").rpartition("/")
    return replace(spec, channel=before) if before and last == spec.subdir else spec


def required_names(specs: list[str]) -> tuple[str, ...]:
    """Names of packages that these specifications ask for, without virtual ones (``__glibc``)."""
    names = {conda.parse_spec(each).name.lower() for each in specs}
    return tuple(sorted(name for name in names if not name.startswith("__")))
