"""``requirements.txt``, ``constraints.txt`` and ``requirements.in``, as pip reads them.

Nothing is fetched and no marker evaluated: what pip would skip on another machine is part of the
list. The comments of pip-compile and uv (``# via``) give the edges where every entry has one.
"""

from collections.abc import Iterator
from dataclasses import replace

from seamark.core.components import Component
from seamark.scan.dependencies.listings import Index, IndexUse, Item, Unassessed
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.python_projects import read_project
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    is_path,
    is_strange,
    read_requirement,
    split_marker,
    unassessed,
    variable_of,
    with_marker,
)
from seamark.scan.dependencies.readers.python.requirements_includes import INCLUDES, include
from seamark.scan.dependencies.readers.python.requirements_lines import read_lines
from seamark.scan.dependencies.readers.python.requirements_options import Option, Parted, part
from seamark.scan.dependencies.readers.python.requirements_via import Annotations
from seamark.scan.dependencies.source import Source, Unreadable

_INDEXES = {
    "--index-url": IndexUse.MAIN,
    "--extra-index-url": IndexUse.EXTRA,
    "--find-links": IndexUse.LINKS,
    "--trusted-host": IndexUse.TRUSTED,
}
_OF_REQUIREMENTS = frozenset(
    ("--hash", "--config-settings", "--global-option", "--install-option", "--build-option")
)
_STRONG = ("sha256", "sha384", "sha512")


def read(source: Source) -> Iterator[Item]:
    """Every entry of the file. Raises :class:`Unreadable` for an encoding that fails."""
    items: list[Item] = []
    annotations = Annotations()
    direct = True if source.shown.endswith(".in") else None
    offline = False
    for line in read_lines(source):
        if line.text:
            where = Context(location=source.at(line.number), direct=direct)
            offline = offline or line.text.startswith("--no-index")
            begin = len(items)
            items.extend(read_line(line.text, source, where))
            annotations.entries(range(begin, len(items)), items)
        annotations.comment(line)
    strange = [each for each in items if isinstance(each, Unassessed) and is_strange(each)]
    prose = len(strange) >= _PROSE and 2 * len(strange) > len(items)
    for item in annotations.applied(items):
        if offline and isinstance(item, Index) and item.use in _REPLACED:
            continue
        if not (prose and _is_word(item)):
            yield item
    if prose:
        many = f"{len(strange)} of its {len(items)} entries are none that pip could read"
        raise Unreadable(f"it is no list of requirements: {many}", strange[0].location.line)


_PROSE = 10
"""So many lines that are no requirements, and more than half of all: a text of the same name."""


def _is_word(item: Item) -> bool:
    """Whether a line of a text looks like this: nothing to read, or a bare name."""
    if isinstance(item, Component):
        return not (item.version or item.constraint or item.origin)
    return isinstance(item, Unassessed)


_REPLACED = (IndexUse.MAIN, IndexUse.EXTRA)
"""What ``--no-index`` turns off, wherever it stands in the file."""


def read_line(text: str, source: Source, where: Context) -> Iterator[Item]:
    """What one logical line without its comment says, as in the ``pip:`` lists of conda too."""
    if variable_of(text):
        yield unassessed(text, "it depends on an environment variable", where)
        return
    try:
        parted = part(text)
    except ValueError as problem:
        yield unassessed(text, str(problem), where)
        return
    editable = parted.values("--editable")
    if parted.requirement or editable:
        yield from _requirements(parted, editable, source, where)
    else:
        yield from _options(parted, source, where)
    for word in parted.dropped:
        yield unassessed(word, "pip ignores it where it stands, behind an option", where)


def _requirements(
    parted: Parted, editable: list[str], source: Source, where: Context
) -> Iterator[Item]:
    try:
        hashes = tuple(_hash(value) for value in parted.values("--hash"))
    except ValueError as problem:
        yield unassessed(parted.requirement or editable[0], str(problem), where)
        return
    wanted = [parted.requirement] if parted.requirement else editable[:1]
    ignored = editable if parted.requirement else editable[1:]
    for text in wanted:
        is_editable = not parted.requirement
        yield _requirement(text, source, replace(where, hashes=hashes), is_editable)
    for text in ignored:
        yield unassessed(text, "pip ignores a second package on one line", where)
    for option in parted.options:
        if option.name in _INDEXES or option.name in INCLUDES:
            reason = f"pip ignores {option.name} on the line of a package"
            yield unassessed(option.value, reason, where)


def _requirement(
    text: str, source: Source, where: Context, is_editable: bool
) -> Component | Unassessed:
    bare, marker = split_marker(text)
    # What stands behind -e is no name, but a folder, a repository, or "name @ repository".
    path = is_path(bare) or (is_editable and "@" not in bare)
    local = bare.startswith("file:") or (not origins.is_url(bare) and path)
    if not local or origins.is_archive(bare.partition("#")[0].partition("[")[0]):
        return read_requirement(text, where)
    try:
        return read_project(bare, source, with_marker(where, marker))
    except ValueError:
        return unassessed(text, "its marker cannot be read", where)


def _hash(value: str) -> str:
    algorithm, _, digest = value.partition(":")
    if algorithm not in _STRONG or not origins.is_hash(algorithm, digest):
        raise ValueError(f"its hash {origins.redact(value, 80)!r} is none that pip accepts")
    return f"{algorithm}:{digest.lower()}"


def _options(parted: Parted, source: Source, where: Context) -> Iterator[Item]:
    included = False
    for option in parted.options:
        if option.name in _INDEXES:
            yield _index(option, where)
        elif option.name in INCLUDES:
            # pip reads only one file a line, but whoever wrote two meant both.
            reason = include(source, option.value)
            if included:
                reason = reason or "pip reads only the first file that a line names"
            if reason:
                yield unassessed(option.value, reason, where)
            included = True
        elif option.name in _OF_REQUIREMENTS:
            yield unassessed(option.value, f"{option.name} stands without a package", where)


def _index(option: Option, where: Context) -> Index:
    url, secret = origins.clean_url(option.value)
    return Index(url=url, use=_INDEXES[option.name], location=where.location, secret=secret)
