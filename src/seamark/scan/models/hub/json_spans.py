"""Where the members of a large JSON object lie, without building them.

Python's values take up to ten times the room of the text, and a tokenizer's vocabulary has 30 MB.
Strings and brackets are enough to find the members of an object; each is then parsed by itself.
Whoever parses a member learns whether it is JSON; who does not must not rely on it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from seamark.scan.models.limits import LimitExceeded, Malformed

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT = rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+"
_RUN = re.compile(rb"(?:" + _FLAT[:-2] + rb"++|\[" + _FLAT + rb"\])*+", re.DOTALL)
"""A stretch without brackets but for lists of plain values: the pairs of ``merges``."""
_KEY = re.compile(rb"\s*+(" + _STRING + rb")\s*+:\s*+", re.DOTALL)
_PLAIN = re.compile(_STRING + rb'|[^\s,\[\]{}"]++', re.DOTALL)
_NEXT = re.compile(rb"\s*+([,}])")
_DEPTH = 200
_MEMBERS = 10_000
_BRACKETS = 1_000_000


class Span(NamedTuple):
    """One member: its key as written between the quotes, and where its value lies."""

    key: bytes
    start: int
    end: int


def members(data: bytes, start: int = 0) -> Iterator[Span]:
    """The members of the object that begins at ``start``, in order.

    Raises ``Malformed`` where what is there is no object, or ends too early, and ``LimitExceeded``
    where it has more members or collections than any tokenizer.
    """
    position = start
    while data[position : position + 1] in (b" ", b"\t", b"\r", b"\n"):
        position += 1
    if data[position : position + 1] != b"{":
        raise Malformed("a JSON object does not begin here", position)
    position += 1
    if re.compile(rb"\s*+\}").match(data, position):
        return
    for _ in range(_MEMBERS):
        key = _KEY.match(data, position)
        if key is None:
            raise Malformed("a JSON object has no key here", position)
        end = _end(data, key.end())
        yield Span(key[1][1:-1], key.end(), end)
        following = _NEXT.match(data, end)
        if following is None:
            raise Malformed("a JSON object does not go on here", end)
        if following[1] == b"}":
            return
        position = following.end()
    raise LimitExceeded(f"has an object of more than {_MEMBERS} members")


def _end(data: bytes, start: int) -> int:
    """Where the value ends that begins at ``start``."""
    if data[start : start + 1] not in (b"{", b"["):
        plain = _PLAIN.match(data, start)
        if plain is None:
            raise Malformed("a JSON value is missing", start)
        return plain.end()
    position, depth = start, 0
    for _ in range(_BRACKETS):
        # An opening bracket is stepped over by itself, so a flat list inside is one match.
        byte = data[position : position + 1]
        if byte in (b"{", b"["):
            depth += 1
            if depth > _DEPTH:
                raise Malformed("JSON nests too deep", position)
        elif byte in (b"}", b"]"):
            depth -= 1
            if not depth:
                return position + 1
        else:
            raise Malformed("JSON text ends too early", position)
        position += 1
        run = _RUN.match(data, position)
        assert run is not None  # it may be empty
        position = run.end()
    raise LimitExceeded(f"has a part of more than {_BRACKETS} brackets")
