from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile.onnxfiles import varint
from proofs.hostile.tensorflowwire import table
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Malformed, Meter
from seamark.scan.models.tensorflow.snappy import crc32c_masked, decompress
from seamark.scan.models.tensorflow.tables import Table


def test_the_checksum_is_the_castagnoli_one() -> None:
    # The check value of CRC-32C for "123456789" is 0xE3069283; LevelDB rotates it and adds.
    value = 0xE3069283
    assert crc32c_masked(b"123456789") == ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


@given(st.dictionaries(st.binary(max_size=20), st.binary(max_size=50), max_size=20))
@settings(max_examples=50, deadline=None)
def test_entries_come_back_with_their_places(pairs: dict[bytes, bytes]) -> None:
    data = table(sorted(pairs.items()))
    entries = list(Table(BytesBlob(data), Meter(Limits())).entries())
    assert [(entry.key, entry.value) for entry in entries] == sorted(pairs.items())
    for entry in entries:
        assert entry.offset is not None
        assert data[entry.offset : entry.offset + len(entry.value)] == entry.value


@given(st.binary(max_size=300))
def test_literals_expand_to_themselves(data: bytes) -> None:
    packed = varint(len(data))
    for at in range(0, len(data), 60):
        piece = data[at : at + 60]
        packed += bytes([len(piece) - 1 << 2]) + piece
    assert decompress(packed, 1000) == data


def test_copies_may_overlap_what_they_write() -> None:
    # 2 literal bytes "ab", then a copy of 8 bytes from 2 back (one-byte offset form).
    assert decompress(varint(10) + b"\x04ab" + bytes([(8 - 4) << 2 | 1, 2]), 100) == b"ab" * 5


@pytest.mark.parametrize(
    "data",
    [b"", b"\x05\x00", b"\x01\xfc", b"\x04\x01\x01", varint(3) + b"\x04ab", b"\xff" * 9],
)
def test_damaged_snappy_is_said_to_be(data: bytes) -> None:
    with pytest.raises(Malformed):
        decompress(data, 1000)


def test_a_block_that_expands_too_far_is_a_limit() -> None:
    with pytest.raises(LimitExceeded):
        decompress(varint(1 << 30), 1000)


@given(st.binary(max_size=80))
@settings(max_examples=200)
def test_any_bytes_expand_or_are_refused(data: bytes) -> None:
    with suppress(Malformed, LimitExceeded):
        assert len(decompress(data, 1 << 16)) <= 1 << 16
