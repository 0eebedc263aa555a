import struct
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes

TEXT, ARRAY = 8, 9


class Writer:
    """Writes GGUF in any version and byte order."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.version, self.order = version, order

    def u32(self, value: int) -> bytes:
        return struct.pack(self.order + "I", value)

    def size(self, value: int) -> bytes:
        return struct.pack(self.order + ("I" if self.version == 1 else "Q"), value)

    def text(self, value: str) -> bytes:
        return self.size(len(value.encode())) + value.encode()

    def pair(self, key: str, kind: int, value: bytes) -> bytes:
        return self.text(key) + self.u32(kind) + value

    def texts(self, key: str, values: Iterable[str]) -> bytes:
        raw = [self.text(value) for value in values]
        return self.pair(key, ARRAY, self.u32(TEXT) + self.size(len(raw)) + b"".join(raw))

    def tensor(self, name: str, shape: Iterable[int], offset: int, kind: int = 0) -> bytes:
        shape = list(shape)
        extents = b"".join(self.size(extent) for extent in shape)
        place = self.u32(kind) + struct.pack(self.order + "Q", offset)
        return self.text(name) + self.u32(len(shape)) + extents + place

    def file(
        self,
        pairs: list[bytes],
        tensors: list[bytes],
        data: bytes,
        *,
        align: int = 32,
        claimed_tensors: int | None = None,
        claimed_pairs: int | None = None,
    ) -> bytes:
        head = b"GGUF" + self.u32(self.version)
        head += self.size(len(tensors) if claimed_tensors is None else claimed_tensors)
        head += self.size(len(pairs) if claimed_pairs is None else claimed_pairs)
        head += b"".join(pairs) + b"".join(tensors)
        return head + bytes(-len(head) % align) + data


W = Writer()
NAME = W.pair("general.architecture", TEXT, W.text("llama"))
VOCABULARY = W.texts("tokenizer.ggml.tokens", (f"token{i}" for i in range(1000)))
SCORES = W.pair("scores", ARRAY, W.u32(6) + W.size(3) + struct.pack("<3f", 1, 2, 3))
NESTED = W.pair("n", ARRAY, W.u32(ARRAY) + W.size(1) + W.u32(4) + W.size(2) + bytes(8))
TENSORS = [W.tensor("a", [4], 0), W.tensor("b", [32, 2], 32, kind=8)]
DATA = bytes(32) + bytes(68)


def scan(data: bytes) -> FileReport:
    return scan_bytes(data, name="model.gguf")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize(
    "data",
    [
        W.file([], [], b""),
        W.file([NAME, VOCABULARY, SCORES, NESTED], TENSORS, DATA),
        W.file([NAME, VOCABULARY, SCORES, NESTED], TENSORS, DATA + bytes(28)),
        W.file([W.pair("general.alignment", 4, W.u32(64))], TENSORS[:1], bytes(16), align=64),
        W.file([NAME], [W.tensor("scalar", [], 0), W.tensor("empty", [0], 32)], bytes(32)),
    ],
)
def test_honest_files_are_clean(data: bytes) -> None:
    report = scan(data)
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "gguf")


@pytest.mark.parametrize(("version", "order"), [(1, "<"), (2, "<"), (3, "<"), (3, ">")])
def test_versions_and_byte_orders(version: int, order: str) -> None:
    w = Writer(version, order)
    data = w.file(
        [w.pair("k", TEXT, w.text("v")), w.texts("t", ["a", "b"])],
        [w.tensor("a", [4], 0)],
        bytes(16),
    )
    assert scan(data).verdict is Verdict.CLEAN


HUGE = (1 << 64) - 1
BROKEN = {
    "tensor_count": (W.file([NAME], [], b"", claimed_tensors=1 << 60), "GUF001"),
    "pair_count": (W.file([NAME], [], b"", claimed_pairs=HUGE), "GUF001"),
    "text_length": (W.file([W.size(HUGE)], [], b""), "GUF001"),
    "text_value": (W.file([W.pair("k", TEXT, W.size(HUGE))], [], b""), "GUF001"),
    "array_length": (W.file([W.pair("k", ARRAY, W.u32(4) + W.size(1 << 62))], [], b""), "GUF001"),
    "text_array": (W.file([W.pair("k", ARRAY, W.u32(TEXT) + W.size(HUGE))], [], b""), "GUF001"),
    "text_in_array": (
        W.file([W.pair("k", ARRAY, W.u32(TEXT) + W.size(1) + W.size(HUGE))], [], b""),
        "GUF001",
    ),
    "dimensions": (W.file([], [W.tensor("a", [1] * 5, 0)], bytes(4)), "GUF001"),
    "extent": (W.file([], [W.tensor("a", [1 << 40, 1 << 40], 0)], bytes(4)), "GUF001"),
    "offset": (W.file([], [W.tensor("a", [1], HUGE)], bytes(4)), "GUF001"),
    "duplicate_key": (W.file([NAME, NAME], [], b""), "GUF002"),
    "overlap": (W.file([], [W.tensor("a", [16], 0), W.tensor("b", [8], 32)], bytes(64)), "GUF003"),
    "gap": (W.file([], [W.tensor("a", [8], 64)], bytes(96)), "GUF003"),
    "misaligned": (W.file([], [W.tensor("a", [8], 4)], bytes(36)), "GUF003"),
    "same_name": (W.file([], [W.tensor("a", [8], 0), W.tensor("a", [8], 32)], bytes(64)), "GUF003"),
    "ragged": (W.file([], [W.tensor("a", [33], 0, kind=8)], bytes(68)), "GUF003"),
    "trailing": (W.file([], [W.tensor("a", [8], 0)], bytes(32) + b"payload"), "GUF004"),
    "trailing_zeros": (W.file([], [W.tensor("a", [8], 0)], bytes(32 + 33)), "GUF004"),
    "in_the_padding": (W.file([], [W.tensor("a", [1], 0)], bytes(4) + b"payload"), "GUF004"),
    "alignment": (W.file([W.pair("general.alignment", 4, W.u32(0))], [], b""), "GUF005"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rules_are_named(name: str) -> None:
    data, rule = BROKEN[name]
    report = scan(data)
    assert rule in rules(report)
    assert report.verdict is (Verdict.HOSTILE if rule == "GUF001" else Verdict.REVIEW)


def test_truncation_is_unclear() -> None:
    data = W.file([NAME, VOCABULARY, SCORES, NESTED], TENSORS, DATA)
    for cut in (5, 20, 60, 5000, len(data) - 80, len(data) - 1):
        assert rules(scan(data[:cut])) == {"FIL005"}, cut


@pytest.mark.parametrize(
    "data", [b"GGUF\x07\0\0\0" + bytes(16), W.file([W.pair("k", 99, b"")], [], b"")]
)
def test_unknown_versions_and_types_are_unclear(data: bytes) -> None:
    assert rules(scan(data)) == {"FIL005"}


def test_an_unknown_tensor_type_is_unclear() -> None:
    report = scan(W.file([], [W.tensor("a", [8], 0, kind=77)], bytes(32)))
    assert report.verdict is Verdict.UNCLEAR
    assert "77" in report.coverage.skipped[0]


def test_nested_arrays_end() -> None:
    level = W.u32(ARRAY) + W.size(1)
    report = scan(W.file([W.pair("k", ARRAY, level * 10_000)], [], b""))
    assert rules(report) == {"FIL004"}


@pytest.mark.parametrize("key", ["tokenizer.chat_template", "tokenizer.chat_template.tool_use"])
def test_chat_templates_are_examined(key: str) -> None:
    honest = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    hostile = "{{ cycler.__init__.__globals__.os.popen('echo seamark').read() }}"
    assert scan(W.file([W.pair(key, TEXT, W.text(honest))], [], b"")).findings == ()
    report = scan(W.file([W.pair(key, TEXT, W.text(hostile))], [], b""))
    assert report.verdict is Verdict.HOSTILE


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutations_never_break_the_reader(data: st.DataObject) -> None:
    small = W.texts("tokens", ["a", "bc"])
    raw = bytearray(W.file([NAME, small, SCORES, NESTED], TENSORS, DATA))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert "FIL008" not in rules(scan(bytes(raw)))
