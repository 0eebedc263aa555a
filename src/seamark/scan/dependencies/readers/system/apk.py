"""``lib/apk/db/installed``: installed Alpine (and Wolfi, Chainguard) packages.

Source: the installed database of apk-tools (apk spec v2): records of lines ``K:value``
with a blank line between them. Advisories are about the package that others were built from, its
``origin``, which the package URL names (``upstream``).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.components import Component
from seamark.core.paths import printable
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.system.releases import Release, release_beside
from seamark.scan.dependencies.source import Source
from seamark.scan.dependencies.versions import InvalidVersion, ordering

_USUAL = Release(ecosystem="Alpine", id="alpine")
_ONCE = frozenset("PVAoLCDp")
_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9+_.-]*")
_END_OF_NAME = re.compile(r"[<>=~@]")
_ALGORITHMS = {"Q1": ("sha1", 20), "Q2": ("sha256", 32)}


@dataclass(slots=True)
class _Record:
    """One package: its first line, the fields that are read, what is wrong with it."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def read(source: Source) -> Iterator[Item]:
    """Every installed package. Raises ``Unreadable``."""
    records = list(_records(source.read()))
    release = _USUAL
    # lib/apk/db, or usr/lib/apk/db where lib is a link.
    up = 4 if source.path.replace("\\", "/").endswith("usr/lib/apk/db/installed") else 3
    for each in release_beside(source, up, _USUAL):
        if isinstance(each, Release):
            release = each
        else:
            yield each
    providers = _providers(records)
    for record in records:
        yield _item(record, source, release, providers)


def _records(data: bytes) -> Iterator[_Record]:
    record: _Record | None = None
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            if record:
                yield record
            record = None
            continue
        record = record or _Record(number)
        key, colon, value = raw[:1], raw[1:2], raw[2:]
        if colon != b":" or not key.isalpha():
            record.problem = record.problem or f"line {number} is no field"
        elif (name := key.decode()) in _ONCE:
            if name in record.fields:
                record.problem = record.problem or f"the field {name} is there twice"
            record.fields[name] = value.decode("utf-8", "replace").strip()
    if record:
        yield record


def _providers(records: list[_Record]) -> dict[str, str]:
    """Which package provides a name: its own, commands, libraries (``so:libc.musl…``)."""
    found: dict[str, str] = {}
    for record in records:
        name = record.fields.get("P", "")
        for word in record.fields.get("p", "").split():
            found.setdefault(_END_OF_NAME.split(word)[0], name)
    return found | {record.fields.get("P", ""): record.fields.get("P", "") for record in records}


def _item(
    record: _Record, source: Source, release: Release, providers: dict[str, str]
) -> Component | Unassessed:
    fields = record.fields
    name, version, origin = (fields.get(key, "") for key in "PVo")
    problem = record.problem or _problem(name, version, origin)
    if problem:
        shown = printable(name)[:100] or source.shown
        return Unassessed(name=shown, reason=problem, location=source.at(record.line))
    needed = (_END_OF_NAME.split(word)[0] for word in fields.get("D", "").split())
    requires = (providers.get(each, each) for each in needed if not each.startswith("!"))
    return Component(
        ecosystem=release.ecosystem,
        name=name,
        title=name,
        version=version,
        purl=release.purl(
            "apk",
            name,
            version,
            architecture=fields.get("A", ""),
            upstream=origin if origin != name else "",
        ),
        location=source.at(record.line),
        hashes=_hashes(fields.get("C", "")),
        licenses=tuple(filter(None, [fields.get("L", "")])),
        requires=tuple(dict.fromkeys(each for each in requires if each != name)),
    )


def _problem(name: str, version: str, origin: str) -> str:
    if not name:
        return "a record names no package"
    if not _NAME.fullmatch(name) or (origin and not _NAME.fullmatch(origin)):
        return "its name can be none of a package"
    if not version:
        return "it has no version"
    order = ordering("Alpine")
    assert order is not None
    try:
        order.key(version)
    except InvalidVersion as error:
        return f"its version {error}"
    return ""


def _hashes(text: str) -> tuple[str, ...]:
    """``Q1`` and base64 of the SHA-1 of the package's control data; none where it is malformed."""
    algorithm, size = _ALGORITHMS.get(text[:2], ("", 0))
    try:
        digest = base64.b64decode(text[2:], validate=True)
    except (binascii.Error, ValueError):
        return ()
    return (f"{algorithm}:{digest.hex()}",) if algorithm and len(digest) == size else ()
