"""Bytes become text in an encoding that is told, and offsets lead back to bytes and lines."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.recognizers.normalize import Lines, Position, decode

WORDS = "key = 'harmless é € 😀'\nnext line\r\nlast"
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKS)
def test_a_mark_decides(encoding: str) -> None:
    text = decode(MARKS[encoding] + WORDS.encode(encoding))
    assert (text.text, text.encoding, text.guessed, text.damaged) == (WORDS, encoding, False, False)
    assert text.byte_offset(0) == text.mark == len(MARKS[encoding])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_guessed_by_its_zeros(encoding: str) -> None:
    text = decode(WORDS.encode(encoding))
    assert (text.text, text.encoding, text.guessed) == (WORDS, encoding, True)


def test_what_is_no_utf8_is_latin1_and_told() -> None:
    text = decode(b"caf\xe9 key=harmless")
    assert (text.text, text.encoding, text.guessed) == ("café key=harmless", "latin-1", True)
    assert text.byte_offset(5) == 5


def test_a_character_cut_off_at_the_end_is_left_out() -> None:
    text = decode("harmless é".encode()[:-1])
    assert (text.text, text.encoding) == ("harmless ", "utf-8")
    assert text.byte_offset(len(text.text)) == 9


def test_half_a_surrogate_pair_is_told() -> None:
    text = decode(codecs.BOM_UTF16_LE + b"a\x00\x3d\xd8b\x00")
    assert text.text == "a\ufffdb"
    assert text.damaged
    assert text.byte_offset(2) == 6


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    times=st.sampled_from([1, 300]),
    mark=st.sampled_from(sorted(MARKS)),
)
def test_byte_offsets_are_those_of_the_encoder(text: str, times: int, mark: str) -> None:
    text *= times
    data = MARKS[mark] + text.encode(mark)
    decoded = decode(data)
    if decoded.text != text:
        assert mark == "utf-16-le"  # two zero bytes after its mark are the mark of UTF-32
        return
    for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
        byte = len(MARKS[mark]) + len(text[:offset].encode(mark))
        assert decoded.byte_offset(offset) == byte
        assert decoded.character_offset(byte) == offset


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_have_a_text_whose_offsets_lie_within_them(data: bytes) -> None:
    text = decode(data)
    offsets = [text.byte_offset(offset) for offset in range(len(text.text) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(data) for offset in offsets)
    assert 0 <= text.character_offset(len(data) // 2) <= len(text.text)
    text.text.encode("utf-8")


@settings(max_examples=80, deadline=None)
@given(text=st.text("ab\r\n\x0b\u2028é", max_size=40))
def test_positions_and_offsets_are_each_others_inverse(text: str) -> None:
    lines = Lines(text)
    for offset in range(len(text) + 1):
        position = lines.position(offset)
        start, end = lines.span(position.line)
        assert start <= offset
        assert position.column == offset - start + 1
        assert lines.offset(position) == min(offset, end)
        assert text[start:end].strip("\r\n") == text[start:end]
    assert len(lines) == 1 + text.count("\n") + text.replace("\r\n", "").count("\r")


def test_lines_end_where_editors_end_them() -> None:
    lines = Lines("a\nbb\r\n\rc")
    assert [lines.span(line) for line in range(1, 5)] == [(0, 1), (2, 4), (6, 6), (7, 8)]
    assert len(lines) == 4
    assert lines.position(7) == Position(4, 1)
    assert lines.offset(Position(2, 99)) == 4


def test_what_lies_outside_is_refused() -> None:
    text = decode(b"two\nlines")
    lines = text.lines
    for ask in (
        lambda: lines.position(10),
        lambda: lines.span(3),
        lambda: lines.offset(Position(0, 1)),
        lambda: text.byte_offset(10),
        lambda: text.character_offset(-1),
    ):
        with pytest.raises(IndexError):
            ask()
