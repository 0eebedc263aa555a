"""The block cache: the same bytes as in memory, bounded, and a failure is never a short read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.remote.blob import BLOCK, Blocks, Traffic, blob_of
from seamark.scan.models.remote.settings import RemoteSettings
from seamark.scan.models.remote.sources import RemoteError

DATA = bytes(range(251)) * 2000


class Memory:
    """An object in memory that counts and can fail."""

    identity = "etag x"

    def __init__(self, data: bytes = DATA, *, fails_after: int = 1 << 60) -> None:
        self.data = data
        self.size = len(data)
        self.left = fails_after

    def fetch(self, offset: int, length: int) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise RemoteError("the connection was lost")
        assert offset + length <= self.size
        return self.data[offset : offset + length]

    def changed(self) -> bool:
        return False

    def close(self) -> None:
        pass


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(-5, len(DATA) + 5), st.integers(-5, 200_000)), max_size=20),
    st.integers(0, len(DATA)),
)
def test_same_as_in_memory(reads: list[tuple[int, int]], start: int) -> None:
    remote = blob_of(Memory(), Traffic()).slice(start, 300_000)
    local = BytesBlob(DATA).slice(start, 300_000)
    assert remote.size == local.size
    for offset, length in reads:
        assert remote.read(offset, length) == local.read(offset, length)


def test_memory_is_bounded() -> None:
    limits = RemoteSettings(cache=40 * BLOCK)
    blocks = Blocks(Memory(b"x" * (400 * BLOCK)), Traffic(), limits)
    for at in range(0, 400 * BLOCK, BLOCK):
        blocks.read(at, BLOCK)
        assert len(blocks._held) <= 40


def test_isolated_reads_cost_one_block() -> None:
    traffic = Traffic()
    blob = blob_of(Memory(b"x" * (4000 * BLOCK)), traffic)
    blob.read(3000 * BLOCK + 5, 100)
    assert (traffic.requests, traffic.bytes) == (1, BLOCK)


def test_reading_in_order_reads_ahead() -> None:
    traffic = Traffic()
    blob = blob_of(Memory(b"x" * (4000 * BLOCK)), traffic)
    for at in range(0, 4000 * BLOCK, BLOCK):
        blob.read(at, BLOCK)
    assert traffic.requests < 40


def test_failure_is_an_error_and_stays_one() -> None:
    source = Memory(fails_after=0)
    blob = blob_of(source, Traffic())
    for _ in range(2):
        with pytest.raises(RemoteError):
            blob.read(0, 10)
    assert source.left == -1


@pytest.mark.parametrize("limits", [RemoteSettings(requests=3), RemoteSettings(bytes=5 * BLOCK)])
def test_limits(limits: RemoteSettings) -> None:
    blob = blob_of(Memory(b"x" * (400 * BLOCK)), Traffic(), limits)

    def read_backwards() -> None:
        for at in range(399 * BLOCK, 0, -2 * BLOCK):
            blob.read(at, 1)

    with pytest.raises(LimitExceeded):
        read_backwards()
