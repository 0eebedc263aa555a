import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.weights.wire import message, varint

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.weights.protobuf import Wire, Wires, plain_fields


def read(data: bytes) -> list[tuple[int, int | bytes]]:
    wires = Wires(BytesBlob(data))
    return [
        (f.number, f.value if f.wire != Wire.BYTES else wires.bytes(f))
        for f in wires.fields(0, len(data))
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(1, (1 << 29) - 1),
            st.one_of(st.integers(0, (1 << 64) - 1), st.binary(max_size=300)),
        ),
        max_size=40,
    )
)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read(fields: list[tuple[int, int | bytes]]) -> None:
    assert read(message(*fields)) == fields


def test_fixed_width_numbers() -> None:
    data = varint(3 << 3 | 5) + b"\1\0\0\0" + varint(4 << 3 | 1) + b"\2\0\0\0\0\0\0\0"
    assert read(data) == [(3, 1), (4, 2)]


def test_fields_wider_than_the_window() -> None:
    fields = [(1, bytes(100_000)), (2, 7), (3, bytes(65_530)), (4, 1 << 40), (5, bytes(70_000))]
    assert read(message(*fields)) == fields


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # the number is missing
        b"\x08" + b"\xff" * 11,  # longer than 64 bits
        b"\x12\x05abc",  # reaches beyond the end
        b"\x00\x01",  # field 0
        b"\x0b",  # group
        b"\x0d\x01",  # fixed32 cut off
    ],
)
def test_what_is_not_valid_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def test_long_text_is_refused() -> None:
    data = message((1, bytes(100)))
    wires = Wires(BytesBlob(data))
    with pytest.raises(LimitExceeded):
        wires.bytes(next(wires.fields(0, len(data))), limit=99)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        read(data)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 2000), st.one_of(st.integers(0, 1 << 62), st.binary(max_size=300))
        ),
        max_size=20,
    ),
    st.binary(max_size=3),
    st.integers(0, 400),
)
@settings(max_examples=150, deadline=None)
def test_plain_fields_are_those_of_the_careful_way(
    fields: list[tuple[int, int | bytes]], tail: bytes, cut: int
) -> None:
    data = (message(*fields) + tail)[: cut or None]
    plain = plain_fields(data)
    if plain is None:
        return
    wires = Wires(BytesBlob(data))
    careful = [(f.number << 3 | f.wire, f.start, f.end) for f in wires.fields(0, len(data))]
    assert plain == careful
