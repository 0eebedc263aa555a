"""``var/lib/dpkg/status`` and ``status.d/*`` (distroless images): installed Debian packages.

Source: deb-control(5), dpkg(1), copyright-format 1.0. A component is the binary package; advisories
are about source packages, which the package URL names (``upstream``). What is not installed
(removed, its configuration left) is none. Where a file says a field twice, it is not believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from seamark.core.components import Component
from seamark.core.paths import printable
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.system.releases import Release, release_beside
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.versions import InvalidVersion, ordering

_USUAL = Release(ecosystem="Debian", id="debian")
_WANTED = frozenset({"package", "status", "version", "source", "architecture", "provides",
                     "depends", "pre-depends"})  # fmt: skip
_ABSENT = frozenset({"not-installed", "config-files"})
_PRESENT = frozenset({"installed", "unpacked", "half-installed", "half-configured",
                      "triggers-awaited", "triggers-pending"})  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*")
_SOURCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)(?:\s*\(([^()\s]+)\))?")
_NEEDED = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*")
_MD5SUMS = re.compile(rb"(?:[0-9a-f]{32}[ \t][^\n]*\n?|\s)*+")
_MACHINE_READABLE = re.compile(rb"(?i)\AFormat(?:-Specification)?:")
_LICENSE = re.compile(rb"(?mi)^License:[ \t]*([^\r\n]*)")
_LONGEST_LICENSE = 200
MAX_COPYRIGHT = 1 << 20


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Its fields that are read, by their names in small letters; its line; what is wrong."""

    fields: dict[str, str]
    line: int
    problem: str = ""


def read(source: Source) -> Iterator[Item]:
    """Every package that is there. Raises :class:`Unreadable`."""
    single = source.path.replace("\\", "/").rpartition("/")[0].endswith("status.d")
    data = source.read()
    if single and source.path.endswith(".md5sums") and _MD5SUMS.fullmatch(data):
        return  # digests of a package's files, not a package
    paragraphs = list(parse(data))
    release = _USUAL
    for each in release_beside(source, 4 if single else 3, _USUAL):
        if isinstance(each, Release):
            release = each
        else:
            yield each
    installed = _Installed(paragraphs)
    documents = source.has_folder("../" * (4 if single else 3) + "usr/share/doc")
    for paragraph in paragraphs:
        if paragraph.problem or not _is_absent(paragraph, single):
            item = _item(paragraph, source, release, installed, single=single)
            if documents and isinstance(item, Component):
                item = replace(item, licenses=_licenses(source, item.name, 4 if single else 3))
            yield item


def parse(data: bytes) -> Iterator[Paragraph]:
    """The paragraphs of a control file; malformed ones with their problem."""
    fields: dict[str, str] = {}
    last, problem, start = "", "", 0
    for number, raw in enumerate(data.split(b"\n"), 1):
        line = raw.decode("utf-8", "replace").rstrip("\r")
        if not line.strip():
            if start:
                yield Paragraph(fields, start, problem)
            fields, last, problem, start = {}, "", "", 0
            continue
        start = start or number
        if line[0] in " \t":
            if not last:
                problem = problem or f"line {number} continues nothing"
            elif last in _WANTED:
                fields[last] = f"{fields[last]}\n{line.strip()}"
            continue
        name, colon, value = line.partition(":")
        last = name.strip().lower()
        if not colon or not last:
            problem = problem or f"line {number} is no field"
            last = ""
        elif last in fields:
            problem = problem or f"the field {printable(name)} is there twice"
        elif last in _WANTED:
            fields[last] = value.strip()
    if start:
        yield Paragraph(fields, start, problem)


class _Installed:
    """Names of what is installed, and who provides names that no package has."""

    def __init__(self, paragraphs: list[Paragraph]) -> None:
        there = [each.fields for each in paragraphs if not _is_absent(each, single=False)]
        self.names = {fields.get("package", "") for fields in there}
        self.providers: dict[str, str] = {}
        for fields in there:
            for word in fields.get("provides", "").split(","):
                if match := _NEEDED.match(word.strip()):
                    self.providers.setdefault(match.group(), fields.get("package", ""))

    def required(self, text: str) -> Iterator[str]:
        """Of each alternative (``a | b``) what is installed, or else the first."""
        for group in text.split(","):
            words = [_NEEDED.match(word.strip()) for word in group.split("|")]
            names = [match.group() for match in words if match]
            there = next((name for name in names if name in self.names), "")
            provided = next((self.providers[n] for n in names if n in self.providers), "")
            if names:
                yield there or provided or names[0]


def _is_absent(paragraph: Paragraph, single: bool) -> bool:
    words = paragraph.fields.get("status", "").split()
    return not single and len(words) == 3 and words[2] in _ABSENT


def _item(
    paragraph: Paragraph, source: Source, release: Release, installed: _Installed, *, single: bool
) -> Component | Unassessed:
    fields = paragraph.fields
    name, version = fields.get("package", ""), fields.get("version", "")
    problem = paragraph.problem or _problem(fields, single)
    if problem:
        shown = printable(name)[:100] or source.shown
        return Unassessed(name=shown, reason=problem, location=source.at(paragraph.line))
    match = _SOURCE.fullmatch(fields.get("source", "") or name)
    origin, of = match.groups() if match else (name, None)
    needed = [*installed.required(fields.get("pre-depends", ""))]
    needed += installed.required(fields.get("depends", ""))
    return Component(
        ecosystem=release.ecosystem,
        name=name,
        title=name,
        version=version,
        purl=release.purl(
            "deb",
            name,
            version,
            architecture=fields.get("architecture", ""),
            upstream=f"{origin}@{of}" if of else origin if origin != name else "",
        ),
        location=source.at(paragraph.line),
        requires=tuple(dict.fromkeys(each for each in needed if each != name)),
    )


def _problem(fields: dict[str, str], single: bool) -> str:
    name, version = fields.get("package", ""), fields.get("version", "")
    if not name:
        return "a paragraph names no package"
    if not _NAME.fullmatch(name):
        return "its name can be none of a package"
    if not single:
        words = fields.get("status", "").split()
        if len(words) != 3 or words[2] not in _PRESENT:
            return f"its status ({printable(' '.join(words))[:60] or 'none'}) is not known"
    if not version:
        return "it has no version"
    if fields.get("source") and not _SOURCE.fullmatch(fields["source"]):
        return "its source package cannot be read"
    return _version_problem(version)


def _version_problem(version: str) -> str:
    order = ordering("Debian")
    assert order is not None
    try:
        order.key(version)
    except InvalidVersion as error:
        return f"its version {error}"
    return ""


def _licenses(source: Source, name: str, up: int) -> tuple[str, ...]:
    """Short names in the package's machine-readable ``copyright``; none where it has none."""
    beside = source.beside("../" * up + f"usr/share/doc/{name}/copyright")
    try:
        data = beside.read() if beside else b""
    except Unreadable:
        return ()
    return licenses_of(data) if len(data) <= MAX_COPYRIGHT else ()


def licenses_of(data: bytes) -> tuple[str, ...]:
    """The licenses that a machine-readable ``copyright`` file names, in its order."""
    if not _MACHINE_READABLE.match(data):
        return ()
    names = (each.decode("utf-8", "replace").strip() for each in _LICENSE.findall(data))
    return tuple(dict.fromkeys(name[:_LONGEST_LICENSE] for name in names if name))
