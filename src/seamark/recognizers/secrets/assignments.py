"""Assignments of values to names that sound secret, in code, data, commands and markup.

One pattern serves all: a word of :data:`WORDS` inside a name, something between name and value,
and a quoted or bare value. RE2, so the time is linear in the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.recognizers.secrets.patterns import Pattern, compiled

WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "salt")
"""What the names hold, in small letters; the prefilter's keywords for assignments."""

_BEFORE = 100
"""Bytes before the word that may belong to the name or name the service."""

_ASSIGNMENT = (
    r"(?i)(?:pass|pwd|secret|token|key|cred|auth|salt)[0-9a-z_.\-]{0,40}"
    r"(?:"
    # - name: NAME, then value: v below it; {"name": "NAME", "value": v}
    r"[\"']?[ \t]?,?[ \t\r\n]{1,60}[\"']?value[\"']?[ \t]?[:=][ \t]{0,8}"
    # name = v, name: v, name := v, name => v, name == v, "name": v, x["name"] = v, name: str = v
    r"|[\"'\])]{0,3}[ \t]{0,20}(?::[ \t]?[a-z_][a-z_.\[\]| ]{0,40}=|[:=!]?=>?|:)[ \t]{0,20}"
    # getenv("NAME", v), set_name(v), <name>v
    r"|[\"'][ \t]?,[ \t]?|\([ \t]?|>"
    # ENV NAME v, --name v
    r"|[ \t]{1,4}"
    r")"
    r"(?:[rbuf@(]{0,2}(?:\"\"?\"?([^\"\n]+)\"|'(?:'')?([^'\n]+)'|`([^`\n]+)`)"
    r"|([^\x00-\x20\"'`<>,;(){}\[\]]+))"
)  # fmt: skip
_SETTER = (
    r"(?i)(?:env|get|set|put|default|add|config|update|header|replace|arg)[a-z_]{0,20}[ \t]?\("
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One value with its name.

    ``name`` holds the word and what belongs to it; ``line`` is what precedes the value on its
    line. ``start`` and ``end`` are bytes. ``loose`` means that only a blank or a bracket stands
    between name and value.
    """

    name: str
    line: str
    value: str
    start: int
    end: int
    quoted: bool
    loose: bool
    call: bool = False


def assignments(data: bytes) -> Iterator[Assignment]:
    """Every assignment in ``data``, in order."""
    pattern: Pattern = compiled(_ASSIGNMENT)
    at = 0
    while match := pattern.search(data, at):
        index = match.lastindex or 4
        start, end = match.span(index)
        # A bare value may itself be the name of the next assignment (token=key=…).
        at = end if index != 4 else max(match.start() + 3, min(end, start + 1))
        if end - start < 4:
            continue
        quoted = index != 4
        between = data[match.start() : start]
        head = between.rstrip(b"\"'`rbufRBUF@( \t")
        glue = between[len(_head(between)) :].strip()
        loose = not glue.strip(b"\"'`rbufRBUF@")
        call = glue.startswith(b"(")
        # ("PASSWORD", "value") assigns only where something that sets or asks stands before.
        comma = glue.lstrip(b"\"' \t").startswith(b",") and b"value" not in glue.lower()
        if not quoted:
            if call:
                continue  # f(x): an expression, no literal
            if data[end : end + 1] in (b"(", b"[", b"{"):
                continue  # name = f(…)
        before = data[max(0, match.start() - _BEFORE) : match.start()]
        before = before[before.rfind(b"\n") + 1 :]
        if comma and compiled(_SETTER).search(before) is None:
            continue
        value = data[start:end].decode("utf-8", "replace")
        line = (before + head).decode("utf-8", "replace")
        tail = _identifier(before).decode("ascii", "replace")
        name = tail + _head(between).decode("ascii", "replace")
        yield Assignment(name, line, value, start, end, quoted, loose, call)


_ALPHABET = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.")


def _identifier(before: bytes) -> bytes:
    """The end of ``before`` that is part of a name."""
    at = len(before)
    while at and before[at - 1] in _ALPHABET:
        at -= 1
    return before[at:]


def _head(between: bytes) -> bytes:
    """The beginning of ``between`` that is part of a name."""
    at = 0
    while at < len(between) and between[at] in _ALPHABET:
        at += 1
    return between[:at]
