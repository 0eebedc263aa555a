"""The logical lines of a requirements file: decoded, joined and freed of comments as pip does.

The rules are those of pip's own reader: a backslash joins lines, also into a comment; a comment
begins with ``#`` at the beginning or after white space; the encoding may be declared (PEP 263).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.scan.dependencies.source import Source, Unreadable

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_NO_TEXT = frozenset(("punycode", "idna", "mbcs", "oem", "undefined"))
"""Codings that need another system, or seconds for a megabyte."""
_COMMENT = re.compile(r"(?:^|\s)#")


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: the number of its first line, its text and its comment, both stripped.

    Blank lines have neither; a line of nothing but a comment has no text.
    """

    number: int
    text: str
    comment: str = ""


def read_lines(source: Source) -> Iterator[Line]:
    """The file's logical lines. Raises :class:`Unreadable`."""
    return logical_lines(_decoded(source.read()))


def logical_lines(text: str) -> Iterator[Line]:
    """The logical lines of a text, also its blank ones."""
    parts: list[str] = []
    first = 0
    for number, raw in enumerate(text.splitlines(), 1):
        comment = raw.lstrip().startswith("#")
        if raw.endswith("\\") and not comment:
            if not parts:
                first = number
            parts.append(raw.strip("\\"))
        elif parts:
            parts.append(f" {raw}" if comment else raw)
            yield _parted(first, "".join(parts))
            parts = []
        else:
            yield _parted(number, raw)
    if parts:
        yield _parted(first, "".join(parts))


def _parted(number: int, text: str) -> Line:
    found = _COMMENT.search(text)
    if found is None:
        return Line(number, text.strip())
    return Line(number, text[: found.start()].strip(), text[found.end() :].rstrip())


def _decoded(data: bytes) -> str:
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], coding)
    for line in data[:4096].split(b"\n")[:2]:
        declared = _CODING.search(line) if line[:1] == b"#" else None
        if declared:
            return _decode(data, declared[1].decode("ascii").lower())
    return _decode(data, "utf-8")


def _decode(data: bytes, coding: str) -> str:
    if coding in _NO_TEXT:
        raise Unreadable(f"it is in the encoding {coding}")
    try:
        return data.decode(coding)
    except LookupError as error:
        raise Unreadable(f"it is in an encoding that is not known ({coding[:40]})") from error
    except ValueError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        raise Unreadable(f"it is no valid {coding.upper()} text", line) from error
