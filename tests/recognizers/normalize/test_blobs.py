"""Runs of the smaller alphabets within long runs of the larger one."""

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamark.recognizers.normalize import views
from seamark.recognizers.normalize.decoders.blobs import (
    _marked,
    base32_bytes,
    base64_bytes,
    hexadecimal_bytes,
)
from seamark.recognizers.normalize.surface import SHORTEST

SECRET = "harmless-example-of-text"


@given(st.lists(st.integers(0, 40), max_size=30))
def test_runs_of_marks_are_found_exactly(lengths: list[int]) -> None:
    marks = b"\0".join(b"\1" * length for length in lengths)
    expected = [match.span() for match in re.finditer(rb"\x01{%d,}" % SHORTEST, marks)]
    assert list(_marked(marks)) == expected


@given(st.binary(max_size=80))
def test_letters_are_decoded_as_the_standard_library_does(data: bytes) -> None:
    assert base64_bytes(base64.b64encode(data).decode().rstrip("=")) == data
    assert base64_bytes(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data
    if data:
        assert base32_bytes(base64.b32encode(data).decode().rstrip("=")) == data
    assert hexadecimal_bytes(data.hex()) == data


@pytest.mark.parametrize("sign", ["/", "+", "_"])
@pytest.mark.parametrize(
    "encode", [bytes.hex, lambda data: base64.b32encode(data).decode().rstrip("=")]
)
def test_a_smaller_alphabet_is_found_in_a_long_run(sign: str, encode: object) -> None:
    assert callable(encode)
    noise = base64.b64encode(random.Random(1).randbytes(3000)).decode()
    hidden = encode(SECRET.encode())
    text = f"{noise}{sign}{hidden}{sign}{noise}"
    spans = {
        view.original(view.text.index(SECRET), view.text.index(SECRET) + len(SECRET))
        for view in views(text)
        if SECRET in view.text
    }
    assert (len(noise) + 1, len(noise) + 1 + len(hidden)) in spans


def test_a_short_word_after_a_block_is_no_part_of_it() -> None:
    block = base64.b64encode(SECRET.encode()).decode().rstrip("=")
    text = f"{block}\nx\n"
    view = next(view for view in views(text) if view.steps == ("base64",))
    assert view.original(0, len(SECRET)) == (0, len(block))


def test_text_that_begins_like_a_zlib_header_is_text() -> None:
    text = base64.b64encode(b"x marks the spot").decode()
    assert "x marks the spot" in {view.text for view in views(text)}
