"""JSON text as events, through a sliding window: a model of 500 MB is read in a few MiB.

Grammar: RFC 8259, and the ``NaN`` and ``Infinity`` that tree libraries write.
"""

import array
import json
import re
from collections.abc import Generator
from dataclasses import dataclass

from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.trees.events import DEPTH_LIMIT, Event, Events, Kind

_WINDOW = 1 << 20
_LONGEST_TOKEN = 16 << 20
_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:([{}\[\],:])|(\"(?:[^\"\\\x00-\x1f]++|\\.)*+\")"
    rb"|(-?[0-9][0-9.eE+-]*+|true|false|null|NaN|nan|-?[Ii]nf(?:inity)?))"
)
_LIST = re.compile(
    rb"[ \t\r\n]*+\"([^\"\\\x00-\x1f]{0,200}+)\"[ \t\r\n]*+:[ \t\r\n]*+"
    rb"\[([0-9.eE+\-, \t\r\n]*+)\][ \t\r\n]*+(?:,|(?=\}))"
)
_NUMBERS = re.compile(rb"[0-9.eE+\-, \t\r\n]*+")
_BLANK = re.compile(rb"[ \t\r\n]*+")
_LITERALS: dict[bytes, object] = {b"true": True, b"false": False, b"null": None}


@dataclass(slots=True)
class _Text:
    """Numbers as they stand in the text, separated by commas."""

    raw: bytes
    offset: int

    @property
    def count(self) -> int:
        """See :class:`~seamark.scan.models.trees.events.Numbers`."""
        return self.raw.count(b",") + 1 if self.raw.strip(b" \t\r\n") else 0

    def integers(self) -> "array.array[int]":
        """See :class:`~seamark.scan.models.trees.events.Numbers`."""
        try:
            return array.array("q", json.loads(b"[" + self.raw + b"]"))
        except (ValueError, TypeError, OverflowError):
            raise Malformed("a list of whole numbers holds something else", self.offset) from None


class _Window:
    """The part of the text that is looked at."""

    __slots__ = ("at", "base", "blob", "data", "meter", "tokens")

    def __init__(self, blob: Blob, meter: Meter) -> None:
        self.blob = blob
        self.meter = meter
        self.tokens = 0
        self.base = 0
        self.at = 0
        self.data = blob.read(0, _WINDOW)

    @property
    def offset(self) -> int:
        return self.base + self.at

    def is_last(self) -> bool:
        return self.base + len(self.data) >= self.blob.size

    def more(self) -> bool:
        """Move on; keep what is not used, and take twice as much where that was all of it."""
        if self.is_last():
            return False
        self.meter.check_time()
        size = _WINDOW if self.at else 2 * len(self.data)
        if size > _LONGEST_TOKEN:
            raise LimitExceeded(f"holds a text of more than {_LONGEST_TOKEN} bytes")
        self.base += self.at
        self.at = 0
        self.data = self.blob.read(self.base, size)
        return True

    def token(self) -> "re.Match[bytes]":
        self.tokens += 1
        if not self.tokens % 4096:
            self.meter.check_time()
        while True:
            match = _TOKEN.match(self.data, self.at)
            # A number at the edge may go on behind it.
            if match and (match.end() < len(self.data) or match[1] or self.is_last()):
                self.at = match.end()
                return match
            blank = _BLANK.match(self.data, self.at)
            self.at = blank.end() if blank else self.at
            if not self.more():
                ended = self.at >= len(self.data)
                reason = "the text ends early" if ended else "this is not JSON text"
                raise Malformed(reason, self.offset)


