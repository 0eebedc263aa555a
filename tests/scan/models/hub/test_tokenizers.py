"""Tokenizers of all kinds: real files, tampered files, damaged files."""

import base64
import json
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.weights.wire import message

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes
from seamark.scan.models.hub.json_spans import members
from seamark.scan.models.hub.sentencepiece import map_problem
from seamark.scan.models.hub.special_tokens import why_deceptive
from seamark.scan.models.limits import Malformed

DATA = Path(__file__).parents[3] / "data" / "hub"
VOCABULARY = {"<s>": 0, "</s>": 1, "a": 2, "b": 3}


def scan(data: object, name: str = "tokenizer.json") -> FileReport:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return scan_bytes(raw, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def tokenizer(**parts: Any) -> dict[str, Any]:
    special = {"id": 0, "content": "<s>", "special": True}
    model = {"type": "BPE", "vocab": VOCABULARY, "merges": [["a", "b"]]}
    return {"version": "1.0", "added_tokens": [special], "model": model, **parts}


def added(content: str, number: int = 9) -> dict[str, Any]:
    return tokenizer(added_tokens=[{"id": number, "content": content, "special": True}])


def replace(content: str, **pattern: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern or {"String": "a"}, "content": content}


def test_real_files_are_clean_and_templates_have_digests() -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "identity.model"):
        report = scan((DATA / name).read_bytes(), name)
        assert (name, report.findings, report.verdict) == (name, (), Verdict.CLEAN)
    text = "{{ messages[0]['content'] }}"
    report = scan({"chat_template": text}, "tokenizer_config.json")
    (digest,) = report.metadata.templates
    assert digest.startswith("sha256:")


HOSTILE: dict[str, tuple[object, str]] = {
    "shared": (added("</x>", 2), "TOK001"),
    "twice": (tokenizer(model={"type": "BPE", "vocab": {"a": 0, "b": 0}}), "TOK001"),
    "invisible": (added("<|end\u200b|>"), "TOK002"),
    "rewrites": (tokenizer(decoder=replace("https://example.org")), "TOK003"),
    "rewrites input": (tokenizer(normalizer={"n": [replace("always agree")]}), "TOK003"),
    "pattern": (tokenizer(pre_tokenizer={"pattern": {"Regex": "(a+)+$"}}), "TOK004"),
    "padding": (tokenizer(padding={"strategy": {"Fixed": 1 << 30}}), "TOK005"),
    "number": (added("<x>", 1 << 40), "TOK005"),
    "vocabulary number": (tokenizer(model={"type": "BPE", "vocab": {"a": 1 << 40}}), "TOK005"),
    "other token": (
        tokenizer(post_processor={"special_tokens": {"x": {"ids": [2], "tokens": ["<s>"]}}}),
        "TOK006",
    ),
    "bert": (tokenizer(post_processor={"type": "BertProcessing", "sep": ["</s>", 3]}), "TOK006"),
    "map": (tokenizer(normalizer={"precompiled_charsmap": "/////w=="}), "TOK007"),
    "model key": (b'{"model": {"vocab": {"a": 0}, "vocab": {"a": 1}}}', "COD016"),
    "key": (b'{"model": {"vocab": {}}, "model": {"vocab": {}}}', "COD016"),
}


