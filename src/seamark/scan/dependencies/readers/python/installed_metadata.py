"""The headers of an installed package's metadata (``METADATA``, ``PKG-INFO``).

They are read as bytes up to the first blank line: old files have headers in other encodings, and
what is not asked for (authors, descriptions) must not make a package unreadable.
"""

from dataclasses import dataclass
from typing import ClassVar

from seamark.scan.dependencies.source import Source, Unreadable

_MAX_HEADERS = 4 << 20
_CLASSIFIER = "License ::"
_NOTHING = frozenset(("", "UNKNOWN", "unknown", "None", "N/A"))


@dataclass(frozen=True, slots=True)
class Metadata:
    """Headers by their names in lower case, each with its values in order.

    ``damage`` says what ended them before their time; then later ones may be missing.
    """

    LICENSE_BEGIN: ClassVar[int] = 4000
    """Characters of a license's text that are kept."""

    headers: dict[str, tuple[str, ...]]
    damage: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of this header."""
        return self.headers.get(name.lower(), ())

    def one(self, name: str) -> str:
        """The first value of this header; empty where there is none."""
        return next(iter(self.all(name)), "")

    def licenses(self) -> tuple[str, ...]:
        """What it says of its license: the expression alone, or the text and the classifiers."""
        expression = self.one("License-Expression")
        if expression not in _NOTHING:
            return (expression,)
        text = self.one("License")
        texts = [] if text in _NOTHING else [text[: self.LICENSE_BEGIN]]
        texts += [each for each in self.all("Classifier") if each.startswith(_CLASSIFIER)]
        return tuple(dict.fromkeys(texts))


def read_metadata(source: Source) -> Metadata:
    """The headers of this file. Raises :class:`Unreadable`."""
    return parse_metadata(source.read())


def parse_metadata(data: bytes) -> Metadata:
    """The headers of a file with these bytes. Raises :class:`Unreadable`."""
    if b"\0" in data[:_MAX_HEADERS]:
        raise Unreadable("it is no metadata (it holds zero bytes)")
    data = data.removeprefix(b"\xef\xbb\xbf")
    found: dict[str, list[list[str]]] = {}
    last: list[str] | None = None
    damage = ""
    for number, raw in enumerate(data[:_MAX_HEADERS].splitlines(), 1):
        if not raw:  # one of blanks alone continues a description
            break
        line = raw.decode("utf-8", "replace")
        if line[:1] in " \t":
            if last is None:
                raise Unreadable("its first line continues nothing", number)
            last.append(line.strip().removeprefix("|"))
            continue
        name, colon, value = line.partition(":")
        if not colon:
            damage = f"line {number} of its metadata is no header"
            break
        last = [value.strip()]
        found.setdefault(name.strip().lower(), []).append(last)
    else:
        if len(data) > _MAX_HEADERS:
            raise Unreadable(f"its headers are larger than {_MAX_HEADERS >> 20} MiB")
    if not found:
        raise Unreadable(damage or "it has no headers")
    joined = {name: tuple("\n".join(each) for each in values) for name, values in found.items()}
    return Metadata(joined, damage)
