"""``tokenizer.json`` of the tokenizers library: what is done to text, and in which numbers it ends.

Nothing in it is code, but patterns are matched, texts are replaced and tokens are put around every
prompt. The vocabulary is only counted; https://huggingface.co/docs/tokenizers describes the parts.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code.rules import AMBIGUOUS_CONFIG
from seamark.scan.models.hub import tokenizer_rules as rules
from seamark.scan.models.hub.json_spans import Span, members
from seamark.scan.models.hub.nested import Config, parts_of, text_of
from seamark.scan.models.hub.patterns import is_costly
from seamark.scan.models.hub.sentencepiece import map_problem
from seamark.scan.models.hub.special_tokens import examine_special_tokens
from seamark.scan.models.hub.tokenizer_config import examine_ids
from seamark.scan.models.hub.vocabularies import Vocabulary, literal_text, read_entries
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_HELD: Final = 48 << 20
_PART: Final = 4 << 20
_STEPS: Final = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
_MOST: Final = 20
_LONGEST_PADDING: Final = 1 << 24
_WORDS: Final = re.compile(r"://|[^\W\d_]{4}")
_SCORED: Final = re.compile(rb'\[\s*+("(?:[^"\\]++|\\.)*+")\s*+,\s*+[-+\w.]++\s*+\]', re.DOTALL)
_TOKEN: Final = re.compile(r"\s*(?:<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})\s*")


@dataclass(slots=True)
class _Added:
    """Tokens beside the vocabulary: text and number of each, and which are special."""

    ids: dict[int, list[str]] = field(default_factory=dict)
    special: list[str] = field(default_factory=list)
    shared: list[tuple[int, str]] = field(default_factory=list)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``tokenizer.json``."""
    scope.set_format("tokenizer")
    if blob.size > _HELD:
        raise LimitExceeded(f"is a tokenizer of {blob.size} bytes (at most {_HELD})")
    scope.tally.bytes += blob.size
    data = blob.read(0, blob.size)
    parts: dict[str, Span] = {}
    twice: set[str] = set()
    for span in members(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0):
        key = span.key.decode("utf-8", "replace")
        if key in parts and key not in twice:
            twice.add(key)
            yield scope.finding(
                AMBIGUOUS_CONFIG, f"The key {key[:100]} occurs twice.", anchor=key[:100]
            )
        parts[key] = span
        if len(parts) > 1000:
            raise Malformed("this is no tokenizer", span.start)
    added = _read_added(_parse(data, parts.get("added_tokens")))
    yield from examine_special_tokens(added.special, scope)
    yield from examine_ids(((n, texts[0]) for n, texts in added.ids.items()), scope)
    yield from _examine_padding(_parse(data, parts.get("padding")), scope)
    steps = {key: _parse(data, parts.get(key)) for key in _STEPS}
    for name, step in steps.items():
        if isinstance(step, dict):
            yield from _examine_step(name, step, scope)
    processor = steps["post_processor"]
    placed = list(_placed(processor)) if isinstance(processor, dict) else []
    wanted = frozenset([*added.ids, *(number for number, _ in placed)])
    texts = yield from _examine_model(data, parts.get("model"), wanted, scope)
    yield from _examine_clashes(added, texts, scope)
    for number, texts_there in added.ids.items():
        texts.setdefault(number, []).extend(texts_there)
    yield from _examine_placed(placed, texts, scope)


def _parse(data: bytes, span: Span | None) -> object:
    if span is None:
        return None
    if span.end - span.start > _PART:
        raise LimitExceeded(f"has a part of {span.end - span.start} bytes (at most {_PART})")
    raw = data[span.start : span.end]
    if raw.count(b"[") + raw.count(b"{") > 100_000:
        raise LimitExceeded("has a part of too many collections")
    try:
        value: object = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        name = span.key.decode("utf-8", "replace")[:100]
        raise Malformed(f"{name} is no JSON", span.start) from error
    return value


def _read_added(value: object) -> _Added:
    added = _Added()
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict):
            continue
        text, number = entry.get("content"), entry.get("id")
        if not isinstance(text, str) or type(number) is not int:
            continue
        others = added.ids.setdefault(number, [])
        if others and text not in others:
            added.shared.append((number, text))
        others.append(text)
        if entry.get("special") is True:
            added.special.append(text)
    return added


def _examine_padding(padding: object, scope: Scope) -> Iterator[Finding]:
    if not isinstance(padding, dict):
        return
    strategy = padding.get("strategy")
    fixed = strategy.get("Fixed") if isinstance(strategy, dict) else None
    for what, length in (
        ("pads to", fixed),
        ("pads to multiples of", padding.get("pad_to_multiple_of")),
    ):
        if type(length) is int and length > _LONGEST_PADDING:
            yield scope.finding(
                rules.ENDLESS_PADDING, f"The tokenizer {what} {length} tokens.", anchor="padding"
            )