def json_events(blob: Blob, meter: Meter, *, may_list: bool = False) -> Events:
    """Events of the one value that ``blob`` holds, one after another; ``may_list`` adds ``LISTS``.

    Numbers of an array are only checked where somebody decodes their batch. A last ``END`` event
    tells the offset behind the document, so that what trails can be looked at. Raises
    ``Malformed`` and ``LimitExceeded``.
    """
    window = _Window(blob, meter)
    stack: list[bool] = []  # True for an object
    expect = "value"
    while True:
        if may_list and expect in ("key", "first") and stack[-1]:
            expect = yield from _lists(window, expect)
        token = window.token()
        at = window.base + token.start(token.lastindex or 0)
        mark = token[1]
        if mark in (b"}", b"]") and expect in ("first", "more"):
            if not stack or stack.pop() != (mark == b"}"):
                raise Malformed("brackets do not match", at)
            yield Event(Kind.END_OBJECT if mark == b"}" else Kind.END_ARRAY, None, at)
        elif mark == b"," and expect == "more" and stack:
            expect = "key" if stack[-1] else "value"
            continue
        elif mark in (b"{", b"[") and _may_begin(expect, stack):
            if len(stack) >= DEPTH_LIMIT:
                raise LimitExceeded(f"nests deeper than {DEPTH_LIMIT} levels")
            stack.append(mark == b"{")
            yield Event(Kind.OBJECT if mark == b"{" else Kind.ARRAY, None, at)
            expect = "first"
            if mark == b"[" and (yield from _numbers(window)):
                expect = "value"
            continue
        elif token[2] is not None and stack and stack[-1] and expect in ("key", "first"):
            yield Event(Kind.KEY, _unquoted(token[2], at), at)
            if window.token()[1] != b":":
                raise Malformed("a name has no value", window.offset)
            expect = "value"
            continue
        elif mark is None and _may_begin(expect, stack):
            if token[2] is not None:
                yield Event(Kind.TEXT, _unquoted(token[2], at), at)
            else:
                yield Event(Kind.VALUE, _number(token[3], at), at)
        else:
            raise Malformed("this is not JSON text", at)
        expect = "more"
        if not stack:
            yield Event(Kind.END, None, window.offset)
            return


def _lists(window: _Window, expect: str) -> Generator[Event, None, str]:
    """Names with whole arrays of numbers, as far as they lie in the window; what to expect next."""
    data, base, match_list, at = window.data, window.base, _LIST.match, window.at
    met = []
    while match := match_list(data, at):
        at = match.end()
        offset = base + match.start(1) - 1
        name = _unquoted(b'"' + match[1] + b'"', offset)
        met.append((name, _Text(match[2], base + match.start(2)), offset))
        expect = "key"
        if data[at - 1] != 44:  # no comma: the object ends
            expect = "more"
            break
    if met:
        window.at = at
        yield Event(Kind.LISTS, met, met[0][2])
    return expect


def _may_begin(expect: str, stack: list[bool]) -> bool:
    """Whether a value may stand here, rather than a name, a comma or an end."""
    return expect == "value" or (expect == "first" and not stack[-1])


def _numbers(window: _Window) -> Generator[Event, None, bool]:
    """Batches of numbers directly behind a bracket; whether a comma asks for one more value."""
    asked = False
    while True:
        match = _NUMBERS.match(window.data, window.at)
        end = match.end() if match else window.at
        at_edge = end == len(window.data) and not window.is_last()
        closed = window.data[end : end + 1] == b"]"
        if not closed:  # leave the last one: it may go on behind the edge, or be no number
            end = window.data.rfind(b",", window.at, end)
        if end > window.at:
            raw = window.data[window.at : end]
            if raw.strip(b" \t\r\n"):
                yield Event(Kind.NUMBERS, _Text(raw, window.offset), window.offset)
                asked = not closed
            window.at = end if closed else end + 1
        if closed or not at_edge or not window.more():
            return asked


def _unquoted(raw: bytes, at: int) -> str:
    try:
        if b"\\" not in raw:
            return raw[1:-1].decode("utf-8")
        text: str = json.loads(raw)
        return text
    except ValueError:
        raise Malformed("a text is not valid", at) from None


def _number(raw: bytes, at: int) -> object:
    if raw in _LITERALS:
        return _LITERALS[raw]
    try:
        if raw.lstrip(b"-").isdigit() and len(raw) < 40:
            return int(raw)
        return float(raw)
    except ValueError:
        raise Malformed("a number is not valid", at) from None
