"""``tokenizer_config.json``, ``special_tokens_map.json``, ``added_tokens.json``."""

from collections.abc import Iterable, Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.hub import tokenizer_rules as rules
from seamark.scan.models.hub.nested import Config
from seamark.scan.models.hub.special_tokens import examine_special_tokens
from seamark.scan.models.scope import Scope

RULES = rules.RULES

LARGEST_ID: Final = 1 << 27
"""No vocabulary comes near; a table with this many entries takes gigabytes."""

_KEYS: Final = ("tokenizer_class", "added_tokens_decoder", "additional_special_tokens",
                "extra_special_tokens")  # fmt: skip


def is_tokenizer_config(config: Config, name: str) -> bool:
    """Whether this is one of a tokenizer's small files."""
    return (
        name in ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
        or any(key in config for key in _KEYS[1:3])
    )  # fmt: skip


def examine_tokenizer_config(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about special tokens and their numbers."""
    name = scope.name.lower()
    if name == "tokenizer_config.json":
        scope.describe(folder="hugging-face")
    ids: dict[int, str] = {}
    decoder = config.get("added_tokens_decoder")
    for key, entry in decoder.items() if isinstance(decoder, dict) else ():
        if key.isascii() and key.isdigit() and len(key) < 20:
            ids[int(key)] = _content(entry)
    if name == "added_tokens.json":
        yield from _examine_added(config, scope)
    yield from examine_ids(ids.items(), scope)
    yield from examine_special_tokens(_special(config), scope)


def examine_ids(ids: Iterable[tuple[int, str]], scope: Scope) -> Iterator[Finding]:
    """A finding where a token's number is beyond any vocabulary."""
    for number, token in ids:
        if not 0 <= number < LARGEST_ID:
            yield scope.finding(
                rules.ENDLESS_PADDING,
                f"The token '{token[:100]}' has the number {number}.",
                anchor=token[:100],
            )
            return


def _examine_added(config: Config, scope: Scope) -> Iterator[Finding]:
    """``added_tokens.json`` maps texts to numbers: none may occur twice."""
    seen: dict[int, str] = {}
    for token, number in config.items():
        if type(number) is not int:
            continue
        if number in seen:
            yield scope.finding(
                rules.SHARED_ID,
                f"'{token[:100]}' and '{seen[number][:100]}' both have the number {number}.",
                anchor=token[:100],
            )
        seen[number] = token
    yield from examine_ids(seen.items(), scope)


def _special(config: Config) -> Iterator[str]:
    for key, value in config.items():
        if key.endswith("_token"):
            yield _content(value)
        elif key in ("additional_special_tokens", "extra_special_tokens"):
            values = list(value.values()) if isinstance(value, dict) else value
            for each in values if isinstance(values, list) else ():
                yield _content(each)
        elif key == "added_tokens_decoder" and isinstance(value, dict):
            for entry in value.values():
                if isinstance(entry, dict) and entry.get("special") is True:
                    yield _content(entry)


def _content(entry: object) -> str:
    if isinstance(entry, dict):
        entry = entry.get("content")
    return entry if isinstance(entry, str) else ""