def _examine_step(name: str, step: Config, scope: Scope) -> Iterator[Finding]:
    """Patterns and replacements of one step, in sequences as well."""
    found = 0
    for _, part in parts_of(step):
        if found >= _MOST:
            return
        pattern = part.get("pattern")
        if isinstance(pattern, dict):
            expression = text_of(pattern, "Regex")
            if expression and is_costly(expression):
                found += 1
                yield scope.finding(
                    rules.COSTLY_PATTERN,
                    f"The {name} matches {expression[:200]!r}.",
                    anchor=expression[:200],
                )
        content = text_of(part, "content") if "pattern" in part else ""
        content = content or (text_of(part, "prepend") if name == "normalizer" else "")
        if _WORDS.search(content) and not _TOKEN.fullmatch(content):
            found += 1
            yield scope.finding(
                rules.REWRITES_TEXT, f"The {name} inserts {content[:200]!r}.", anchor=content[:200]
            )
        encoded = part.get("precompiled_charsmap")
        if isinstance(encoded, str):
            yield from _examine_map(encoded, scope)


def _examine_map(encoded: str, scope: Scope) -> Iterator[Finding]:
    import binascii

    try:
        problem = map_problem(binascii.a2b_base64(encoded, strict_mode=True))
    except (binascii.Error, ValueError):
        problem = "is not in base64"
    if problem:
        yield scope.finding(
            rules.CHARACTER_MAP, f"The precompiled character map {problem}.", anchor="charsmap"
        )


def _placed(processor: Config) -> Iterator[tuple[int, str]]:
    """Numbers that a post-processor puts around texts, and the tokens it says they are."""
    for _, part in parts_of(processor):
        special = part.get("special_tokens")
        for entry in special.values() if isinstance(special, dict) else ():
            ids = entry.get("ids") if isinstance(entry, dict) else None
            tokens = entry.get("tokens") if isinstance(entry, dict) else None
            if isinstance(ids, list) and isinstance(tokens, list):
                yield from _pairs(zip(tokens, ids, strict=False))
        if text_of(part, "type") in ("BertProcessing", "RobertaProcessing"):
            both = [part.get("sep"), part.get("cls")]
            yield from _pairs(tuple(pair) for pair in both if isinstance(pair, list))


def _pairs(pairs: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, str]]:
    for pair in pairs:
        if len(pair) == 2 and isinstance(pair[0], str) and type(pair[1]) is int:
            yield pair[1], pair[0]


def _examine_model(
    data: bytes, span: Span | None, wanted: frozenset[int], scope: Scope
) -> Generator[Finding, None, dict[int, list[str]]]:
    """Findings about the vocabulary; returns the texts of the ``wanted`` numbers."""
    if span is None or data[span.start : span.start + 1] != b"{":
        raise Malformed("the tokenizer has no model", span.start if span else 0)
    vocabulary = Vocabulary()
    texts: dict[int, list[str]] = {}
    seen: set[bytes] = set()
    twice: set[bytes] = set()
    for part in members(data, span.start):
        if part.key in seen and part.key not in twice:
            twice.add(part.key)
            key = part.key.decode("utf-8", "replace")[:100]
            yield scope.finding(
                AMBIGUOUS_CONFIG, f"The model's key {key} occurs twice.", anchor=key
            )
        seen.add(part.key)
        if part.key == b"type":
            scope.describe(
                architecture=data[part.start + 1 : part.end - 1].decode("utf-8", "replace")
            )
        elif part.key == b"vocab" and data[part.start : part.start + 1] == b"{":
            vocabulary, texts = read_entries(data, part.start, part.end, wanted, scope)
        elif part.key == b"vocab":
            texts = _read_scored(data[part.start : part.end], wanted)
    yield from vocabulary.findings(scope)
    return texts


def _read_scored(raw: bytes, wanted: frozenset[int]) -> dict[int, list[str]]:
    """The texts of the ``wanted`` places in a list of pairs of text and score (Unigram)."""
    texts = {}
    for number, entry in enumerate(_SCORED.finditer(raw)):
        if number in wanted:
            texts[number] = [literal_text(entry[1])]
    return texts


def _examine_clashes(added: _Added, texts: dict[int, list[str]], scope: Scope) -> Iterator[Finding]:
    """Special tokens whose number stands for another text as well."""
    special = set(added.special)
    clashes = list(added.shared)
    for number, names in added.ids.items():
        others = [text for text in texts.get(number, ()) if text not in names]
        if others and special.intersection(names):
            clashes.append((number, others[0]))
    for number, text in clashes[:_MOST]:
        first = added.ids[number][0]
        yield scope.finding(
            rules.SHARED_ID,
            f"'{first[:100]}' and '{text[:100]}' both have the number {number}.",
            anchor=first[:100],
        )


def _examine_placed(
    placed: list[tuple[int, str]], texts: dict[int, list[str]], scope: Scope
) -> Iterator[Finding]:
    for number, name in placed[:1000]:
        there = texts.get(number)
        if there and name not in there:
            yield scope.finding(
                rules.OTHER_TOKEN,
                f"The post-processor adds the token {number}, '{there[0][:80]}', as '{name[:80]}'.",
                anchor=name[:100],
            )