@pytest.mark.parametrize(("data", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_tampering_is_found(data: object, rule: str) -> None:
    report = scan(data)
    assert rules(report) == {rule}
    assert report.verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "data",
    [
        tokenizer(normalizer=replace("\u2581"), decoder=replace(" ")),
        tokenizer(normalizer=replace("<newline>", String="\n")),
        tokenizer(padding={"strategy": "BatchLongest"}),
        tokenizer(model={"type": "Unigram", "vocab": [["<s>", 0.0], ["a", -1.5]]}),
        tokenizer(model={"type": "WordLevel", "vocab": {}}),
        added("<\uff5cbegin\u2581of\u2581sentence\uff5c>"),
        added("\u7528\u6237"),
        added("\0"),
    ],
)
def test_honest_oddities_are_clean(data: object) -> None:
    assert (scan(data).findings, scan(data).verdict) == ((), Verdict.CLEAN)


@pytest.mark.parametrize(
    "data",
    [b"{", b"{}", b'{"model": 1}', b'{"model": {"vocab": {"a": "b"}}}', b'{"a" 1}',
     b'{"model": {"vocab": {"a": 1,}}}', b'{"added_tokens": [}', b'{"x": ' + b"[" * 999],
)  # fmt: skip
def test_what_is_no_tokenizer_is_unclear(data: bytes) -> None:
    assert rules(scan(data)) == {"FIL005"}


def test_brackets_and_members_without_end_are_bounded() -> None:
    assert rules(scan(b'{"x": [' + b'[["a"]],[{}],' * 400_000)) == {"FIL004"}
    assert rules(scan(b"{" + b'"a":1,' * 20_000)) == {"FIL004", "COD016"}


def test_special_tokens_that_deceive() -> None:
    for token in ("<|im_\u0435nd|>", "</s\u2060>", "<\u202eend>", "[\u0410BC]"):
        assert why_deceptive(token)
    for token in (
        "<|im_end|>",
        "\n",
        "\u043f\u0440\u0438\u0432\u0435\u0442",
        "<\u0442\u0435\u0441\u0442>",
        "\ue000",
    ):
        assert not why_deceptive(token)


def test_small_files_of_a_tokenizer() -> None:
    config = {"added_tokens_decoder": {"5": {"content": "<\u200bx>", "special": True}}}
    assert rules(scan(config, "tokenizer_config.json")) == {"TOK002"}
    assert rules(scan({"<x>": 7, "<y>": 7}, "added_tokens.json")) == {"TOK001"}
    ranks = b"".join(base64.b64encode(bytes([n])) + b" %d\n" % n for n in range(256))
    assert scan(ranks, "x.tiktoken").format == "tiktoken"
    assert scan(ranks, "x.tiktoken").verdict is Verdict.CLEAN
    assert rules(scan(ranks + b"AAA= 5\n", "tokenizer.model")) == {"TOK001"}
    assert rules(scan(ranks + b"AA== 999\n", "tokenizer.model")) == {"TOK001"}
    assert rules(scan(ranks + b"no line", "tokenizer.model")) == {"FIL005"}


def piece(text: str, kind: int = 1) -> bytes:
    inner = message((1, text)) + b"\x15\0\0\0\0" + (message((3, kind)) if kind != 1 else b"")
    return bytes(message((1, inner)))


PIECES = piece("<unk>", 2) + piece("<s>", 3) + piece("a") + piece("x" * 300)


def test_sentencepiece() -> None:
    def look(data: bytes) -> set[str]:
        report = scan(data, "spiece.model")
        assert report.format == "sentencepiece"
        return rules(report)

    assert look(PIECES) == set()
    assert look(PIECES + piece("a")) == {"TOK001"}
    assert look(PIECES + piece("<|\u0435nd|>", 3)) == {"TOK002"}
    assert look(PIECES + message((3, message((2, b"\xff\xff\xff\x7f"))))) == {"TOK007"}
    assert look(PIECES + message((300, b"x"))) == {"TOK008"}
    assert look(PIECES[:-9]) == {"FIL005"}


def test_character_maps_are_walked() -> None:
    head = struct.pack("<I", 1024)
    assert map_problem(b"") != ""
    assert map_problem(head + struct.pack("<256I", 1 << 10, *[0] * 255) + b"a\0") == ""
    assert "trie" in map_problem(head + struct.pack("<256I", 1 << 30, *[0] * 255) + b"a\0")
    far = struct.pack("<256I", 1 << 10 | 0x100, 0x80000000 | 99, *[0] * 254)
    assert "texts" in map_problem(head + far + b"a\0")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=5), x, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5), st.sampled_from([None, 1]))
def test_spans_are_the_members(value: dict[str, object], indent: int | None) -> None:
    raw = json.dumps(value, indent=indent).encode()
    found = {json.loads(b'"%s"' % m.key): json.loads(raw[m.start : m.end]) for m in members(raw)}
    assert found == value


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_spans_of_anything_end(raw: bytes) -> None:
    with suppress(Malformed):
        assert all(span.end <= len(raw) + 2 for span in members(b"{" + raw))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_mutation_makes_a_reader_fail(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["tokenizer.json", "identity.model", "adapter_config.json"]))
    raw = bytearray((DATA / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw), name))
