"""Vocabularies: text of a token to its number, as ``vocab.json``, tiktoken or ``tokenizer.json``.

Read by regular expression and without a table of Python objects for every token: the largest have
300,000 entries.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hub import tokenizer_rules as rules
from seamark.scan.models.hub.tokenizer_config import LARGEST_ID
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_HELD: Final = 48 << 20
_TOKENS: Final = 4_000_000
_ENTRY: Final = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+(-?\d{1,19})\s*+([,}])', re.DOTALL)
_LINE: Final = re.compile(rb"([A-Za-z0-9+/]*={0,2}) (\d{1,19})\r?(?:\n|\Z)")


@dataclass(slots=True)
class Vocabulary:
    """What is known of all tokens: a bit for each number, and the first few that clash."""

    count: int = 0
    largest: int = -1
    bits: bytearray = field(default_factory=bytearray)
    clashes: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        """One more token has this number."""
        self.count += 1
        if self.count > _TOKENS:
            raise LimitExceeded(f"has more than {_TOKENS} tokens")
        if not 0 <= number < LARGEST_ID:
            self.beyond.append(number)
            return
        if number > self.largest:
            self.largest = number
            if number >= len(self.bits) * 8:
                self.bits.extend(bytes(max(number // 8 + 1 - len(self.bits), len(self.bits))))
        mask = 1 << (number & 7)
        if self.bits[number >> 3] & mask:
            self.clashes.append(number)
        self.bits[number >> 3] |= mask

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """What is wrong with the numbers."""
        if self.beyond:
            yield scope.finding(
                rules.ENDLESS_PADDING,
                f"A token has the number {self.beyond[0]}.",
                anchor=str(self.beyond[0]),
            )
        if self.clashes:
            others = f" and {len(self.clashes) - 1} more" if len(self.clashes) > 1 else ""
            yield scope.finding(
                rules.SHARED_ID,
                f"The number {self.clashes[0]}{others} stands for more than one token.",
                anchor=str(self.clashes[0]),
            )


def read_entries(
    data: bytes, start: int, end: int, wanted: frozenset[int], scope: Scope
) -> tuple[Vocabulary, dict[int, list[str]]]:
    """The object of tokens in ``data[start:end]``, and the texts of the ``wanted`` numbers.

    Raises ``Malformed`` where it is no object of texts and whole numbers.
    """
    vocabulary = Vocabulary()
    texts: dict[int, list[str]] = {}
    position = data.index(b"{", start) + 1
    if not data[position:end].strip(b" \t\r\n}"):
        return vocabulary, texts
    mark = b","
    add = vocabulary.add
    for entry in _ENTRY.finditer(data, position, end):
        if entry.start() != position or mark != b",":
            break
        position = entry.end()
        mark = entry[3]
        number = int(entry[2])
        add(number)
        if number in wanted:
            texts.setdefault(number, []).append(literal_text(entry[1]))
        if not vocabulary.count % 65536:
            scope.meter.check_time()
    if mark != b"}" or data[position:end].strip():
        raise Malformed("the vocabulary is no object of tokens and numbers", position)
    return vocabulary, texts


def literal_text(literal: bytes) -> str:
    """A JSON string with its quotes; as written where its escapes are not valid."""
    try:
        value = json.loads(literal.decode("utf-8"))
    except ValueError:
        return literal[1:-1].decode("utf-8", "backslashreplace")
    return str(value)


def examine_vocabulary(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``vocab.json`` beside a model; other shapes of it are plain text."""
    from seamark.scan.models.code.texts import examine_text

    scope.set_format("json")
    if blob.size <= _HELD:
        data = blob.read(0, blob.size)
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _ENTRY.search(data, 0, 4096):
            scope.tally.bytes += len(data)
            # Speech models keep the vocabularies of several languages in one file.
            vocabulary, _ = _flat(data, scope)
            yield from vocabulary.findings(scope)
    yield from examine_text(blob, scope)


def _flat(data: bytes, scope: Scope) -> tuple[Vocabulary, dict[int, list[str]]]:
    first = _ENTRY.match(data, data.index(b"{") + 1)
    if first is None:
        return Vocabulary(), {}
    return read_entries(data, 0, len(data), frozenset(), scope)


def examine_tiktoken(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one table of tiktoken: a token in base64 and its rank on each line."""
    from seamark.scan.models.code.texts import examine_text

    head = blob.read(0, 4096)
    if not _LINE.match(head) or blob.size > _HELD:
        scope.set_format("text")
        yield from examine_text(blob, scope)
        return
    scope.set_format("tiktoken")
    scope.describe(framework="tiktoken")
    scope.tally.bytes += blob.size
    data = blob.read(0, blob.size)
    vocabulary = Vocabulary()
    seen: set[bytes] = set()
    twice: list[bytes] = []
    position = 0
    for line in _LINE.finditer(data):
        if line.start() != position:
            break
        position = line.end()
        vocabulary.add(int(line[2]))
        if line[1] in seen:
            twice.append(line[1])
        seen.add(line[1])
        if not vocabulary.count % 65536:
            scope.meter.check_time()
    if data[position:].strip():
        raise Malformed("a line is no token with its rank", position)
    yield from vocabulary.findings(scope)
    if twice:
        token = twice[0].decode("ascii")[:100]
        yield scope.finding(
            rules.SHARED_ID, f"The token {token} has more than one rank.", anchor=token
        )
