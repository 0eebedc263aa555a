"""Blobs read short at the end and never reach outside their part."""

import os

import pytest

from seamark.scan.models.blobs import BytesBlob, FileBlob

DATA = bytes(range(100))


@pytest.fixture(params=["memory", "file"])
def blob(request, tmp_path):
    if request.param == "memory":
        yield BytesBlob(DATA)
        return
    path = tmp_path / "data"
    path.write_bytes(b"before" + DATA + b"after")
    fd = os.open(path, os.O_RDONLY)
    yield FileBlob(fd, 6, 100)
    os.close(fd)


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [
        (0, 100, DATA),
        (10, 5, DATA[10:15]),
        (95, 50, DATA[95:]),
        (100, 1, b""),
        (500, 1, b""),
        (-1, 5, b""),
        (5, 0, b""),
        (5, -3, b""),
    ],
)
def test_read(blob, offset, length, expected):
    assert blob.read(offset, length) == expected


def test_slice_of_a_slice_stays_inside(blob):
    part = blob.slice(10, 20).slice(5, 1000)
    assert part.size == 15
    assert part.read(0, 1000) == DATA[15:30]
    assert blob.slice(90, 100).size == 10
    assert blob.slice(200, 10).size == 0


def test_a_file_that_shrinks_reads_short(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(DATA)
    fd = os.open(path, os.O_RDWR)
    blob = FileBlob(fd, 0, 100)
    os.ftruncate(fd, 30)
    assert blob.read(0, 100) == DATA[:30]
    assert blob.read(50, 10) == b""
    os.close(fd)
