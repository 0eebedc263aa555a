"""One entry of a list at a time: what is wrong with one breaks that one, and no other.

Values are fetched with their type: an absent key (or ``null``) is empty, another type is
:class:`Broken`, which :func:`read_entries` turns into one ``Unassessed``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.core.paths import printable
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.python.python_origins import redact
from seamark.scan.dependencies.source import Source, Unreadable

MAX_TEXT = 32_768
"""Characters of one value: markers of forked resolutions can be long, names and URLs are not."""

Entry = Mapping[str, Any]
Read = Callable[[Any, Location], Component | Unassessed | None]
"""Reads one entry; None where it is no dependency (the project itself). May raise Broken."""


class Broken(Exception):  # noqa: N818 - a signal between an entry's reader and its list
    """One entry cannot be read. The message is a clause without a full stop."""


def read_entries(
    source: Source, entries: Sequence[Any], lines: Sequence[int], read: Read
) -> Iterator[Item]:
    """Each entry as its component, or as what is wrong with it, in order.

    An entry is emptied when it has been read: of a long lock, tables and components together
    would not fit.
    """
    numbered = zip(entries, chain(lines, repeat(0)), strict=False)  # lines may be none
    for number, (entry, line) in enumerate(numbered, start=1):
        where = source.at(line or None)
        try:
            if not isinstance(entry, dict):
                raise Broken("it is no table")
            item = read(entry, where)
        except Broken as problem:
            yield unassessed(_called(entry, number), str(problem), where)
        else:
            entry.clear()
            if item is not None:
                yield item


def unassessed(name: str, reason: str, where: Location) -> Unassessed:
    """What could not be read, named as far as it has a name that can be shown: no credentials."""
    return Unassessed(name=redact(printable(name), 120), reason=reason, location=where)


def _called(entry: Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and name else f"entry {number}"


def text_of(entry: Entry, key: str) -> str:
    """A text of one line, printable, and short. Raises :class:`Broken`."""
    return checked_text(entry.get(key), key)


def checked_text(value: object, key: str) -> str:
    """The value as a text, where it is one that can be shown. Raises :class:`Broken`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken(f"its {key} is no text")
    if len(value) > MAX_TEXT:
        raise Broken(f"its {key} is longer than {MAX_TEXT} characters")
    if not value.isprintable():  # no controls, no line ends, no halves of surrogate pairs
        raise Broken(f"its {key} holds characters that cannot be shown")
    return value


def version_of(entry: Entry, key: str = "version") -> str:
    """The version; whether its ecosystem can order it is for those who compare."""
    version = text_of(entry, key)
    if " " in version:
        raise Broken("its version holds a space")
    if "://" in version:  # which may hold credentials, and would stand in a package URL
        raise Broken("its version is an address")
    return version


def texts_of(entry: Entry, key: str) -> list[str]:
    """A list of texts. Raises :class:`Broken`."""
    value = list_of(entry, key)
    return [checked_text(each if each is not None else 0, f"{key} entry") for each in value]


def list_of(entry: Entry, key: str) -> list[Any]:
    """A list of anything. Raises :class:`Broken`."""
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Broken(f"its {key} is no list")
    return value


def table_of(entry: Entry, key: str) -> dict[str, Any]:
    """A table. Raises :class:`Broken`."""
    value = entry.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Broken(f"its {key} is no table")
    return value


def tables_of(entry: Entry, key: str) -> list[dict[str, Any]]:
    """A list of tables. Raises :class:`Broken`."""
    value = list_of(entry, key)
    if not all(isinstance(each, dict) for each in value):
        raise Broken(f"its {key} holds something that is no table")
    return value


def flag_of(entry: Entry, key: str) -> bool:
    """True or false; false where it is absent. Raises :class:`Broken`."""
    value = entry.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Broken(f"its {key} is neither true nor false")
    return value


def lines_that(text: str, begin: str, count: int, *, whole: bool = True) -> list[int]:
    """The numbers of the lines that begin so (``whole``: are so), if they are ``count``.

    Entries of a document are told by their headers; where texts of several lines imitate such a
    header, no number is better than a wrong one.
    """
    pattern = rf"^{re.escape(begin)}" + (r"[ \t]*\r?$" if whole else "")
    found, number, last = [], 1, 0
    for match in re.finditer(pattern, text, re.MULTILINE):
        number += text.count("\n", last, match.start())
        last = match.start()
        found.append(number)
    return found if len(found) == count else []


def document_table(document: Any, what: str) -> dict[str, Any]:
    """The whole document as a table. Raises :class:`Unreadable`."""
    if not isinstance(document, dict):
        raise Unreadable(f"it is no {what} (its top level is no table)")
    return document


def entries_of(document: Entry, key: str, *, required: bool) -> list[Any]:
    """The list of entries itself. Raises :class:`Unreadable`."""
    value = document.get(key)
    if isinstance(value, list):
        return value
    if value is None and not required:
        return []
    raise Unreadable(f"its {key!r} is no list")


def unknown_version(
    source: Source, found: object, known: Iterable[str], what: str
) -> Iterator[Unassessed]:
    """That the format's version is not one that this reader knows, where that is so.

    The rest is read all the same: what it says is better than nothing, and not the whole.
    """
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if text.partition(".")[0] not in known:
        shown = repr(text) if text and len(text) < 40 else "missing or odd"
        yield unassessed(what, f"its format's version is not one known here ({shown})", source.at())
